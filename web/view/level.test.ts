import fc from "fast-check";
import { expect, test } from "vitest";
import { level, loudness } from "./level";

test("a meter is empty at -60 dBFS and full at -10", () => {
  expect([-100, -60, -35, -10, 0].map(level)).toEqual([0, 0, 0.5, 1, 1]);
});

test("a full-scale square wave is 0 dBFS, half of it -6, nothing -100", () => {
  expect(loudness(new Float32Array([1, -1, 1, -1]))).toBeCloseTo(0);
  expect(loudness(new Float32Array([0.5, -0.5]))).toBeCloseTo(-6.02, 1);
  expect(loudness(new Float32Array(8))).toBe(-100);
  expect(loudness(new Float32Array(0))).toBe(-100);
});

test("no samples take a meter out of its bounds", () => {
  fc.assert(
    fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true }), (samples) => {
      const shown = level(loudness(samples));
      expect(shown).toBeGreaterThanOrEqual(0);
      expect(shown).toBeLessThanOrEqual(1);
    }),
  );
});
