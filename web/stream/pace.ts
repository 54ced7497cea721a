/**
 * A core: keeps the listener near the live edge. Decides where to start, when to play a little
 * faster or slower, what to jump over and what to forget. Positions are seconds.
 *
 * An edge that is short of something sends several parts at once, and says so long before: the
 * buffer grows at 0.95 × until the longer pauses fit into it.
 */

import type { Millis } from "./backoff";
import { PART_SECONDS } from "./boxes";
import { STEADY, type Cadence } from "./news";

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
/** An edge that has much to send is less punctual: so much more for each further part at once. */
const RESERVE = 0.08;
const MOST_RESERVE = 0.4;
/** Seconds per second by which a buffer that was made too long is expected to shrink. */
const EASING = 0.03;
/** Lateness may double: there is to be enough for that, up to so many seconds. */
const MOST_WORSE = 0.2;
/** Of the sends of so long, and of one more, the latest counts: lateness that grows is met early. */
const LOOKED_BACK: Millis = 3_000;

export type Range = readonly [start: number, end: number];

export interface Sight {
  readonly ranges: readonly Range[];
  readonly position: number;
}

/** When sound came in, and the position at which it had been too late. */
type Arrival = readonly [at: Millis, due: number];

export interface Pace {
  readonly startedAt: Millis | null;
  /** The distance aimed at where each part comes by itself. */
  readonly target: number;
  readonly rate: number;
  readonly cadence: Cadence;
  readonly arrivals: readonly Arrival[];
  /** The end of what had come when it was last looked at. */
  readonly newest: number;
  /** Until then the buffer may be too long because the cadence was longer. */
  readonly easingUntil: Millis;
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
  cadence: STEADY,
  arrivals: [],
  newest: -Infinity,
  easingUntil: 0,
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
      return appended(pace, sight, now);
    case "looked":
      return steer(pace, sight, now);
    case "dry":
      return dry(pace, sight, now);
  }
}

/** What the newest sound says of how it is sent. Comes before that sound is appended. */
export function told(pace: Pace, cadence: Cadence, now: Millis): Pace {
  const less = distance(pace) - distance({ ...pace, cadence });
  const surplus = surplusAt(pace, now) + less;
  return { ...pace, cadence, easingUntil: now + (surplus * 1000) / EASING };
}

/** Another media source: what is known of the old one's sound says nothing of the new. */
export function anew(pace: Pace): Pace {
  return { ...pace, startedAt: null, rate: 1, arrivals: [], newest: -Infinity };
}

/** Returns the most parts that come at once, now or after what lies ahead. */
export function most({ parts, next }: Cadence): number {
  return Math.max(parts, next);
}

/** Returns the seconds of sound that lie ahead of the position. */
export function ahead(sight: Sight): number {
  const here = holding(sight);
  return here === undefined ? 0 : Math.max(0, here[1] - sight.position);
}

/** Returns the seconds by which sound is heard later for being sent so many parts at once. */
export function longer(parts: number): number {
  return (parts - 1) * PART_SECONDS + Math.min(MOST_RESERVE, (parts - 1) * RESERVE);
}

/** The distance to the newest sound that is aimed at, just after all of a send has come in. */
function distance(pace: Pace): number {
  return pace.target + longer(most(pace.cadence));
}

/** How much further back than usual is no reason to jump: so it was wanted. */
function surplusAt(pace: Pace, now: Millis): number {
  return Math.max(0, (EASING * (pace.easingUntil - now)) / 1000);
}

function holding(sight: Sight): Range | undefined {
  return sight.ranges.find(([from, to]) => from - 0.02 <= sight.position && sight.position <= to);
}

function start(pace: Pace, sight: Sight, now: Millis): Step {
  const newest = sight.ranges.at(-1);
  if (newest === undefined || newest[1] - newest[0] < ENOUGH_TO_START) return [pace, []];
  const to = Math.max(newest[0], newest[1] - distance(pace));
  const started: Pace = { ...pace, startedAt: now, calmSince: now };
  return [noted(started, newest[1], now), [{ tag: "seek", to }]];
}

function overGap(pace: Pace, sight: Sight): Step | null {
  const here = holding(sight);
  if (here !== undefined && here[1] - sight.position > 0.05) return null;
  const later = sight.ranges.find(([from]) => from > sight.position + 0.001);
  if (later === undefined) return null;
  const to = Math.max(later[0] + 0.001, later[1] - Math.max(TOO_FAR, distance(pace)));
  return [{ ...pace, jumps: pace.jumps + 1 }, [{ tag: "seek", to }]];
}

function dry(pace: Pace, sight: Sight, now: Millis): Step {
  if (ahead(sight) > 0.1) return [pace, []];
  const target = Math.min(FARTHEST, pace.target + 0.15);
  return [{ ...pace, target, calmSince: now, underruns: pace.underruns + 1 }, []];
}

function isSettled(pace: Pace, now: Millis): boolean {
  return now - (pace.startedAt ?? now) > SETTLES_WITHIN;
}

/**
 * Notes that sound came in. A send may come in pieces: the first of them says how late it was. The
 * burst at the start says nothing of larger sends that follow.
 */
function noted(pace: Pace, newest: number, now: Millis): Pace {
  if (newest <= pace.newest) return pace;
  const { parts } = pace.cadence;
  if (!isSettled(pace, now))
    return { ...pace, newest, arrivals: parts > 1 ? [] : [[now, newest - PART_SECONDS]] };
  const oldest = now - LOOKED_BACK - parts * PART_SECONDS * 1_000;
  const kept = pace.arrivals.filter(([at]) => at > oldest);
  return { ...pace, newest, arrivals: [...kept, [now, pace.newest]] };
}

function appended(before: Pace, sight: Sight, now: Millis): Step {
  const newest = sight.ranges.at(-1);
  if (newest === undefined) return [before, []];
  const pace = noted(before, newest[1], now);
  const far = newest[1] - sight.position - distance(pace);
  const to = Math.max(newest[0], newest[1] - distance(pace));
  if (!isSettled(pace, now) && far > 0.1) return [pace, [{ tag: "seek", to }]];
  if (far > TOO_FAR + surplusAt(pace, now))
    return [{ ...pace, jumps: pace.jumps + 1 }, [{ tag: "seek", to }]];
  return steer(pace, sight, now);
}

function steer(pace: Pace, sight: Sight, now: Millis): Step {
  const calm = now - pace.calmSince > CALM && pace.target > NEAREST;
  const target = calm ? Math.max(NEAREST, pace.target - 0.05) : pace.target;
  const hurry = surplusAt(pace, now) > 0 ? 1.04 : 1.08;
  const rate = rateFor(excess({ ...pace, target }, sight, now), pace.rate, hurry);
  const effects: PaceEffect[] = [];
  if (rate !== pace.rate) effects.push({ tag: "rate", rate });
  const oldest = sight.ranges[0];
  if (oldest !== undefined && oldest[0] < sight.position - 3 * KEPT_BEHIND)
    effects.push({ tag: "trim", before: sight.position - KEPT_BEHIND });
  return [{ ...pace, target, rate, calmSince: calm ? now : pace.calmSince }, effects];
}

/**
 * Returns the seconds that the position is further behind than it has to be.
 *
 * What was left when the latest of the last sends came says whether it has to be further behind;
 * to be nearer, what is there must be enough as well, for a slow line brings a send bit by bit.
 */
function excess(pace: Pace, sight: Sight, now: Millis): number {
  const last = pace.arrivals.at(-1);
  if (last === undefined) return 0;
  const left = (at: Millis, due: number) => due + (now - at) / 1000 - sight.position;
  const lefts = pace.arrivals.map(([at, due]) => left(at, due));
  const least = Math.min(...lefts);
  const { parts } = pace.cadence;
  const worse = parts > 1 ? 0 : Math.min(MOST_WORSE, Math.max(...lefts) - least);
  const spare = least + parts * PART_SECONDS - distance(pace) - worse;
  const there = left(last[0], pace.newest) - distance(pace);
  return spare < 0 ? spare : Math.max(0, Math.min(spare, there));
}

/** A rate once chosen is kept until the distance is right again, so that it does not flutter. */
function rateFor(excess: number, rate: number, hurry: number): number {
  if (excess > 0.35) return hurry;
  if (excess > 0.12) return Math.min(hurry, Math.max(rate, 1.03));
  if (excess < -0.03) return 0.95;
  if (rate > 1) return excess > 0.04 ? rate : 1;
  return rate < 1 && excess < -0.005 ? rate : 1;
}
