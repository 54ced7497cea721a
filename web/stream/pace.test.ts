import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ahead, NEAREST, next, RESTING, type Pace, type PaceInput, type Range } from "./pace";

const PLAYING: Pace = { ...RESTING, startedAt: -10_000 };

function sees(tag: PaceInput["tag"], position: number, ...ranges: Range[]): PaceInput {
  return { tag, sight: { ranges, position } };
}

/** Returns the rates after five seconds each at these distances, with a part every 0.32 s. */
function rates(...distances: readonly number[]): readonly number[] {
  let pace = PLAYING;
  let newest = 10;
  return distances.map((distance) => {
    for (let part = 0; part < 16; part++) {
      newest += 0.32;
      const input = sees("appended", newest - distance, [0, newest]);
      [pace] = next(pace, input, newest * 1_000);
    }
    return pace.rate;
  });
}

describe("the pace", () => {
  test("starts 0.45 s before the newest sound, once 0.3 s are there", () => {
    expect(next(RESTING, sees("appended", 0, [100, 100.2]), 0)[1]).toEqual([]);
    expect(next(RESTING, sees("appended", 0, [100, 101.28]), 0)[1]).toEqual([
      { tag: "seek", to: 101.28 - NEAREST },
    ]);
  });

  test("starts with what there is when there is less than 0.45 s", () => {
    expect(next(RESTING, sees("appended", 0, [100, 100.32]), 0)[1]).toEqual([
      { tag: "seek", to: 100 },
    ]);
  });

  test("steps to the live edge once it shows, in the first moments only", () => {
    const [started] = next(RESTING, sees("appended", 0, [100, 101.28]), 0);
    const later = sees("appended", 101, [100, 101.6]);
    const [pace, effects] = next(started, later, 170);
    expect(effects).toEqual([{ tag: "seek", to: 101.6 - NEAREST }]);
    expect(pace.jumps).toBe(0);
    expect(next(started, later, 900)[1].some(({ tag }) => tag === "seek")).toBe(false);
  });

  test("hurries gently when behind, more when further behind, and stops when it is there", () => {
    expect(rates(0.45, 0.6, 0.85, 0.6, 0.52, 0.47)).toEqual([1, 1.03, 1.08, 1.08, 1.08, 1]);
  });

  test("slows down when the buffer is short, until it is as it should be", () => {
    expect(rates(0.2, 0.4, 0.45)).toEqual([0.95, 0.95, 1]);
  });

  test("jumps when minutes of hurrying would be needed", () => {
    const [pace, effects] = next(PLAYING, sees("appended", 10, [0, 20]), 0);
    expect(effects).toEqual([{ tag: "seek", to: 20 - NEAREST }]);
    expect(pace.jumps).toBe(1);
  });

  test("jumps over a hole in the buffer, also while nothing new comes in", () => {
    const [pace, effects] = next(PLAYING, sees("looked", 10, [0, 10], [10.64, 11.28]), 0);
    expect(effects).toEqual([{ tag: "seek", to: 10.641 }]);
    expect(pace.jumps).toBe(1);
  });

  test("keeps further away after running dry, and comes nearer again in calm", () => {
    const [dry] = next(PLAYING, sees("dry", 10, [0, 10.02]), 1_000);
    expect(dry).toMatchObject({ target: 0.6, underruns: 1 });
    const [calm] = next(dry, sees("appended", 10, [0, 10.6]), 62_000);
    expect(calm.target).toBeCloseTo(0.55);
  });

  test("does not take a seek's short wait for running dry", () => {
    expect(next(PLAYING, sees("dry", 10, [0, 11]), 0)[0].underruns).toBe(0);
  });

  test("forgets what was played half a minute ago", () => {
    const [, effects] = next(PLAYING, sees("appended", 50, [0, 50.45]), 0);
    expect(effects).toContainEqual({ tag: "trim", before: 40 });
  });

  test("never seeks to where there is no sound, never plays at an odd rate", () => {
    const range = fc
      .tuple(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0.02, max: 60, noNaN: true }),
      )
      .map(([from, long]): Range => [from, from + long]);
    const parts = fc.constantFrom(1, 3, 12, 30);
    const cadence = fc.record({ parts, next: parts, why: fc.constant("cpu") });
    const pace = fc.record({
      startedAt: fc.constantFrom(null, -10_000, 0),
      target: fc.double({ min: NEAREST, max: 3, noNaN: true }),
      rate: fc.constantFrom(0.95, 1, 1.03, 1.04, 1.08),
      cadence,
      arrivals: fc.array(fc.tuple(fc.integer({ min: -9_000, max: 0 }), fc.nat({ max: 1e6 })), {
        maxLength: 3,
      }),
      newest: fc.constantFrom(-Infinity, 100),
      easingUntil: fc.constantFrom(0, 90_000),
      calmSince: fc.constant(0),
      underruns: fc.constant(0),
      jumps: fc.constant(0),
    });
    const tag = fc.constantFrom("appended" as const, "looked" as const, "dry" as const);
    const nearby = fc.double({ min: -70, max: 70, noNaN: true });
    fc.assert(
      fc.property(pace, tag, range, nearby, (before, kind, held, off) => {
        const position = Math.max(0, held[1] + off);
        const sight = { ranges: [held], position };
        const [after, effects] = next(before, { tag: kind, sight }, 0);
        expect([0.95, 1, 1.03, 1.04, 1.08]).toContain(after.rate);
        for (const effect of effects)
          if (effect.tag === "seek") {
            expect(effect.to).toBeGreaterThanOrEqual(held[0]);
            expect(effect.to).toBeLessThanOrEqual(held[1]);
          } else if (effect.tag === "trim") expect(effect.before).toBeLessThan(position);
      }),
    );
  });

  test("counts only sound that can be played on from here", () => {
    const sight = {
      ranges: [
        [0, 5],
        [6, 9],
      ] as const,
      position: 4,
    };
    expect(ahead(sight)).toBe(1);
    expect(ahead({ ...sight, position: 5.5 })).toBe(0);
  });
});
