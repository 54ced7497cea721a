import { expect, test } from "vitest";
import { STATES } from "../stream/news";
import { badgeOf, roomOf, roomsOf, sorted, type Room } from "./room";

const JSON_ROOM = {
  slug: "evening", title: "An evening", state: "scheduled", since: "2026-11-01T00:00:00Z",
  starts: "2026-12-01T13:00:00Z", zone: "Asia/Jakarta", late: false, cancelled: false,
  visibility: "unlisted", listeners: 3, seats: [{}], listen: "http://e/evening",
};

function room(more: Readonly<Record<string, unknown>> = {}): Room {
  const made = roomOf({ ...JSON_ROOM, ...more });
  if (made === null) throw new Error("not a room");
  return made;
}

test("a room is read from the house's answer", () => {
  expect(room()).toMatchObject({
    slug: "evening", starts: Date.UTC(2026, 11, 1, 13), visibility: "unlisted", speakers: 1,
    keys: null,
  });
  expect(room({ title: "" }).title).toBe("evening");
  expect(room({ whip_token: "t" }).keys?.whip_token).toBe("t");
  expect(room({ starts: null }).starts).toBeNull();
});

test("what is no room is left out", () => {
  expect(roomsOf([null, 1, {}, { state: "flying" }, JSON_ROOM])).toHaveLength(1);
  expect(roomsOf("rooms")).toEqual([]);
});

test("every state has its colour and its word", () => {
  expect(STATES.map((state) => badgeOf(room({ state })).word)).toEqual([
    "planned", "doors_open", "on_air", "on_air_silent", "interrupted", "ended",
  ]);
  expect(badgeOf(room({ starts: null })).word).toBe("by_voice");
  expect(badgeOf(room({ late: true }))).toEqual({ tone: "trouble", word: "late" });
  expect(badgeOf(room({ state: "doors", late: true })).tone).toBe("trouble");
  expect(badgeOf(room({ cancelled: true })).word).toBe("called_off");
  const missed = room({ state: "ended", cancelled: true, missed: true });
  expect(badgeOf(missed).word).toBe("missed");
});

test("what is on air comes first, then what is next", () => {
  const rooms = [
    room({ slug: "z", state: "ended", title: "z" }),
    room({ slug: "later", starts: "2027-01-01T00:00:00Z" }),
    room({ slug: "sooner" }),
    room({ slug: "voice-b", starts: null, title: "b" }),
    room({ slug: "voice-a", starts: null, title: "a" }),
    room({ slug: "now", state: "silent" }),
  ];
  expect(sorted(rooms).map(({ slug }) => slug)).toEqual([
    "now", "sooner", "later", "voice-a", "voice-b", "z",
  ]);
});
