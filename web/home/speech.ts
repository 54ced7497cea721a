/** A core: what the house's page says, in the visitor's language. */

import type { Millis } from "../stream/backoff";
import { home as english } from "../words/en/home";
import { home as indonesian } from "../words/id/home";
import type { Language } from "../words/language";
import { reader, type Say } from "../words/reader";

export type Home = Say<typeof english>;

const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", id: "id-ID" };

export function speech(language: Language): Home {
  return reader<typeof english>(language, { en: english, id: indonesian }[language]);
}

/** Returns "Tuesday 1 December 2026, 20:00" as clocks in a zone show it; the zone is said beside it. */
export function dayAndTime(language: Language, at: Millis, zone: string): string {
  const parts = { timeZone: zone, weekday: "long", day: "numeric", month: "long" } as const;
  const date = new Intl.DateTimeFormat(LOCALES[language], parts).format(at);
  return `${date}, ${timeOnly(language, at, zone)}`;
}

/** Returns "20:00". */
export function timeOnly(language: Language, at: Millis, zone: string): string {
  const parts = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat(LOCALES[language], parts).format(at);
}

/** Returns "1 Dec 2026" in the visitor's zone. */
export function day(language: Language, at: Millis): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "medium" }).format(at);
}

/** Returns a moment as short as it can be told apart from another: today's by its time alone. */
export function short(language: Language, at: Millis, now: Millis, zone: string): string {
  const dayOf = (moment: Millis) =>
    new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(moment);
  return dayOf(at) === dayOf(now) ? timeOnly(language, at, zone) : dayAndTime(language, at, zone);
}
