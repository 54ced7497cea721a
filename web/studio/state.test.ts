import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RoomState } from "../stream/news";
import type { Stage } from "./news";
import type { Figures } from "./quality";
import { room, seat as seated } from "./samples";
import { entering, isMuted, next, type Effect, type Input, type Studio } from "./state";

const stage = (instance: string, ...seats: string[]): Stage => ({
  instance,
  speaking: [],
  seats: seats.map((each) => seated(each, { name: "", level: -30 })),
});

type At = readonly [number, Input];

function run(studio: Studio, ...steps: readonly At[]): [Studio, Effect[]] {
  const effects: Effect[] = [];
  for (const [now, input] of steps) {
    const [after, made] = next(studio, input, now);
    studio = after;
    effects.push(...made);
  }
  return [studio, effects];
}

const ENTERED: readonly At[] = [
  [0, { tag: "room", room: room("live") }],
  [0, { tag: "stage", stage: stage("i1") }],
  [0, { tag: "microphone" }],
];
const ON: readonly At[] = [
  ...ENTERED,
  [0, { tag: "join" }],
  [100, { tag: "joined", attempt: 1, seat: "s1" }],
  [200, { tag: "connection", attempt: 1, connected: true }],
];
const AWAY = { code: "house_away", message: "" } as const;

const enter = (): Studio => entering("", 1);
const onStage = (): Studio => run(enter(), ...ON)[0];
const sessions = (effects: readonly Effect[]): Effect[] =>
  effects.filter((effect) => effect.tag === "session");

describe("going on stage", () => {
  test("asks for the microphone first, and then joins by itself", () => {
    const [, effects] = run(enter(), [0, { tag: "join" }], [9, { tag: "microphone" }]);
    expect(effects).toEqual([
      { tag: "claim" },
      { tag: "take-microphone" },
      { tag: "sound", on: true },
      { tag: "session", attempt: 1, seat: "", within: 10_000 },
    ]);
  });

  test("ends at a microphone that may not be had, with the reason", () => {
    const [studio] = run(
      enter(),
      [0, { tag: "join" }],
      [9, { tag: "no-microphone", trouble: "denied" }],
    );
    expect(studio).toMatchObject({
      me: { tag: "off" },
      notice: { tag: "microphone", trouble: "denied" },
    });
  });

  test("takes the old seat again after the page was loaded anew", () => {
    const [, effects] = run(entering("s7", 1), ...ENTERED, [0, { tag: "join" }]);
    expect(sessions(effects)).toMatchObject([{ tag: "session", attempt: 1, seat: "s7" }]);
  });

  test("is given up when the house refuses for good", () => {
    const refused: Input = {
      tag: "not-joined",
      attempt: 1,
      status: 409,
      code: "wrong_state",
      message: "It has ended.",
      retryAfter: null,
    };
    const [studio, effects] = run(enter(), ...ENTERED, [0, { tag: "join" }], [9, refused]);
    expect(studio.me.tag).toBe("off");
    expect(studio.notice).toEqual({
      tag: "refused",
      code: "wrong_state",
      message: "It has ended.",
    });
    expect(effects.at(-1)).toEqual({ tag: "drop", attempt: 1, leaves: true });
  });

  test("is tried again and again while the house or the stage is away", () => {
    let [studio] = run(enter(), ...ENTERED, [0, { tag: "join" }]);
    let now = 0;
    for (let count = 1; count <= 20; count++) {
      const away: Input = {
        tag: "not-joined",
        attempt: studio.attempts,
        status: 503,
        code: "",
        message: "",
        retryAfter: 1_000,
      };
      [studio] = next(studio, away, now);
      expect(studio.me.tag).toBe("waiting");
      now += 12_000;
      [studio] = next(studio, { tag: "tick" }, now);
      expect(studio.me.tag).toBe("joining");
    }
  });

  test("drops a session that comes after one has left", () => {
    const [, effects] = run(
      enter(),
      ...ENTERED,
      [0, { tag: "join" }],
      [700, { tag: "leave" }],
      [800, { tag: "joined", attempt: 1, seat: "s1" }],
    );
    expect(effects.slice(-2)).toEqual([
      { tag: "drop", attempt: 1, leaves: true },
      { tag: "drop", attempt: 1, leaves: true },
    ]);
  });
});

test("the second half of a double click neither mutes nor leaves", () => {
  const joins = [...ENTERED, [1_000, { tag: "join" }]] as const;
  expect(run(enter(), ...joins, [1_300, { tag: "mute" }])[0].muted).toBe(false);
  expect(run(enter(), ...joins, [1_300, { tag: "leave" }])[0].me.tag).toBe("joining");
  expect(run(enter(), ...joins, [1_300, { tag: "away" }])[0].me.tag).toBe("off");
  expect(run(enter(), ...joins, [1_700, { tag: "leave" }])[0].me.tag).toBe("off");
});

test("ticks raise the alarm where nobody can be heard, and end it, but not on old news", () => {
  const muted: Input = { tag: "room", room: room("live", { muted: ["s1"], revision: 2 }) };
  const there: Input = { tag: "stage", stage: stage("i1", "s1") };
  const late: readonly At[] = [
    [1_000, { tag: "tick" }],
    [2_100, there],
    [2_200, { tag: "tick" }],
  ];
  const [silent] = run(enter(), ...ENTERED, [900, muted], [900, there], ...late);
  expect(silent.alarm.shown).toBe("all-muted");
  const [heard] = run(
    silent,
    [2_300, { tag: "room", room: room("live", { revision: 3 }) }],
    [2_400, { tag: "tick" }],
  );
  expect(heard.alarm.shown).toBeNull();
  const [away] = run(silent, [2_300, { tag: "house", house: "away" }], [2_400, { tag: "tick" }]);
  expect(away.alarm.shown).toBeNull();
});

test("the key mutes at once, even right after going on stage", () => {
  const joins: readonly At[] = [...ENTERED, [1_000, { tag: "join" }]];
  expect(run(enter(), ...joins, [1_300, { tag: "mute" }])[0].muted).toBe(false);
  expect(run(enter(), ...joins, [1_300, { tag: "mute", sure: true }])[0].muted).toBe(true);
});

test("a stage that says nothing more is not shown any more, unless it is the house that is away", () => {
  const later: At = [3_000, { tag: "tick" }];
  const counts: At = [2_900, { tag: "listeners", counts: { listeners: 3, waiting: null, leaving: null } }];
  const away: At = [1, { tag: "house", house: "away" }];
  expect(run(enter(), ...ENTERED, counts, later)[0].stage).toBeNull();
  expect(run(enter(), ...ENTERED, later)[0].stage).not.toBeNull();
  expect(run(enter(), ...ENTERED, away, later)[0].stage).not.toBeNull();
});

/** Nothing is left at the house that could be left. */
const GONE: readonly Effect[] = [
  { tag: "drop", attempt: 1, leaves: false },
  { tag: "unhear", attempt: 1, leaves: false },
  { tag: "quiet" },
];

describe("on stage", () => {
  test("the end of the session lets one go", () => {
    const [studio, effects] = run(onStage(), [
      9,
      { tag: "room", room: room("ended", { revision: 2 }) },
    ]);
    expect(studio).toMatchObject({ me: { tag: "off" } });
    expect(effects).toEqual(GONE);
  });

  test("a house that lets one in no more has ended the sessions, too", () => {
    for (const house of ["wrong-key", "no-room"] as const) {
      const [studio, effects] = run(onStage(), [9, { tag: "house", house }]);
      expect(studio).toMatchObject({ me: { tag: "off" }, house });
      expect(effects).toEqual(GONE);
    }
  });

  test("a room that had ended before does not keep one from coming back", () => {
    const [studio] = run(
      enter(),
      [0, { tag: "room", room: room("ended") }],
      [0, { tag: "microphone" }],
      [0, { tag: "join" }],
      [9, { tag: "joined", attempt: 1, seat: "s1" }],
      [10, { tag: "room", room: room("ended") }],
    );
    expect(studio.me.tag).toBe("on");
  });
});

describe("mute", () => {
  test("acts here at once and tells the stage", () => {
    const [studio, effects] = run(onStage(), [900, { tag: "mute" }]);
    expect(isMuted(studio)).toBe(true);
    expect(effects).toEqual([
      { tag: "sound", on: false },
      { tag: "tell-mute", seat: "s1", muted: true },
    ]);
  });

  test("that the house did not hear of is told when it is back", () => {
    const [, effects] = run(
      onStage(),
      [900, { tag: "mute" }],
      [910, { tag: "told-mute", seat: "s1", muted: true, done: false, ...AWAY }],
      [920, { tag: "house", house: "away" }],
      [930, { tag: "room", room: room("live") }],
    );
    expect(effects.at(-1)).toEqual({ tag: "tell-mute", seat: "s1", muted: true });
  });

  test("of somebody else that the house did not hear of is said, for it has not happened", () => {
    const told = { tag: "told-mute", seat: "s2", muted: true } as const;
    const [refused] = run(onStage(), [900, { ...told, done: false, ...AWAY }]);
    expect(refused.notice).toEqual({ tag: "refused", ...AWAY });
    expect(isMuted(refused)).toBe(false);
    expect(run(onStage(), [900, { ...told, done: true, code: "", message: "" }])[0].notice).toBeNull();
  });

  test("from the studio is shown, and a press takes it back", () => {
    const [studio] = run(onStage(), [
      9,
      { tag: "room", room: room("live", { revision: 2, muted: ["s1"] }) },
    ]);
    expect(isMuted(studio)).toBe(true);
    expect(run(studio, [900, { tag: "mute" }])[1]).toEqual([
      { tag: "sound", on: true },
      { tag: "tell-mute", seat: "s1", muted: false },
    ]);
  });

  test("holds when the session is made anew, and is told for the new seat", () => {
    const [, effects] = run(
      onStage(),
      [900, { tag: "mute" }],
      [910, { tag: "failed", attempt: 1 }],
      [920, { tag: "joined", attempt: 2, seat: "s2" }],
    );
    const told = effects.filter(({ tag }) => ["sound", "session", "tell-mute"].includes(tag));
    expect(told.slice(-3)).toMatchObject([
      { tag: "sound", on: false },
      { tag: "session", attempt: 2, seat: "s1" },
      { tag: "tell-mute", seat: "s2", muted: true },
    ]);
  });

  test("on one's own row is the same as the big button", () => {
    const [studio] = run(onStage(), [9, { tag: "mute-seat", seat: "s1", muted: true }]);
    expect(studio.muted).toBe(true);
  });
});

test("old news of a room does not undo new news", () => {
  const [studio] = run(
    enter(),
    [0, { tag: "room", room: room("live", { revision: 5 }) }],
    [1, { tag: "room", room: room("doors", { revision: 4 }) }],
  );
  expect(studio.room?.state).toBe("live");
});

test("what became of a device is said for a while", () => {
  const moved: Input = {
    tag: "moved",
    moved: { what: "output", from: "Headset", to: "", back: false },
  };
  const [studio] = run(enter(), [0, moved]);
  expect(run(studio, [10_000, { tag: "tick" }])[0].notice?.tag).toBe("moved");
  expect(run(studio, [16_000, { tag: "tick" }])[0].notice).toBeNull();
});

test("a microphone that is gone on stage keeps the seat", () => {
  const [studio, effects] = run(onStage(), [9, { tag: "no-microphone", trouble: "gone" }]);
  expect(studio).toMatchObject({ me: { tag: "on" }, microphone: false });
  expect(effects).toEqual([]);
});

const FIGURES: Figures = {
  packets: 0,
  lost: 0,
  jitter: 0,
  waited: 0,
  played: 0,
  samples: 0,
  concealed: 0,
  roundTrip: null,
};
const attempt = fc.integer({ min: 1, max: 6 });
const seat = fc.constantFrom("s1", "s2");
const anyInput: fc.Arbitrary<Input> = fc.oneof(
  fc.constantFrom<Input>(
    { tag: "tick" },
    { tag: "join" },
    { tag: "leave" },
    { tag: "away" },
    { tag: "microphone" },
    { tag: "mute" },
    { tag: "no-microphone", trouble: "gone" },
    { tag: "house", house: "away" },
    { tag: "order", order: { tag: "end" } },
    { tag: "elsewhere" },
    { tag: "answer", unmute: true },
    { tag: "notice", notice: { notice: "asked_to_unmute", by: "Ben" } },
    { tag: "notice", notice: { notice: "moved_back", by: "Ben" } },
    { tag: "network", online: false },
    { tag: "network", online: true },
    { tag: "music", on: true },
  ),
  fc.record({ tag: fc.constant("hears" as const), attempt }),
  fc.record({ tag: fc.constant("deaf" as const), attempt }),
  fc.record({
    tag: fc.constant("return" as const),
    attempt,
    figures: fc.nat({ max: 500 }).map((packets) => ({ ...FIGURES, packets })),
  }),
  fc.record({
    tag: fc.constant("not-heard" as const),
    attempt,
    status: fc.constantFrom(0, 404, 503),
    message: fc.constant(""),
    retryAfter: fc.constant(null),
  }),
  fc.record({ tag: fc.constant("joined" as const), attempt, seat }),
  fc.record({ tag: fc.constant("failed" as const), attempt }),
  fc.record({ tag: fc.constant("connection" as const), attempt, connected: fc.boolean() }),
  fc.record({
    tag: fc.constant("not-joined" as const),
    attempt,
    status: fc.constantFrom(0, 401, 409, 503),
    code: fc.constant(""),
    message: fc.constant(""),
    retryAfter: fc.constant(null),
  }),
  fc
    .constantFrom("i1", "i2")
    .map((instance): Input => ({ tag: "stage", stage: stage(instance, "s1") })),
  fc
    .constantFrom<RoomState>("scheduled", "live", "ended")
    .map((state): Input => ({ tag: "room", room: room(state) })),
  fc.record({ tag: fc.constant("mute-seat" as const), seat, muted: fc.boolean() }),
  fc
    .record({ seat, muted: fc.boolean(), done: fc.boolean() })
    .map((told): Input => ({ tag: "told-mute", ...told, ...AWAY })),
);

describe("whatever happens", () => {
  const story = fc.array(fc.tuple(fc.nat({ max: 5_000 }), anyInput), { maxLength: 80 });

  test("only a press unmutes, and a muted microphone sends nothing", () => {
    fc.assert(
      fc.property(story, (steps) => {
        let studio = enter();
        let sound = true;
        let now = 0;
        for (const [wait, input] of steps) {
          now += wait;
          const was = isMuted(studio);
          const [after, effects] = next(studio, input, now);
          const answered = input.tag === "answer" && studio.asked !== null;
          const pressed = answered || input.tag === "mute" || input.tag === "mute-seat";
          for (const effect of effects) {
            if (effect.tag === "sound") sound = effect.on;
            if (effect.tag === "tell-mute" && !effect.muted) expect(pressed).toBe(true);
          }
          if (studio.muted && !after.muted) expect(pressed && was).toBe(true);
          if (after.muted) expect(sound).toBe(false);
          studio = after;
        }
      }),
    );
  });

  test("at most one session and one return are open, and none after one has left", () => {
    fc.assert(
      fc.property(story, (steps) => {
        let studio = enter();
        const open = new Set<number>();
        const heard = new Set<number>();
        let now = 0;
        for (const [wait, input] of steps) {
          now += wait;
          const [after, effects] = next(studio, input, now);
          studio = after;
          for (const effect of effects) {
            if (effect.tag === "session") open.add(effect.attempt);
            if (effect.tag === "drop") open.delete(effect.attempt);
            if (effect.tag === "hear") heard.add(effect.attempt);
            if (effect.tag === "unhear") heard.delete(effect.attempt);
          }
          const expected = "attempt" in studio.me ? [studio.me.attempt] : [];
          expect([...open]).toEqual(expected);
          expect(heard.size).toBeLessThanOrEqual(studio.me.tag === "on" ? 1 : 0);
        }
      }),
    );
  });
});
