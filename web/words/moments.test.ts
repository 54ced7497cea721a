import { expect, test } from "vitest";
import { away, clock, isZone, moment } from "./moments";

const AT = Date.UTC(2026, 11, 1, 19, 0);

test("a moment is told in a zone and a language", () => {
  expect(moment("en", AT, "Europe/Berlin")).toMatch(/Tuesday.*1 December.*20:00/);
  expect(moment("id", AT, "Asia/Jakarta")).toMatch(/Rabu.*2 Desember.*02[.:]00/);
  expect(clock("en", AT, "UTC")).toBe("19:00");
});

test("a zone that is none does no harm", () => {
  expect(isZone("Mars/Olympus")).toBe(false);
  expect(isZone("")).toBe(false);
  expect(moment("en", AT, "Mars/Olympus")).toMatch(/December/);
});

test("a span is told from here, in the unit that fits", () => {
  expect(away("en", 5 * 60_000)).toBe("in 5 minutes");
  expect(away("en", -3 * 3_600_000)).toBe("3 hours ago");
  expect(away("id", 72 * 3_600_000)).toBe("dalam 3 hari");
});
