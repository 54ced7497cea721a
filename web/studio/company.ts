/** A core: who is in the room, who raises a hand, and what this person may do about it. */

import { isObject, objectOf, textOf } from "../stream/news";

export const ROLES = ["owner", "host", "cohost", "speaker", "listener"] as const;
export type Role = (typeof ROLES)[number];

export interface Member {
  readonly member: string;
  readonly name: string;
  readonly role: Role;
  readonly present: boolean;
  readonly acting: boolean;
  readonly onStage: boolean;
  readonly near: boolean;
}

/** Who this person is, as the house sees them; `may` are words such as `mute`, `go_live`. */
export interface Myself {
  readonly member: string;
  readonly name: string;
  readonly role: Role;
  readonly acting: boolean;
  readonly may: readonly string[];
}

export interface Hand {
  readonly hand: string;
  readonly name: string;
  readonly state: string;
  readonly number: number;
  /** They are asked nearer, not to speak. */
  readonly near: boolean;
}

export interface Hands {
  readonly open: boolean;
  readonly count: number;
  /** The first of them. */
  readonly hands: readonly Hand[];
  /** The SHA-256 of the seed of the next draw; empty: no hand was ever up. */
  readonly promise: string;
}

/** What somebody else wants of this person, or has done to them. */
export interface Notice {
  readonly notice: string;
  readonly by: string;
}

export interface Company {
  readonly members: readonly Member[];
  readonly me: Myself | null;
  readonly hands: Hands | null;
  readonly waiting: number | null;
  readonly leaving: number | null;
}

export const NOBODY: Company = {
  members: [],
  me: null,
  hands: null,
  waiting: null,
  leaving: null,
};

/** What a speaker may where the house has not said it yet, and what a host may. */
const OF_SPEAKER: readonly string[] = ["see", "speak", "hear", "mute_self", "report"];
const OF_HOST: readonly string[] = [
  ...OF_SPEAKER, "mute", "ask_to_unmute", "turn", "see_hands", "invite", "move", "remove",
  "open", "go_live", "end", "plan", "appoint", "keys", "read_log",
];

/** Tells whether this person may do something. */
export function may({ me }: Company, host: boolean, what: string): boolean {
  return (me?.may ?? (host ? OF_HOST : OF_SPEAKER)).includes(what);
}

export function membersOf(text: string): readonly Member[] | null {
  const members = objectOf(text)?.["members"];
  return Array.isArray(members) ? members.flatMap(memberIn) : null;
}

function memberIn(json: unknown): Member[] {
  if (!isObject(json)) return [];
  const role = roleOf(json["role"]);
  const member = textOf(json["member"]);
  if (role === null || member === "") return [];
  return [
    {
      member,
      role,
      name: textOf(json["name"]),
      present: json["present"] === true,
      acting: json["acting"] === true,
      onStage: json["on_stage"] === true,
      near: json["near"] === true,
    },
  ];
}

export function myselfOf(text: string): Myself | null {
  const json = objectOf(text);
  const role = roleOf(json?.["role"]);
  if (json === null || role === null) return null;
  const may: unknown = json["may"];
  return {
    member: textOf(json["member"]),
    name: textOf(json["name"]),
    role,
    acting: json["acting"] === true,
    may: Array.isArray(may) ? may.filter((each) => typeof each === "string") : [],
  };
}

export function handsOf(text: string): Hands | null {
  const json = objectOf(text);
  const hands: unknown = json?.["hands"];
  if (json === null || !Array.isArray(hands)) return null;
  const count = json["count"];
  return {
    open: json["open"] !== false,
    count: typeof count === "number" ? count : hands.length,
    hands: hands.flatMap(handIn),
    promise: textOf(json["promise"]),
  };
}

function handIn(json: unknown): Hand[] {
  if (!isObject(json)) return [];
  const hand = textOf(json["hand"]);
  const number = json["number"];
  if (hand === "") return [];
  return [
    {
      hand,
      name: textOf(json["name"]),
      state: textOf(json["state"]),
      number: typeof number === "number" ? number : 0,
      near: json["near"] === true,
    },
  ];
}

export function noticeOf(text: string): Notice | null {
  const json = objectOf(text);
  const notice = textOf(json?.["notice"]);
  return notice === "" ? null : { notice, by: textOf(json?.["by"]) };
}

export function roleOf(json: unknown): Role | null {
  return ROLES.find((each) => each === json) ?? null;
}
