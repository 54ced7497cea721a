import fc from "fast-check";
import { expect, test } from "vitest";
import { drawsOf } from "./draws";

const DRAW = {
  number: 3,
  at: "2026-12-01T20:00:00Z",
  seed: "s33d",
  promise: "abc",
  hands: ["a", "b", "c"],
  drawn: ["b"],
};

test("a draw is read with all that it takes to repeat it", () => {
  expect(drawsOf({ promise: "next", draws: [DRAW] })).toEqual({
    promise: "next",
    draws: [
      { number: 3, at: Date.UTC(2026, 11, 1, 20), seed: "s33d", promise: "abc", among: 3, drawn: ["b"] },
    ],
  });
});

test("what is no draw is left out, and no answer is none", () => {
  expect(drawsOf({ draws: [null, {}, { ...DRAW, drawn: "b" }] })?.draws).toEqual([]);
  fc.assert(fc.property(fc.jsonValue(), (json) => void drawsOf(json)));
  expect(drawsOf({ promise: "p" })).toBeNull();
});
