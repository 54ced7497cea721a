/** A core: who sits on stage, in words, and people of one name told apart. */

import { apart } from "../view/names";
import * as connection from "./connection";
import type { Connection } from "./connection";
import { may } from "./company";
import { gainOf } from "./faders";
import type { Seat } from "./news";
import type { Speech } from "./speech";
import type { Studio } from "./state";

export interface SeatView {
  readonly seat: string;
  readonly name: string;
  readonly words: string;
  readonly level: number;
  readonly muted: boolean;
  readonly mine: boolean;
  readonly speaking: boolean;
  /** For hosts: how the speaker's connection is; how much the seat is turned up or down. */
  readonly connection: Connection;
  readonly gain: number | null;
  /** What its button does. Nobody unmutes a person but they themselves. */
  readonly act: "mute" | "unmute" | "ask" | "none";
  /** The person who sits there; empty: a program that came with a key. */
  readonly member: string;
}

/** Begins the seat of a person. */
const MEMBER = "m-";

export function seats(studio: Studio, speech: Speech): readonly SeatView[] {
  const { stage, room, company } = studio;
  // A stage that is being cleared is not to be looked at any more.
  if (stage === null || room?.state === "ended") return [];
  const { say } = speech;
  const host = may(company, studio.host, "turn");
  const names = apart(stage.seats.map(({ name }) => speech.name(name)));
  return stage.seats.map((seat, index) => {
    const silent = seat.muted || (room?.muted.includes(seat.seat) ?? false);
    const speaking = stage.speaking.includes(seat.seat) && !silent && seat.connected;
    const mine = studio.me.tag !== "off" && seat.seat === studio.seat;
    const speaker = studio.speakers.get(seat.seat);
    const told = host && seat.connected && !silent;
    const loudness = told ? connection.loudnessOf(speaker, say) : "";
    return {
      seat: seat.seat,
      name: names[index] ?? "",
      words: [sitting(seat, silent, speaking, say), loudness].filter((each) => each !== "").join(", "),
      level: seat.level,
      muted: silent,
      mine,
      speaking,
      connection: host && seat.connected ? connection.ofSpeaker(speaker, say) : connection.NOTHING,
      gain: host ? gainOf(studio.faders, seat.seat, seat.gain) : null,
      act: actOf(studio, seat.seat, silent, mine),
      member: seat.seat.startsWith(MEMBER) ? seat.seat : "",
    };
  });
}

function actOf(studio: Studio, seat: string, silent: boolean, mine: boolean): SeatView["act"] {
  if (mine) return silent ? "unmute" : "mute";
  const allowed = (what: string) => may(studio.company, studio.host, what);
  if (!silent) return allowed("mute") ? "mute" : "none";
  if (seat.startsWith(MEMBER)) return allowed("ask_to_unmute") ? "ask" : "none";
  return allowed("mute") ? "unmute" : "none";
}

/** A person who is on stage with two devices. */
export function advice(studio: Studio, { say }: Speech): string {
  const { stage, me } = studio;
  const mine = stage?.seats.find(({ seat }) => seat === studio.seat);
  if (stage === null || me.tag !== "on" || mine === undefined || isSilent(mine, studio)) return "";
  const twice = stage.seats.some((seat) => isTwin(seat, mine) && !isSilent(seat, studio));
  return twice ? say("twice") : "";
}

function isTwin(seat: Seat, mine: Seat): boolean {
  const same = seat.name.trim().toLowerCase() === mine.name.trim().toLowerCase();
  return seat.seat !== mine.seat && same && seat.connected && mine.name.trim() !== "";
}

function isSilent(seat: Seat, studio: Studio): boolean {
  return seat.muted || (studio.room?.muted.includes(seat.seat) ?? false);
}

function sitting(seat: Seat, silent: boolean, speaking: boolean, say: Speech["say"]): string {
  if (!seat.connected) return say("seat_out");
  if (silent) return say("seat_muted");
  return say(speaking ? "seat_speaking" : "seat_quiet");
}
