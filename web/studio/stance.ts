/**
 * A core: the one word that is seen from across the room, and its colour. It says what matters
 * most to this person now; what the room is stands beside it, always.
 */

import type { HouseRoom } from "./news";
import type { Speech } from "./speech";
import { isMuted, type Studio } from "./state";

/** Colours, each with its words: red goes out, amber waits or is wrong, hatched is muted. */
export type Tone = "air" | "wait" | "armed" | "rest" | "trouble" | "muted" | "good" | "alarm";

export type Stance =
  | "loading" | "shut" | "removed" | "moved_back" | "elsewhere" | "away"
  | "scheduled" | "late" | "hold" | "armed" | "backstage"
  | "air" | "air_silent" | "interrupted" | "ended"
  | "muted" | "lost" | "joining" | "all_muted" | "nobody";

const TONES: Readonly<Record<Stance, Tone>> = {
  loading: "rest",
  shut: "trouble",
  removed: "trouble",
  moved_back: "rest",
  elsewhere: "trouble",
  away: "trouble",
  scheduled: "rest",
  late: "trouble",
  hold: "wait",
  armed: "armed",
  backstage: "wait",
  air: "air",
  air_silent: "air",
  interrupted: "trouble",
  ended: "rest",
  muted: "muted",
  lost: "trouble",
  joining: "rest",
  all_muted: "alarm",
  nobody: "alarm",
};

export function toneOf(stance: Stance): Tone {
  return TONES[stance];
}

export function stanceOf(studio: Studio): Stance {
  const { house, letGo, alarm, room, me } = studio;
  if (letGo !== null) return letGo.why === "moved_back" ? "moved_back" : "removed";
  if (house === "wrong-key" || house === "no-room") return "shut";
  if (studio.elsewhere) return "elsewhere";
  if (alarm.shown !== null) return alarm.shown === "all-muted" ? "all_muted" : "nobody";
  switch (me.tag) {
    case "off":
    case "asking":
      if (house === "away") return "away";
      return room === null ? "loading" : outside(room);
    case "joining":
      return studio.misses === 0 ? "joining" : "lost";
    case "waiting":
      return "lost";
    case "on":
      return present(studio, me.proven, me.lostAt !== null);
  }
}

function outside(room: HouseRoom): Stance {
  switch (room.state) {
    case "scheduled":
      if (room.late) return "late";
      return "scheduled";
    case "doors":
      if (room.armed) return "armed";
      return room.late ? "late" : "hold";
    case "live":
      return "air";
    case "silent":
      return "air_silent";
    case "interrupted":
      return "interrupted";
    case "ended":
      return "ended";
  }
}

function present(studio: Studio, proven: boolean, lost: boolean): Stance {
  if (!proven && studio.misses === 0 && studio.unreached === 0) return "joining";
  if (!proven || lost || !studio.microphone) return "lost";
  if (isMuted(studio)) return "muted";
  switch (studio.room?.state) {
    case "live":
      return "air";
    case "silent":
      return "air_silent";
    case "interrupted":
      return "interrupted";
    case "scheduled":
    case "doors":
      return studio.room.armed ? "armed" : "backstage";
    case "ended":
      return "ended";
    case undefined:
      return "loading";
  }
}

/** What the room is, whoever looks. */
export function badge(room: HouseRoom | null, { say }: Speech): { tone: Tone; text: string } {
  switch (room?.state) {
    case undefined:
      return { tone: "rest", text: "" };
    case "scheduled":
      if (room.late) return { tone: "trouble", text: say("room_late") };
      if (room.armed) return { tone: "armed", text: say("room_armed") };
      return { tone: "rest", text: say("room_scheduled") };
    case "doors":
      if (room.armed) return { tone: "armed", text: say("room_armed") };
      if (room.late) return { tone: "trouble", text: say("room_late") };
      return { tone: "wait", text: say("room_hold") };
    case "live":
      return { tone: "air", text: say("room_air") };
    case "silent":
      return { tone: "air", text: say("room_air_silent") };
    case "interrupted":
      return { tone: "trouble", text: say("room_interrupted") };
    case "ended":
      return { tone: "rest", text: say(over(room)) };
  }
}

function over({ cancelled, missed }: HouseRoom): "room_missed" | "room_called_off" | "room_ended" {
  if (missed) return "room_missed";
  return cancelled ? "room_called_off" : "room_ended";
}
