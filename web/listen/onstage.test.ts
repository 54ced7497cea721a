import { describe, expect, test } from "vitest";
import { entered, next, type Effect, type Input, type OnStage } from "./onstage";

const SEAT = "m-abcdefghij";
const [START, FIRST] = entered(SEAT, false, 1);
const ROOM = (...muted: readonly string[]): Input => ({ tag: "room", muted, over: false });

function after(state: OnStage, ...inputs: readonly Input[]): OnStage {
  return inputs.reduce((known, input) => next(known, input, 0)[0], state);
}

const effects = (state: OnStage, input: Input, now = 0): readonly Effect[] => next(state, input, now)[1];
const ON = after(START, { tag: "microphone" }, { tag: "joined" }, ROOM(SEAT));

describe("whoever comes on stage", () => {
  test("is asked for the microphone first, and then joins", () => {
    expect(FIRST).toEqual([{ tag: "take" }]);
    expect(effects(START, { tag: "microphone" })).toContainEqual({ tag: "join" });
  });

  test("arrives muted, whatever the house says late", () => {
    expect(ON.muted).toBe(true);
    expect(effects(START, { tag: "microphone" })).toContainEqual({ tag: "turn", on: false });
    expect(effects(after(START, { tag: "microphone" }), { tag: "joined" })).toEqual([
      { tag: "turn", on: false },
    ]);
  });

  test("is heard once the house says so, and not before", () => {
    const asked = after(ON, { tag: "mute", on: false });
    expect(effects(ON, { tag: "mute", on: false })).toEqual([
      { tag: "turn", on: false },
      { tag: "mute", on: false },
    ]);
    expect(asked.muted).toBe(true);
    expect(effects(asked, ROOM())).toEqual([{ tag: "turn", on: true }]);
  });

  test("is silent at once when they mute themselves", () => {
    const heard = after(ON, { tag: "mute", on: false }, ROOM());
    expect(effects(heard, { tag: "mute", on: true })[0]).toEqual({ tag: "turn", on: false });
  });

  test("is silent when somebody mutes them", () => {
    const heard = after(ON, { tag: "mute", on: false }, ROOM());
    expect(effects(heard, ROOM(SEAT))).toEqual([{ tag: "turn", on: false }]);
  });

  test("is told that the host asks them to unmute, until they have", () => {
    const asked = after(ON, { tag: "notice", notice: "asked_to_unmute" });
    expect(asked.asked).toBe(true);
    expect(after(asked, { tag: "mute", on: false }, ROOM()).asked).toBe(false);
  });
});

describe("whoever is near", () => {
  test("is not asked for a microphone", () => {
    expect(entered(SEAT, true, 1)[1]).toEqual([{ tag: "join" }]);
  });
});

describe("a connection that is away", () => {
  test("is made anew, later each time, and muted as before", () => {
    const away = after(ON, { tag: "failed" });
    expect(away.me).toBe("away");
    const at = away.retryAt ?? Infinity;
    expect(effects(away, { tag: "tick" }, at)).toEqual([{ tag: "join" }]);
    expect(effects(away, { tag: "tick" }, at - 1)).toEqual([]);
  });

  test("waits as long as the stage says", () => {
    const full: Input = { tag: "refused", status: 503, message: "Full.", retryAfter: 5_000 };
    expect(after(START, { tag: "microphone" }, full).retryAt).toBeGreaterThanOrEqual(5_000);
  });
});

describe("the way back", () => {
  test.each(["moved_back", "removed", "banned"])("begins with %s", (notice) => {
    expect(effects(ON, { tag: "notice", notice })).toEqual([
      { tag: "close", leaves: false },
      { tag: "end", why: notice },
    ]);
  });

  test("begins with the own wish", () => {
    expect(effects(ON, { tag: "leave" })).toContainEqual({ tag: "end", why: "" });
  });

  test("begins when the house knows them no more", () => {
    expect(effects(ON, { tag: "gone" })).toContainEqual({ tag: "end", why: "moved_back" });
    const refused: Input = { tag: "refused", status: 403, message: "", retryAfter: null };
    expect(effects(ON, refused)).toContainEqual({ tag: "end", why: "moved_back" });
  });

  test("is the last thing that happens", () => {
    const off = after(ON, { tag: "leave" });
    expect(next(off, { tag: "mute", on: false }, 0)).toEqual([off, []]);
  });
});
