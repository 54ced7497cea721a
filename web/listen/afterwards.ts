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
import type { Page } from "./page";
import { dress, languages, list, turnable } from "./panel";
import type { View } from "./words";

export { hearing } from "./hearing";

/** Shows how things stand. */
export type Furniture = (
  view: View,
  stats: Stats,
  room: Room | null,
) => void;

/** Puts it all on the page, once. */
export function furnish(
  audio: HTMLAudioElement,
  place: Place,
  wish: (wish: "play" | "stop") => void,
  page: Page,
  signal: AbortSignal,
): Furniture {
  dress(late);
  const lockscreen = controls(wish);
  turnable(audio);
  languages(page, signal);
  let told: ((room: Room | null) => void) | null = null;
  const hand = import("./hand").then(async (made) => {
    told = await made.raisable(audio, place, signal);
  });
  hand.catch(() => undefined); // without it the sound goes on
  return (view, stats, room) => {
    lockscreen(view);
    list(details(stats).map(([term, text]) => [page.say(term), page.say(text)]));
    told?.(room);
  };
}
