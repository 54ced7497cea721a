/** The house's rules for TypeScript, as far as a program can see them. */

import tseslint from "typescript-eslint";

/** Files that may touch the page, the network, the clock and chance. All others are cores. */
const SHELLS = [
  "home/account.ts",
  "home/entrance.ts",
  "home/house.ts",
  "home/main.ts",
  "home/new-room.ts",
  "home/parts.ts",
  "home/passkeys.ts",
  "home/people.ts",
  "home/rooms.ts",
  "listen/afterwards.ts",
  "listen/fallback.ts",
  "listen/hand.ts",
  "listen/lockscreen.ts",
  "listen/main.ts",
  "listen/page.ts",
  "listen/panel.ts",
  "listen/raiser.ts",
  "listen/soon.ts",
  "listen/speaking.ts",
  "listen/tongue.ts",
  "stream/chance.ts",
  "stream/player.ts",
  "stream/pulse-worker.ts",
  "stream/pulse.ts",
  "studio/asking.ts",
  "studio/beeper.ts",
  "studio/entrance.ts",
  "studio/gear.ts",
  "studio/hands-card.ts",
  "studio/house.ts",
  "studio/main.ts",
  "studio/memory.ts",
  "studio/microphone.ts",
  "studio/monitor.ts",
  "studio/output.ts",
  "studio/page.ts",
  "studio/parts.ts",
  "studio/peering.ts",
  "studio/people-card.ts",
  "studio/plan-card.ts",
  "studio/preflight-card.ts",
  "studio/rival.ts",
  "studio/row.ts",
  "studio/sessions.ts",
  "studio/trial.ts",
  "studio/whep.ts",
  "studio/whip.ts",
  "view/level-meter.ts",
  "view/tell.ts",
  "words/fill.ts",
  "words/kept.ts",
];
const OUTSIDE = [
  "window",
  "document",
  "navigator",
  "location",
  "fetch",
  "localStorage",
  "sessionStorage",
  "setTimeout",
  "setInterval",
  "performance",
  "crypto",
  "console",
];

export default tseslint.config(
  { ignores: ["node_modules"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["vite.config.ts"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "max-lines": ["error", 500],
      "max-lines-per-function": ["error", 60],
      "no-restricted-syntax": [
        "error",
        { selector: "TSEnumDeclaration", message: "A union with one tag." },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A press starts something that tells its own outcome; `return this.step()` reads well.
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["{home,stream,listen,studio,view,words}/**/*.ts"],
    ignores: [...SHELLS, "**/*.test.ts", "**/*.d.ts"],
    rules: {
      "no-restricted-globals": ["error", ...OUTSIDE],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "A core is told the time." },
        { object: "Math", property: "random", message: "A core is told its luck." },
      ],
    },
  },
  // A describe block holds many tests.
  { files: ["**/*.test.ts"], rules: { "max-lines-per-function": "off" } },
);
