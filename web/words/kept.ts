/** A shell: which language this visitor reads: the browser's, until they choose another. */

import { languageFor, type Language } from "./language";

const KEY = "fullhouse-language";

/** Told to the document when the visitor has chosen another one. */
export const SPOKEN = "fullhouse-language";

export function language(): Language {
  return languageFor(kept(), navigator.languages);
}

export function keep(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    return;
  }
}

function kept(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
