/**
 * A core: how good connections are, judged so that the words do not flicker: worse after two
 * seconds, better after five.
 */

import type { Millis } from "../stream/backoff";

export type Level = "good" | "fair" | "poor";
const ORDER: readonly Level[] = ["good", "fair", "poor"];

export const WORSE_AFTER: Millis = 2_000;
export const BETTER_AFTER: Millis = 5_000;
/** Judgements of somebody of whom nothing was said for so long are gone. */
const FORGOTTEN_AFTER: Millis = 5_000;
const FRAMES = 50;

/** What the stage says of one speaker's last second. */
export interface Spoken {
  readonly seat: string;
  readonly loss: number;
  /** Frames of 50 that came from a copy, and that had to be made up. */
  readonly fec: number;
  readonly concealed: number;
  readonly jitter: Millis;
  readonly depth: Millis;
  readonly level: number;
  readonly clipping: number;
  readonly roundTrip: Millis | null;
}

/** What the browser says of the return, all counted since its start. */
export interface Figures {
  readonly packets: number;
  readonly lost: number;
  readonly jitter: Millis;
  /** How long played samples waited, all together, and how many there were. */
  readonly waited: Millis;
  readonly played: number;
  readonly samples: number;
  readonly concealed: number;
  readonly roundTrip: Millis | null;
}

/** The return's last second. */
export interface Returned {
  readonly loss: number;
  readonly concealed: number;
  readonly jitter: Millis;
  readonly delay: Millis;
  readonly roundTrip: Millis | null;
}

/** A level, and since when a worse or a better one has been seen. */
export interface Judged {
  readonly level: Level;
  readonly worse: Millis | null;
  readonly better: Millis | null;
}

/** One speaker, as everybody hears them. */
export interface Speaker {
  readonly network: Judged;
  /** `fair`: very quiet; `poor`: it clips. */
  readonly loudness: Judged;
  readonly last: Spoken;
  /** Shares of lost packets, of frames made up, of samples at full scale; smoothed. */
  readonly loss: number;
  readonly broken: number;
  readonly clipping: number;
  /** The loudest of the last while. */
  readonly peak: number;
  readonly at: Millis;
}

/** The return, as this person hears it. */
export interface Ear {
  readonly network: Judged;
  readonly last: Returned;
  readonly loss: number;
  readonly broken: number;
}

export type Speakers = ReadonlyMap<string, Speaker>;

const FRESH: Judged = { level: "good", worse: null, better: null };

/** Returns the judgement after one more look at it. */
export function judge(before: Judged, seen: Level, now: Millis): Judged {
  const gap = ORDER.indexOf(seen) - ORDER.indexOf(before.level);
  if (gap === 0) return before.worse === null && before.better === null ? before : calm(seen);
  const since = (gap > 0 ? before.worse : before.better) ?? now;
  if (now - since >= (gap > 0 ? WORSE_AFTER : BETTER_AFTER)) return calm(seen);
  return { level: before.level, worse: gap > 0 ? since : null, better: gap < 0 ? since : null };
}

function calm(level: Level): Judged {
  return { level, worse: null, better: null };
}

/** Returns what is thought of everybody after a second's news; who is not in it fades out. */
export function heardOf(before: Speakers, news: readonly Spoken[], now: Millis): Speakers {
  const after = new Map<string, Speaker>();
  for (const [seat, speaker] of before)
    if (now - speaker.at < FORGOTTEN_AFTER) after.set(seat, speaker);
  for (const last of news) after.set(last.seat, speaker(after.get(last.seat), last, now));
  return after;
}

function speaker(before: Speaker | undefined, last: Spoken, now: Millis): Speaker {
  const peak = Math.max(last.level, (before?.peak ?? -100) - 1);
  const loss = smooth(before?.loss, last.loss);
  const broken = smooth(before?.broken, last.concealed / FRAMES);
  const clipping = smooth(before?.clipping, last.clipping);
  return {
    network: judge(before?.network ?? FRESH, network(loss, broken), now),
    loudness: judge(before?.loudness ?? FRESH, loudness(clipping, peak), now),
    last,
    loss,
    broken,
    clipping,
    peak,
    at: now,
  };
}

function network(loss: number, broken: number): Level {
  if (broken >= 0.08) return "poor";
  return loss >= 0.02 || broken >= 0.03 ? "fair" : "good";
}

function loudness(clipping: number, peak: number): Level {
  if (clipping >= 0.001) return "poor";
  return peak > -65 && peak < -45 ? "fair" : "good";
}

/** Returns what is thought of the return after one more second of it. */
export function heardBack(before: Ear | null, last: Returned, now: Millis): Ear {
  const loss = smooth(before?.loss, last.loss);
  const broken = smooth(before?.broken, last.concealed);
  const judged = judge(before?.network ?? FRESH, network(loss, broken), now);
  return { network: judged, last, loss, broken };
}

/** Returns what happened between two looks at the return's figures; null where too little did. */
export function between(then: Figures, now: Figures): Returned | null {
  const [came, lost] = [now.packets - then.packets, Math.max(0, now.lost - then.lost)];
  const [samples, played] = [now.samples - then.samples, now.played - then.played];
  if (came < 0 || samples < 0 || came + lost < 10) return null;
  return {
    loss: lost / (came + lost),
    concealed: samples > 0 ? Math.min(1, Math.max(0, now.concealed - then.concealed) / samples) : 0,
    jitter: now.jitter,
    delay: played > 0 ? Math.max(0, now.waited - then.waited) / played : 0,
    roundTrip: now.roundTrip,
  };
}

/** Begins with nothing: who has just come is not to be judged by the first second. */
function smooth(before = 0, now: number): number {
  return before + (now - before) * 0.4;
}
