/**
 * A core: what the edge says of a room, from its bytes to checked values. In the stream it comes
 * with the sound (`room`, `speakers`), beside the stream as state.json.
 */

import type { Millis } from "./backoff";

export const STATES = ["scheduled", "doors", "live", "silent", "interrupted", "ended"] as const;
export type RoomState = (typeof STATES)[number];
const PLAYING = ["sound", "hold", "silence"] as const;
export type Playing = (typeof PLAYING)[number];

export interface Room {
  readonly title: string;
  readonly state: RoomState;
  /** When it is to begin; kept from state.json where an event does not say. */
  readonly next: Millis | null;
  readonly listeners: number | null;
  /** What a listener hears now; null where it was not said. */
  readonly playing: Playing | null;
  /** The edge's clock when this was said. */
  readonly asOf: Millis | null;
  /** All that was said, for what comes later to look at. */
  readonly said: Readonly<Record<string, unknown>>;
}

/** How the edge sends the sound: so many parts at once. */
export interface Cadence {
  readonly parts: number;
  /** What it will be from a part ahead on; the same where no change lies ahead. */
  readonly next: number;
  /** What the edge is short of. */
  readonly why: string;
}

/** Each part as soon as it is there: what holds where nothing else is said. */
export const STEADY: Cadence = { parts: 1, next: 1, why: "" };
/** No edge sends more parts at once. */
const MOST_PARTS = 30;

export type News =
  | { readonly tag: "room"; readonly room: Room }
  | { readonly tag: "speakers"; readonly names: readonly string[]; readonly level: number }
  | { readonly tag: "cadence"; readonly cadence: Cadence };

/** What a house that is short of something does without. */
export interface Lowered {
  /** A sentence for listeners. */
  readonly what: string;
  /** Those who come now should take a low stream. */
  readonly low: boolean;
}

/** state.json: the room, and where its timeline begins. */
export interface Truth {
  readonly room: Room;
  readonly lowered: Lowered | null;
  readonly epoch: Millis | null;
  /** The edge's clock as it answered. */
  readonly clock: Millis | null;
}

/** Returns the news that an event of a part holds, null for what this page does not know. */
export function newsOf(text: string): News | null {
  const json = objectOf(text);
  switch (json?.["type"]) {
    case "room": {
      const room = roomOf(json);
      return room === null ? null : { tag: "room", room };
    }
    case "speakers": {
      const names = Array.isArray(json["speaking"]) ? json["speaking"] : [];
      const level = json["level"];
      return {
        tag: "speakers",
        names: names.filter((name): name is string => typeof name === "string").slice(0, 16),
        level: typeof level === "number" ? level : -100,
      };
    }
    case "cadence": {
      const parts = sendOf(json["parts"]);
      if (parts === null) return null;
      const cadence = { parts, next: sendOf(json["next"]) ?? parts, why: textOf(json["why"]) };
      return { tag: "cadence", cadence };
    }
    default:
      return null;
  }
}

function sendOf(json: unknown): number | null {
  return typeof json === "number" && json >= 1 ? Math.min(MOST_PARTS, json) : null;
}

/** Returns what state.json says; "unknown" where it says that there is no such room. */
export function truthOf(text: string): Truth | "unknown" | null {
  const json = objectOf(text);
  if (json === null) return null;
  if (json["state"] === "unknown" || json["code"] === "unknown_room") return "unknown";
  const room = roomOf(json);
  if (room === null) return null;
  const age = json["age"];
  const clock = room.asOf === null || typeof age !== "number" ? null : room.asOf + age * 1000;
  return { room, lowered: loweredOf(json["lowered"]), epoch: momentOf(json["epoch"]), clock };
}

function loweredOf(json: unknown): Lowered | null {
  return isObject(json) ? { what: textOf(json["what"]), low: json["rendition"] === "low" } : null;
}

function roomOf(json: Readonly<Record<string, unknown>>): Room | null {
  const state = STATES.find((each) => each === json["state"]);
  if (state === undefined) return null;
  const listeners = json["listeners"];
  return {
    title: textOf(json["title"]),
    state,
    next: momentOf(json["next"]),
    listeners: typeof listeners === "number" ? listeners : null,
    playing: PLAYING.find((each) => each === json["playing"]) ?? null,
    asOf: momentOf(json["as_of"]),
    said: json,
  };
}

export function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : null;
  } catch {
    return null;
  }
}

export function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

export function textOf(json: unknown): string {
  return typeof json === "string" ? json.slice(0, 300) : "";
}

/** A moment comes as RFC 3339, or as unix microseconds. */
export function momentOf(json: unknown): Millis | null {
  if (typeof json === "number") return json / 1000;
  const moment = typeof json === "string" ? Date.parse(json) : Number.NaN;
  return Number.isNaN(moment) ? null : moment;
}
