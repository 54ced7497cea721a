import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { idle, next, PATIENCE, type Link, type LinkEffect, type LinkInput } from "./link";

function run(inputs: readonly (readonly [number, LinkInput])[]): [Link, LinkEffect[]] {
  let link = idle(1);
  const effects: LinkEffect[] = [];
  for (const [now, input] of inputs) {
    const [after, made] = next(link, input, now);
    link = after;
    effects.push(...made);
  }
  return [link, effects];
}

const START: readonly [number, LinkInput] = [0, { tag: "start" }];
const part = (wire: number, number: number): LinkInput => ({ tag: "part", wire, number });
const ended = (wire: number, status = 200): LinkInput => ({
  tag: "ended",
  wire,
  status,
  retryAfter: null,
});

describe("the link", () => {
  test("opens at the newest part when it starts", () => {
    expect(run([START])[1]).toEqual([{ tag: "open", wire: 1, from: null }]);
  });

  test("opens a second wire at the next part after 1.5 s without bytes, and keeps the first", () => {
    const [link, effects] = run([START, [100, part(1, 7)], [100 + PATIENCE, { tag: "tick" }]]);
    expect(effects.at(-1)).toEqual({ tag: "open", wire: 2, from: 8 });
    expect(link.wires.map((wire) => wire.id)).toEqual([1, 2]);
  });

  test("waits longer where the edge sends more parts at once", () => {
    const told = [START, [100, part(1, 7)], [100, { tag: "cadence", parts: 12 }]] as const;
    const pause = 11 * 320;
    const tick = { tag: "tick" } as const;
    expect(run([...told, [99 + PATIENCE + pause, tick]])[1]).toHaveLength(2);
    expect(run([...told, [100 + PATIENCE + pause, tick]])[1].at(-1)).toMatchObject({ tag: "open" });
    const again = [...told, [200, { tag: "cadence", parts: 1 }]] as const;
    expect(run([...again, [100 + PATIENCE, tick]])[1].at(-1)).toMatchObject({ tag: "open" });
  });

  test("gives the second wire no longer than the first, and later ones more and more", () => {
    const ticks = Array.from(
      { length: 200 },
      (_, at) => [at * 100, { tag: "tick" } as const] as const,
    );
    let link = run([START, [0, part(1, 7)]])[0];
    const opened = ticks.flatMap(([now, input]) => {
      const [after, effects] = next(link, input, now);
      link = after;
      return effects.some((effect) => effect.tag === "open") ? [now] : [];
    });
    expect(opened).toEqual([1_500, 3_000, 6_000, 12_000]);
  });

  test("does not grow impatient while bytes come, even if no part is whole yet", () => {
    const [, effects] = run([
      START,
      [1_400, { tag: "bytes", wire: 1 }],
      [1_600, { tag: "tick" }],
      [2_800, { tag: "tick" }],
    ]);
    expect(effects).toHaveLength(1);
  });

  test("keeps whichever wire brings the next part first", () => {
    const stalled = [START, [0, part(1, 7)], [PATIENCE, { tag: "tick" }]] as const;
    const [revived, closed] = run([...stalled, [1_600, part(1, 8)]]);
    expect(revived.wires.map((wire) => wire.id)).toEqual([1]);
    expect(closed).toContainEqual({ tag: "close", wire: 2 });
    const [replaced, dropped] = run([...stalled, [1_600, part(2, 8)]]);
    expect(replaced.wires.map((wire) => wire.id)).toEqual([2]);
    expect(dropped).toContainEqual({ tag: "close", wire: 1 });
  });

  test("goes on with the other wire when one of two ends", () => {
    const [link, effects] = run([
      START,
      [0, part(1, 7)],
      [PATIENCE, { tag: "tick" }],
      [1_600, ended(1)],
    ]);
    expect(link).toMatchObject({ wires: [{ id: 2 }], retryAt: null });
    expect(effects).toHaveLength(3);
  });

  test("takes each part once, also when two wires bring it", () => {
    const [link, effects] = run([START, [0, part(1, 7)], [10, part(1, 7)], [20, part(1, 6)]]);
    expect(effects.filter((effect) => effect.tag === "take")).toHaveLength(1);
    expect(link.parts).toBe(1);
  });

  test("counts the parts that never came", () => {
    expect(run([START, [0, part(1, 7)], [10, part(1, 10)]])[0].holes).toBe(2);
  });

  test("begins anew when the room's timeline does", () => {
    const [link, effects] = run([START, [0, part(1, 5_000)], [10, part(1, 3)]]);
    expect(effects.at(-1)).toEqual({ tag: "anew" });
    expect(link.next).toBe(4);
    expect(link.holes).toBe(0);
  });

  test("tries again within 0.4 s after a wire ends, from the part it needs", () => {
    const [, effects] = run([START, [0, part(1, 7)], [10, ended(1)], [411, { tag: "tick" }]]);
    expect(effects.at(-1)).toEqual({ tag: "open", wire: 2, from: 8 });
  });

  test("waits as long as the edge asks for, and a little more", () => {
    const full: LinkInput = { tag: "ended", wire: 1, status: 503, retryAfter: 4_000 };
    const early = run([START, [0, full], [3_900, { tag: "tick" }]]);
    expect(early[1]).toHaveLength(1);
    expect(early[0].refused).toBe(503);
    const late = run([START, [0, full], [6_500, { tag: "tick" }]]);
    expect(late[1].at(-1)).toMatchObject({ tag: "open" });
  });

  test("asks rarely for a room that is not there", () => {
    const [, effects] = run([START, [0, ended(1, 404)], [4_900, { tag: "tick" }]]);
    expect(effects).toHaveLength(1);
  });

  test("tries at once when the device comes back online", () => {
    const failed = [START, [0, ended(1, 404)]] as const;
    expect(run([...failed, [100, { tag: "online" }]])[1].at(-1)).toMatchObject({ tag: "open" });
  });

  test("closes every wire when it stops, and stays so", () => {
    const [link, effects] = run([
      START,
      [2_000, { tag: "tick" }],
      [2_100, { tag: "stop" }],
      [9_000, { tag: "tick" }],
      [9_100, part(1, 4)],
    ]);
    expect(effects.filter((effect) => effect.tag === "close")).toHaveLength(2);
    expect(link.wires).toEqual([]);
    expect(link.parts).toBe(0);
  });

  const wire = fc.integer({ min: 1, max: 8 });
  const anyInput: fc.Arbitrary<LinkInput> = fc.oneof(
    fc.constant<LinkInput>({ tag: "start" }),
    fc.constant<LinkInput>({ tag: "tick" }),
    fc.constant<LinkInput>({ tag: "online" }),
    fc.record({ tag: fc.constant("bytes" as const), wire }),
    fc.record({ tag: fc.constant("part" as const), wire, number: fc.nat({ max: 1_000 }) }),
    fc.record({
      tag: fc.constant("ended" as const),
      wire,
      status: fc.constantFrom(0, 200, 404, 503),
      retryAfter: fc.option(fc.nat({ max: 5_000 })),
    }),
  );

  test("never gives up and never holds more than two wires, whatever happens", () => {
    const story = fc.array(fc.tuple(fc.nat({ max: 4_000 }), anyInput), { maxLength: 60 });
    fc.assert(
      fc.property(story, (steps) => {
        let now = 0;
        let [link] = next(idle(1), { tag: "start" }, now);
        const open = new Set([1]);
        for (const [wait, input] of steps) {
          now += wait;
          const [after, effects] = next(link, input, now);
          link = after;
          if (input.tag === "ended") open.delete(input.wire);
          for (const effect of effects) {
            if (effect.tag === "open") open.add(effect.wire);
            if (effect.tag === "close") open.delete(effect.wire);
          }
          expect(link.wires.length).toBeLessThanOrEqual(2);
          expect(new Set(link.wires.map((each) => each.id))).toEqual(open);
          expect(link.wires.length > 0 || link.retryAt !== null).toBe(true);
        }
        const [, effects] = next(link, { tag: "tick" }, now + 30_000);
        expect(effects).toContainEqual(expect.objectContaining({ tag: "open" }));
      }),
    );
  });
});
