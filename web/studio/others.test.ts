import { describe, expect, test } from "vitest";
import {
  BEGINS_WITHIN,
  counted,
  failed,
  flows,
  NO_RETURN,
  open,
  opened,
  refused,
  shut,
  still,
  STILL_AFTER,
  tick,
  type Return,
} from "./others";

const OPENING: Return = open(NO_RETURN, "s1", 0)[0];
const ON: Return = opened(OPENING, 1, 100)[0];
const FLOWING: Return = counted(ON, 1, 10, 200);
const NO = { attempt: 1, message: "", retryAfter: null };

describe("the return", () => {
  test("flows while packets come", () => {
    expect(flows(ON, 200)).toBe(false);
    expect(flows(FLOWING, 300)).toBe(true);
    expect(flows(counted(FLOWING, 1, 60, 1_200), 1_300)).toBe(true);
    expect(flows(FLOWING, 200 + STILL_AFTER)).toBe(false);
  });

  test("is still from the last packet on, and not before the first", () => {
    expect(still(ON, 9_000)).toBe(0);
    expect(still(counted(FLOWING, 1, 10, 900), 1_200)).toBe(1_000);
  });

  test("of another session does not count", () => {
    expect(counted(FLOWING, 2, 99, 900)).toBe(FLOWING);
  });

  test("replaces the one before without leaving the house", () => {
    expect(open(FLOWING, "s1", 500)[1]).toEqual([
      { tag: "unhear", attempt: 1, leaves: false },
      { tag: "hear", attempt: 2, seat: "s1" },
    ]);
  });

  test("that was answered too late is ended", () => {
    const [off] = shut(OPENING, true);
    expect(opened(off, 1, 900)[1]).toEqual([{ tag: "unhear", attempt: 1, leaves: true }]);
  });

  test("is asked for again: soon where the stage is away, seldom where the house cannot", () => {
    const [soon] = refused(OPENING, { ...NO, status: 503 }, 0.5, 0);
    const [seldom] = refused(OPENING, { ...NO, status: 501, message: "Not yet." }, 0.5, 0);
    expect(tick(soon, "s1", 0.5, 1_000)[1]).toHaveLength(1);
    expect(tick(seldom, "s1", 0.5, 20_000)[1]).toEqual([]);
    expect(seldom.refusal).toBe("Not yet.");
    expect(tick(seldom, "s1", 0.5, 31_000)[1]).toHaveLength(1);
  });

  test("waits as long as the house says", () => {
    const [full] = refused(OPENING, { ...NO, status: 503, retryAfter: 10_000 }, 0.5, 0);
    expect(tick(full, "s1", 0.5, 9_999)[1]).toEqual([]);
    expect(tick(full, "s1", 0.5, 10_000)[1]).toHaveLength(1);
  });

  test("is made anew when the browser gives it up, or it never begins", () => {
    const [waiting] = failed(FLOWING, 1, 0.5, 300);
    expect(waiting.others.tag).toBe("waiting");
    expect(failed(FLOWING, 7, 0.5, 300)[0]).toBe(FLOWING);
    expect(tick(ON, "s1", 0.5, 100 + BEGINS_WITHIN)[0].others.tag).toBe("waiting");
    expect(tick(FLOWING, "s1", 0.5, 100 + BEGINS_WITHIN)[0]).toBe(FLOWING);
  });
});
