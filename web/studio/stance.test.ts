import { describe, expect, test } from "vitest";
import type { HouseRoom } from "./news";
import { ALL } from "../words/language";
import { ARMED, ON, room, studio } from "./samples";
import { speechOf } from "./speech";
import { badge, stanceOf, toneOf } from "./stance";


describe("from beside the stage", () => {
  test("the word is what the room is", () => {
    const said = (of: HouseRoom) => stanceOf(studio(of));
    expect(said(room("scheduled"))).toBe("scheduled");
    expect(said(room("scheduled", { late: true }))).toBe("late");
    expect(said(room("doors"))).toBe("hold");
    expect(said(room("doors", { late: true }))).toBe("late");
    expect(said(ARMED)).toBe("armed");
    expect(said(room("live"))).toBe("air");
    expect(said(room("silent"))).toBe("air_silent");
    expect(said(room("interrupted"))).toBe("interrupted");
    expect(said(room("ended"))).toBe("ended");
  });

  test("a house that is away is said, for what was last heard may be old", () => {
    expect(stanceOf(studio(room("live"), { tag: "off" }, { house: "away" }))).toBe("away");
  });
});

describe("on stage", () => {
  test("the word is what happens to one's voice", () => {
    expect(stanceOf(studio(room("scheduled"), ON))).toBe("backstage");
    expect(stanceOf(studio(room("doors"), ON))).toBe("backstage");
    expect(stanceOf(studio(ARMED, ON))).toBe("armed");
    expect(stanceOf(studio(room("live"), ON))).toBe("air");
  });

  test("a muted or lost voice is never on air", () => {
    expect(stanceOf(studio(room("live"), ON, { muted: true }))).toBe("muted");
    expect(stanceOf(studio(room("live", { muted: ["s1"] }), ON))).toBe("muted");
    expect(stanceOf(studio(room("live"), { ...ON, lostAt: 1 }))).toBe("lost");
    expect(stanceOf(studio(room("live"), ON, { microphone: false }))).toBe("lost");
    expect(stanceOf(studio(room("live"), { tag: "waiting", until: 1 }))).toBe("lost");
    expect(stanceOf(studio(room("live"), ON, { elsewhere: true }))).toBe("elsewhere");
  });
});

test("the alarm goes before all but a shut door", () => {
  const alarm = { seen: "all-muted", since: 0, shown: "all-muted", loud: true } as const;
  expect(stanceOf(studio(room("live"), ON, { alarm, muted: true }))).toBe("all_muted");
  expect(stanceOf(studio(room("live"), ON, { alarm: { ...alarm, shown: "nobody" } }))).toBe(
    "nobody",
  );
  const letGo = { why: "removed", by: "Ben" } as const;
  expect(stanceOf(studio(room("live"), ON, { alarm, letGo }))).toBe("removed");
  expect(toneOf("all_muted")).toBe("alarm");
});

test("red is for what goes out, and for nothing else", () => {
  const red = (["air", "air_silent", "backstage", "armed", "hold", "muted", "late"] as const).filter(
    (stance) => toneOf(stance) === "air",
  );
  expect(red).toEqual(["air", "air_silent"]);
});

test("each of a room's states has words of its own beside it, in every language", () => {
  for (const language of ALL) {
    const speech = speechOf(language);
    const rooms = [
      room("scheduled"),
      room("scheduled", { late: true }),
      room("doors"),
      ARMED,
      room("live"),
      room("silent"),
      room("interrupted"),
      room("ended"),
      room("ended", { cancelled: true }),
      room("ended", { cancelled: true, missed: true }),
    ];
    const said = rooms.map((each) => badge(each, speech).text);
    expect(new Set(said).size).toBe(rooms.length);
  }
});
