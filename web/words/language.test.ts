import { expect, test } from "vitest";
import { ALL, LANGUAGES, languageFor } from "./language";

test("what was chosen here counts before what the browser wants", () => {
  expect(languageFor("id", ["en-GB", "en"])).toBe("id");
  expect(languageFor("", ["de", "id-ID", "en"])).toBe("id");
});

test("who wants none of ours reads English", () => {
  expect(languageFor("", ["de-DE", "fr"])).toBe("en");
  expect(languageFor("xx", [])).toBe("en");
});

test("the old name of Indonesian is known", () => {
  expect(languageFor("", ["in-ID"])).toBe("id");
});

test("every language has its own name", () => {
  expect(Object.keys(LANGUAGES)).toEqual(ALL);
});
