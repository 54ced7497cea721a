import fc from "fast-check";
import { expect, test } from "vitest";
import { EVERY, gainOf, LEAST, MOST, move, tell, UNTOUCHED, type Faders } from "./faders";

test("a fader that is dragged tells at most five times a second, and its last word", () => {
  let faders: Faders = UNTOUCHED;
  const told: number[] = [];
  for (let now = 0; now <= 1_100; now += 20) {
    const [after, effects] = move(faders, "s1", -now / 50, now);
    faders = after;
    told.push(...effects.map(({ db }) => db));
  }
  expect(told).toHaveLength(6);
  expect(tell(faders, 1_250)[1]).toEqual([{ tag: "tell-gain", seat: "s1", db: -22 }]);
});

test("faders of two seats are both told", () => {
  const [first, one] = move(UNTOUCHED, "a", 3, 0);
  const [second, none] = move(first, "b", 4, 10);
  expect([...one, ...none, ...tell(second, 210)[1]].map(({ seat }) => seat)).toEqual(["a", "b"]);
});

test("what was moved here counts until the stage has had time to follow", () => {
  const [faders] = move(UNTOUCHED, "s1", -6, 0);
  expect(gainOf(faders, "s1", 0)).toBe(-6);
  expect(gainOf(faders, "s2", 2)).toBe(2);
  expect(gainOf(tell(faders, 4_000)[0], "s1", 0)).toBe(0);
});

test("no fader goes beyond its ends, and none tells too often", () => {
  const moves = fc.array(
    fc.record({
      wait: fc.nat({ max: 300 }),
      db: fc.float({ noNaN: true }),
      seat: fc.constantFrom("a", "b"),
    }),
  );
  fc.assert(
    fc.property(moves, (all) => {
      let [faders, now, last] = [UNTOUCHED, 0, -EVERY];
      for (const { wait, db, seat } of all) {
        now += wait;
        const [after, effects] = move(faders, seat, db, now);
        faders = after;
        for (const effect of effects) {
          expect(effect.db).toBeGreaterThanOrEqual(LEAST);
          expect(effect.db).toBeLessThanOrEqual(MOST);
          expect(now - last).toBeGreaterThanOrEqual(EVERY);
          last = now;
        }
      }
    }),
  );
});
