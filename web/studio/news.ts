/** A core: what the house says of a room and its stage, from JSON to checked values. */

import type { Millis } from "../stream/backoff";
import { isObject, momentOf, objectOf, STATES, textOf, type RoomState } from "../stream/news";
import type { Spoken } from "./quality";
import { listedServers, reachOf, type Reach, type Relay } from "./reach";

export interface HouseRoom {
  readonly title: string;
  readonly state: RoomState;
  readonly since: Millis | null;
  readonly next: Millis | null;
  readonly reason: string;
  readonly epoch: Millis | null;
  readonly revision: number;
  /** The next word makes it live. */
  readonly armed: boolean;
  /** Seats whose sound the stage drops. */
  readonly muted: readonly string[];
  /** The announced start, also when it has passed, and the zone in which people read it. */
  readonly starts: Millis | null;
  readonly zone: string;
  readonly doors: Millis | null;
  readonly late: boolean;
  readonly whyLate: string;
  readonly cancelled: boolean;
  /** Nobody came to speak, and its doors have closed. */
  readonly missed: boolean;
  /** Counts up when the plan changes. */
  readonly schedule: number;
  readonly visibility: string;
  /** Its own hold plays; empty: ours. */
  readonly hold: string;
  /** Until when each invited hand may answer. */
  readonly answerBy: Readonly<Record<string, Millis>>;
}

/** A room of which nothing was announced. */
export const UNPLANNED = {
  starts: null,
  zone: "UTC",
  doors: null,
  late: false,
  whyLate: "",
  cancelled: false,
  missed: false,
  schedule: 0,
  visibility: "public",
  hold: "",
  answerBy: {},
} as const;

export interface Seat {
  readonly seat: string;
  readonly name: string;
  readonly kind: string;
  readonly level: number;
  readonly muted: boolean;
  readonly connected: boolean;
  /** Hears the others. */
  readonly hears: boolean;
  /** How much it is turned up or down, dB. */
  readonly gain: number;
  /** The first letters of the session that speaks from it; empty: not said. */
  readonly holder: string;
}

export interface Stage {
  readonly instance: string;
  readonly speaking: readonly string[];
  readonly seats: readonly Seat[];
}

/** What is asked for once, when the studio opens. */
export interface Opened {
  readonly room: HouseRoom;
  readonly stage: Stage | null;
  readonly listeners: number | null;
  readonly listen: string;
  readonly edge: string;
  /** The key may open, go live and end. */
  readonly host: boolean;
  readonly servers: readonly Relay[];
  readonly reach: Reach | null;
}

type Json = Readonly<Record<string, unknown>>;

export function openedOf(json: unknown): Opened | null {
  if (!isObject(json)) return null;
  const room = roomIn(json);
  if (room === null) return null;
  const stage = json["stage"];
  return {
    room,
    stage: isObject(stage) ? stageIn(stage) : null,
    listeners: numberOf(json["listeners"]),
    listen: textOf(json["listen"]),
    edge: textOf(json["edge"]),
    host: textOf(json["whip_token"]) !== "",
    servers: listedServers(json["ice_servers"]),
    reach: reachOf(json["media"]),
  };
}

export function roomOf(text: string): HouseRoom | null {
  const json = objectOf(text);
  return json === null ? null : roomIn(json);
}

export function stageOf(text: string): Stage | null {
  const json = objectOf(text);
  return json === null ? null : stageIn(json);
}

/** Returns how each speaker's last second came in. */
export function qualityOf(text: string): readonly Spoken[] | null {
  const speakers = objectOf(text)?.["speakers"];
  return Array.isArray(speakers) ? speakers.flatMap(spokenIn) : null;
}

function spokenIn(json: unknown): Spoken[] {
  if (!isObject(json) || textOf(json["seat"]) === "") return [];
  const number = (name: string) => numberOf(json[name]) ?? 0;
  return [
    {
      seat: textOf(json["seat"]),
      loss: number("loss"),
      fec: number("fec"),
      concealed: number("concealed"),
      jitter: number("jitter_ms"),
      depth: number("depth_ms"),
      level: numberOf(json["level_db"]) ?? -100,
      clipping: number("clipping"),
      roundTrip: numberOf(json["round_trip_ms"]),
    },
  ];
}

export interface Counts {
  readonly listeners: number;
  /** Null where the house does not say. */
  readonly waiting: number | null;
  readonly leaving: number | null;
}

export function countsOf(text: string): Counts | null {
  const json = objectOf(text);
  const listeners = numberOf(json?.["listeners"]);
  if (json === null || listeners === null) return null;
  return {
    listeners,
    waiting: numberOf(json["waiting"]),
    leaving: numberOf(json["leaving_per_minute"]),
  };
}

function roomIn(json: Json): HouseRoom | null {
  const state = STATES.find((each) => each === json["state"]);
  if (state === undefined) return null;
  return {
    title: textOf(json["title"]),
    state,
    since: momentOf(json["since"]),
    next: momentOf(json["next"]),
    reason: textOf(json["reason"]),
    epoch: momentOf(json["epoch"]),
    revision: numberOf(json["revision"]) ?? 0,
    armed: json["armed"] === true,
    muted: textsOf(json["muted"]),
    starts: momentOf(json["starts"]),
    zone: textOf(json["zone"]) || "UTC",
    doors: momentOf(json["doors"]),
    late: json["late"] === true,
    whyLate: textOf(json["why_late"]),
    cancelled: json["cancelled"] === true,
    missed: json["missed"] === true,
    schedule: numberOf(json["schedule"]) ?? 0,
    visibility: textOf(json["visibility"]) || "public",
    hold: textOf(json["hold"]),
    answerBy: momentsOf(json["answer_by"]),
  };
}

function momentsOf(json: unknown): Readonly<Record<string, Millis>> {
  if (!isObject(json)) return {};
  const all = Object.entries(json).map(([name, at]) => [name, momentOf(at)] as const);
  return Object.fromEntries(all.filter((each): each is readonly [string, Millis] => each[1] !== null));
}

function stageIn(json: Json): Stage | null {
  const instance = textOf(json["instance"]);
  const seats = json["seats"];
  if (instance === "" || !Array.isArray(seats)) return null;
  return { instance, speaking: textsOf(json["speaking"]), seats: seats.flatMap(seatsIn) };
}

function seatsIn(json: unknown): Seat[] {
  if (!isObject(json)) return [];
  return [
    {
      seat: textOf(json["seat"]),
      name: textOf(json["name"]),
      kind: textOf(json["kind"]),
      level: numberOf(json["level_db"]) ?? -100,
      muted: json["muted"] === true,
      connected: json["connected"] === true,
      hears: json["hears"] === true,
      gain: numberOf(json["gain_db"]) ?? 0,
      holder: textOf(json["holder"]),
    },
  ];
}

function numberOf(json: unknown): number | null {
  return typeof json === "number" ? json : null;
}

function textsOf(json: unknown): readonly string[] {
  return Array.isArray(json) ? json.filter((each) => typeof each === "string") : [];
}
