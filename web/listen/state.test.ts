import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { STEADY, type Lowered, type Room, type RoomState, type Truth } from "../stream/news";
import type { Flow } from "../stream/player";
import {
  arrived,
  FIRST_SOUND,
  isToldBySound,
  next,
  type Effect,
  type Input,
  type Listening,
  type Way,
} from "./state";

export const room = (state: RoomState, more: Partial<Room> = {}): Room => ({
  title: "Salon",
  state,
  next: null,
  listeners: 3,
  playing: null,
  asOf: 0,
  said: {},
  ...more,
});

const truth = (state: RoomState, lowered: Lowered | null = null): Truth => ({
  room: room(state),
  lowered,
  epoch: 0,
  clock: 0,
});
const WAYS: readonly [Way, ...Way[]] = ["push", "hls", "plain"];
const visit = (): Listening => arrived(WAYS, truth("live"), 1, 0);

function run(
  state: Listening,
  ...steps: readonly (readonly [number, Input])[]
): [Listening, Effect[]] {
  const effects: Effect[] = [];
  for (const [now, input] of steps) {
    const [after, made] = next(state, input, now);
    state = after;
    effects.push(...made);
  }
  return [state, effects];
}

const flowed = (flow: Flow): Input => ({ tag: "flowed", flow });
const PRESS: Input = { tag: "pressed" };
const TICK: Input = { tag: "tick" };

describe("a visit", () => {
  test("plays the best way at a press, and stops at the next", () => {
    expect(run(visit(), [0, PRESS])[1]).toEqual([{ tag: "play", way: "push", low: false }]);
    expect(run(visit(), [0, PRESS], [9, PRESS])[1].at(-1)).toEqual({ tag: "stop" });
  });

  test("takes the lock screen's wishes as presses that know what they want", () => {
    const play: Input = { tag: "media", wish: "play" };
    const [state, effects] = run(visit(), [0, play], [1, play]);
    expect(effects).toEqual([{ tag: "play", way: "push", low: false }]);
    expect(run(state, [2, { tag: "media", wish: "stop" }])[1]).toEqual([{ tag: "stop" }]);
  });

  test("stops when the device pauses it, and says that it was the device", () => {
    const [state, effects] = run(visit(), [0, PRESS], [5, { tag: "held" }]);
    expect(effects.at(-1)).toEqual({ tag: "stop" });
    expect(state).toMatchObject({ wanted: false, held: true });
  });

  test("plays anew at a press when the browser had blocked it", () => {
    const [, effects] = run(visit(), [0, PRESS], [5, flowed("blocked")], [9, PRESS]);
    expect(effects.slice(1)).toEqual([{ tag: "stop" }, { tag: "play", way: "push", low: false }]);
  });

  test("asks for nothing while the sound brings the news", () => {
    const [state, effects] = run(visit(), [0, PRESS], [500, flowed("playing")], [60_000, TICK]);
    expect(isToldBySound(state)).toBe(true);
    expect(effects).toHaveLength(1);
  });

  test("asks every 10 to 20 s before play and on the other ways", () => {
    const [, effects] = run(visit(), [9_900, TICK], [20_100, TICK]);
    expect(effects).toEqual([{ tag: "ask" }]);
  });

  test("asks for nothing in a tab that nobody sees or hears", () => {
    expect(run(visit(), [0, { tag: "visible", visible: false }], [60_000, TICK])[1]).toEqual([]);
  });

  test("asks once, a little later, when the sound says that the room's state has changed", () => {
    const news: Input = { tag: "heard", news: { tag: "room", room: room("ended") } };
    const [state, effects] = run(
      visit(),
      [0, PRESS],
      [500, flowed("playing")],
      [60_000, news],
      [61_900, TICK],
      [64_100, TICK],
    );
    expect(effects.slice(1)).toEqual([{ tag: "ask" }]);
    const answered: Input = { tag: "told", truth: truth("ended") };
    expect(run(state, [64_200, answered], [99_000, TICK])[1]).toEqual([]);
  });

  test("takes the lighter sound when the house is short of line, and keeps it", () => {
    const short = truth("live", { what: "Less for all.", low: true });
    const [state, effects] = run(visit(), [0, { tag: "told", truth: short }], [9, PRESS]);
    expect(effects).toEqual([{ tag: "play", way: "push", low: true }]);
    const better: Input = { tag: "told", truth: truth("live") };
    const [kept, others] = run(state, [20, better], [30, flowed("unfit")]);
    expect(kept).toMatchObject({ low: true, lowered: null });
    expect(others.at(-1)).toEqual({ tag: "play", way: "hls", low: true });
    expect(run(kept, [40, PRESS], [50, PRESS])[1].at(-1)).toMatchObject({ low: false });
  });

  test("goes on as it is when the house lowers something later", () => {
    const short = truth("live", { what: "Less for all.", low: true });
    const [state, effects] = run(visit(), [0, PRESS], [9, { tag: "told", truth: short }]);
    expect(effects).toHaveLength(1);
    expect(state.low).toBe(false);
  });

  test("takes the lighter sound on a device that saves data", () => {
    const sparing = arrived(WAYS, truth("live"), 1, 0, true);
    expect(run(sparing, [0, PRESS])[1]).toEqual([{ tag: "play", way: "push", low: true }]);
  });

  test("hears how the sound is sent, and asks nobody about it: all would ask at once", () => {
    const cadence = { parts: 3, next: 12, why: "cpu" };
    const news: Input = { tag: "heard", news: { tag: "cadence", cadence } };
    const playing: Input = flowed("playing");
    const [state, effects] = run(visit(), [0, PRESS], [500, playing], [600, news], [60_000, TICK]);
    expect(state.cadence).toEqual(cadence);
    expect(effects).toHaveLength(1);
    expect(visit().cadence).toEqual(STEADY);
  });

  test("tries another way when the edge answers but no sound comes", () => {
    const [, effects] = run(
      visit(),
      [0, PRESS],
      [5_000, { tag: "told", truth: truth("live") }],
      [FIRST_SOUND + 1, TICK],
    );
    expect(effects.slice(1)).toEqual([{ tag: "stop" }, { tag: "play", way: "hls", low: false }]);
  });

  test("keeps its way when the network is away: no way would help", () => {
    const [state] = run(visit(), [0, PRESS], [5_000, { tag: "untold" }], [FIRST_SOUND + 1, TICK]);
    expect(state.way).toBe("push");
  });

  test("keeps a way on which it has heard something", () => {
    const [state] = run(
      visit(),
      [0, PRESS],
      [9, flowed("playing")],
      [99, flowed("connecting")],
      [5_000, { tag: "told", truth: truth("live") }],
      [60_000, TICK],
    );
    expect(state.way).toBe("push");
  });

  test("goes round all ways when none works, and never stops trying", () => {
    let [state] = run(visit(), [0, PRESS]);
    const seen: Way[] = [];
    for (let count = 0; count < 4; count++) {
      [state] = next(state, flowed("unfit"), count);
      seen.push(state.way);
    }
    expect(seen).toEqual(["hls", "plain", "push", "hls"]);
  });

  test("remembers when it begins although events do not say it", () => {
    const begins: Truth = { ...truth("scheduled"), room: room("scheduled", { next: 5_000 }) };
    const [state] = run(arrived(WAYS, begins, 1, 0), [
      0,
      { tag: "heard", news: { tag: "room", room: room("scheduled") } },
    ]);
    expect(state.room?.next).toBe(5_000);
  });

  test("forgets who spoke when the sound goes away", () => {
    const speaks: Input = { tag: "heard", news: { tag: "speakers", names: ["Ana"], level: -20 } };
    const [state] = run(
      visit(),
      [0, PRESS],
      [9, flowed("playing")],
      [10, speaks],
      [20, flowed("reconnecting")],
    );
    expect(state).toMatchObject({ names: [], level: -100 });
  });

  test("of a room that is not there goes on asking, and comes alive when it is made", () => {
    const lost = arrived(WAYS, "unknown", 1, 0);
    const [state, effects] = run(
      lost,
      [30_000, TICK],
      [30_100, { tag: "told", truth: truth("doors") }],
    );
    expect(effects).toEqual([{ tag: "ask" }]);
    expect(state).toMatchObject({ unknown: false, room: { state: "doors" } });
  });

  const flows = [
    "connecting",
    "playing",
    "reconnecting",
    "unknown",
    "full",
    "blocked",
    "unfit",
  ] as const;
  const states = ["scheduled", "doors", "live", "silent", "interrupted", "ended"] as const;
  const input: fc.Arbitrary<Input> = fc.oneof(
    fc.constantFrom<Input>(PRESS, TICK, { tag: "held" }, { tag: "untold" }),
    fc.constantFrom(...flows).map(flowed),
    fc
      .constantFrom("play" as const, "stop" as const)
      .map((wish): Input => ({ tag: "media", wish })),
    fc.constantFrom(...states).map((state): Input => ({ tag: "told", truth: truth(state) })),
    fc.constant<Input>({ tag: "told", truth: "unknown" }),
    fc
      .constantFrom(...states)
      .map((state): Input => ({ tag: "heard", news: { tag: "room", room: room(state) } })),
    fc.boolean().map((online): Input => ({ tag: "online", online })),
    fc.boolean().map((visible): Input => ({ tag: "visible", visible })),
  );

  test("never plays twice at once and never stops what does not play", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 9_000 }), input), { maxLength: 60 }), (steps) => {
        let state = visit();
        let now = 0;
        let playing = false;
        for (const [wait, each] of steps) {
          now += wait;
          const [after, effects] = next(state, each, now);
          state = after;
          for (const effect of effects) {
            if (effect.tag === "ask") continue;
            expect(playing).toBe(effect.tag === "stop");
            playing = effect.tag === "play";
          }
          expect(playing).toBe(state.wanted);
        }
      }),
    );
  });
});
