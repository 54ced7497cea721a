import { describe, expect, test } from "vitest";
import type { Cadence, Lowered } from "../stream/news";
import { hearing } from "./hearing";
import { arrived, type Listening } from "./state";
import { viewOf } from "./words";

const LOWERED: Lowered = { what: "The house sends less.", low: true };

function visit(more: Partial<Listening>): Listening {
  const state = { ...arrived(["push", "hls"], null, 1, 0), lowered: LOWERED };
  return { ...state, wanted: true, flow: "playing", ...more };
}

const sent = (parts: number, why: string, next = parts): Cadence => ({ parts, next, why });
const said = (more: Partial<Listening>): string =>
  viewOf(visit(more), 0, String, hearing).lowered;

describe("what is lowered", () => {
  test("is told in the house's own words before the press", () => {
    expect(said({ wanted: false, flow: "stopped" })).toBe("The house sends less.");
    expect(said({ wanted: false, flow: "stopped", lowered: null })).toBe("");
  });

  test("is told by the sound itself to those who hear it: why, and how much later it comes", () => {
    expect(said({ cadence: sent(3, "loop") })).toBe(
      "This server is very busy, so sound now comes in larger pieces: " +
        "about a second later, with nothing lost.",
    );
    expect(said({ cadence: sent(12, "egress") })).toMatch(/line is nearly full, so .* 4 seconds/);
    expect(said({ cadence: sent(30, "operator") })).toMatch(/operator has set it.* 10 seconds/);
  });

  test("is told while the buffer grows already, and while the connection is away", () => {
    expect(said({ cadence: sent(1, "cpu", 12) })).toMatch(/will soon come .* 4 seconds later/);
    expect(said({ cadence: sent(12, "cpu"), flow: "reconnecting" })).toMatch(/4 seconds later/);
  });

  test("is nothing where all comes as it should, and where sound is fetched in files", () => {
    expect(said({})).toBe("");
    expect(said({ way: "hls" })).toBe("");
  });

  test("is also a lighter sound, with its reason", () => {
    expect(said({ low: true })).toMatch(/^You hear a smaller stream, so/);
    expect(said({ low: true, sparing: true })).toMatch(/your device saves data/);
    expect(said({ low: true, cadence: sent(3, "egress") })).toMatch(/line.*nothing lost.*smaller/);
  });

  test("is told for every reason there is, and for those that are not known yet", () => {
    for (const why of ["cpu", "loop", "egress", "memory", "operator", "moon", ""])
      expect(said({ cadence: sent(3, why) })).toMatch(/^(This|As this) server.* pieces: about a second later/);
  });
});

test("an offline device is told so also while sound is left", () => {
  const view = viewOf(visit({ online: false }), 0, String, hearing);
  expect(view.words).toMatch(/offline/);
});
