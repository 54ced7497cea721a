/**
 * Builds the pages into the Python package, each by itself (`--mode listen`, `studio`, `home`), so
 * that a page is one script and one style. They are files below /assets/, never in the page: the
 * content security policy allows nothing else. The tokens of listen.html ({{title}}, {{slug}},
 * {{words}}, {{description}}, {{state_json}}) stay for the edge to fill in.
 */

import { defineConfig, type Plugin } from "vite";

/** A page's chunks have no styles of their own: no code is needed that preloads them. */
const plainImports: Plugin = {
  name: "plain-imports",
  enforce: "pre",
  load: (id) =>
    id.includes("vite/preload-helper") ? "export const __vitePreload = (load) => load();" : null,
};

const withoutIndentation: Plugin = {
  name: "without-indentation",
  transformIndexHtml: { order: "post", handler: (html) => html.replace(/\n\s+/g, "\n") },
};

export default defineConfig(({ mode }) => ({
  base: "/",
  plugins: [plainImports, withoutIndentation],
  build: {
    outDir: "../src/fullhouse/web",
    emptyOutDir: mode === "listen",
    assetsInlineLimit: 0,
    modulePreload: false,
    target: "es2022",
    chunkSizeWarningLimit: 400,
    rolldownOptions: { input: `${mode}.html` },
  },
  test: { include: ["**/*.test.ts"], environment: "node" },
}));
