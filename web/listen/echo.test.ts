import { describe, expect, test } from "vitest";
import { listening as english } from "../words/en/listening";
import { listening as indonesian } from "../words/id/listening";
import { STATES } from "../stream/news";
import { listed } from "../view/names";
import { details } from "./details";
import { echo } from "./echo";
import { hearing } from "./hearing";
import { arrived, type Listening } from "./state";
import { viewOf } from "./words";

const say = echo(english, indonesian);
const ENGLISH = /\b(the|you|your|is|are|not|and|of|to|with|this|that|it|please|sound|begins)\b/i;
const tell = () => "Senin 20.00";

describe("what the page says", () => {
  test("is said sentence by sentence", () => {
    expect(say("The doors are open. It begins soon.")).toBe(
      "Pintu sudah terbuka. Sebentar lagi mulai.",
    );
    expect(say("It is over. Thank you for listening. Next: Senin 20.00.")).toBe(
      "Sudah selesai. Terima kasih sudah mendengarkan. Berikutnya: Senin 20.00.",
    );
  });

  test("keeps names as they are", () => {
    expect(say("Ana and Ben are speaking")).toBe("Ana dan Ben sedang berbicara");
    expect(say("{name} $1 is speaking")).toBe("{name} $1 sedang berbicara");
    expect(say(listed(["Ana", "Ben", "Cem"]))).toBe("Ana, Ben, dan 1 lainnya sedang berbicara");
  });

  test("is left as it is where it is not known", () => {
    expect(say("Something new. It begins soon.")).toBe("Something new. Sebentar lagi mulai.");
  });

  test("leaves no English in any state, whatever the flow", () => {
    const flows: readonly Listening["flow"][] = [
      "stopped", "connecting", "playing", "reconnecting", "unknown", "full", "blocked", "unfit",
    ];
    const left = new Set<string>();
    for (const state of STATES)
      for (const flow of flows)
        for (const wanted of [true, false])
          for (const next of [null, 1e12])
            for (const more of [{}, { online: false }, { held: true }, { unknown: true }, { low: true, sparing: true, cadence: { parts: 1, next: 12, why: "cpu" } }, { low: true, cadence: { parts: 12, next: 12, why: "egress" } }]) {
              const room = { title: "", state, next, listeners: 1234, playing: "sound" as const, asOf: null, said: {} };
              const visit = { ...arrived(["push"], null, 1, 0), room, flow, wanted, ...more };
              const view = viewOf(visit, 10_000, tell, hearing);
              for (const text of [view.badge, view.words, view.lowered, view.listeners, view.button])
                if (ENGLISH.test(say(text))) left.add(say(text));
            }
    expect([...left]).toEqual([]);
  });

  test("and the details", () => {
    const stats = { mode: "push", flow: "", state: null, parts: 1, holes: 0, reconnects: 0, buffered: 1, cadence: 1, latency: 1 } as const;
    for (const [term] of details(stats)) expect(say(term)).not.toBe(term);
  });

  test.each([
    "To keep every listener, sound is sent in larger pieces now (every 4 s instead of every 0.3 s), because this server's processor is busy. You hear it about 4 s later.",
    "So that there is room for all, new listeners get a smaller stream now (24 instead of 64 kbit/s), because this server's line is nearly full.",
  ])("and what the edge does without: %s", (text) => {
    expect(say(text)).not.toMatch(ENGLISH);
  });
});
