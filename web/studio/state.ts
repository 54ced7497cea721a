/**
 * A core: one person in the studio. Whether they are on stage, whether they can be heard, what is
 * known of the room, and what to do when something of it goes away.
 *
 * The machine mutes nobody and unmutes nobody: a press does.
 */

import { backoff, roll, type Millis } from "../stream/backoff";
import type { HouseRoom, Opened, Stage } from "./news";

export type Verb = "open" | "live" | "end";
export type MicrophoneTrouble = "denied" | "missing" | "busy" | "insecure" | "gone" | "unknown";

/** A session that does not come to life within this time is made anew. */
export const CONNECTS_WITHIN: Millis = 12_000;
/** A connection may stumble this long before another is made. */
export const STUMBLES_FOR: Millis = 2_000;
/** A stage that has said nothing for so long is not there. */
const SILENT_STAGE: Millis = 2_500;
/** The second half of a double click must not land on the button that has just come there. */
const DOUBLE_CLICK: Millis = 600;
/** The stage says its seats five times a second: missing so long, it has forgotten ours. */
const FORGOTTEN_AFTER: Millis = 4_000;

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
    }
  | { readonly tag: "waiting"; readonly until: Millis };

/** What went wrong last, for words. */
export type Notice =
  | { readonly tag: "microphone"; readonly trouble: MicrophoneTrouble }
  | { readonly tag: "refused"; readonly code: string; readonly message: string }
  | { readonly tag: "unmuted-nowhere" };

export interface Studio {
  readonly house: "asking" | "there" | "away" | "wrong-key" | "no-room";
  readonly room: HouseRoom | null;
  readonly stage: Stage | null;
  readonly stageAt: Millis;
  readonly listeners: number | null;
  readonly listen: string;
  readonly edge: string;
  readonly host: boolean;
  readonly me: Me;
  readonly seat: string;
  readonly microphone: boolean;
  readonly muted: boolean;
  /** A mute that the house has not heard of yet. */
  readonly untold: boolean;
  readonly notice: Notice | null;
  readonly pressedAt: Millis;
  readonly misses: number;
  readonly attempts: number;
  readonly seed: number;
}

export type Input =
  | { readonly tag: "opened"; readonly opened: Opened }
  | { readonly tag: "house"; readonly house: Studio["house"] }
  | { readonly tag: "room"; readonly room: HouseRoom }
  | { readonly tag: "stage"; readonly stage: Stage }
  | { readonly tag: "listeners"; readonly listeners: number }
  | { readonly tag: "join" }
  | { readonly tag: "leave" }
  /** The page is being closed. */
  | { readonly tag: "away" }
  | { readonly tag: "mute" }
  | { readonly tag: "mute-seat"; readonly seat: string; readonly muted: boolean }
  | { readonly tag: "verb"; readonly verb: Verb }
  | { readonly tag: "microphone" }
  | { readonly tag: "no-microphone"; readonly trouble: MicrophoneTrouble }
  | { readonly tag: "joined"; readonly attempt: number; readonly seat: string }
  | {
      readonly tag: "not-joined";
      readonly attempt: number;
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly retryAfter: Millis | null;
    }
  | { readonly tag: "connection"; readonly attempt: number; readonly connected: boolean }
  | { readonly tag: "failed"; readonly attempt: number }
  | { readonly tag: "told-mute"; readonly muted: boolean; readonly done: boolean }
  | { readonly tag: "verb-refused"; readonly code: string; readonly message: string }
  | { readonly tag: "tick" };

export type Effect =
  | { readonly tag: "take-microphone" }
  | { readonly tag: "session"; readonly attempt: number; readonly seat: string }
  | { readonly tag: "drop"; readonly attempt: number }
  | { readonly tag: "sound"; readonly on: boolean }
  | { readonly tag: "tell-mute"; readonly seat: string; readonly muted: boolean }
  | { readonly tag: "verb"; readonly verb: Verb };

type Step = [Studio, readonly Effect[]];

export function entering(seat: string, seed: number): Studio {
  return {
    house: "asking",
    room: null,
    stage: null,
    stageAt: 0,
    listeners: null,
    listen: "",
    edge: "",
    host: false,
    me: { tag: "off" },
    seat,
    microphone: false,
    muted: false,
    untold: false,
    notice: null,
    pressedAt: -DOUBLE_CLICK,
    misses: 0,
    attempts: 0,
    seed,
  };
}

export function next(studio: Studio, input: Input, now: Millis): Step {
  switch (input.tag) {
    case "opened": {
      const { room, stage, ...rest } = input.opened;
      const known: Studio = { ...studio, ...rest, house: "there" };
      return heardOfRoom(stage === null ? known : { ...known, stage, stageAt: now }, room);
    }
    case "house":
      return houseSaid({ ...studio, house: input.house });
    case "room":
      return heardOfRoom({ ...studio, house: "there" }, input.room);
    case "stage":
      return heardOfStage({ ...studio, stage: input.stage, stageAt: now }, now);
    case "listeners":
      return [{ ...studio, listeners: input.listeners }, []];
    case "tick":
      return tick(withoutOldStage(studio, now), now);
    default:
      return acted(studio, input, now);
  }
}

type Act = Exclude<
  Input,
  { readonly tag: "opened" | "house" | "room" | "stage" | "listeners" | "tick" }
>;

function acted(studio: Studio, input: Act, now: Millis): Step {
  switch (input.tag) {
    case "join":
      return join(studio, now);
    case "leave":
      return now - studio.pressedAt < DOUBLE_CLICK ? [studio, []] : off(studio, null);
    case "mute":
      return now - studio.pressedAt < DOUBLE_CLICK ? [studio, []] : mute(studio);
    case "away":
      return off(studio, null);
    case "mute-seat":
      if (input.seat === studio.seat && studio.me.tag !== "off") return mute(studio);
      return [studio, [{ tag: "tell-mute", seat: input.seat, muted: input.muted }]];
    case "verb":
      return [{ ...studio, notice: null }, [{ tag: "verb", verb: input.verb }]];
    case "verb-refused":
      return [{ ...studio, notice: refusal(input.code, input.message) }, []];
    case "told-mute":
      return [toldMute(studio, input.muted, input.done), []];
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
    case "joined":
      return joined(studio, input.attempt, input.seat, now);
    case "not-joined":
      return notJoined(studio, input, now);
    case "connection":
      return [connection(studio, input.attempt, input.connected, now), []];
    case "failed":
      return studio.me.tag === "on" && studio.me.attempt === input.attempt
        ? again(studio, now)
        : [studio, []];
  }
}

/** True if the sound is dropped: here, or by the stage because somebody said so. */
export function isMuted(studio: Studio): boolean {
  return studio.muted || (studio.me.tag === "on" && isMutedThere(studio));
}

function isMutedThere(studio: Studio): boolean {
  return studio.room?.muted.includes(studio.seat) ?? false;
}

function join(studio: Studio, now: Millis): Step {
  if (studio.me.tag !== "off") return [studio, []];
  const asking: Studio = { ...studio, notice: null, misses: 0, pressedAt: now };
  if (studio.microphone) return begin(asking, [], now);
  return [{ ...asking, me: { tag: "asking" } }, [{ tag: "take-microphone" }]];
}

function begin(studio: Studio, before: readonly Effect[], now: Millis): Step {
  const attempt = studio.attempts + 1;
  return [
    { ...studio, attempts: attempt, me: { tag: "joining", attempt, since: now } },
    [
      ...before,
      { tag: "sound", on: !studio.muted },
      { tag: "session", attempt, seat: studio.seat },
    ],
  ];
}

/** Makes a new session in place of the one there is, at once; later if that keeps failing. */
function again(studio: Studio, now: Millis): Step {
  const { me } = studio;
  const drop: Effect[] = "attempt" in me ? [{ tag: "drop", attempt: me.attempt }] : [];
  return studio.misses === 0
    ? begin({ ...studio, misses: 1 }, drop, now)
    : wait(studio, drop, 0, now);
}

function wait(studio: Studio, effects: readonly Effect[], least: Millis, now: Millis): Step {
  const [chance, seed] = roll(studio.seed);
  const misses = studio.misses + 1;
  const until = now + Math.max(least, backoff(misses, chance));
  return [{ ...studio, seed, misses, me: { tag: "waiting", until } }, effects];
}

function off(studio: Studio, notice: Notice | null): Step {
  const { me } = studio;
  const drop: Effect[] = "attempt" in me ? [{ tag: "drop", attempt: me.attempt }] : [];
  return [{ ...studio, me: { tag: "off" }, misses: 0, untold: false, notice }, drop];
}

function joined(studio: Studio, attempt: number, seat: string, now: Millis): Step {
  const { me } = studio;
  if (me.tag !== "joining" || me.attempt !== attempt) return [studio, [{ tag: "drop", attempt }]];
  const on: Me = {
    tag: "on",
    attempt,
    proven: false,
    lostAt: now,
    instance: studio.stage?.instance ?? null,
    seenAt: now,
  };
  const mutes: Effect[] = studio.muted ? [{ tag: "tell-mute", seat, muted: true }] : [];
  return [{ ...studio, seat, me: on, notice: null, untold: studio.muted }, mutes];
}

function notJoined(
  studio: Studio,
  refused: Extract<Input, { readonly tag: "not-joined" }>,
  now: Millis,
): Step {
  const { me } = studio;
  if (me.tag !== "joining" || me.attempt !== refused.attempt) return [studio, []];
  const final = [400, 401, 403, 404, 406, 409, 415, 422].includes(refused.status);
  const drop: Effect = { tag: "drop", attempt: refused.attempt };
  if (final) return off(studio, refusal(refused.code, refused.message));
  return wait(studio, [drop], refused.retryAfter ?? 0, now);
}

function refusal(code: string, message: string): Notice {
  return { tag: "refused", code, message };
}

function connection(studio: Studio, attempt: number, connected: boolean, now: Millis): Studio {
  const { me } = studio;
  if (me.tag !== "on" || me.attempt !== attempt) return studio;
  if (connected) return { ...studio, misses: 0, me: { ...me, proven: true, lostAt: null } };
  return { ...studio, me: { ...me, lostAt: me.lostAt ?? now } };
}

function mute(studio: Studio): Step {
  const muted = !isMuted(studio);
  const effects: Effect[] = [{ tag: "sound", on: !muted }];
  const on = studio.me.tag === "on";
  if (on) effects.push({ tag: "tell-mute", seat: studio.seat, muted });
  return [{ ...studio, muted, untold: on && muted, notice: null }, effects];
}

function toldMute(studio: Studio, muted: boolean, done: boolean): Studio {
  if (done) return { ...studio, untold: muted ? false : studio.untold };
  const notice: Notice | null = muted ? studio.notice : { tag: "unmuted-nowhere" };
  return { ...studio, notice };
}

function houseSaid(studio: Studio): Step {
  if (studio.house !== "there" || !studio.untold || !studio.muted) return [studio, []];
  return [studio, [{ tag: "tell-mute", seat: studio.seat, muted: true }]];
}

function heardOfRoom(studio: Studio, room: HouseRoom): Step {
  if (studio.room !== null && room.revision < studio.room.revision) return [studio, []];
  const ends = room.state === "ended" && studio.room !== null && studio.room.state !== "ended";
  const known: Studio = { ...studio, room };
  const present = studio.me.tag === "on" || studio.me.tag === "waiting";
  return ends && present ? off(known, null) : houseSaid(known);
}

function heardOfStage(studio: Studio, now: Millis): Step {
  const { me, stage } = studio;
  if (me.tag !== "on" || stage === null) return [studio, []];
  if (me.instance !== null && me.instance !== stage.instance)
    return again({ ...studio, misses: 0 }, now);
  const seen = stage.seats.some((seat) => seat.seat === studio.seat);
  const on: Me = { ...me, instance: stage.instance, seenAt: seen ? now : me.seenAt };
  if (!seen && now - me.seenAt > FORGOTTEN_AFTER) return again({ ...studio, me: on }, now);
  return [{ ...studio, me: on }, []];
}

/** Of a house that is away one hears nothing: then what was last heard stays. */
function withoutOldStage(studio: Studio, now: Millis): Studio {
  const old = studio.house === "there" && now - studio.stageAt > SILENT_STAGE;
  return studio.stage !== null && old ? { ...studio, stage: null } : studio;
}

function tick(studio: Studio, now: Millis): Step {
  const { me } = studio;
  switch (me.tag) {
    case "off":
    case "asking":
      return [studio, []];
    case "waiting":
      return now < me.until ? [studio, []] : begin(studio, [], now);
    case "joining":
      return now - me.since < CONNECTS_WITHIN ? [studio, []] : again(studio, now);
    case "on": {
      if (me.lostAt === null) return [studio, []];
      const patience = me.proven ? STUMBLES_FOR : CONNECTS_WITHIN;
      return now - me.lostAt > patience ? again(studio, now) : [studio, []];
    }
  }
}
