import { expect, test } from "vitest";
import { CALM, RISES_AFTER, silenceOf, SOUNDS_AFTER, watched } from "./alarm";
import { ARMED, room, seat, stage } from "./samples";

test("a room that waits for a voice which cannot come is an alarm", () => {
  expect(silenceOf(ARMED, stage(seat("a", { muted: true })))).toBe("all-muted");
  expect(silenceOf({ ...ARMED, muted: ["a"] }, stage(seat("a")))).toBe("all-muted");
  expect(silenceOf(ARMED, stage())).toBe("nobody");
  expect(silenceOf(ARMED, null)).toBe("nobody");
  expect(silenceOf(ARMED, stage(seat("a", { connected: false })))).toBe("nobody");
});

test("so is one that is on air", () => {
  for (const state of ["live", "silent"] as const) {
    expect(silenceOf(room(state), stage(seat("a", { muted: true })))).toBe("all-muted");
    expect(silenceOf(room(state), stage())).toBe("nobody");
  }
});

test("one who can be heard is enough, however many are muted", () => {
  expect(silenceOf(ARMED, stage(seat("a", { muted: true }), seat("b")))).toBeNull();
});

test("a room that waits for nobody is none", () => {
  for (const state of ["scheduled", "ended", "interrupted"] as const)
    expect(silenceOf(room(state), stage())).toBeNull();
  expect(silenceOf(room("doors"), stage(seat("a", { muted: true })))).toBeNull();
  expect(silenceOf(null, null)).toBeNull();
});

test("it rises when it lasts, is loud a little later, and within three seconds in all", () => {
  let alarm = watched(CALM, "all-muted", 0);
  expect(alarm.shown).toBeNull();
  alarm = watched(alarm, "all-muted", RISES_AFTER);
  expect(alarm).toMatchObject({ shown: "all-muted", loud: false });
  alarm = watched(alarm, "nobody", SOUNDS_AFTER);
  expect(alarm).toMatchObject({ shown: "nobody", loud: true });
  expect(SOUNDS_AFTER).toBeLessThan(3_000);
  expect(watched(alarm, null, SOUNDS_AFTER + 1)).toEqual(CALM);
});
