import { expect, test } from "vitest";
import { dayAndTime, short, speech, timeOnly } from "./speech";

const AT = Date.UTC(2026, 11, 1, 13, 0);

test("a start is said as clocks there show it", () => {
  expect(dayAndTime("en", AT, "Asia/Jakarta")).toBe("Tuesday 1 December, 20:00");
  expect(dayAndTime("id", AT, "Europe/Berlin")).toMatch(/^Selasa, 1 Desember, 14[.:]00$/);
  expect(timeOnly("en", AT, "Europe/Berlin")).toBe("14:00");
});

test("today is said by its time alone", () => {
  expect(short("en", AT, AT + 3_600_000, "UTC")).toBe("13:00");
  expect(short("en", AT, AT + 86_400_000, "UTC")).toBe("Tuesday 1 December, 13:00");
});

test("what is refused and said has its own words in each language", () => {
  expect(speech("id")("sign_in")).toBe("Masuk");
  expect(speech("en")("doors_before", { count: 1 })).toBe("1 minute before");
});
