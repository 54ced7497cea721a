/**
 * A shell: what nobody misses before there is sound, as a chunk of its own for which the sound
 * does not wait: words about the sound, lock screen, volume, details, the hand.
 */

import type { Room } from "../stream/news";
import { details } from "./details";
import type { Place } from "./hand";
import late from "./late.css?inline";
import { controls } from "./lockscreen";
import type { Stats } from "./main";
import { dress, languages, list, turnable } from "./panel";
import type { View } from "./words";

export { hearing } from "./hearing";

/** Shows how things stand. */
export type Furniture = (
  view: View,
  stats: Stats,
  room: Room | null,
  say: (text: string) => string,
) => void;

/** Puts it all on the page, once. */
export function furnish(
  audio: HTMLAudioElement,
  place: Place,
  wish: (wish: "play" | "stop") => void,
  signal: AbortSignal,
): Furniture {
  dress(late);
  const lockscreen = controls(wish);
  turnable(audio);
  languages(signal);
  let told: ((room: Room | null) => void) | null = null;
  const hand = import("./hand").then(async (made) => {
    told = await made.raisable(audio, place, signal);
  });
  hand.catch(() => undefined); // without it the sound goes on
  return (view, stats, room, say) => {
    lockscreen(view);
    list(details(stats).map(([term, text]) => [say(term), say(text)]));
    told?.(room);
  };
}
