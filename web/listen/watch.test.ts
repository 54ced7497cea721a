import fc from "fast-check";
import { expect, test } from "vitest";
import { next, watching, type Watch, type WatchInput } from "./watch";

const looked = (position: number): WatchInput => ({ tag: "looked", position });

function run(...steps: readonly (readonly [number, WatchInput])[]): [Watch, number] {
  let watch = watching(1, 0);
  let loads = 0;
  for (const [now, input] of steps) {
    const [after, effects] = next(watch, input, now);
    watch = after;
    loads += effects.length;
  }
  return [watch, loads];
}

test("sound that moves is left alone", () => {
  const steps = Array.from(
    { length: 60 },
    (_, second) => [second * 1_000, looked(second + 1)] as const,
  );
  const [watch, loads] = run(...steps);
  expect(loads).toBe(0);
  expect(watch.moving).toBe(true);
});

test("sound that stands still for six seconds is loaded anew", () => {
  expect(run([0, looked(1)], [5_900, looked(1)])[1]).toBe(0);
  expect(run([0, looked(1)], [6_000, looked(1)])[1]).toBe(1);
});

test("what cannot be loaded is given longer each time", () => {
  expect(run([6_000, looked(0)], [12_100, looked(0)])[1]).toBe(1);
  expect(run([6_000, looked(0)], [18_100, looked(0)])[1]).toBe(2);
});

test("an error leads to one new load, not at once", () => {
  const failed: WatchInput = { tag: "failed" };
  expect(run([0, failed], [1, failed], [2, looked(0)])[1]).toBe(0);
  expect(run([0, failed], [1, failed], [1_000, looked(0)])[1]).toBe(1);
});

test("it never gives up", () => {
  const input = fc.oneof(
    fc.constant<WatchInput>({ tag: "failed" }),
    fc.nat({ max: 3 }).map(looked),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 8_000 }), input), { maxLength: 30 }), (steps) => {
      let now = 0;
      const [watch] = run(...steps.map(([wait, each]) => [(now += wait), each] as const));
      const patience = 6_000 * (1 + watch.misses);
      const [, effects] = next(watch, looked(watch.position), now + patience + 10_000);
      expect(effects).toEqual([{ tag: "load" }]);
    }),
  );
});
