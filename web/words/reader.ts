/**
 * A core: texts with holes, said in a language. A text is a string with `{holes}`, or where it
 * counts something, one form for each plural of its language, chosen by the hole `count`.
 *
 * English is the form of all others: a key that is missing is a type error, and so is a hole that
 * is not filled.
 */

import type { Language } from "./language";

/** Forms by plural category; `other` is the one that every language has. */
export type Plural = { readonly other: string } & {
  readonly [form in Exclude<Intl.LDMLPluralRule, "other">]?: string;
};
export type Text = string | Plural;
export type Texts = Readonly<Record<string, Text>>;

/** The same texts in another language. */
export type Translation<English extends Texts> = {
  readonly [Key in keyof English]: English[Key] extends string ? string : Plural;
};

type Holes<Said> = Said extends `${string}{${infer Hole}}${infer Rest}`
  ? Hole | Holes<Rest>
  : never;
type HolesOf<Said> = Said extends string
  ? Holes<Said>
  : Said extends { readonly other: infer Other }
    ? Holes<Other>
    : never;
type Filled<Hole extends string> = [Hole] extends [never]
  ? []
  : [Readonly<Record<Hole, string | number>>];

/** Says a text by its key; numbers in its holes are written as the language writes them. */
export type Say<English extends Texts> = <Key extends keyof English & string>(
  key: Key,
  ...holes: Filled<HolesOf<English[Key]>>
) => string;

type Values = Readonly<Record<string, string | number>>;

/** Returns the texts as one language says them: `reader<typeof english>("id", indonesian)`. */
export function reader<English extends Texts>(
  language: Language,
  texts: Translation<English>,
): Say<English> {
  const numbers = new Intl.NumberFormat(language);
  const plurals = new Intl.PluralRules(language);
  const all: Readonly<Record<string, Text>> = texts;
  return (key, ...[holes]) => {
    const values: Values = holes ?? {};
    const text = all[key] ?? key;
    const { count } = values;
    const form =
      typeof text === "string"
        ? text
        : (typeof count === "number" ? text[plurals.select(count)] : undefined) ?? text.other;
    return form.replace(/\{(\w+)\}/g, (hole, name: string) => {
      const value = values[name];
      if (value === undefined) return hole;
      return typeof value === "number" ? numbers.format(value) : value;
    });
  };
}

/** Returns the holes of a text, sorted, for the test that translations have the same. */
export function holesIn(text: Text): readonly string[] {
  const forms = typeof text === "string" ? [text] : Object.values(text);
  const found = forms.flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  return [...new Set(found.filter((name) => name !== undefined))].sort();
}
