/** A core: why something was refused, in the visitor's language. */

import { refusals as english } from "./en/refusals";
import { refusals as indonesian } from "./id/refusals";
import type { Language } from "./language";

const OTHERS: Readonly<Record<Exclude<Language, "en">, Readonly<Record<string, string>>>> = {
  id: indonesian,
};

/** Returns a sentence for a code; what the house said itself where the code is not known. */
export function refused(language: Language, code: string, message: string): string {
  const ours: Readonly<Record<string, string>> = english;
  if (language === "en") return message || (ours[code] ?? "");
  return OTHERS[language][code] ?? (message || (ours[code] ?? ""));
}
