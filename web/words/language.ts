/** A core: the languages of the pages, and which of them a visitor gets. */

/** Each by its own name, as the switch shows it. */
export const LANGUAGES = { en: "English", id: "Bahasa Indonesia" } as const;

export type Language = keyof typeof LANGUAGES;

export const ALL: readonly Language[] = ["en", "id"];

/** Older systems write Indonesian so. */
const OLD_NAMES: Readonly<Record<string, Language>> = { in: "id" };

/**
 * Returns the language that was chosen here before, else the first that the browser wants and we
 * have, else English.
 *
 * Args: `kept`: what the browser remembers, or nothing; `wanted`: such as `navigator.languages`.
 */
export function languageFor(kept: string, wanted: readonly string[]): Language {
  for (const tag of [kept, ...wanted]) {
    const name = tag.toLowerCase().split("-")[0] ?? "";
    const found = ALL.find((each) => each === name) ?? OLD_NAMES[name];
    if (found !== undefined) return found;
  }
  return "en";
}
