/**
 * A core: a day and a time as clocks in a zone show them, and which moment that is. A time that
 * the clocks skip is none, one that they show twice is two.
 */

import type { Millis } from "../stream/backoff";

export type Moment =
  | { readonly tag: "at"; readonly at: Millis }
  | { readonly tag: "empty" | "gap" | "twice" };

const DAY: Millis = 86_400_000;

/** Returns the moment at which clocks in `zone` show `day` (2026-12-01) and `time` (20:00). */
export function momentIn(zone: string, day: string, time: string): Moment {
  const wanted = Date.parse(`${day}T${time}Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || !/^\d\d:\d\d$/.test(time) || Number.isNaN(wanted))
    return { tag: "empty" };
  // The offsets around that day; there are at most two, and each gives one candidate.
  const offsets = new Set([wanted - DAY, wanted, wanted + DAY].map((at) => offsetIn(zone, at)));
  const found = [...offsets].map((offset) => wanted - offset).filter((at) => at + offsetIn(zone, at) === wanted);
  const [first] = found;
  if (first === undefined) return { tag: "gap" };
  return new Set(found).size > 1 ? { tag: "twice" } : { tag: "at", at: first };
}

/** Returns by how much clocks in `zone` are ahead of UTC at a moment. */
function offsetIn(zone: string, at: Millis): Millis {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((one) => one.type === type)?.value ?? 0);
  const shown = Date.UTC(
    part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"),
  );
  return shown - Math.floor(at / 1_000) * 1_000;
}

/** Returns a zone's place as people call it: "Asia/Ho_Chi_Minh" is "Ho Chi Minh". */
export function placeName(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

/** Returns the day and the time that clocks in `zone` show at a moment. */
export function shownIn(zone: string, at: Millis): { readonly day: string; readonly time: string } {
  const text = new Date(at + offsetIn(zone, at)).toISOString();
  return { day: text.slice(0, 10), time: text.slice(11, 16) };
}
