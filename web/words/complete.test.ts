/** All languages say all there is to say, with the same holes, and none of it in English. */

import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ALL, type Language } from "./language";
import { holesIn, type Text, type Texts } from "./reader";

const FILES = readdirSync(new URL("en", import.meta.url));
/** Words that are the same in both, and are meant to be. */
const ALIKE = new Set(["Fullhouse", "Studio", "E-mail", "Host", "Admin", "Token", "Audio", "Normal"]);
const LETTERS = /\p{Letter}/u;
const ENGLISH =
  /\b(the|you|your|is|are|not|and|of|to|with|who|this|that|it|please|room|listeners?|mute|hand)\b/i;

/** One file of texts, which exports one record of the file's name. */
async function texts(language: Language, file: string): Promise<Texts> {
  const path = `./${language}/${file}`;
  const module = (await import(path)) as Readonly<Record<string, Texts>>;
  const found = module[file.replace(".ts", "")];
  if (found === undefined) throw new Error(`${path} does not export what it is called after`);
  return found;
}

const forms = (text: Text): readonly string[] =>
  typeof text === "string" ? [text] : Object.values(text);

describe.each(ALL)("in %s", (language) => {
  test("there is a file for each file of texts, and no other", () => {
    expect(readdirSync(new URL(language, import.meta.url))).toEqual(FILES);
  });

  test.each(FILES)("%s says all with the same holes", async (file) => {
    const [english, ours] = [await texts("en", file), await texts(language, file)];
    expect(Object.keys(ours).sort()).toEqual(Object.keys(english).sort());
    for (const [key, text] of Object.entries(english)) {
      const said = ours[key] ?? "";
      expect([key, ...holesIn(said)]).toEqual([key, ...holesIn(text)]);
      for (const form of forms(said)) expect([key, form.trim()]).not.toEqual([key, ""]);
    }
  });

  test.each(FILES)("%s has the plurals that its language needs", async (file) => {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [key, text] of Object.entries(await texts(language, file)))
      if (typeof text !== "string")
        expect([key, ...Object.keys(text).sort()]).toEqual([key, ...[...needed].sort()]);
  });
});

describe.each(ALL.filter((each) => each !== "en"))("in %s", (language) => {
  test.each(FILES)("no English is left in %s", async (file) => {
    const [english, ours] = [await texts("en", file), await texts(language, file)];
    for (const [key, text] of Object.entries(ours)) {
      const originals = forms(english[key] ?? "");
      for (const form of forms(text)) {
        if (ALIKE.has(form) || !LETTERS.test(form.replace(/\{\w+\}/g, ""))) continue;
        expect(originals, key).not.toContain(form);
        expect(form.replace(/\{\w+\}/g, ""), key).not.toMatch(ENGLISH);
      }
    }
  });
});
