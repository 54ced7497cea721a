/** A core: how the studio speaks in one language: texts, names, moments, refusals. */

import type { Millis } from "../stream/backoff";
import { cards as cardsEn } from "../words/en/cards";
import { names as namesEn } from "../words/en/names";
import { studio as studioEn } from "../words/en/studio";
import { cards as cardsId } from "../words/id/cards";
import { names as namesId } from "../words/id/names";
import { studio as studioId } from "../words/id/studio";
import type { Language } from "../words/language";
import { away, clock, moment } from "../words/moments";
import { reader, type Say, type Translation } from "../words/reader";
import { refused } from "../words/refused";

type Said = typeof studioEn & typeof cardsEn & typeof namesEn;

const ALL: Readonly<Record<Language, Translation<Said>>> = {
  en: { ...studioEn, ...cardsEn, ...namesEn },
  id: { ...studioId, ...cardsId, ...namesId },
};

export interface Speech {
  readonly language: Language;
  readonly say: Say<Said>;
  /** A text without holes, by a key that stands in the page's HTML. */
  readonly text: (key: string) => string;
  /** A moment in full, in the visitor's zone or another. */
  readonly tell: (at: Millis, zone?: string) => string;
  readonly clock: (at: Millis, zone?: string) => string;
  readonly away: (span: Millis) => string;
  readonly refused: (code: string, message: string) => string;
  /** "Ana and Ben are speaking"; nothing for nobody. */
  readonly speaking: (names: readonly string[]) => string;
  readonly name: (name: string) => string;
}

export function speechOf(language: Language): Speech {
  const texts: Readonly<Record<string, unknown>> = ALL[language];
  const say = reader<Said>(language, ALL[language]);
  const name = (given: string): string => given.trim() || say("somebody");
  return {
    language,
    say,
    text: (key) => {
      const text = texts[key];
      return typeof text === "string" ? text : key;
    },
    tell: (at, zone) => moment(language, at, zone),
    clock: (at, zone) => clock(language, at, zone),
    away: (span) => away(language, span),
    refused: (code, message) => refused(language, code, message),
    speaking: (names) => listed(say, names.map(name)),
    name,
  };
}

function listed(say: Say<Said>, names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return "";
  if (second === undefined) return say("speaks", { name: first });
  if (names.length === 2) return say("speak_two", { first, second });
  return say("speak_more", { first, second, more: names.length - 2 });
}
