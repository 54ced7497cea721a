import fc from "fast-check";
import { expect, test } from "vitest";
import { add, due, MOST_CUES, type Waiting } from "./cues";

const cue = (at: number): Waiting => ({
  at,
  news: { tag: "speakers", names: [String(at)], level: -20 },
});

test("news waits until its sound is heard, and is told once", () => {
  const [early, waiting] = due([cue(1), cue(2)], 1.5);
  expect(early).toEqual([cue(1).news]);
  expect(due(waiting, 1.6)[0]).toEqual([]);
  expect(due(waiting, 2)[0]).toEqual([cue(2).news]);
});

test("the oldest news goes when too much waits", () => {
  let waiting: readonly Waiting[] = [];
  for (let at = 0; at < MOST_CUES + 5; at++) waiting = add(waiting, cue(at));
  expect(waiting).toHaveLength(MOST_CUES);
  expect(waiting[0]?.at).toBe(5);
});

test("nothing is lost and nothing told twice, wherever the sound jumps to", () => {
  const times = fc.array(fc.nat({ max: 100 }), { maxLength: 30 });
  fc.assert(
    fc.property(times, fc.array(fc.nat({ max: 100 })), (made, positions) => {
      let waiting: readonly Waiting[] = made.map(cue);
      let told = 0;
      for (const position of [...positions, 100]) {
        const [now, later] = due(waiting, position);
        told += now.length;
        waiting = later;
      }
      expect(told).toBe(made.length);
    }),
  );
});
