/** A core: news that waits until the sound it came with is heard. */

import type { News } from "./news";

/** Over 40 s of a busy room; the oldest goes when it is full, for the newest is what is true. */
export const MOST_CUES = 512;

export interface Waiting {
  readonly at: number;
  readonly news: News;
}

export function add(waiting: readonly Waiting[], cue: Waiting): readonly Waiting[] {
  return [...waiting, cue].slice(-MOST_CUES);
}

/** Returns what is due at a position (in the order it came), and what still waits. */
export function due(
  waiting: readonly Waiting[],
  position: number,
): [readonly News[], readonly Waiting[]] {
  return [
    waiting.filter((cue) => cue.at <= position).map((cue) => cue.news),
    waiting.filter((cue) => cue.at > position),
  ];
}
