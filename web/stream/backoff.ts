/** A core: how long to wait before trying again, so that a crowd does not come back as one. */

export type Millis = number;

export const LONGEST: Millis = 10_000;

/** Returns a number from 0 up to 1, and the seed for the next one. Source: Numerical Recipes. */
export function roll(seed: number): [number, number] {
  const next = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
  return [(next >>> 0) / 2 ** 32, next];
}

/**
 * Returns the wait before the next attempt.
 *
 * Args: `misses`: attempts in a row that brought nothing, from 1. The first retry comes
 * within 0.4 s, for a buffer has little more; later ones double up to 10 s.
 */
export function backoff(misses: number, chance: number): Millis {
  const most = Math.min(LONGEST, 400 * 2 ** (Math.max(1, misses) - 1));
  const least = misses <= 1 ? 0 : most / 2;
  return Math.round(least + (most - least) * chance);
}
