/**
 * A core: the first moments of a room on air, in which its sound is still on its way to the
 * listeners. What they hear until then is what was before, and no trouble.
 */

import type { Millis } from "../stream/backoff";
import type { RoomState } from "../stream/news";

/** The edge's pieces, and what a page keeps in store. */
export const ARRIVES_WITHIN: Millis = 4_000;

export interface Onset {
  /** Since when it is on air, as this page knows. */
  readonly at: Millis | null;
  readonly fresh: boolean;
}

/** Whatever is on air next has only just begun. */
export const OFF_AIR: Onset = { at: null, fresh: true };

export function onset(before: Onset, state: RoomState | undefined, now: Millis): Onset {
  if (state !== "live" && state !== "silent" && state !== "interrupted") return OFF_AIR;
  const at = before.at ?? now;
  return { at, fresh: now - at < ARRIVES_WITHIN };
}
