/** A core: what others ask of one, or have done to one: asked, muted, moved back, removed. */

import type { Millis } from "../stream/backoff";
import type { Notice } from "./company";
import { isMuted, mute, off, type Step, type Studio } from "./state";

/** A question that nobody answers goes away. */
export const ASKED_FOR: Millis = 60_000;

/** Somebody asks this person to unmute. */
export interface Asked {
  readonly by: string;
  readonly at: Millis;
}

/** Why one is not in the studio any more. */
export interface LetGo {
  readonly why: "removed" | "banned" | "moved_back";
  readonly by: string;
}

export function summoned(studio: Studio, said: Notice, now: Millis): Step {
  const { notice, by } = said;
  switch (notice) {
    case "asked_to_unmute":
      if (!isMuted(studio) || studio.me.tag === "off") return [studio, []];
      return [{ ...studio, asked: { by, at: now } }, []];
    case "removed":
    case "banned":
    case "moved_back": {
      const [after, effects] = off(studio, null, true);
      return [{ ...after, asked: null, letGo: { why: notice, by } }, effects];
    }
    case "muted_by":
    case "called_up":
    case "role_changed":
    case "reported":
      return [{ ...studio, notice: { tag: "told", what: notice, by, at: now } }, []];
    default:
      return [studio, []];
  }
}

/** The person answers, or the question goes by itself. Without a question nothing unmutes. */
export function answered(studio: Studio, unmute: boolean): Step {
  if (studio.asked === null) return [studio, []];
  const after: Studio = { ...studio, asked: null };
  return unmute && isMuted(studio) ? mute(after) : [after, []];
}

/** The question, as long as it is one. */
export function stillAsked(studio: Studio, now: Millis): Asked | null {
  const { asked } = studio;
  const old = asked === null || now - asked.at > ASKED_FOR;
  return old || !isMuted(studio) || studio.me.tag === "off" ? null : asked;
}
