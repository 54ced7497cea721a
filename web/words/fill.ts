/**
 * A shell: puts texts into a page's own HTML, and again when the language changes. `data-say` is
 * the key of an element's text, `data-label` that of its `aria-label`, `data-hint` of its
 * placeholder.
 */

import { ALL, LANGUAGES, languageFor, type Language } from "./language";

export function fill(root: ParentNode, language: Language, say: (key: string) => string): void {
  document.documentElement.lang = language;
  for (const place of root.querySelectorAll<HTMLElement>("[data-say]"))
    place.textContent = say(place.dataset["say"] ?? "");
  for (const place of root.querySelectorAll<HTMLElement>("[data-label]"))
    place.setAttribute("aria-label", say(place.dataset["label"] ?? ""));
  for (const place of root.querySelectorAll<HTMLInputElement>("[data-hint]"))
    place.placeholder = say(place.dataset["hint"] ?? "");
}

/** Makes a list of the languages of an empty `<select>`, each by its own name. */
export function offer(
  list: HTMLSelectElement,
  now: Language,
  chosen: (language: Language) => void,
  signal: AbortSignal,
): void {
  list.replaceChildren(
    ...ALL.map((each) => {
      const option = new Option(LANGUAGES[each], each, false, each === now);
      option.lang = each;
      return option;
    }),
  );
  const changed = () => chosen(languageFor(list.value, []));
  list.addEventListener("change", changed, { signal });
}
