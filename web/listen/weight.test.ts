import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

const BUILT = join(import.meta.dirname, "../../src/fullhouse/web");
/** All that a listener's browser fetches before the sound begins, uncompressed. */
const MOST_BYTES = 30_000;
const LAZY = /hls|fallback|afterwards|hand|speaking-|soon|tongue/;

let html = "";
let files: string[] = [];

beforeAll(() => {
  if (!existsSync(join(BUILT, "listen.html"))) throw new Error("first: npm run build");
  html = readFileSync(join(BUILT, "listen.html"), "utf8");
  files = reached(html, new Set());
});

/** The built files that a text names, and those that these name. */
function reached(text: string, found: Set<string>): string[] {
  for (const [name] of text.matchAll(/[\w.-]+-[\w-]{8}\.(?:js|css|svg)/g)) {
    if (found.has(name) || LAZY.test(name)) continue;
    found.add(name);
    reached(readFileSync(join(BUILT, "assets", name), "utf8"), found);
  }
  return [...found];
}

describe("the built listener's page", () => {
  test("weighs at most 30 kB before the sound begins", () => {
    const weights = files.map((name) => statSync(join(BUILT, "assets", name)).size);
    const total = weights.reduce((sum, weight) => sum + weight, Buffer.byteLength(html));
    console.info(`the listener's page: ${total} bytes in ${files.length + 1} files`);
    expect(files.length).toBeGreaterThanOrEqual(4);
    expect(total).toBeLessThanOrEqual(MOST_BYTES);
  });

  test("fetches what it left out only when it wants it", () => {
    const scripts = files.map((name) => readFileSync(join(BUILT, "assets", name), "utf8")).join("");
    for (const chunk of ["afterwards", "fallback", "soon"])
      expect(scripts.match(new RegExp(`.{8}\\./${chunk}-`))?.[0]).toMatch(/import\(/);
    expect(html).not.toMatch(LAZY);
  });

  test("keeps the tokens that the edge fills in, and no others", () => {
    const tokens = new Set([...html.matchAll(/\{\{(\w+)\}\}/g)].map((found) => found[1]));
    expect([...tokens].sort()).toEqual(["description", "key", "slug", "state_json", "title", "words"]);
    expect(html).toContain('src="/{{slug}}/live.aac{{key}}"');
  });

  test("has no script, style or handler of its own: all come from /assets/", () => {
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
    for (const [, attributes] of html.matchAll(/<script([^>]*)>/g))
      expect(attributes).toMatch(/src="\/assets\/|type="application\/json"/);
  });

  test("asks no other house for anything", () => {
    const scripts = files.map((name) => readFileSync(join(BUILT, "assets", name), "utf8"));
    expect([html, ...scripts].join("").replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(
      /https?:\/\//,
    );
  });
});
