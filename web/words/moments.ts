/** A core: moments and spans in a language, and in a time zone where one is named. */

import type { Millis } from "../stream/backoff";
import type { Language } from "./language";

/** British day and month order, and a clock of 24 hours: what the rest of the world reads at once. */
const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", id: "id-ID" };

/** Returns "Tuesday, 1 December, 20:00 CET". Without a zone, in the visitor's own. */
export function moment(language: Language, at: Millis, zone?: string): string {
  return written(language, at, zone, {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
}

/** Returns "20:00". */
export function clock(language: Language, at: Millis, zone?: string): string {
  return written(language, at, zone, { hour: "2-digit", minute: "2-digit" });
}

/** Returns "in 5 minutes", "2 hours ago". */
export function away(language: Language, span: Millis): string {
  const minutes = Math.round(span / 60_000);
  const [count, unit] = unitOf(minutes);
  return new Intl.RelativeTimeFormat(LOCALES[language]).format(count, unit);
}

function unitOf(minutes: number): [number, Intl.RelativeTimeFormatUnit] {
  if (Math.abs(minutes) < 100) return [minutes, "minute"];
  const hours = Math.round(minutes / 60);
  return Math.abs(hours) < 48 ? [hours, "hour"] : [Math.round(hours / 24), "day"];
}

/** A zone that this browser does not know is left out: the visitor's own is used. */
function written(
  language: Language,
  at: Millis,
  zone: string | undefined,
  form: Intl.DateTimeFormatOptions,
): string {
  const locale = LOCALES[language];
  if (zone !== undefined && isZone(zone))
    return new Intl.DateTimeFormat(locale, { ...form, timeZone: zone }).format(at);
  return new Intl.DateTimeFormat(locale, form).format(at);
}

/** True if this browser knows the IANA time zone. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone !== "";
  } catch {
    return false;
  }
}
