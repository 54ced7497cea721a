/**
 * A core: being on stage, and coming back to it. Several signs tell that one is lost, and the
 * first of them counts: the return's packets, the stage's word, the browser's.
 */

import { backoff, LONGEST, roll, type Millis } from "../stream/backoff";
import * as others from "./others";
import { between, heardBack, type Figures } from "./quality";
import { off, refusal, replaced, type Effect, type Input, type Me, type Step, type Studio } from "./state";

/** A session that was answered and does not come to life within this time is made anew. */
export const CONNECTS_WITHIN: Millis = 8_000;
/** Who was on stage before gets there sooner: the network is what has changed. */
export const RECONNECTS_WITHIN: Millis = 4_000;
/** The offer is answered within this time, or there will be another. */
const ANSWERED_WITHIN: Millis = 12_000;
/** A connection that stumbles while the return flows may do so for this long, else shorter. */
export const STUMBLES_FOR: Millis = 2_000;
const STUMBLES_DEAF: Millis = 700;
/** The stage says its seats five times a second: missing so long, it has forgotten ours. */
const FORGOTTEN_AFTER: Millis = 4_000;
/** So long the stage may say that no sound comes in. */
export const OUT_FOR: Millis = 1_000;
/** A return that is still while the stage hears us is made anew by itself, a little later. */
export const STILL_ALONE: Millis = 1_500;
/** What has spoken within this time is there; a network that is pulled goes silent at once. */
const FRESH: Millis = 700;
/** At a change of networks, less of a stillness is enough, and an offer under way is in doubt. */
const STILL_DOUBTFUL: Millis = 600;
const OFFER_DOUBTFUL: Millis = 300;
/** A request on a dead network hangs: it is given up soon. With a living house it may wait. */
const HURRIED: Millis = 2_500;
const PATIENT: Millis = 10_000;
/** Who has been lost for less than this is tried again every second. */
const EAGER_FOR: Millis = 60_000;
const EAGER: Millis = 1_000;
const RETURN_EVERY: Millis = 1_000;

/** So many letters of a session the stage names as a seat's holder. */
const HOLDER = 8;
/** Who speaks from a seat is known so soon after a session was made. */
const HELD_WITHIN: Millis = 3_000;
/** The stage says within this time whether another window has taken the seat. */
const ASKS_STAGE: Millis = 500;

const FINAL = [400, 401, 403, 404, 406, 409, 415, 422];

export function begin(studio: Studio, before: readonly Effect[], now: Millis): Step {
  const attempt = studio.attempts + 1;
  const hurried = studio.lostSince !== null && now - studio.saidAt > FRESH;
  return [
    { ...studio, attempts: attempt, me: { tag: "joining", attempt, since: now } },
    [
      ...before,
      { tag: "sound", on: !studio.muted },
      { tag: "session", attempt, seat: studio.seat, within: hurried ? HURRIED : PATIENT },
    ],
  ];
}

export function drop({ me }: Studio, leaves: boolean): readonly Effect[] {
  return "attempt" in me ? [{ tag: "drop", attempt: me.attempt, leaves }] : [];
}

/** Makes new sessions in place of those there are, at once; later if that keeps failing. */
export function again(studio: Studio, now: Millis): Step {
  const { me } = studio;
  const [back, unheard] = others.shut(studio.back, false);
  const was = me.tag === "on" && me.proven;
  const away: Studio = {
    ...studio,
    back,
    ear: null,
    lostSince: studio.lostSince ?? (was ? now : null),
    reconnects: studio.reconnects + (was ? 1 : 0),
  };
  const effects: Effect[] = [...drop(studio, false), ...unheard, { tag: "hurry" }];
  return studio.misses === 0
    ? begin({ ...away, misses: 1 }, effects, now)
    : wait(away, effects, 0, now);
}

function wait(studio: Studio, effects: readonly Effect[], least: Millis, now: Millis): Step {
  const [chance, seed] = roll(studio.seed);
  const misses = studio.misses + 1;
  const eager = studio.lostSince !== null && now - studio.lostSince < EAGER_FOR;
  const pause = Math.min(eager ? EAGER : LONGEST, backoff(misses, chance));
  const until = now + Math.max(least, pause);
  return [{ ...studio, seed, misses, me: { tag: "waiting", until } }, effects];
}

export function joined(
  studio: Studio,
  said: Extract<Input, { readonly tag: "joined" }>,
  now: Millis,
): Step {
  const { me } = studio;
  const { attempt, seat } = said;
  if (me.tag !== "joining" || me.attempt !== attempt)
    return [studio, [{ tag: "drop", attempt, leaves: true }]];
  const on: Me = {
    tag: "on",
    attempt,
    proven: false,
    lostAt: now,
    instance: studio.stage?.instance ?? null,
    seenAt: now,
    sounded: false,
    outAt: null,
  };
  const mutes: Effect[] = studio.muted ? [{ tag: "tell-mute", seat, muted: true }] : [];
  const [back, hears] = others.open(studio.back, seat, now);
  const servers = said.servers?.length ? said.servers : studio.servers;
  const reach = studio.reach ?? said.reach ?? null;
  return [
    {
      ...studio,
      seat,
      servers,
      reach,
      me: on,
      back,
      notice: null,
      untold: studio.muted,
      session: (said.session ?? "").slice(0, HOLDER),
      held: false,
      madeAt: now,
    },
    [...mutes, ...hears, { tag: "hurry" }],
  ];
}

export function notJoined(
  studio: Studio,
  said: Extract<Input, { readonly tag: "not-joined" }>,
  now: Millis,
): Step {
  const { me } = studio;
  if (me.tag !== "joining" || me.attempt !== said.attempt) return [studio, []];
  if (FINAL.includes(said.status)) return off(studio, refusal(said.code, said.message));
  return wait(studio, drop(studio, false), said.retryAfter ?? 0, now);
}

export function connection(
  studio: Studio,
  attempt: number,
  connected: boolean,
  now: Millis,
): Studio {
  const { me } = studio;
  if (me.tag !== "on" || me.attempt !== attempt) return studio;
  if (!connected) return { ...studio, me: { ...me, lostAt: me.lostAt ?? now } };
  const proven: Me = { ...me, proven: true, lostAt: null };
  return { ...studio, misses: 0, unreached: 0, lostSince: null, me: proven };
}

/** The browser has given the session up. */
export function failed(studio: Studio, attempt: number, now: Millis): Step {
  const { me } = studio;
  if (me.tag !== "on" || me.attempt !== attempt) return [studio, []];
  if (me.proven && studio.held && now - studio.stageAt < FRESH) return doubt(studio, now);
  return again(me.proven ? studio : unreached(studio), now);
}

/** Was it the network, or did another window of the same person take the seat? The stage knows. */
function doubt(studio: Studio, now: Millis): Step {
  const [back, unheard] = others.shut(studio.back, false);
  const me: Me = { tag: "waiting", until: now + ASKS_STAGE };
  const lost: Studio = { ...studio, back, ear: null, me, lostSince: now };
  const effects: Effect[] = [...drop(studio, false), ...unheard, { tag: "hurry" }];
  return [{ ...lost, reconnects: studio.reconnects + 1 }, effects];
}

/** A session that never came to life holds no seat: only one whose sound comes in counts. */
function isReplaced(studio: Studio, now: Millis): boolean {
  const { me, session } = studio;
  const seat = studio.stage?.seats.find((each) => each.seat === studio.seat);
  if (seat === undefined || seat.holder === "" || session === "" || !seat.connected) return false;
  if (seat.holder === session || me.tag === "off" || me.tag === "asking") return false;
  return studio.held || (me.tag === "on" && now - studio.madeAt > HELD_WITHIN);
}

function unreached(studio: Studio): Studio {
  return { ...studio, unreached: studio.unreached + 1 };
}

export function heardOfStage(studio: Studio, now: Millis): Step {
  const { me, stage } = studio;
  if (isReplaced(studio, now)) return replaced(studio);
  if (me.tag !== "on" || stage === null) return [studio, []];
  if (me.instance !== null && me.instance !== stage.instance)
    return again({ ...studio, misses: 0 }, now);
  const seat = stage.seats.find((each) => each.seat === studio.seat);
  const on: Me = {
    ...me,
    instance: stage.instance,
    seenAt: seat === undefined ? me.seenAt : now,
    sounded: me.sounded || seat?.connected === true,
    outAt: seat?.connected === false ? (me.outAt ?? now) : null,
  };
  const held = studio.held || (seat !== undefined && seat.holder !== "" && seat.holder === studio.session);
  const known: Studio = { ...studio, me: on, held };
  const forgotten = seat === undefined && now - me.seenAt > FORGOTTEN_AFTER;
  // A microphone that has gone sends nothing, and no new session would.
  const out = on.sounded && on.outAt !== null && studio.microphone && now - on.outAt > OUT_FOR;
  return forgotten || out ? again(known, now) : [known, []];
}

/** The house hears us at this very moment. */
function isThere({ stage, stageAt, seat }: Studio, now: Millis): boolean {
  const fresh = now - stageAt < FRESH;
  return fresh && (stage?.seats.some((each) => each.seat === seat && each.connected) ?? false);
}

/** The return's packets were counted: none means that the network has gone. */
export function counted(studio: Studio, attempt: number, figures: Figures, now: Millis): Step {
  if (attempt !== studio.back.attempt) return [studio, []];
  const back = others.counted(studio.back, attempt, figures.packets, now);
  const known = judged({ ...studio, back }, figures, now);
  const stillFor = others.still(back, now);
  if (studio.me.tag !== "on" || !studio.me.proven || stillFor < others.STILL_AFTER)
    return [known, []];
  if (!isThere(studio, now)) return again(known, now);
  return stillFor < STILL_ALONE ? [known, []] : hearAgain(known, now);
}

function hearAgain(studio: Studio, now: Millis): Step {
  const [back, effects] = others.open(studio.back, studio.seat, now);
  return [{ ...studio, back }, effects];
}

function judged(studio: Studio, figures: Figures, now: Millis): Studio {
  const { figures: then, figuresAt } = studio;
  if (then === null) return { ...studio, figures, figuresAt: now };
  if (now - figuresAt < RETURN_EVERY) return studio;
  const last = between(then, figures);
  const ear = last === null ? studio.ear : heardBack(studio.ear, last, now);
  return { ...studio, ear, figures, figuresAt: now };
}

type Unheard = Extract<Input, { readonly tag: "not-heard" | "deaf" }>;

export function notHeard(studio: Studio, said: Unheard, now: Millis): Step {
  const hangs = said.tag === "not-heard" && said.status === 0 && now - studio.saidAt > FRESH;
  if (hangs && said.attempt === studio.back.attempt && studio.me.tag === "on")
    return again(studio, now);
  const [chance, seed] = roll(studio.seed);
  const [back, effects] =
    said.tag === "deaf"
      ? others.failed(studio.back, said.attempt, chance, now)
      : others.refused(studio.back, said, chance, now);
  return [{ ...studio, seed, back }, effects];
}

/** The browser says that the network has come, gone or changed. */
export function networkChanged(studio: Studio, online: boolean, now: Millis): Step {
  const { me } = studio;
  const known: Studio = { ...studio, offline: !online };
  if (!online) return [known, []];
  const hurry: Effect = { tag: "hurry" };
  const fresh: Studio = { ...known, misses: Math.min(1, studio.misses) };
  switch (me.tag) {
    case "off":
    case "asking":
      return [known, [hurry]];
    case "waiting":
      return begin(fresh, [hurry], now);
    case "joining":
      if (now - me.since < OFFER_DOUBTFUL) return [known, [hurry]];
      return begin(fresh, [...drop(studio, false), hurry], now);
    case "on": {
      const lost = me.proven && others.still(studio.back, now) > STILL_DOUBTFUL;
      return lost ? again(fresh, now) : [known, [hurry]];
    }
  }
}

export function tick(studio: Studio, now: Millis): Step {
  const { me } = studio;
  switch (me.tag) {
    case "off":
    case "asking":
      return [studio, []];
    case "waiting":
      return now < me.until ? [studio, []] : begin(studio, [], now);
    case "joining":
      return now - me.since < ANSWERED_WITHIN ? [studio, []] : again(studio, now);
    case "on": {
      if (me.lostAt !== null && now - me.lostAt > patience(studio, me.proven, now))
        return again(me.proven ? studio : unreached(studio), now);
      const [chance, seed] = roll(studio.seed);
      const [back, effects] = others.tick(studio.back, studio.seat, chance, now);
      return [{ ...studio, seed, back }, effects];
    }
  }
}

function patience(studio: Studio, proven: boolean, now: Millis): Millis {
  if (proven) return others.flows(studio.back, now) ? STUMBLES_FOR : STUMBLES_DEAF;
  // Whoever is looked for a second time may need longer.
  const soon = studio.lostSince !== null && studio.unreached === 0;
  return soon ? RECONNECTS_WITHIN : CONNECTS_WITHIN;
}
