/**
 * A core: keeps the listener near the live edge. Decides where to start, when to play a little
 * faster or slower, what to jump over and what to forget. Positions are seconds.
 */

import type { Millis } from "./backoff";

/** Distance to the newest sound that is aimed at, just after a part has come in. */
export const NEAREST = 0.45;
const FARTHEST = 3;
const ENOUGH_TO_START = 0.3;
/** Further behind than this, a jump costs less than minutes at 1.08. */
const TOO_FAR = 4;
const KEPT_BEHIND = 10;
/**
 * What is there at the start may be a third of a second old. The part that comes next shows where
 * the live edge is, and one step there is heard less than seconds of hurrying.
 */
const SETTLES_WITHIN: Millis = 700;
const CALM: Millis = 60_000;

export type Range = readonly [start: number, end: number];

export interface Sight {
  readonly ranges: readonly Range[];
  readonly position: number;
}

export interface Pace {
  readonly startedAt: Millis | null;
  readonly target: number;
  readonly rate: number;
  /** When the buffer last ran dry, or the target last came down. */
  readonly calmSince: Millis;
  readonly underruns: number;
  readonly jumps: number;
}

export type PaceInput =
  /** New sound lies in the buffer. */
  | { readonly tag: "appended"; readonly sight: Sight }
  /** A look between appends: gaps are found also while nothing comes in. */
  | { readonly tag: "looked"; readonly sight: Sight }
  /** The element waits for more. */
  | { readonly tag: "dry"; readonly sight: Sight };

export type PaceEffect =
  | { readonly tag: "seek"; readonly to: number }
  | { readonly tag: "rate"; readonly rate: number }
  | { readonly tag: "trim"; readonly before: number };

type Step = [Pace, readonly PaceEffect[]];

export const RESTING: Pace = {
  startedAt: null,
  target: NEAREST,
  rate: 1,
  calmSince: 0,
  underruns: 0,
  jumps: 0,
};

export function next(pace: Pace, input: PaceInput, now: Millis): Step {
  const { sight } = input;
  if (pace.startedAt === null)
    return input.tag === "appended" ? start(pace, sight, now) : [pace, []];
  const jumped = overGap(pace, sight);
  if (jumped !== null) return jumped;
  switch (input.tag) {
    case "appended":
      return steer(pace, sight, now);
    case "looked":
      return [pace, []];
    case "dry":
      return dry(pace, sight, now);
  }
}

/** Returns the seconds of sound that lie ahead of the position. */
export function ahead(sight: Sight): number {
  const here = holding(sight);
  return here === undefined ? 0 : Math.max(0, here[1] - sight.position);
}

function holding(sight: Sight): Range | undefined {
  return sight.ranges.find(([from, to]) => from - 0.02 <= sight.position && sight.position <= to);
}

function start(pace: Pace, sight: Sight, now: Millis): Step {
  const newest = sight.ranges.at(-1);
  if (newest === undefined || newest[1] - newest[0] < ENOUGH_TO_START) return [pace, []];
  const to = Math.max(newest[0], newest[1] - pace.target);
  return [{ ...pace, startedAt: now, calmSince: now }, [{ tag: "seek", to }]];
}

function overGap(pace: Pace, sight: Sight): Step | null {
  const here = holding(sight);
  if (here !== undefined && here[1] - sight.position > 0.05) return null;
  const later = sight.ranges.find(([from]) => from > sight.position + 0.001);
  if (later === undefined) return null;
  const to = Math.max(later[0] + 0.001, later[1] - TOO_FAR);
  return [{ ...pace, jumps: pace.jumps + 1 }, [{ tag: "seek", to }]];
}

function dry(pace: Pace, sight: Sight, now: Millis): Step {
  if (ahead(sight) > 0.1) return [pace, []];
  const target = Math.min(FARTHEST, pace.target + 0.15);
  return [{ ...pace, target, calmSince: now, underruns: pace.underruns + 1 }, []];
}

function steer(pace: Pace, sight: Sight, now: Millis): Step {
  const settled = now - (pace.startedAt ?? now) > SETTLES_WITHIN;
  const distance = ahead(sight);
  const newest = sight.ranges.at(-1);
  if (newest !== undefined) {
    const excess = newest[1] - sight.position - pace.target;
    const to = Math.max(newest[0], newest[1] - pace.target);
    if (!settled && excess > 0.1) return [pace, [{ tag: "seek", to }]];
    if (excess > TOO_FAR) return [{ ...pace, jumps: pace.jumps + 1 }, [{ tag: "seek", to }]];
  }
  const calm = now - pace.calmSince > CALM && pace.target > NEAREST;
  const target = calm ? Math.max(NEAREST, pace.target - 0.05) : pace.target;
  const rate = rateFor(distance - target, pace.rate);
  const effects: PaceEffect[] = [];
  if (rate !== pace.rate) effects.push({ tag: "rate", rate });
  const oldest = sight.ranges[0];
  if (oldest !== undefined && oldest[0] < sight.position - 3 * KEPT_BEHIND)
    effects.push({ tag: "trim", before: sight.position - KEPT_BEHIND });
  return [{ ...pace, target, rate, calmSince: calm ? now : pace.calmSince }, effects];
}

/** A rate once chosen is kept until the distance is right again, so that it does not flutter. */
function rateFor(excess: number, rate: number): number {
  if (excess > 0.35) return 1.08;
  if (excess > 0.12) return Math.max(rate, 1.03);
  if (excess < -0.12) return 0.95;
  if (rate > 1) return excess > 0.04 ? rate : 1;
  return rate < 1 && excess < -0.03 ? rate : 1;
}
