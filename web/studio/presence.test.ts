import { describe, expect, test } from "vitest";
import type { Seat, Stage } from "./news";
import { CONNECTS_WITHIN, OUT_FOR, RECONNECTS_WITHIN, STILL_ALONE, STUMBLES_FOR } from "./presence";
import { room, seat } from "./samples";
import { entering, next, type Effect, type Input, type Studio } from "./state";

const ROOM = room("live");
const says = (instance: string, ...seats: Seat[]): Input => ({
  tag: "stage",
  stage: { instance, speaking: [], seats } satisfies Stage,
});
const packets = (count: number, attempt = 1): Input => ({
  tag: "return",
  attempt,
  figures: {
    packets: count,
    lost: 0,
    jitter: 0,
    waited: 0,
    played: 0,
    samples: 0,
    concealed: 0,
    roundTrip: null,
  },
});
const HUNG = { status: 0, code: "", message: "", retryAfter: null };
const TICK: Input = { tag: "tick" };

type At = readonly [number, Input];

function run(studio: Studio, ...steps: readonly At[]): [Studio, readonly Effect[]] {
  const effects: Effect[] = [];
  for (const [now, input] of steps) {
    const [after, made] = next(studio, input, now);
    studio = after;
    effects.push(...made);
  }
  return [studio, effects];
}

const JOINED: readonly At[] = [
  [0, { tag: "room", room: ROOM }],
  [0, says("i1")],
  [0, { tag: "microphone" }],
  [0, { tag: "join" }],
  [100, { tag: "joined", attempt: 1, seat: "s1" }],
];
const HEARD: readonly At[] = [
  ...JOINED,
  [200, { tag: "connection", attempt: 1, connected: true }],
  [250, { tag: "hears", attempt: 1 }],
  [400, packets(5)],
  [1_000, says("i1", seat("s1"))],
  [1_000, packets(35)],
];
const enter = (): Studio => entering("", 1);
const onStage = (): Studio => run(enter(), ...HEARD)[0];
const of = (tag: Effect["tag"], effects: readonly Effect[]) =>
  effects.filter((effect) => effect.tag === tag);

test("who is on stage hears the others, as the seat that was given", () => {
  expect(of("hear", run(enter(), ...JOINED)[1])).toEqual([
    { tag: "hear", attempt: 1, seat: "s1" },
  ]);
});

describe("the network", () => {
  test("that brings no packet of the return for a second is gone: all is made anew", () => {
    const [studio, effects] = run(onStage(), [1_250, packets(35)], [2_000, packets(35)]);
    expect(effects).toEqual([
      { tag: "drop", attempt: 1, leaves: false },
      { tag: "unhear", attempt: 1, leaves: false },
      { tag: "hurry" },
      { tag: "sound", on: true },
      { tag: "session", attempt: 2, seat: "s1", within: 2_500 },
    ]);
    expect(studio).toMatchObject({ reconnects: 1, lostSince: 2_000 });
  });

  test("is not taken for gone because this page was held up", () => {
    // Nothing was looked at for three seconds; then there are packets.
    expect(run(onStage(), [4_000, TICK], [4_000, packets(180)])[1]).toEqual([]);
  });

  test("is there while the stage hears us: then only the return is made anew", () => {
    const still = 1_000 + STILL_ALONE;
    const steps: readonly At[] = [
      [2_400, says("i1", seat("s1"))],
      [2_450, packets(35)],
      [still, packets(35)],
    ];
    const [studio, effects] = run(onStage(), ...steps);
    expect(effects).toEqual([
      { tag: "unhear", attempt: 1, leaves: false },
      { tag: "hear", attempt: 2, seat: "s1" },
    ]);
    expect(studio.me.tag).toBe("on");
  });

  test("that is pulled for five seconds is tried every second, whatever hangs or fails", () => {
    for (const hangs of [0, 2_500]) {
      let [studio, effects] = run(onStage(), [2_000, packets(35)]);
      const tries = [2_000];
      let answered = 2_000 + hangs;
      for (let now = 2_000; now < 60_000; now += 50) {
        if (studio.me.tag === "joining" && now >= answered) {
          const { attempt } = studio.me;
          [studio, effects] = next(studio, { tag: "not-joined", attempt, ...HUNG }, now);
        }
        [studio, effects] = next(studio, TICK, now);
        if (of("session", effects).length > 0) {
          tries.push(now);
          answered = now + hangs;
        }
      }
      const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0) - hangs);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(1_050);
    }
  });

  test("that comes back is used at once", () => {
    const [studio, effects] = run(
      onStage(),
      [2_000, packets(35)],
      [4_500, { tag: "network", online: false }],
      [4_500, { tag: "not-joined", attempt: 2, ...HUNG }],
      [4_501, { tag: "network", online: true }],
    );
    expect(of("session", effects)).toHaveLength(2);
    expect(studio).toMatchObject({ offline: false, me: { tag: "joining", attempt: 3 } });
  });

  test("that changes in kind leaves those alone who still hear", () => {
    expect(run(onStage(), [1_200, { tag: "network", online: true }])[1]).toEqual([
      { tag: "hurry" },
    ]);
    const lost: At = [1_800, { tag: "network", online: true }];
    expect(of("session", run(onStage(), lost)[1])).toHaveLength(1);
  });
});

describe("the stage's word", () => {
  test("that no sound comes in any more counts after a second", () => {
    const out = says("i1", seat("s1", { connected: false }));
    const flowing = [2_000 + OUT_FOR, packets(90)] as const;
    const [studio, none] = run(onStage(), [2_000, out], flowing, [2_000 + OUT_FOR, out]);
    expect(none).toEqual([]);
    expect(of("session", run(studio, [2_001 + OUT_FOR, out])[1])).toHaveLength(1);
  });

  test("that no sound has come in yet does not: a new session would be no better", () => {
    const out = says("i1", seat("s1", { connected: false }));
    const quiet = run(enter(), ...HEARD.slice(0, 8), [1_000, out], [4_000, out], [7_000, out]);
    expect(of("session", quiet[1])).toHaveLength(1);
  });

  test("does not count for a microphone that is gone", () => {
    const out = says("i1", seat("s1", { connected: false }));
    const gone: At = [1_100, { tag: "no-microphone", trouble: "gone" }];
    expect(run(onStage(), gone, [2_000, out], [4_000, out])[1]).toEqual([]);
  });

  test("of a new run means new sessions at once, on the same seat", () => {
    const [studio, effects] = run(onStage(), [1_300, says("i2", seat("s1"))]);
    expect(effects).toEqual([
      { tag: "drop", attempt: 1, leaves: false },
      { tag: "unhear", attempt: 1, leaves: false },
      { tag: "hurry" },
      { tag: "sound", on: true },
      { tag: "session", attempt: 2, seat: "s1", within: 10_000 },
    ]);
    expect(studio.me.tag).toBe("joining");
  });

  test("of its first run is about the session's own", () => {
    const [studio] = run(
      enter(),
      [0, { tag: "microphone" }],
      [0, { tag: "join" }],
      [1, { tag: "joined", attempt: 1, seat: "s1" }],
    );
    expect(run(studio, [9, says("i1", seat("s1"))])[1]).toEqual([]);
  });

  test("that has forgotten a seat brings one back to it", () => {
    expect(run(onStage(), [4_000, packets(180)], [4_900, says("i1")])[1]).toEqual([]);
    expect(of("session", run(onStage(), [5_100, says("i1")])[1])).toHaveLength(1);
  });
});

describe("the browser's word", () => {
  test("that the connection failed means a new session at once", () => {
    const failed: At = [1_200, { tag: "failed", attempt: 1 }];
    expect(of("session", run(onStage(), failed)[1])).toHaveLength(1);
  });

  test("that it stumbles waits for two seconds while the others are heard", () => {
    const lost: At = [5_000, { tag: "connection", attempt: 1, connected: false }];
    const flows: At = [5_000 + STUMBLES_FOR, packets(300)];
    const [studio, none] = run(onStage(), lost, flows, [5_000 + STUMBLES_FOR, TICK]);
    expect(none).toEqual([]);
    expect(of("session", run(studio, [5_001 + STUMBLES_FOR, TICK])[1])).toHaveLength(1);
  });
});

describe("a session that the house answers and that never comes to life", () => {
  const unreached = (studio: Studio, now: number): Studio => {
    const attempt = studio.attempts;
    return run(studio, [now, { tag: "joined", attempt, seat: "s1" }])[0];
  };

  test("is made anew, and after two it is known that sound does not get through", () => {
    let [studio] = run(enter(), ...JOINED, [101 + CONNECTS_WITHIN, TICK]);
    expect(studio).toMatchObject({ unreached: 1, me: { tag: "joining" } });
    studio = unreached(studio, 9_000);
    [studio] = run(studio, [9_001 + CONNECTS_WITHIN, TICK]);
    expect(studio.unreached).toBe(2);
    const attempt = studio.attempts + 1;
    [studio] = run(
      studio,
      [30_000, TICK],
      [30_100, { tag: "joined", attempt, seat: "s1" }],
      [30_200, { tag: "connection", attempt, connected: true }],
    );
    expect(studio).toMatchObject({ unreached: 0, me: { tag: "on", proven: true } });
  });

  test("is given up sooner by somebody who was on stage before", () => {
    let [studio] = run(onStage(), [2_000, packets(35)]);
    studio = unreached(studio, 2_200);
    expect(run(studio, [2_201 + RECONNECTS_WITHIN, TICK])[0].unreached).toBe(1);
  });
});

test("a return that hangs on a dead network gives all up", () => {
  const dead: Input = {
    tag: "not-heard",
    attempt: 1,
    status: 0,
    message: "",
    retryAfter: null,
  };
  expect(of("session", run(run(enter(), ...JOINED)[0], [5_100, dead])[1])).toHaveLength(1);
});

describe("two windows of one person", () => {
  const mine = (holder: string, more: Partial<Seat> = {}) => says("i1", seat("s1", { holder, ...more }));
  const held = (): Studio =>
    run(
      entering("s1", 1),
      [0, { tag: "room", room: ROOM }],
      [0, { tag: "microphone" }],
      [0, { tag: "join" }],
      [0, { tag: "joined", attempt: 1, seat: "s1", session: "aaaaaaaabbbb" }],
      [0, { tag: "connection", attempt: 1, connected: true }],
      [200, mine("aaaaaaaa")],
    )[0];
  const begun = (effects: readonly Effect[]) => effects.filter(({ tag }) => tag === "session");

  test("the older one lets go when the stage says who speaks now, and does not come back", () => {
    const [studio, effects] = run(held(), [400, mine("cccccccc")], [5_000, TICK], [9_000, TICK]);
    expect(studio).toMatchObject({ me: { tag: "off" }, elsewhere: true });
    expect(effects).toContainEqual({ tag: "drop", attempt: 1, leaves: false });
    expect(begun(effects)).toEqual([]);
  });

  test("a connection that the newer one has cut is not made anew before the stage was asked", () => {
    const [studio, effects] = run(
      held(),
      [400, { tag: "failed", attempt: 1 }],
      [500, mine("cccccccc")],
      [2_000, TICK],
    );
    expect(studio.elsewhere).toBe(true);
    expect(begun(effects)).toEqual([]);
  });

  test("one that the network has cut comes back by itself", () => {
    const [studio, effects] = run(
      held(),
      [400, { tag: "failed", attempt: 1 }],
      [600, mine("aaaaaaaa", { connected: false })],
      [1_000, TICK],
    );
    expect(studio).toMatchObject({ me: { tag: "joining" }, elsewhere: false });
    expect(begun(effects)).toHaveLength(1);
  });

  test("a session of one's own whose answer was lost is no other window", () => {
    const [studio] = run(
      held(),
      [400, { tag: "failed", attempt: 1 }],
      [600, mine("dddddddd", { connected: false })],
      [1_000, TICK],
    );
    expect(studio.elsewhere).toBe(false);
  });

  test("the stage is not believed before it knows of the newest session", () => {
    const again = run(
      held(),
      [400, { tag: "elsewhere" }],
      [1_100, { tag: "join" }],
      [1_150, mine("cccccccc")],
      [1_200, { tag: "joined", attempt: 2, seat: "s1", session: "eeeeeeeeffff" }],
      [1_300, { tag: "connection", attempt: 2, connected: true }],
      [1_300, mine("cccccccc")],
    )[0];
    expect(again).toMatchObject({ me: { tag: "on" }, elsewhere: false });
    expect(run(again, [1_500, mine("eeeeeeee")], [1_700, mine("eeeeeeee")])[0].held).toBe(true);
  });

  test("it can be taken back with a press", () => {
    const [, effects] = run(held(), [400, { tag: "elsewhere" }], [1_100, { tag: "join" }]);
    expect(effects).toContainEqual({ tag: "claim" });
    expect(begun(effects)).toHaveLength(1);
  });
});
