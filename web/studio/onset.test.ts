import { describe, expect, test } from "vitest";
import { ARRIVES_WITHIN, OFF_AIR, onset } from "./onset";

describe("the first moments on air", () => {
  test("last until what was said can have arrived, and then no longer", () => {
    const began = onset(OFF_AIR, "live", 1_000);
    expect(began).toEqual({ at: 1_000, fresh: true });
    expect(onset(began, "silent", 1_000 + ARRIVES_WITHIN - 1).fresh).toBe(true);
    expect(onset(began, "interrupted", 1_000 + ARRIVES_WITHIN).fresh).toBe(false);
  });

  test("come again with the next session", () => {
    const long = onset(onset(OFF_AIR, "live", 0), "live", 60_000);
    expect(long.fresh).toBe(false);
    const over = onset(long, "ended", 61_000);
    expect(onset(over, "live", 62_000)).toEqual({ at: 62_000, fresh: true });
  });

  test("are not over before they have begun", () => {
    expect(onset(OFF_AIR, undefined, 5_000)).toEqual(OFF_AIR);
    expect(onset(OFF_AIR, "doors", 5_000).fresh).toBe(true);
  });
});
