import { describe, expect, test } from "vitest";
import { room } from "./samples";
import { entering, isMuted, next, type Effect, type Input, type Studio } from "./state";

function run(studio: Studio, ...inputs: readonly Input[]): [Studio, Effect[]] {
  const effects: Effect[] = [];
  for (const input of inputs) {
    const [after, made] = next(studio, input, 1_000);
    studio = after;
    effects.push(...made);
  }
  return [studio, effects];
}
const onStage = (muted: readonly string[] = []): Studio =>
  run(
    entering("m-ana", 1),
    { tag: "room", room: room("live", { muted }) },
    { tag: "microphone" },
    { tag: "join" },
    { tag: "joined", attempt: 1, seat: "m-ana", session: "abcdefghij" },
    { tag: "connection", attempt: 1, connected: true },
  )[0];
const said = (notice: string): Input => ({ tag: "notice", notice: { notice, by: "Ben" } });

describe("asked to unmute", () => {
  test("is a question, and only the answer unmutes", () => {
    const [asked, effects] = run(onStage(["m-ana"]), said("asked_to_unmute"));
    expect(asked.asked).toMatchObject({ by: "Ben" });
    expect(effects).toEqual([]);
    expect(isMuted(asked)).toBe(true);
    const [, answers] = run(asked, { tag: "answer", unmute: true });
    expect(answers).toEqual([
      { tag: "sound", on: true },
      { tag: "tell-mute", seat: "m-ana", muted: false },
    ]);
    const [not, nothing] = run(asked, { tag: "answer", unmute: false });
    expect([not.asked, nothing]).toEqual([null, []]);
    expect(isMuted(not)).toBe(true);
  });

  test("is no question to one who is not muted, and never mutes", () => {
    const [studio] = run(onStage(), said("asked_to_unmute"));
    expect(studio.asked).toBeNull();
    expect(run(onStage(), { tag: "answer", unmute: true })[1]).toEqual([]);
  });

  test("goes by itself after a while, and when one unmutes", () => {
    const [asked] = run(onStage(["m-ana"]), said("asked_to_unmute"));
    expect(next(asked, { tag: "tick" }, 30_000)[0].asked).not.toBeNull();
    expect(next(asked, { tag: "tick" }, 70_000)[0].asked).toBeNull();
    expect(next(asked, { tag: "mute" }, 5_000)[0].asked).toBeNull();
  });
});

test("who is moved back or removed lets go of the stage, and is told by whom", () => {
  for (const why of ["moved_back", "removed", "banned"]) {
    const [studio, effects] = run(onStage(), said(why));
    expect(studio.me.tag).toBe("off");
    expect(studio.letGo).toEqual({ why, by: "Ben" });
    expect(effects).toContainEqual({ tag: "drop", attempt: 1, leaves: false });
  }
});

test("a notice that this page does not know changes nothing", () => {
  const before = onStage();
  const [after, effects] = run(before, said("sung_to"));
  expect([after.letGo, after.notice, effects]).toEqual([null, null, []]);
});
