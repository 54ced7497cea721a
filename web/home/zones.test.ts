import fc from "fast-check";
import { expect, test } from "vitest";
import { momentIn, placeName, shownIn } from "./zones";

const ZONES = [
  "Asia/Jakarta", "Europe/Berlin", "America/New_York", "UTC", "Asia/Kathmandu",
  "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns",
] as const;

test("a time is that of the zone's clocks", () => {
  expect(momentIn("Asia/Jakarta", "2026-12-01", "20:00")).toEqual({
    tag: "at",
    at: Date.UTC(2026, 11, 1, 13, 0),
  });
  expect(momentIn("Asia/Kathmandu", "2026-12-01", "05:45")).toEqual({
    tag: "at",
    at: Date.UTC(2026, 11, 1, 0, 0),
  });
});

test("the hour that clocks skip does not exist, the one that they repeat is two", () => {
  expect(momentIn("Europe/Berlin", "2027-03-28", "02:30").tag).toBe("gap");
  expect(momentIn("Europe/Berlin", "2026-10-25", "02:30").tag).toBe("twice");
  expect(momentIn("Europe/Berlin", "2026-10-25", "03:00").tag).toBe("at");
  expect(momentIn("Australia/Lord_Howe", "2027-04-04", "01:45").tag).toBe("twice");
});

test("what is not a day and a time is none", () => {
  for (const [day, time] of [["", "20:00"], ["2026-12-01", ""], ["2026-13-41", "20:00"], ["x", "y"]] as const)
    expect(momentIn("UTC", day, time).tag).toBe("empty");
});

test("what is shown of a moment means that moment, wherever it is one", () => {
  const minutes = fc.integer({ min: Date.UTC(2025, 0) / 60_000, max: Date.UTC(2035, 0) / 60_000 });
  fc.assert(
    fc.property(minutes, fc.constantFrom(...ZONES), (minute, zone) => {
      const { day, time } = shownIn(zone, minute * 60_000);
      const back = momentIn(zone, day, time);
      expect(back.tag === "twice" || (back.tag === "at" && back.at === minute * 60_000)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("a place is called what people call it", () => {
  expect(placeName("America/Argentina/Buenos_Aires")).toBe("Buenos Aires");
  expect(placeName("UTC")).toBe("UTC");
});
