import fc from "fast-check";
import { expect, test } from "vitest";
import { backoff, LONGEST, roll } from "./backoff";

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("waits at most ten seconds, however often it failed", () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 }), chance, (misses, luck) => {
      const wait = backoff(misses, luck);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(LONGEST);
    }),
  );
});

test("tries at first within 0.4 s, for a buffer has little more", () => {
  fc.assert(
    fc.property(chance, (luck) => {
      expect(backoff(1, luck)).toBeLessThanOrEqual(400);
    }),
  );
});

test("spreads a crowd over half of the wait at least", () => {
  for (let misses = 1; misses < 12; misses++)
    expect(backoff(misses, 0)).toBeLessThanOrEqual(backoff(misses, 0.999) / 1.99);
});

test("waits longer after each failure", () => {
  const waits = [1, 2, 3, 4, 5, 6].map((misses) => backoff(misses, 0.5));
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
});

test("rolls numbers from 0 up to 1, spread evenly, the same for the same seed", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const [value] = roll(seed);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
      expect(roll(seed)[0]).toBe(value);
    }),
  );
  let [value, seed] = roll(1);
  let sum = 0;
  for (let count = 0; count < 4_000; count++) {
    sum += value;
    [value, seed] = roll(seed);
  }
  expect(sum / 4_000).toBeCloseTo(0.5, 1);
});
