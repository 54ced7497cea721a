import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { STATES, type Room, type RoomState } from "../stream/news";
import { soon } from "../words/en/soon";
import { soon as indonesian } from "../words/id/soon";
import { reader } from "../words/reader";
import { calendarAt, planOf, shownOf, until, type Plan, type Reader } from "./planned";

const START = Date.UTC(2026, 11, 1, 19, 0);
const say = reader<typeof soon>("en", soon);
const HERE: Reader = { language: "en", say, zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
const SAID = {
  starts: "2026-12-01T19:00:00.000Z",
  zone: "Asia/Jakarta",
  doors: "2026-12-01T18:45:00.000Z",
  late: false,
  why_late: "",
  cancelled: false,
  missed: false,
  reminds: true,
  house: "https://house.example",
};

function room(state: RoomState, said: object = SAID): Room {
  const json: Readonly<Record<string, unknown>> = { ...said };
  return { title: "Salon", state, next: null, listeners: 3, playing: null, asOf: 0, said: json };
}

function plan(state: RoomState, more: object = {}): Plan {
  const found = planOf(room(state, { ...SAID, ...more }), null);
  if (found === null) throw new Error("nothing is planned");
  return found;
}

const shown = (found: Plan, now = START - 60_000, first = found.starts) =>
  shownOf(found, first, HERE, now);

test("a start that was moved is what the page says, though its own words are older", () => {
  const moved = plan("scheduled");
  const view = (next: number | null) => shownOf(moved, START, HERE, START - 60_000, next).view;
  expect(view(START - 600_000).words).toMatch(/^Starts Tuesday.*1 December/);
  expect(view(START).words).toBeUndefined();
  expect(view(null).words).toBeUndefined();
});

describe("what is planned", () => {
  test("is nothing where no start was announced", () => {
    expect(planOf(room("scheduled", {}), null)).toBeNull();
    expect(planOf(room("scheduled", { starts: null }), plan("doors"))).toBeNull();
  });

  test("is kept where an event in the sound does not say it again", () => {
    const before = plan("scheduled");
    const after = planOf(room("doors", { late: true, why_late: "The train." }), before);
    expect(after).toEqual({ ...before, state: "doors", late: true, why: "The train." });
  });

  test("is said in words in every state, without holes", () => {
    for (const state of STATES)
      for (const late of [true, false])
        for (const cancelled of [true, false]) {
          const all = JSON.stringify(shown(plan(state, { late, cancelled, why_late: "Why." })));
          expect(all).not.toMatch(/undefined|null|NaN|\{\w+\}/);
        }
  });

  test("is told with the host's clock where that shows another time", () => {
    expect(shown(plan("scheduled")).lines.join()).toMatch(/02:00 \S+ in Asia\/Jakarta/);
    expect(shown(plan("scheduled", { zone: HERE.zone })).lines.join()).not.toContain(" in ");
  });

  test("counts down, and says when the doors open", () => {
    const found = shown(plan("scheduled"), START - 3_661_000);
    expect(found.view.countdown).toBe("01:01:01");
    expect(found.lines.join()).toContain("The doors open at");
    expect(shown(plan("live")).view).toEqual({});
    expect(shown(plan("live")).lines).toEqual([]);
  });

  test("is said to be new when it has moved since one came", () => {
    expect(shown(plan("doors"), START, START - 1).lines[0]).toMatch(/^New time: /);
    expect(shown(plan("doors")).lines[0]).toMatch(/^Starts /);
  });

  test("is late in words and in the badge, with the reason", () => {
    const found = shown(plan("doors", { late: true, why_late: "The train." }), START + 60_000);
    expect(found.view).toEqual({ badge: "Late", tone: "trouble" });
    expect(found.lines[0]).toMatch(/^It is late\. It was to start /);
    expect(found.lines[1]).toBe("The train.");
  });

  test("did not take place, where nobody came to speak, and nobody has called it off", () => {
    const found = shown(plan("ended", { cancelled: true, missed: true }));
    expect(found.view.badge).toBe("Did not take place");
    expect(found.view.words).toMatch(/^Nobody came to speak\. It was to start /);
  });

  test("is called off in words and in the badge", () => {
    const found = shown(plan("ended", { cancelled: true }));
    expect(found.view.badge).toBe("Called off");
    expect(found.view.words).toMatch(/called it off/);
    expect([found.ahead, found.reminds]).toEqual([false, false]);
  });

  test("offers calendars and reminders while there is something to wait for", () => {
    expect(shown(plan("scheduled"))).toMatchObject({ ahead: true, reminds: true });
    expect(shown(plan("scheduled", { reminds: false })).reminds).toBe(false);
    expect(shown(plan("scheduled", { house: "" })).reminds).toBe(false);
    expect(shown(plan("live")).ahead).toBe(false);
    expect(shown(plan("doors"), START + 60_000)).toMatchObject({ ahead: false, reminds: true });
    expect(shown(plan("doors"), START + 2 * 3_600_000).reminds).toBe(false);
  });

  test("whatever is said, there is an answer", () => {
    const anything = fc.record({
      starts: fc.oneof(fc.anything(), fc.constant(SAID.starts)),
      zone: fc.oneof(fc.string(), fc.constant("Asia/Jakarta")),
      late: fc.anything(),
      why_late: fc.anything(),
      house: fc.anything(),
    });
    fc.assert(
      fc.property(anything, fc.constantFrom(...STATES), (said, state) => {
        const found = planOf(room(state, said), null);
        if (found !== null) expect(shown(found).lines.every((line) => line.length < 700)).toBe(true);
      }),
    );
  });
});

test("a wait is told in days and as on a clock, in each language", () => {
  expect(until(0, say)).toBe("any moment now");
  expect(until(1, say)).toBe("00:00:01");
  expect(until(86_400_000 + 3_661_000, say)).toBe("1 day 01:01:01");
  expect(until(2 * 86_400_000, say)).toBe("2 days 00:00:00");
  expect(until(2 * 86_400_000, reader<typeof soon>("id", indonesian))).toBe("2 hari 00:00:00");
});

test("calendars on the web get title, time and link, and nothing breaks out of the address", () => {
  const found = { ...plan("scheduled"), title: "A & B <#?>" };
  const google = new URL(calendarAt("google", found, "https://ear.example/salon?key=a"));
  expect(google.searchParams.get("dates")).toBe("20261201T190000Z/20261201T200000Z");
  expect(google.searchParams.get("text")).toBe("A & B <#?>");
  const outlook = new URL(calendarAt("outlook", found, "https://ear.example/salon"));
  expect(outlook.searchParams.get("startdt")).toBe("2026-12-01T19:00:00.000Z");
  expect(outlook.searchParams.get("location")).toBe("https://ear.example/salon");
});
