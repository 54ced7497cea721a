/**
 * A core: how far the ear is behind the stage. The edge's clock is what counts; the device's own
 * may be wrong by hours, so its difference is taken from what the edge says with each part.
 */

import type { Millis } from "./backoff";

/** Five minutes of parts: among them one came just as the edge had heard from the house. */
const KEPT = 1_000;

/** How much the device's clock was ahead of the edge's, with the way of the bytes on top. */
export type Sightings = readonly Millis[];

export function sighted(sightings: Sightings, asOf: Millis, arrived: Millis): Sightings {
  return [...sightings, arrived - asOf].slice(-KEPT);
}

/**
 * Returns the seconds between the making of the sound and its being heard, or null while that
 * is not known. The quickest of the last arrivals is nearest to the difference of the clocks.
 */
export function latency(
  sightings: Sightings,
  epoch: Millis | null,
  position: number,
  now: Millis,
): number | null {
  if (epoch === null || sightings.length === 0 || position <= 0) return null;
  return (now - Math.min(...sightings) - epoch) / 1000 - position;
}
