/** A core: how soon the studio asks again for a house that it has lost. */

import { backoff, type Millis } from "../stream/backoff";

/** The longest pause between two attempts: the few who are in a studio are no crowd. */
export const PAUSE: Millis = 2_000;
/** A house that was killed is back in a second or two: so often it is asked for as long as that. */
export const SOON = { least: 150, most: 450, times: 40 } as const;

/**
 * Returns the wait before the next attempt.
 *
 * Args: `misses`: attempts in a row that brought nothing, from 1. `status`: of the last answer,
 * 0 where there was none; `code`: the house's own word for why, empty where somebody in front of
 * it has answered.
 */
export function patience(misses: number, status: number, code: string, chance: number): Millis {
  const { least, most, times } = SOON;
  if (isAway(status, code) && misses <= times) return Math.round(least + (most - least) * chance);
  return Math.min(PAUSE, backoff(misses, chance));
}

/** Nobody answers, or a proxy says so: to ask costs the house nothing. */
function isAway(status: number, code: string): boolean {
  return status === 0 || (code === "" && [502, 503, 504].includes(status));
}
