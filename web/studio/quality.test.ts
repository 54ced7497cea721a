import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BETTER_AFTER,
  between,
  heardBack,
  heardOf,
  judge,
  WORSE_AFTER,
  type Ear,
  type Figures,
  type Judged,
  type Level,
  type Returned,
  type Speakers,
  type Spoken,
} from "./quality";
import { CLEAN } from "./samples";

const RETURNED: Returned = { loss: 0, concealed: 0, jitter: 2, delay: 30, roundTrip: 20 };
const START: Figures = {
  packets: 100,
  lost: 5,
  jitter: 3,
  waited: 1_000,
  played: 100,
  samples: 96_000,
  concealed: 960,
  roundTrip: 12,
};

/** Returns the level after each of so many seconds. */
function over(seconds: readonly Partial<Spoken>[], of: "network" | "loudness"): Level[] {
  let speakers: Speakers = new Map();
  return seconds.map((more, second) => {
    speakers = heardOf(speakers, [{ ...CLEAN, ...more }], second * 1_000);
    return speakers.get("s1")?.[of].level ?? "good";
  });
}
const times = <T>(count: number, of: T): T[] => Array.from({ length: count }, () => of);

describe("a connection", () => {
  test("gets worse after two seconds, better after five", () => {
    const levels = over([...times(4, { loss: 0.06 }), ...times(10, {})], "network");
    expect(levels).toEqual([...times(2, "good"), ...times(8, "fair"), ...times(4, "good")]);
  });

  test("does not flicker with every other second", () => {
    const flicker = times(20, null).map((_, index) => ({ concealed: index % 2 === 0 ? 9 : 0 }));
    const levels = over(flicker, "network");
    expect(levels.filter((level, index) => level !== levels[index - 1]).length).toBeLessThan(4);
    expect(levels.slice(6)).not.toContain("good");
  });

  test("is not judged by its first second, in which all has yet to begin", () => {
    const begun = [{ concealed: 10 }, ...times(8, {})];
    expect(new Set(over(begun, "network"))).toEqual(new Set(["good"]));
  });

  test("is not called bad for one bad second", () => {
    const once = [...times(5, {}), { loss: 0.06, concealed: 2 }, ...times(5, {})];
    expect(new Set(over(once, "network"))).toEqual(new Set(["good"]));
  });

  test("is poor where frames have to be made up, fair where copies repair them", () => {
    expect(over(times(8, { loss: 0.1, fec: 5 }), "network").at(-1)).toBe("fair");
    expect(over(times(8, { loss: 0.1, concealed: 5 }), "network").at(-1)).toBe("poor");
  });

  test("of somebody of whom nothing is said any more is forgotten", () => {
    const speakers = heardOf(new Map(), [CLEAN], 0);
    expect(heardOf(speakers, [], 4_000).size).toBe(1);
    expect(heardOf(speakers, [], 6_000).size).toBe(0);
  });

  test("is judged alike whatever comes: a step needs its time", () => {
    const level = fc.constantFrom<Level>("good", "fair", "poor");
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 3_000 }), level)), (looks) => {
        let judged: Judged = { level: "good", worse: null, better: null };
        let [now, changed] = [0, -BETTER_AFTER];
        for (const [wait, seen] of looks) {
          now += wait;
          const after = judge(judged, seen, now);
          if (after.level !== judged.level) {
            expect(after.level).toBe(seen);
            expect(now - changed).toBeGreaterThanOrEqual(WORSE_AFTER);
            changed = now;
          }
          judged = after;
        }
      }),
    );
  });
});

describe("loudness", () => {
  test("that clips is said, and so is a voice that is very quiet", () => {
    expect(over(times(4, { clipping: 0.01 }), "loudness").at(-1)).toBe("poor");
    expect(over(times(4, { level: -50 }), "loudness").at(-1)).toBe("fair");
    expect(over(times(4, { level: -20 }), "loudness").at(-1)).toBe("good");
  });

  test("of somebody who says nothing is as it should be", () => {
    expect(over(times(4, { level: -90 }), "loudness").at(-1)).toBe("good");
    const pause = [...times(3, { level: -20 }), ...times(12, { level: -90 })];
    expect(new Set(over(pause, "loudness"))).toEqual(new Set(["good"]));
  });
});

describe("the return", () => {
  test("is judged by what was lost between two looks", () => {
    const now = { ...START, packets: 145, lost: 10, waited: 3_000, played: 150, samples: 144_000 };
    expect(between(START, { ...now, concealed: 5_760 })).toEqual({
      loss: 0.1,
      concealed: 0.1,
      jitter: 3,
      delay: 40,
      roundTrip: 12,
    });
  });

  test("is not judged by too little, nor by figures that began anew", () => {
    expect(between(START, { ...START, packets: 105 })).toBeNull();
    expect(between(START, { ...START, packets: 0, samples: 0 })).toBeNull();
  });

  test("breaks up where much of it is made up", () => {
    let ear: Ear | null = null;
    for (let second = 0; second < 8; second++)
      ear = heardBack(ear, { ...RETURNED, concealed: 0.1 }, second * 1_000);
    expect(ear?.network.level).toBe("poor");
  });
});
