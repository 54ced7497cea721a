/** All that the page's HTML says stands in the texts of every language. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ALL } from "../words/language";
import { speechOf } from "./speech";

const HTML = readFileSync(new URL("../studio.html", import.meta.url), "utf8");
const KEYS = [...HTML.matchAll(/data-(?:say|label|hint)="(\w+)"/g)].map(([, key]) => key ?? "");

test("each key of the page is a text without holes", () => {
  expect(KEYS.length).toBeGreaterThan(60);
  for (const language of ALL)
    for (const key of KEYS) {
      const text = speechOf(language).text(key);
      expect([key, text]).not.toEqual([key, key]);
      expect(text).not.toMatch(/[{}]/);
    }
});

test("the page itself says nothing outside of them", () => {
  const body = HTML.slice(HTML.indexOf("<main"), HTML.indexOf("</body>"));
  const words = body.replace(/<[^>]*>/g, "").trim();
  expect(words).toBe("");
});
