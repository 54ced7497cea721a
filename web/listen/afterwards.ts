/**
 * A shell: what nobody misses before there is sound, as a chunk of its own for which the sound
 * does not wait: words about the sound, lock screen, volume, details.
 */

import { details } from "./details";
import { controls } from "./lockscreen";
import { list, turnable } from "./panel";
import type { Stats } from "./main";
import type { View } from "./words";

export { hearing } from "./hearing";

/** Puts it all on the page, once; returns what shows how things stand. */
export function furnish(
  audio: HTMLAudioElement,
  wish: (wish: "play" | "stop") => void,
): (view: View, stats: Stats) => void {
  const lockscreen = controls(wish);
  turnable(audio);
  return (view, stats) => {
    lockscreen(view);
    list(details(stats));
  };
}
