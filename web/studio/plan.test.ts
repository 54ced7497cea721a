import fc from "fast-check";
import { expect, test } from "vitest";
import { localIn, planned, planOf } from "./plan";
import { room } from "./samples";
import { speechOf } from "./speech";

const EN = speechOf("en");
const AT = Date.UTC(2026, 11, 1, 19, 0);
const PLANNED = { starts: AT, zone: "Europe/Berlin", doors: AT - 15 * 60_000, schedule: 3 };

test("a start is told in its zone and in the visitor's", () => {
  const view = planOf(room("scheduled", PLANNED), "Asia/Jakarta", EN);
  expect(view.line).toMatch(/1 December.*20:00.*there.*2 December.*02:00.*here/);
  expect(view.doors).toMatch(/19:45/);
  expect(planOf(room("scheduled", PLANNED), "Europe/Berlin", EN).line).not.toMatch(/here/);
});

test("the form begins with what is set", () => {
  expect(planOf(room("scheduled", PLANNED), "Asia/Jakarta", EN).fields).toEqual({
    start: "2026-12-01T20:00",
    zone: "Europe/Berlin",
    doors: "15",
  });
  expect(planOf(room("scheduled"), "Asia/Jakarta", EN).fields).toEqual({
    start: "",
    zone: "Asia/Jakarta",
    doors: "15",
  });
});

test("what is called off, unplanned or late is said", () => {
  expect(planOf(room("scheduled", { ...PLANNED, cancelled: true }), "UTC", EN).line).toMatch(/^Called off/);
  const missed = { ...PLANNED, cancelled: true, missed: true };
  expect(planOf(room("ended", missed), "UTC", EN).line).toMatch(/^Nobody came to speak/);
  expect(planOf(room("scheduled"), "UTC", EN).line).toMatch(/somebody speaks/);
  expect(planOf(room("scheduled", { ...PLANNED, late: true, whyLate: "Rain" }), "UTC", EN)).toMatchObject({
    late: true,
    why: "Rain",
  });
});

test("a room on air is not moved any more", () => {
  expect(planOf(room("scheduled", { state: "live" }), "UTC", EN).canPlan).toBe(false);
  expect(planOf(room("scheduled", { ...PLANNED, state: "doors" }), "UTC", EN)).toMatchObject({
    canPlan: true,
    canCallOff: true,
  });
});

test("a filled form is an order, an empty one is not", () => {
  const zone = "Europe/Berlin";
  expect(planned({ start: "2026-12-01T20:00", zone, doors: "10" })).toEqual({
    tag: "plan",
    starts: "2026-12-01T20:00",
    zone,
    doors: 10,
  });
  expect(planned({ start: "", zone, doors: "10" })).toBeNull();
  expect(planned({ start: "2026-12-01T20:00", zone, doors: "x" })).toMatchObject({ doors: 0 });
});

test("any moment can be put into the form", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4e12 }),
      fc.constantFrom("UTC", "Asia/Kolkata", "America/St_Johns", "Mars/Olympus"),
      (at, zone) => {
        expect(localIn(at, zone)).toMatch(/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d$/);
      },
    ),
  );
});
