import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { patience, PAUSE, SOON } from "./patience";

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const status = fc.constantFrom(0, 200, 401, 404, 429, 500, 502, 503, 504);
const code = fc.constantFrom("", "house_away", "too_many_pages");

test("never waits longer than two seconds", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), status, code, chance, (misses, ...rest) => {
      const wait = patience(misses, ...rest);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(PAUSE);
    }),
  );
});

describe("a house that is away", () => {
  test.each([
    [0, "house_away"],
    [502, ""],
    [504, ""],
  ])("is asked for again within half a second, for ten at least: %i", (status, code) => {
    let waited = 0;
    for (let misses = 1; misses <= SOON.times; misses++) {
      expect(patience(misses, status, code, 0.999)).toBeLessThanOrEqual(500);
      waited += patience(misses, status, code, 0.5);
    }
    expect(waited).toBeGreaterThanOrEqual(10_000);
  });

  test("is asked for by its pages one after the other, not all at once", () => {
    expect(patience(3, 0, "", 0.999) - patience(3, 0, "", 0)).toBeGreaterThanOrEqual(250);
  });
});

test("a house that says why it has no place is given time", () => {
  expect(patience(5, 503, "too_many_pages", 0)).toBe(PAUSE);
});
