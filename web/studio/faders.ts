/**
 * A core: how much each seat is turned up or down by hosts. What was moved here counts at once, and
 * is told at most five times a second; the stage's own word counts again when it has followed.
 */

import type { Millis } from "../stream/backoff";

export const LEAST = -30;
export const MOST = 12;
export const EVERY: Millis = 200;
/** Whoever is not followed within this time was not heard: then the stage's word counts. */
const FOLLOWS_WITHIN: Millis = 3_000;

interface Moved {
  readonly db: number;
  readonly at: Millis;
  readonly told: boolean;
}

export interface Faders {
  readonly moved: ReadonlyMap<string, Moved>;
  readonly toldAt: Millis;
}

export interface TellGain {
  readonly tag: "tell-gain";
  readonly seat: string;
  readonly db: number;
}

export const UNTOUCHED: Faders = { moved: new Map(), toldAt: -EVERY };

type Step = readonly [Faders, readonly TellGain[]];

export function move(faders: Faders, seat: string, db: number, now: Millis): Step {
  const rounded = Math.round(Math.min(MOST, Math.max(LEAST, db)));
  const moved = new Map(faders.moved).set(seat, { db: rounded, at: now, told: false });
  return tell({ ...faders, moved }, now);
}

/** Tells one that waits, if enough time has gone by; forgets those that are settled. */
export function tell(faders: Faders, now: Millis): Step {
  const moved = new Map([...faders.moved].filter(([, { at }]) => now - at < FOLLOWS_WITHIN));
  const kept = moved.size === faders.moved.size ? faders : { ...faders, moved };
  const [next] = [...kept.moved].filter(([, { told }]) => !told);
  if (next === undefined || now - faders.toldAt < EVERY) return [kept, []];
  const [seat, move] = next;
  const after = new Map(kept.moved).set(seat, { ...move, told: true });
  return [{ moved: after, toldAt: now }, [{ tag: "tell-gain", seat, db: move.db }]];
}

/** Where a fader stands. */
export function gainOf(faders: Faders, seat: string, said: number): number {
  return faders.moved.get(seat)?.db ?? said;
}
