/** A core: a room as its owner's list shows it: its state in a colour and in words. */

import type { Millis } from "../stream/backoff";
import { isObject, momentOf, STATES, textOf, type RoomState } from "../stream/news";
import type { home } from "../words/en/home";

export interface Room {
  readonly slug: string;
  readonly title: string;
  readonly state: RoomState;
  readonly since: Millis | null;
  readonly starts: Millis | null;
  readonly zone: string;
  readonly late: boolean;
  readonly cancelled: boolean;
  /** Nobody came to speak, and its doors have closed. */
  readonly missed: boolean;
  readonly visibility: "public" | "unlisted" | "invited";
  readonly listeners: number;
  readonly speakers: number;
  readonly listen: string;
  /** What only the host is told: by name. */
  readonly keys: Readonly<Record<"whip" | "whip_token" | "source" | "source_key", string>> | null;
}

export type Tone = "air" | "wait" | "rest" | "trouble";

export interface Badge {
  readonly tone: Tone;
  readonly word: keyof typeof home;
}

/** Returns a room of the house's answer, null for what is none. */
export function roomOf(json: unknown): Room | null {
  if (!isObject(json)) return null;
  const state = STATES.find((one) => one === json["state"]);
  if (state === undefined) return null;
  const keys = typeof json["whip_token"] === "string";
  const visibility = json["visibility"];
  return {
    slug: textOf(json["slug"]),
    title: textOf(json["title"]) || textOf(json["slug"]),
    state,
    since: momentOf(json["since"]),
    starts: json["starts"] === null ? null : momentOf(json["starts"]),
    zone: textOf(json["zone"]),
    late: json["late"] === true,
    cancelled: json["cancelled"] === true,
    missed: json["missed"] === true,
    visibility: visibility === "unlisted" || visibility === "invited" ? visibility : "public",
    listeners: typeof json["listeners"] === "number" ? json["listeners"] : 0,
    speakers: Array.isArray(json["seats"]) ? json["seats"].length : 0,
    listen: textOf(json["listen"]),
    keys: keys
      ? {
          whip: textOf(json["whip"]),
          whip_token: textOf(json["whip_token"]),
          source: textOf(json["source"]),
          source_key: textOf(json["source_key"]),
        }
      : null,
  };
}

export function roomsOf(json: unknown): readonly Room[] {
  return Array.isArray(json) ? json.map(roomOf).filter((room) => room !== null) : [];
}

/** Returns how a room is, in a colour and a word. */
export function badgeOf(room: Room): Badge {
  switch (room.state) {
    case "live":
      return { tone: "air", word: "on_air" };
    case "silent":
      return { tone: "air", word: "on_air_silent" };
    case "interrupted":
      return { tone: "trouble", word: "interrupted" };
    case "doors":
      return room.late ? { tone: "trouble", word: "late" } : { tone: "wait", word: "doors_open" };
    case "scheduled":
      return waiting(room);
    case "ended":
      return room.starts !== null && room.cancelled
        ? { tone: "rest", word: room.missed ? "missed" : "called_off" }
        : { tone: "rest", word: "ended" };
  }
}

function waiting(room: Room): Badge {
  if (room.cancelled) return { tone: "rest", word: "called_off" };
  if (room.late) return { tone: "trouble", word: "late" };
  return { tone: "rest", word: room.starts === null ? "by_voice" : "planned" };
}

const ORDER: Readonly<Record<RoomState, number>> = {
  live: 0,
  silent: 0,
  interrupted: 0,
  doors: 1,
  scheduled: 2,
  ended: 3,
};

/** Returns rooms as one looks for them: what is on air first, then what is next, then the rest. */
export function sorted(rooms: readonly Room[]): readonly Room[] {
  return [...rooms].sort(
    (one, other) =>
      ORDER[one.state] - ORDER[other.state] ||
      Math.sign((one.starts ?? Number.MAX_VALUE) - (other.starts ?? Number.MAX_VALUE)) ||
      one.title.localeCompare(other.title),
  );
}
