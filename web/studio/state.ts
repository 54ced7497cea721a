/**
 * A core: one person in the studio. What they know of the room, what they press, and what happens
 * to their devices; `presence` keeps them on stage.
 *
 * The machine mutes nobody and unmutes nobody: a press does.
 */

import type { Millis } from "../stream/backoff";
import { CALM, silenceOf, watched, type Alarm } from "./alarm";
import { NOBODY, type Company } from "./company";
import * as faders from "./faders";
import type { Effect, Input } from "./moves";
import type { HouseRoom, Stage } from "./news";
import { OFF_AIR, onset, type Onset } from "./onset";
import * as others from "./others";
import {
  begin,
  connection,
  counted,
  drop,
  failed,
  heardOfStage,
  joined,
  networkChanged,
  notHeard,
  notJoined,
  tick,
} from "./presence";
import { heardOf, type Ear, type Figures, type Speakers } from "./quality";
import type { Reach, Relay } from "./reach";
import { answered, stillAsked, summoned, type Asked, type LetGo } from "./summons";

export type { Effect, Input } from "./moves";
export type MicrophoneTrouble = "denied" | "missing" | "busy" | "insecure" | "gone" | "unknown";

/** A stage that has said nothing for so long is not there. */
const SILENT_STAGE: Millis = 2_500;
/** The house counts listeners once a second. */
const SPEAKS_WITHIN: Millis = 1_500;
/** The second half of a double click must not land on the button that has just come there. */
const DOUBLE_CLICK: Millis = 600;
/** What became of a device is said for so long. */
const SAID_FOR: Millis = 15_000;

export type Me =
  | { readonly tag: "off" }
  /** The browser asks the person for the microphone. */
  | { readonly tag: "asking" }
  | { readonly tag: "joining"; readonly attempt: number; readonly since: Millis }
  | {
      readonly tag: "on";
      readonly attempt: number;
      /** Sound has flowed at least once. */
      readonly proven: boolean;
      /** Since when sound does not flow; null while it does. */
      readonly lostAt: Millis | null;
      /** The stage's run in which the session was made; null until it has said so. */
      readonly instance: string | null;
      readonly seenAt: Millis;
      /** The stage has said that sound comes in of this session. */
      readonly sounded: boolean;
      /** Since when it says that none comes in any more. */
      readonly outAt: Millis | null;
    }
  | { readonly tag: "waiting"; readonly until: Millis };

/** What became of a device that was pulled or plugged. */
export interface Moved {
  readonly what: "microphone" | "output";
  readonly from: string;
  readonly to: string;
  readonly back: boolean;
}

export type Told = "muted_by" | "called_up" | "role_changed" | "reported";

/** What happened last, for words. */
export type Notice =
  | { readonly tag: "microphone"; readonly trouble: MicrophoneTrouble }
  | { readonly tag: "refused"; readonly code: string; readonly message: string }
  | { readonly tag: "unmuted-nowhere" }
  | { readonly tag: "report-sent"; readonly at: Millis }
  /** What somebody else has done. */
  | { readonly tag: "told"; readonly what: Told; readonly by: string; readonly at: Millis }
  | { readonly tag: "moved"; readonly moved: Moved; readonly at: Millis };

export interface Studio {
  readonly house: "asking" | "there" | "away" | "wrong-key" | "no-room";
  readonly room: HouseRoom | null;
  readonly stage: Stage | null;
  readonly stageAt: Millis;
  /** When the house was heard last. */
  readonly saidAt: Millis;
  readonly listeners: number | null;
  readonly listen: string;
  readonly edge: string;
  readonly host: boolean;
  /** STUN and TURN servers, and where sound goes to. */
  readonly servers: readonly Relay[];
  readonly reach: Reach | null;
  readonly me: Me;
  readonly seat: string;
  readonly microphone: boolean;
  readonly muted: boolean;
  /** A mute that the house has not heard of yet. */
  readonly untold: boolean;
  /** Sound goes out untouched. */
  readonly music: boolean;
  readonly notice: Notice | null;
  readonly pressedAt: Millis;
  readonly misses: number;
  readonly attempts: number;
  /** How often one was lost on stage and brought back. */
  readonly reconnects: number;
  /** Since when one who was on stage is away from it. */
  readonly lostSince: Millis | null;
  /** Sessions in a row that the house answered and that never came to life. */
  readonly unreached: number;
  /** The browser says that this device has no network. */
  readonly offline: boolean;
  readonly back: others.Return;
  /** The browser plays nothing before a press. */
  readonly blocked: boolean;
  readonly ear: Ear | null;
  readonly figures: Figures | null;
  readonly figuresAt: Millis;
  readonly speakers: Speakers;
  readonly faders: faders.Faders;
  readonly company: Company;
  /** The last session's first letters, and whether the stage has said that it speaks. */
  readonly session: string;
  readonly held: boolean;
  readonly madeAt: Millis;
  /** Another window of this person has taken the stage from this one. */
  readonly elsewhere: boolean;
  readonly asked: Asked | null;
  readonly letGo: LetGo | null;
  readonly alarm: Alarm;
  readonly onset: Onset;
  readonly seed: number;
}

export type Step = [Studio, readonly Effect[]];

export function entering(seat: string, seed: number, music = false): Studio {
  return {
    house: "asking",
    room: null,
    stage: null,
    stageAt: 0,
    saidAt: 0,
    listeners: null,
    listen: "",
    edge: "",
    host: false,
    servers: [],
    reach: null,
    me: { tag: "off" },
    seat,
    microphone: false,
    muted: false,
    untold: false,
    music,
    notice: null,
    pressedAt: -DOUBLE_CLICK,
    misses: 0,
    attempts: 0,
    reconnects: 0,
    lostSince: null,
    unreached: 0,
    offline: false,
    back: others.NO_RETURN,
    blocked: false,
    ear: null,
    figures: null,
    figuresAt: 0,
    speakers: new Map(),
    faders: faders.UNTOUCHED,
    company: NOBODY,
    session: "",
    held: false,
    madeAt: 0,
    elsewhere: false,
    asked: null,
    letGo: null,
    alarm: CALM,
    onset: OFF_AIR,
    seed,
  };
}

type Heard = Extract<
  Input,
  { readonly tag: "opened" | "house" | "room" | "stage" | "quality" | "listeners" | "relays" }
>;
type OfPeople = Extract<
  Input,
  { readonly tag: "people" | "hands" | "myself" | "notice" | "answer" | "elsewhere" }
>;
type Pressed = Extract<
  Input,
  {
    readonly tag: "join" | "leave" | "away" | "mute" | "mute-seat" | "gain" | "music" | "order";
  }
>;
type Happened = Exclude<Input, Heard | OfPeople | Pressed>;

export function next(studio: Studio, input: Input, now: Millis): Step {
  switch (input.tag) {
    case "opened":
    case "house":
    case "room":
    case "stage":
    case "quality":
    case "listeners":
    case "relays":
      return told(studio, input, now);
    case "people":
    case "hands":
    case "myself":
    case "notice":
    case "answer":
    case "elsewhere":
      return ofPeople(studio, input, now);
    case "join":
    case "leave":
    case "away":
    case "mute":
    case "mute-seat":
    case "gain":
    case "music":
    case "order":
      return pressed(studio, input, now);
    default:
      return happened(studio, input, now);
  }
}

function told(studio: Studio, input: Heard, now: Millis): Step {
  const heard: Studio = { ...studio, saidAt: now };
  switch (input.tag) {
    case "opened": {
      const { room, stage, servers, reach, ...rest } = input.opened;
      const known: Studio = {
        ...heard,
        ...rest,
        servers: servers.length === 0 ? studio.servers : servers,
        reach: reach ?? studio.reach,
        house: "there",
      };
      return heardOfRoom(stage === null ? known : { ...known, stage, stageAt: now }, room);
    }
    case "house":
      return houseSaid({ ...studio, house: input.house });
    case "room":
      return heardOfRoom({ ...heard, house: "there" }, input.room);
    case "stage":
      return heardOfStage({ ...heard, stage: input.stage, stageAt: now }, now);
    case "quality":
      return [{ ...heard, speakers: heardOf(studio.speakers, input.speakers, now) }, []];
    case "listeners": {
      const { listeners, waiting, leaving } = input.counts;
      return [{ ...heard, listeners, company: { ...heard.company, waiting, leaving } }, []];
    }
    case "relays":
      return [{ ...studio, servers: input.servers }, []];
  }
}

function ofPeople(studio: Studio, input: OfPeople, now: Millis): Step {
  const heard: Studio = { ...studio, saidAt: now };
  switch (input.tag) {
    case "people":
      return [{ ...heard, company: { ...heard.company, members: input.members } }, []];
    case "hands":
      return [{ ...heard, company: { ...heard.company, hands: input.hands } }, []];
    case "myself": {
      const { me } = input;
      const seat = me.member === "" ? studio.seat : me.member;
      return [{ ...heard, seat, company: { ...heard.company, me } }, []];
    }
    case "notice":
      return summoned(heard, input.notice, now);
    case "answer":
      return answered(studio, input.unmute);
    case "elsewhere":
      return studio.me.tag === "off" ? [studio, []] : replaced(studio);
  }
}

function pressed(studio: Studio, input: Pressed, now: Millis): Step {
  switch (input.tag) {
    case "join":
      return join(studio, now);
    case "leave":
      return now - studio.pressedAt < DOUBLE_CLICK ? [studio, []] : off(studio, null);
    case "mute": {
      const doubtful = input.sure !== true && now - studio.pressedAt < DOUBLE_CLICK;
      return doubtful ? [studio, []] : mute(studio);
    }
    case "away":
      return off(studio, null);
    case "mute-seat":
      if (input.seat === studio.seat && studio.me.tag !== "off") return mute(studio);
      return [studio, [{ tag: "tell-mute", seat: input.seat, muted: input.muted }]];
    case "gain": {
      const [moved, effects] = faders.move(studio.faders, input.seat, input.db, now);
      return [{ ...studio, faders: moved }, effects];
    }
    case "music":
      return [{ ...studio, music: input.on }, [{ tag: "music", on: input.on }]];
    case "order":
      return [{ ...studio, notice: null }, [{ tag: "order", order: input.order }]];
  }
}

function happened(studio: Studio, input: Happened, now: Millis): Step {
  switch (input.tag) {
    case "microphone":
    case "no-microphone":
    case "moved":
    case "blocked":
      return device(studio, input, now);
    case "joined":
      return joined(studio, input, now);
    case "not-joined":
      return notJoined(studio, input, now);
    case "connection":
      return [connection(studio, input.attempt, input.connected, now), []];
    case "failed":
      return failed(studio, input.attempt, now);
    case "hears": {
      const [back, effects] = others.opened(studio.back, input.attempt, now);
      return [{ ...studio, back, figures: null }, effects];
    }
    case "not-heard":
    case "deaf":
      return notHeard(studio, input, now);
    case "return":
      return counted(studio, input.attempt, input.figures, now);
    case "network":
      return networkChanged(studio, input.online, now);
    case "told-mute":
      return [toldMute(studio, input), []];
    case "reported":
      return [{ ...studio, notice: { tag: "report-sent", at: now } }, []];
    case "order-refused":
      return [{ ...studio, notice: refusal(input.code, input.message) }, []];
    case "tick":
      return ticked(studio, now);
  }
}

type OfDevice = Extract<
  Input,
  { readonly tag: "microphone" | "no-microphone" | "moved" | "blocked" }
>;

function device(studio: Studio, input: OfDevice, now: Millis): Step {
  switch (input.tag) {
    case "microphone": {
      const notice = studio.notice?.tag === "microphone" ? null : studio.notice;
      const ready: Studio = { ...studio, microphone: true, notice };
      return studio.me.tag === "asking" ? begin(ready, [], now) : [ready, []];
    }
    case "no-microphone": {
      const notice: Notice = { tag: "microphone", trouble: input.trouble };
      const me: Me = studio.me.tag === "asking" ? { tag: "off" } : studio.me;
      return [{ ...studio, microphone: false, notice, me }, []];
    }
    case "moved":
      return [{ ...studio, notice: { tag: "moved", moved: input.moved, at: now } }, []];
    case "blocked":
      return [{ ...studio, blocked: input.blocked }, []];
  }
}

function ticked(studio: Studio, now: Millis): Step {
  const { notice } = studio;
  const said = notice !== null && "at" in notice && now - notice.at > SAID_FOR;
  const [moved, gains] = faders.tell(studio.faders, now);
  const [after, effects] = tick(
    withoutOldStage({ ...studio, faders: moved, notice: said ? null : notice }, now),
    now,
  );
  const seen = after.house === "there" ? silenceOf(after.room, after.stage) : null;
  const alarm = watched(after.alarm, seen, now);
  const began = onset(after.onset, after.room?.state, now);
  const known: Studio = { ...after, alarm, onset: began, asked: stillAsked(after, now) };
  return [known, [...gains, ...effects]];
}

/** True if the sound is dropped: here, or by the stage because somebody said so. */
export function isMuted(studio: Studio): boolean {
  const there = studio.me.tag !== "off" && studio.me.tag !== "asking";
  return studio.muted || (there && isMutedThere(studio));
}

function isMutedThere(studio: Studio): boolean {
  return studio.room?.muted.includes(studio.seat) ?? false;
}

function join(studio: Studio, now: Millis): Step {
  if (studio.me.tag !== "off") return [studio, []];
  const claim: Effect = { tag: "claim" };
  const known: Studio = { ...studio, elsewhere: false, held: false, session: "", notice: null };
  const asking: Studio = { ...known, letGo: null, misses: 0, pressedAt: now };
  if (studio.microphone) return begin(asking, [claim], now);
  return [{ ...asking, me: { tag: "asking" } }, [claim, { tag: "take-microphone" }]];
}

/** Another window of the same person speaks: this one lets go, and leaves the seat to it. */
export function replaced(studio: Studio): Step {
  const [back, unheard] = others.shut(studio.back, false);
  const [after] = off(studio, null);
  const gone: Studio = { ...after, back: { ...back, refusal: "" }, elsewhere: true, asked: null };
  return [gone, [...drop(studio, false), ...unheard, { tag: "quiet" }]];
}

/** Leaves the stage, or is refused for good. `gone`: at the house the sessions have ended already. */
export function off(studio: Studio, notice: Notice | null, gone = false): Step {
  const [back, unheard] = others.shut(studio.back, !gone);
  const quiet: readonly Effect[] = gone ? [{ tag: "quiet" }] : [];
  const after: Studio = {
    ...studio,
    me: { tag: "off" },
    back: { ...back, refusal: "" },
    ear: null,
    lostSince: null,
    unreached: 0,
    misses: 0,
    untold: false,
    notice,
  };
  return [after, [...drop(studio, !gone), ...unheard, ...quiet]];
}

export function refusal(code: string, message: string): Notice {
  return { tag: "refused", code, message };
}

export function mute(studio: Studio): Step {
  const muted = !isMuted(studio);
  const effects: Effect[] = [{ tag: "sound", on: !muted }];
  const on = studio.me.tag === "on";
  if (on) effects.push({ tag: "tell-mute", seat: studio.seat, muted });
  return [{ ...studio, muted, untold: on && muted, notice: null, asked: null }, effects];
}

type ToldMute = Extract<Input, { readonly tag: "told-mute" }>;

function toldMute(studio: Studio, { seat, muted, done, code, message }: ToldMute): Studio {
  // Whoever mutes somebody else must not believe that it is done.
  if (seat !== studio.seat) return done ? studio : { ...studio, notice: refusal(code, message) };
  if (done) return { ...studio, untold: muted ? false : studio.untold };
  const notice: Notice | null = muted ? studio.notice : { tag: "unmuted-nowhere" };
  return { ...studio, notice };
}

function houseSaid(studio: Studio): Step {
  const shut = studio.house === "wrong-key" || studio.house === "no-room";
  if (shut && studio.me.tag !== "off") return off(studio, null, true);
  if (studio.house !== "there" || !studio.untold || !studio.muted) return [studio, []];
  return [studio, [{ tag: "tell-mute", seat: studio.seat, muted: true }]];
}

function heardOfRoom(studio: Studio, room: HouseRoom): Step {
  if (studio.room !== null && room.revision < studio.room.revision) return [studio, []];
  const ends = room.state === "ended" && studio.room !== null && studio.room.state !== "ended";
  const known: Studio = { ...studio, room };
  const present = studio.me.tag === "on" || studio.me.tag === "waiting";
  return ends && present ? off(known, null, true) : houseSaid(known);
}

/** Of a house that is away one hears nothing: then what was last heard stays. */
function withoutOldStage(studio: Studio, now: Millis): Studio {
  const there = studio.house === "there" && now - studio.saidAt < SPEAKS_WITHIN;
  const old = there && now - studio.stageAt > SILENT_STAGE;
  return studio.stage !== null && old ? { ...studio, stage: null } : studio;
}
