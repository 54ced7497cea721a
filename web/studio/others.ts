/**
 * A core: hearing the others: the return from the stage. Whether it flows is told by its packets,
 * of which there are 50 a second whoever speaks: the surest sign of all that the network is there.
 */

import { backoff, type Millis } from "../stream/backoff";

/** A return that brings nothing for so long has broken. */
export const STILL_AFTER: Millis = 1_000;
/** One that has not begun after this time is made anew. */
export const BEGINS_WITHIN: Millis = 8_000;
/** A house that cannot do it at all need not be asked often. */
const HOPELESS: Millis = 30_000;

export type Others =
  | { readonly tag: "off" }
  | { readonly tag: "opening"; readonly since: Millis }
  | {
      readonly tag: "on";
      readonly since: Millis;
      readonly packets: number;
      /** When packets were last seen to have come; null: not yet. */
      readonly movedAt: Millis | null;
    }
  | { readonly tag: "waiting"; readonly until: Millis };

export interface Return {
  readonly others: Others;
  /** Sessions so far: the last one's number. */
  readonly attempt: number;
  readonly misses: number;
  /** Why the house refuses it, in its words. */
  readonly refusal: string;
}

export type ReturnEffect =
  | { readonly tag: "hear"; readonly attempt: number; readonly seat: string }
  | { readonly tag: "unhear"; readonly attempt: number; readonly leaves: boolean };

type Step = readonly [Return, readonly ReturnEffect[]];

export const NO_RETURN: Return = { others: { tag: "off" }, attempt: 0, misses: 0, refusal: "" };

/** Makes a return for a seat, in place of one that there may be. */
export function open(before: Return, seat: string, now: Millis): Step {
  const [off, dropped] = shut(before, false);
  const attempt = before.attempt + 1;
  const after: Return = { ...off, attempt, others: { tag: "opening", since: now } };
  return [after, [...dropped, { tag: "hear", attempt, seat }]];
}

/** Ends the return; at the house, too, where one `leaves`. */
export function shut(before: Return, leaves: boolean): Step {
  const { others, attempt } = before;
  const there = others.tag === "opening" || others.tag === "on";
  const after: Return = { ...before, others: { tag: "off" } };
  return [after, there ? [{ tag: "unhear", attempt, leaves }] : []];
}

/** The house has answered. */
export function opened(before: Return, attempt: number, now: Millis): Step {
  if (before.others.tag !== "opening" || before.attempt !== attempt)
    return [before, [{ tag: "unhear", attempt, leaves: true }]];
  const others: Others = { tag: "on", since: now, packets: 0, movedAt: null };
  return [{ ...before, others, refusal: "" }, []];
}

export interface Refusal {
  readonly attempt: number;
  readonly status: number;
  readonly message: string;
  readonly retryAfter: Millis | null;
}

/** The house has refused, or did not answer. */
export function refused(before: Return, said: Refusal, chance: number, now: Millis): Step {
  if (before.others.tag !== "opening" || before.attempt !== said.attempt) return [before, []];
  const hopeless = said.status >= 400 && ![429, 500, 502, 503, 504].includes(said.status);
  const least = hopeless ? HOPELESS : (said.retryAfter ?? 0);
  return retry({ ...before, refusal: said.message }, least, chance, now);
}

/** The browser has given the session up. */
export function failed(before: Return, attempt: number, chance: number, now: Millis): Step {
  const { others } = before;
  const there = others.tag === "opening" || others.tag === "on";
  return there && before.attempt === attempt ? retry(before, 0, chance, now) : [before, []];
}

function retry(before: Return, least: Millis, chance: number, now: Millis): Step {
  const [off, effects] = shut(before, false);
  const misses = before.misses + 1;
  const until = now + Math.max(least, Math.min(2_000, backoff(misses, chance)));
  return [{ ...off, misses, others: { tag: "waiting", until } }, effects];
}

/** The packets were counted. */
export function counted(before: Return, attempt: number, packets: number, now: Millis): Return {
  const { others } = before;
  if (others.tag !== "on" || before.attempt !== attempt || packets <= others.packets) return before;
  return { ...before, misses: 0, others: { ...others, packets, movedAt: now } };
}

export function tick(before: Return, seat: string, chance: number, now: Millis): Step {
  const { others } = before;
  switch (others.tag) {
    case "off":
      return [before, []];
    case "waiting":
      return now < others.until ? [before, []] : open(before, seat, now);
    case "opening":
      return now - others.since < 2 * BEGINS_WITHIN ? [before, []] : retry(before, 0, chance, now);
    case "on": {
      const late = others.movedAt === null && now - others.since >= BEGINS_WITHIN;
      return late ? retry(before, 0, chance, now) : [before, []];
    }
  }
}

/** For how long nothing has come of a return that did come; 0 where there is none. */
export function still({ others }: Return, now: Millis): Millis {
  return others.tag === "on" && others.movedAt !== null ? now - others.movedAt : 0;
}

export function flows(back: Return, now: Millis): boolean {
  const { others } = back;
  return others.tag === "on" && others.movedAt !== null && now - others.movedAt < STILL_AFTER;
}
