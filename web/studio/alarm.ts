/**
 * A core: the alarm that nobody can be heard though the room waits for a voice or is on air:
 * everybody on stage is muted, or nobody is there. It rises soon, but not at a mere moment in
 * which one goes and another comes.
 */

import type { Millis } from "../stream/backoff";
import type { HouseRoom, Stage } from "./news";

/** So long it has to be so. With the stage's five words a second that is well within three. */
export const RISES_AFTER: Millis = 1_000;
/** Then it is heard as well. */
export const SOUNDS_AFTER: Millis = 2_000;

export type Silence = "all-muted" | "nobody";

export interface Alarm {
  readonly seen: Silence | null;
  readonly since: Millis;
  /** What is to be said of it now. */
  readonly shown: Silence | null;
  readonly loud: boolean;
}

export const CALM: Alarm = { seen: null, since: 0, shown: null, loud: false };

/** Returns why nobody can be heard who should be; null where all is well, or nothing is known. */
export function silenceOf(room: HouseRoom | null, stage: Stage | null): Silence | null {
  if (room === null || !isVoiceWanted(room)) return null;
  const here = stage?.seats.filter(({ connected }) => connected) ?? [];
  if (here.length === 0) return "nobody";
  const silent = here.every((seat) => seat.muted || room.muted.includes(seat.seat));
  return silent ? "all-muted" : null;
}

function isVoiceWanted({ state, armed }: HouseRoom): boolean {
  return state === "live" || state === "silent" || (state === "doors" && armed);
}

export function watched(alarm: Alarm, seen: Silence | null, now: Millis): Alarm {
  if (seen === null) return CALM;
  // From one kind to the other it is the same trouble.
  const since = alarm.seen === null ? now : alarm.since;
  const shown = now - since >= RISES_AFTER ? seen : null;
  return { seen, since, shown, loud: now - since >= SOUNDS_AFTER };
}
