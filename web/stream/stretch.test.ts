/** Whole hours of the pace under an edge that changes its cadence, in a world made of numbers. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PART_SECONDS } from "./boxes";
import { STEADY, type Cadence } from "./news";
import {
  ahead,
  longer,
  most,
  NEAREST,
  next,
  RESTING,
  told,
  type Pace,
  type PaceInput,
  type Range,
} from "./pace";

const STEP = 0.01;

/** From part `from` on it is `parts`; known from part `known` on. */
interface Change {
  readonly known: number;
  readonly from: number;
  readonly parts: number;
}

/** How far ahead an edge says that it will send less often. */
function lead(parts: number, following: number): number {
  const seconds = (((following - parts) * PART_SECONDS) / 0.05) * 1.15 + 2;
  return following > parts ? parts + 1 + Math.floor(seconds / PART_SECONDS) : 0;
}

/** Changes to these cadences, each known as long before as an edge must, and kept for a while. */
function plan(steps: readonly (readonly [parts: number, kept: number])[]): readonly Change[] {
  const changes: Change[] = [{ known: 0, from: 0, parts: steps[0]?.[0] ?? 1 }];
  let at = 0;
  for (const [index, [parts]] of steps.slice(1).entries()) {
    const [before, kept] = steps[index] ?? [1, 0];
    const known = at + kept;
    at = known + lead(before, parts);
    changes.push({ known, from: at, parts });
  }
  return changes;
}

function cadenceAt(changes: readonly Change[], number: number): Cadence {
  const now = changes.filter(({ from }) => from <= number).at(-1)?.parts ?? 1;
  const coming = changes.find(({ known, from }) => known <= number && number < from);
  return { parts: now, next: coming?.parts ?? now, why: "cpu" };
}

interface World {
  readonly changes: readonly Change[];
  /** When the listener comes and goes, in parts. */
  readonly joins: number;
  readonly leaves: number;
  /** Seconds by which a send may be late, and the share of it for each send, over and over. */
  readonly lateness: number;
  readonly luck: readonly number[];
  /** Seconds until sends are as late as that: it comes bit by bit. */
  readonly grows: number;
  /** Seconds from one part of a send to the next: much on a slow line. */
  readonly trickle: number;
}

const WORLD: World = {
  changes: plan([[1, 0]]),
  joins: 100,
  leaves: 2_000,
  lateness: 0,
  luck: [0],
  grows: 0,
  trickle: 0.0005,
};

/** The edge's side of one listener: what is on its way to it. */
class Sender {
  readonly #way: { readonly at: number; readonly number: number }[] = [];
  #roster: number;
  #head: number;
  #free: number;
  #sends = 0;

  constructor(readonly world: World) {
    const { joins, changes } = world;
    this.#head = joins;
    this.#free = joins * PART_SECONDS;
    const burst = Math.max(3, most(cadenceAt(changes, joins)) + 2);
    this.#roster = Math.max(0, joins - burst);
    this.#send(this.#free);
  }

  /** Decides what is due, and returns the parts that have come by now. */
  at(now: number): readonly number[] {
    while ((this.#head + 1) * PART_SECONDS <= now) {
      this.#head++;
      const { parts } = cadenceAt(this.world.changes, this.#head);
      if (this.#head - this.#roster >= parts) this.#send(now);
    }
    const come = this.#way.filter(({ at }) => at <= now).length;
    return this.#way.splice(0, come).map(({ number }) => number);
  }

  #send(at: number): void {
    const { luck, lateness, trickle, grows, joins } = this.world;
    const grown = grows > 0 ? Math.min(1, (at - joins * PART_SECONDS) / grows) : 1;
    const share = (luck[this.#sends % luck.length] ?? 0) * grown;
    this.#sends++;
    this.#free = Math.max(this.#free, at + share * lateness);
    for (; this.#roster < this.#head; this.#roster++) {
      this.#free += trickle;
      this.#way.push({ at: this.#free, number: this.#roster });
    }
  }
}

/** The page's side: an element that plays what has come, and what was seen of it. */
class Listener {
  pace: Pace = RESTING;
  position = 0;
  playing = false;
  dry = 0;
  /** Seconds until the first sound. */
  quick = Infinity;
  readonly rates = new Set<number>();
  /** How far behind the stage it was, once a second. */
  readonly behind: number[] = [];
  #said = STEADY;
  #range: Range = [Infinity, -Infinity];
  #looked = 0;

  constructor(world: World) {
    const sender = new Sender(world);
    const began = world.joins * PART_SECONDS;
    for (let now = began; now < world.leaves * PART_SECONDS; now += STEP) {
      const parts = sender.at(now);
      for (const number of parts) this.#take(number, cadenceAt(world.changes, number), now);
      if (parts.length > 0) this.#drive("appended", now);
      this.#play(now);
      if (this.playing) this.quick = Math.min(this.quick, now - began);
      if (this.behind.length < now - began) this.behind.push(now - this.position);
    }
  }

  #take(number: number, cadence: Cadence, now: number): void {
    if (cadence.parts !== this.#said.parts || cadence.next !== this.#said.next)
      this.pace = told(this.pace, cadence, now * 1000);
    this.#said = cadence;
    const from = Math.min(this.#range[0], number * PART_SECONDS);
    this.#range = [from, (number + 1) * PART_SECONDS];
  }

  #play(now: number): void {
    const runs = this.playing && ahead({ ranges: [this.#range], position: this.position }) > 0;
    if (runs) this.position += STEP * this.pace.rate;
    if (now - this.#looked < 0.25) return;
    this.#looked = now;
    if (this.playing && !runs) {
      this.dry++;
      this.#drive("dry", now);
    }
    this.#drive("looked", now);
  }

  #drive(tag: PaceInput["tag"], now: number): void {
    const sight = { ranges: [this.#range], position: this.position };
    const [pace, effects] = next(this.pace, { tag, sight }, now * 1000);
    this.pace = pace;
    for (const effect of effects)
      if (effect.tag === "rate") this.rates.add(effect.rate);
      else if (effect.tag === "seek") {
        this.position = effect.to;
        this.playing = true;
      }
  }

  get jumps(): number {
    return this.pace.jumps;
  }

  /** Seconds behind at the end. */
  get settled(): number {
    return this.behind.at(-1) ?? NaN;
  }
}

const live = (more: Partial<World>): Listener => new Listener({ ...WORLD, ...more });
const PARTS = [1, 3, 12, 30] as const;

describe("a page under an edge that sends less often", () => {
  test("hears no gap when each step up is announced as long before as it must be", () => {
    const changes = plan([
      [1, 200],
      [3, 200],
      [12, 300],
      [30, 600],
    ]);
    const course = live({ changes, leaves: 2_600 });
    expect(course).toMatchObject({ dry: 0, jumps: 0 });
    expect([...course.rates].sort()).toContain(0.95);
    expect(Math.max(...course.rates)).toBeLessThanOrEqual(1.04);
    expect(course.settled).toBeGreaterThan(29 * PART_SECONDS);
  });

  test("hears a gap when it is not told: this world can tell", () => {
    const [before, after] = plan([
      [1, 300],
      [12, 600],
    ]);
    if (before === undefined || after === undefined) throw new Error("no plan");
    const changes = [before, { ...after, known: after.from }];
    expect(live({ changes, leaves: 1_200 }).dry).toBeGreaterThan(0);
  });

  test("comes nearer again after a step down, gently, and never jumps", () => {
    for (const high of [3, 12, 30]) {
      const changes = plan([
        [high, 300],
        [1, 0],
      ]);
      const course = live({ changes });
      expect(course).toMatchObject({ dry: 0, jumps: 0 });
      expect(Math.max(...course.rates)).toBeLessThanOrEqual(1.04);
      expect(course.settled).toBeLessThan(NEAREST + 0.3);
    }
  });

  test("begins at once with the whole buffer when it comes during a long cadence", () => {
    for (const parts of PARTS) {
      const course = live({ changes: plan([[parts, 0]]), leaves: 600 });
      expect(course.dry).toBe(0);
      expect(course.quick).toBeLessThan(0.1);
      expect(course.behind[1]).toBeGreaterThan((parts - 1) * PART_SECONDS);
      for (const behind of course.behind.slice(2))
        expect(behind).toBeLessThan(NEAREST + longer(parts) + 0.5);
    }
  });

  test("does not flutter: in a steady cadence it plays at one speed", () => {
    for (const parts of PARTS) {
      const course = live({ changes: plan([[parts, 0]]), leaves: 1_000 });
      const last = course.behind.slice(-200);
      expect(Math.max(...last) - Math.min(...last)).toBeLessThan(0.05);
    }
  });

  test("meets lateness that grows before it runs dry", () => {
    const luck = [0, 0, 0, 0.5, 0, 0, 1, 0];
    const course = live({ lateness: 0.6, luck, grows: 60 });
    expect(course.dry).toBe(0);
    expect(course.settled).toBeGreaterThan(NEAREST + 0.4);
  });

  test("keeps further back when sends are late, before it runs dry", () => {
    const changes = plan([[12, 0]]);
    const luck = [0, 0.2, 0.4, 0.6, 0.8, 1];
    const punctual = live({ changes }).settled;
    const course = live({ changes, lateness: 1.2, luck });
    expect(course.dry).toBe(0);
    expect(course.settled).toBeGreaterThan(punctual);
  });

  test("on a line that just carries the sound hears it without a gap", () => {
    for (const parts of PARTS)
      for (const trickle of [0.03, 0.1, 0.3]) {
        const course = live({ changes: plan([[parts, 0]]), trickle });
        expect(course.dry).toBe(0);
        expect(course.quick).toBeLessThan(0.4);
        if (parts > 1) expect(Math.max(1, ...course.rates)).toBeLessThan(1.04);
      }
  });

  test("hears no gap whenever it comes, however the cadence wanders", () => {
    const step = fc.tuple(fc.constantFrom(...PARTS), fc.integer({ min: 40, max: 500 }));
    const world = fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 4 }),
      joins: fc.integer({ min: 40, max: 900 }),
      luck: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 }),
    });
    fc.assert(
      fc.property(world, ({ steps, joins, luck }) => {
        const changes = plan(steps);
        const course = live({ changes, joins, leaves: joins + 900, lateness: 0.1, luck });
        expect(course.dry).toBe(0);
        expect(course.jumps).toBe(0);
        for (const rate of course.rates) expect([0.95, 1, 1.03, 1.04]).toContain(rate);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
