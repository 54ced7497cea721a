/** A core: the studio in words. The first of them says whether one can be heard right now. */

import { counted, listed } from "../view/names";
import type { Tell } from "../view/tell";
import type { Playing } from "../stream/news";
import type { Flow } from "../stream/player";
import * as connection from "./connection";
import type { Connection } from "./connection";
import type { HouseRoom } from "./news";
import { advice, seats, type SeatView } from "./seating";
import {
  isMuted,
  type MicrophoneTrouble,
  type Moved,
  type Notice,
  type Studio,
  type Verb,
} from "./state";

export type Tone = "air" | "wait" | "rest" | "trouble" | "muted" | "good";

/** So often sound has not got through to a house that did answer. */
const UNREACHED = 2;

export interface Said {
  readonly tone: Tone;
  readonly head: string;
  readonly more: string;
}

/** What comes out at the edge, as this page hears it. */
export interface Heard {
  readonly flow: Flow | "stopped";
  readonly playing: Playing | null;
  readonly names: readonly string[];
  readonly level: number;
  /** The level is what this page hears, not what the stage says. */
  readonly measured: boolean;
  /** Seconds from the stage to the listener's ear. */
  readonly behind: number | null;
}

/** What this person hears of the others. */
export interface Others extends Said {
  /** It takes a press. */
  readonly press: boolean;
}

export interface StudioView {
  readonly title: string;
  readonly badge: { readonly tone: Tone; readonly text: string };
  readonly when: string;
  readonly listeners: string;
  readonly banner: Said;
  readonly notice: string;
  readonly house: string;
  readonly join: { readonly text: string; readonly off: boolean; readonly leaves: boolean };
  readonly mute: { readonly text: string; readonly shown: boolean; readonly muted: boolean };
  readonly seats: readonly SeatView[];
  readonly connection: Connection;
  readonly others: Others;
  readonly advice: string;
  readonly music: boolean;
  readonly heard: Said & { readonly level: number };
  readonly verbs: Readonly<Record<Verb, boolean>>;
  readonly host: boolean;
  /** The link has opened a room. */
  readonly opened: boolean;
  readonly listen: string;
}

export function viewOf(studio: Studio, heard: Heard, tell: Tell): StudioView {
  const { room } = studio;
  return {
    title: room?.title ?? "",
    badge: badge(room),
    when: when(room, tell),
    listeners: listeners(studio.listeners, heard),
    banner: banner(studio, heard),
    notice: notice(studio),
    house: house(studio),
    join: joining(studio),
    mute: muting(studio),
    seats: seats(studio),
    connection: connection.own(studio),
    others: others(studio),
    advice: advice(studio),
    music: studio.music,
    heard: hearing(heard),
    verbs: verbs(room),
    host: studio.host,
    opened: studio.house !== "wrong-key" && studio.house !== "no-room",
    listen: studio.listen,
  };
}

export function badge(room: HouseRoom | null): { tone: Tone; text: string } {
  switch (room?.state) {
    case undefined:
      return { tone: "rest", text: "" };
    case "scheduled":
      if (room.armed) return { tone: "wait", text: "Waiting for a voice" };
      return { tone: "rest", text: "Doors closed" };
    case "doors":
      if (room.armed) return { tone: "wait", text: "Waiting for a voice" };
      return { tone: "wait", text: "Hold" };
    case "live":
      return { tone: "air", text: "On air" };
    case "silent":
      return { tone: "air", text: "On air, silent" };
    case "interrupted":
      return { tone: "trouble", text: "On air, interrupted" };
    case "ended":
      return { tone: "rest", text: "Ended" };
  }
}

function when(room: HouseRoom | null, tell: Tell): string {
  const start = room?.next ?? null;
  return start === null ? "Studio" : `Studio · begins ${tell(start)}`;
}

/** This page listens too, and is counted: a number must be one that can be explained. */
function listeners(count: number | null, heard: Heard): string {
  const among = heard.flow === "playing" || heard.flow === "blocked";
  return count === null || count === 0 || !among
    ? counted(count)
    : `${counted(count)}, with this page`;
}

/** Can I be heard right now? Said so that it cannot be taken for its opposite. */
export function banner(studio: Studio, heard: Heard): Said {
  if (studio.house === "wrong-key")
    return trouble("This link does not open the studio.", "Ask whoever sent it for a new one.");
  if (studio.house === "no-room")
    return trouble("There is no room of this name.", "Check the link, or ask for a new one.");
  switch (studio.me.tag) {
    case "off":
      return away(studio.room);
    case "asking":
      return rest("Your browser asks for the microphone.", "Please allow it.");
    case "joining":
      if (studio.unreached >= UNREACHED) return unreachable(studio);
      return studio.misses === 0
        ? rest("Going on stage …", "Nobody hears you yet.")
        : trouble("Nobody hears you.", returning(studio));
    case "waiting":
      if (studio.unreached >= UNREACHED) return unreachable(studio);
      return trouble("Nobody hears you.", returning(studio));
    case "on":
      return present(studio, studio.me.lostAt !== null && studio.me.proven, heard);
  }
}

function returning(studio: Studio): string {
  if (studio.offline)
    return "This device has no network. You come back by yourself as soon as it has one.";
  if (studio.house === "away" && studio.lostSince !== null)
    return "Your network is gone, or the house is. You come back by yourself as soon as it works.";
  return studio.me.tag === "joining"
    ? "Your connection to the stage is being made again."
    : "The stage does not answer. It is tried again and again; you need not do anything.";
}

/** The web gets through, sound does not: what can be done is not in our hands. */
function unreachable({ reach, servers }: Studio): Said {
  const plural = reach?.ports.includes("–") === false ? "" : "s";
  const ports = `UDP port${plural}` + (reach === null ? "" : ` ${reach.ports} to ${reach.host}`);
  const relay = servers.some(({ urls }) => urls.some((url) => /^turn/i.test(url)))
    ? "to look after the TURN server"
    : "to set up a TURN server";
  return trouble(
    "Nobody hears you.",
    "Your network lets the web through but not sound (UDP). Try another network or a phone's " +
      `hotspot, or ask the host's technician to open ${ports} or ${relay}.`,
  );
}

function away(room: HouseRoom | null): Said {
  switch (room?.state) {
    case undefined:
      return rest("One moment …", "");
    case "ended":
      return rest("You are not on stage.", "This session has ended, and the stage is empty.");
    case "live":
    case "silent":
    case "interrupted":
      return rest("You are not on stage.", "The room is on air without you.");
    case "scheduled":
    case "doors":
      return rest("You are not on stage.", "Nobody hears you.");
  }
}

function present(studio: Studio, lost: boolean, heard: Heard): Said {
  if (lost)
    return trouble("Nobody hears you.", "Your connection stumbles. It comes back by itself.");
  if (studio.me.tag === "on" && !studio.me.proven) {
    if (studio.unreached >= UNREACHED) return unreachable(studio);
    return studio.misses === 0
      ? rest("Going on stage …", "Nobody hears you yet.")
      : trouble("Nobody hears you.", "Your connection to the stage is being made again.");
  }
  if (!studio.microphone)
    return trouble("Nobody hears you.", "Your microphone is gone. Plug one in, or choose another.");
  if (isMuted(studio)) return muted(studio);
  switch (studio.room?.state) {
    case "live":
    case "silent":
      if (heard.flow === "playing" && heard.playing !== null && heard.playing !== "sound")
        return trouble("You do not get through.", "Listeners hear filler in place of the stage.");
      return { tone: "air", head: "You are on air.", more: reach(heard) };
    case "interrupted":
      return trouble("You do not get through.", "The stage is starting again by itself.");
    case "doors":
    case "scheduled":
      if (studio.room.armed)
        return wait("Your first word goes on air.", "Speak, and it begins. Until then: music.");
      return wait("You are not on air yet.", "Nobody hears you until you go live.");
    case "ended":
    case undefined:
      return rest("You are on stage, off air.", "Nobody hears you.");
  }
}

function reach(heard: Heard): string {
  return heard.flow === "reconnecting"
    ? "This page does not reach the edge, and cannot tell what listeners hear."
    : "Everybody who listens hears you.";
}

function muted(studio: Studio): Said {
  const more = studio.muted
    ? "Nobody hears you until you unmute."
    : "You were muted from the studio. Nobody hears you until you unmute.";
  return { tone: "muted", head: "You are muted.", more };
}

function joining(studio: Studio): StudioView["join"] {
  const shut = studio.house === "wrong-key" || studio.house === "no-room";
  const leaves = studio.me.tag !== "off";
  return {
    text: leaves ? "Leave stage" : "Go on stage",
    off: shut || studio.room === null,
    leaves,
  };
}

function muting(studio: Studio): StudioView["mute"] {
  const silent = isMuted(studio);
  const shown = studio.me.tag !== "off" && studio.me.tag !== "asking";
  return { text: silent ? "Unmute" : "Mute", shown, muted: silent };
}

/** What the banner says already is not said twice. */
function notice({ notice, me }: Studio): string {
  const gone = notice?.tag === "microphone" && notice.trouble === "gone";
  return notice === null || (gone && me.tag === "on") ? "" : noticed(notice);
}

function house(studio: Studio): string {
  if (studio.house !== "away" || studio.lostSince !== null) return "";
  return studio.room === null
    ? "The house does not answer. Trying again."
    : "The house is away: reconnecting. Sound goes on without it; what you see may be old.";
}

/** What this person hears of the others on stage. */
export function others(studio: Studio): Others {
  const { me, stage, seat, back, blocked } = studio;
  const quiet = { press: false };
  if (me.tag === "off" || me.tag === "asking")
    return { ...rest("", "On stage you hear the others."), ...quiet };
  if (me.tag !== "on" || !me.proven || me.lostAt !== null) return { ...notYet(studio), ...quiet };
  if (blocked)
    return { ...trouble("You do not hear the others.", "The browser waits for you."), press: true };
  if (back.others.tag !== "on" || back.others.movedAt === null)
    return back.misses === 0
      ? { ...rest("One moment …", "The others are being brought to you."), ...quiet }
      : { ...trouble("You do not hear the others.", why(studio)), ...quiet };
  const alone = stage?.seats.every((each) => each.seat === seat || !each.connected) ?? true;
  return alone
    ? { ...rest("You are alone on stage.", "Whoever comes is heard here."), ...quiet }
    : { tone: "good", head: "You hear the others.", more: "", ...quiet };
}

function notYet(studio: Studio): Said {
  return studio.lostSince === null && studio.misses === 0
    ? rest("One moment …", "The others are heard once you are on stage.")
    : trouble("You do not hear the others.", "They come back with your connection.");
}

function why(studio: Studio): string {
  const { refusal } = studio.back;
  return refusal === "" ? "It is tried again and again." : `${refusal} It is tried again.`;
}

/** What a listener hears right now. */
export function hearing(heard: Heard): Said & { level: number } {
  const { level } = heard;
  switch (heard.flow) {
    case "stopped":
    case "connecting":
      return { ...rest("Listening in …", ""), level };
    case "reconnecting":
    case "full":
      return { ...trouble("Not known.", "This page does not reach the edge. Trying."), level: -100 };
    case "unknown":
      return { ...trouble("Not known.", "The edge does not know this room yet."), level: -100 };
    case "unfit":
    case "blocked":
    case "playing":
      return { ...ears(heard), level };
  }
}

function ears(heard: Heard): Said {
  const behind = source(heard);
  switch (heard.playing) {
    case "sound": {
      const names = listed(heard.names);
      const head = names === "" ? "The stage, and nobody speaks." : names;
      return { tone: names === "" ? "rest" : "air", head, more: behind };
    }
    case "hold":
      return { tone: "wait", head: "Hold music.", more: behind };
    case "silence":
      return { tone: "rest", head: "Silence.", more: behind };
    case null:
      return { tone: "rest", head: "Not known yet.", more: "" };
  }
}

/** Whether this page hears it itself, and how late. */
function source(heard: Heard): string {
  if (heard.flow === "unfit") return "As the stage says: this browser cannot listen in.";
  if (!heard.measured) return "As the stage says. Press anywhere, and this page listens in.";
  if (heard.behind === null) return "";
  return `Heard by this page, ${Math.max(0, heard.behind).toFixed(1)} s behind.`;
}

function verbs(room: HouseRoom | null): StudioView["verbs"] {
  switch (room?.state) {
    case undefined:
      return { open: false, live: false, end: false };
    case "scheduled":
      return { open: true, live: true, end: false };
    case "doors":
      return { open: false, live: !room.armed, end: true };
    case "live":
    case "silent":
    case "interrupted":
      return { open: false, live: false, end: true };
    case "ended":
      return { open: true, live: true, end: false };
  }
}

export function noticed(notice: Notice): string {
  switch (notice.tag) {
    case "microphone":
      return MICROPHONE[notice.trouble];
    case "refused":
      return notice.code === "wrong_state"
        ? `Not now. ${notice.message}`
        : notice.message || "The house refused. Please try again.";
    case "unmuted-nowhere":
      return "The house could not be told. If you are still shown as muted, press Unmute again.";
    case "moved":
      return movement(notice.moved);
  }
}

function movement({ what, from, to, back }: Moved): string {
  const usual = what === "microphone" ? "the usual one" : "the system's usual output";
  const now = to === "" ? usual : `“${to}”`;
  const old = from === "" ? `Your ${what}` : `“${from}”`;
  if (back)
    return what === "microphone"
      ? `${now} is back, and is your microphone again.`
      : `${now} is back: you hear the others there again.`;
  return what === "microphone"
    ? `${old} is unplugged. Your microphone is now ${now}: speak, and look at the meter.`
    : `${old} is unplugged. Sound now comes out of ${now}.`;
}

const MICROPHONE: Readonly<Record<MicrophoneTrouble, string>> = {
  denied:
    "The browser keeps the microphone from this page. Allow it where the address is shown, then press again.",
  missing: "No microphone was found. Plug one in, then press again.",
  busy: "Another program holds the microphone. Close that program, then press again.",
  insecure:
    "Browsers give a microphone only to pages that come over https or from this very machine (localhost). Ask for an https link.",
  gone: "Your microphone is gone. Nobody hears you until you choose another.",
  unknown: "The microphone could not be opened. Choose another, or press again.",
};

/** What a meter says of one's own loudness, dBFS RMS of the last moments' loudest. */
export function soundcheck(loudest: number, muted: boolean, stage = ""): string {
  if (muted) return loudest < -42 ? "Muted." : "You are speaking, but you are muted.";
  if (stage !== "") return stage;
  if (loudest < -65) return "Nothing comes in. Is it the right microphone?";
  if (loudest < -42) return "Very quiet. Come closer, or turn the microphone up.";
  if (loudest > -6) return "Too loud. Step back a little.";
  return "This sounds right.";
}

export function confirmation(listeners: number | null): string {
  const ears = listeners === null || listeners === 0 ? "Everybody" : counted(listeners);
  return `${ears}: they will be told that it is over, and the stage is cleared. The link stays.`;
}

function rest(head: string, more: string): Said {
  return { tone: "rest", head, more };
}

function wait(head: string, more: string): Said {
  return { tone: "wait", head, more };
}

function trouble(head: string, more: string): Said {
  return { tone: "trouble", head, more };
}
