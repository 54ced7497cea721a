/** A core: who sits on stage, in words, and people of one name told apart. */

import { apart } from "../view/names";
import * as connection from "./connection";
import type { Connection } from "./connection";
import { gainOf } from "./faders";
import type { Seat } from "./news";
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
}

export function seats(studio: Studio): readonly SeatView[] {
  const { stage, room, host } = studio;
  if (stage === null) return [];
  const names = apart(stage.seats.map(named));
  return stage.seats.map((seat, index) => {
    const silent = seat.muted || (room?.muted.includes(seat.seat) ?? false);
    const speaking = stage.speaking.includes(seat.seat) && !silent && seat.connected;
    const mine = studio.me.tag !== "off" && seat.seat === studio.seat;
    const speaker = studio.speakers.get(seat.seat);
    const told = host && seat.connected && !silent;
    const loudness = told ? connection.loudnessOf(speaker) : "";
    return {
      seat: seat.seat,
      name: names[index] ?? "",
      words: [sitting(seat, silent, speaking), loudness].filter((each) => each !== "").join(", "),
      level: seat.level,
      muted: silent,
      mine,
      speaking,
      connection: host && seat.connected ? connection.ofSpeaker(speaker) : connection.NOTHING,
      gain: host ? gainOf(studio.faders, seat.seat, seat.gain) : null,
    };
  });
}

function named(seat: Seat): string {
  return seat.name.trim() || "Somebody";
}

/** A person who is on stage with two devices. */
export function advice(studio: Studio): string {
  const { stage, me } = studio;
  const mine = stage?.seats.find(({ seat }) => seat === studio.seat);
  if (stage === null || me.tag !== "on" || mine === undefined || isSilent(mine, studio)) return "";
  const twice = stage.seats.some((seat) => isTwin(seat, mine) && !isSilent(seat, studio));
  return twice
    ? "You are on stage twice, or somebody else has your name. If both are you: mute one of " +
        "them and turn its sound down, or you will hear yourself."
    : "";
}

function isTwin(seat: Seat, mine: Seat): boolean {
  const same = named(seat).toLowerCase() === named(mine).toLowerCase();
  return seat.seat !== mine.seat && same && seat.connected && mine.name.trim() !== "";
}

function isSilent(seat: Seat, studio: Studio): boolean {
  return seat.muted || (studio.room?.muted.includes(seat.seat) ?? false);
}

function sitting(seat: Seat, silent: boolean, speaking: boolean): string {
  if (!seat.connected) return "no sound comes in";
  if (silent) return "muted";
  return speaking ? "speaking" : "quiet";
}
