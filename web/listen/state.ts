/**
 * A core: one listener's visit. What the person wants, which way the sound comes, what is known
 * of the room. Says when to start, to stop, to try another way and to ask for state.json.
 */

import { backoff, roll, type Millis } from "../stream/backoff";
import {
  STEADY,
  type Cadence,
  type Lowered,
  type News,
  type Room,
  type Truth,
} from "../stream/news";
import type { Flow } from "../stream/player";

/** Ways to get the sound, the best first: parts pushed into MediaSource, HLS, a plain stream. */
export type Way = "push" | "native" | "hls" | "plain";

/** So long may the first sound take before another way is tried. */
export const FIRST_SOUND: Millis = 8_000;
const ASK_EVERY: Millis = 10_000;

export interface Listening {
  readonly ways: readonly [Way, ...Way[]];
  readonly way: Way;
  /** The device wants to be spared bytes. */
  readonly sparing: boolean;
  /** This visit's sound is the lighter one. */
  readonly low: boolean;
  /** The person has pressed Listen. */
  readonly wanted: boolean;
  /** The device has paused it: a call, headphones pulled out. */
  readonly held: boolean;
  readonly flow: Flow | "stopped";
  readonly flowSince: Millis;
  /** Sound has been heard this way, so a failure is the network's. */
  readonly proven: boolean;
  readonly online: boolean;
  readonly visible: boolean;
  readonly room: Room | null;
  readonly unknown: boolean;
  /** What state.json says is lowered; the sound itself says how it is sent. */
  readonly lowered: Lowered | null;
  readonly cadence: Cadence;
  readonly epoch: Millis | null;
  readonly names: readonly string[];
  readonly level: number;
  readonly spokenAt: Millis;
  readonly askAt: Millis;
  readonly answeredAt: Millis;
  readonly unanswered: number;
  /** The room's state has changed since state.json was read: only it says what comes next. */
  readonly stale: boolean;
  readonly seed: number;
}

export type Input =
  | { readonly tag: "pressed" }
  | { readonly tag: "media"; readonly wish: "play" | "stop" }
  | { readonly tag: "held" }
  | { readonly tag: "flowed"; readonly flow: Flow }
  | { readonly tag: "heard"; readonly news: News }
  | { readonly tag: "told"; readonly truth: Truth | "unknown" }
  | { readonly tag: "untold" }
  | { readonly tag: "online"; readonly online: boolean }
  | { readonly tag: "visible"; readonly visible: boolean }
  | { readonly tag: "tick" };

export type Effect =
  | { readonly tag: "play"; readonly way: Way; readonly low: boolean }
  | { readonly tag: "stop" }
  | { readonly tag: "ask" };

type Step = [Listening, readonly Effect[]];

export function arrived(
  ways: readonly [Way, ...Way[]],
  truth: Truth | "unknown" | null,
  seed: number,
  now: Millis,
  sparing = false,
): Listening {
  const known = truth === "unknown" ? null : truth;
  return later(
    {
      ways,
      way: ways[0],
      sparing,
      low: false,
      wanted: false,
      held: false,
      flow: "stopped",
      flowSince: now,
      proven: false,
      online: true,
      visible: true,
      room: known?.room ?? null,
      unknown: truth === "unknown",
      lowered: known?.lowered ?? null,
      cadence: STEADY,
      epoch: known?.epoch ?? null,
      names: [],
      level: -100,
      spokenAt: -Infinity,
      askAt: now,
      answeredAt: -Infinity,
      unanswered: 0,
      stale: false,
      seed,
    },
    truth === null ? 0 : ASK_EVERY,
    now,
  );
}

export function next(state: Listening, input: Input, now: Millis): Step {
  switch (input.tag) {
    case "pressed":
      return state.wanted && state.flow !== "blocked" ? stop(state, now) : play(state, now);
    case "media":
      if (input.wish === "stop") return stop(state, now);
      return state.wanted ? [state, []] : play(state, now);
    case "held": {
      if (!state.wanted) return [state, []];
      const [stopped, effects] = stop(state, now);
      return [{ ...stopped, held: true }, effects];
    }
    case "flowed":
      return flowed(state, input.flow, now);
    case "heard":
      return [heard(state, input.news, now), []];
    case "told":
      return [told(state, input.truth, now), []];
    case "untold": {
      const unanswered = state.unanswered + 1;
      return [later({ ...state, unanswered }, backoff(unanswered, 1), now), []];
    }
    case "online":
      return [{ ...state, online: input.online, askAt: now }, []];
    case "visible":
      return [{ ...state, visible: input.visible }, []];
    case "tick":
      return tick(state, now);
  }
}

/** The sound brings the news with it: nothing has to be asked for. */
export function isToldBySound(state: Listening): boolean {
  return state.wanted && state.way === "push" && state.flow === "playing";
}

function play(state: Listening, now: Millis): Step {
  const low = state.sparing || state.lowered?.low === true;
  const effects: Effect[] = [{ tag: "play", way: state.way, low }];
  if (state.wanted) effects.unshift({ tag: "stop" });
  const playing: Listening = { ...state, wanted: true, held: false, flow: "connecting", low };
  return [later({ ...playing, flowSince: now, spokenAt: now }, 3_000, now), effects];
}

function stop(state: Listening, now: Millis): Step {
  const stopped: Listening = { ...state, wanted: false, held: false, flow: "stopped" };
  return [
    { ...stopped, flowSince: now, names: [], level: -100 },
    state.wanted ? [{ tag: "stop" }] : [],
  ];
}

function flowed(state: Listening, flow: Flow, now: Millis): Step {
  if (!state.wanted) return [state, []];
  if (flow === "unfit") return otherWay(state, now);
  if (flow === state.flow) return [state, []];
  if (flow === "playing")
    return [{ ...state, flow, flowSince: now, proven: true, unknown: false }, []];
  const troubled: Listening = { ...state, flow, flowSince: now, names: [], level: -100 };
  return [state.flow === "playing" ? later(troubled, 2_000, now) : troubled, []];
}

/** The ways go round: where none works today, one may work in a minute. */
function otherWay(state: Listening, now: Millis): Step {
  const index = (state.ways.indexOf(state.way) + 1) % state.ways.length;
  const way = state.ways[index] ?? state.ways[0];
  return [
    { ...state, way, proven: false, flow: "connecting", flowSince: now },
    [{ tag: "stop" }, { tag: "play", way, low: state.low }],
  ];
}

function heard(state: Listening, news: News, now: Millis): Listening {
  switch (news.tag) {
    case "speakers": {
      const spokenAt = news.names.length > 0 ? now : state.spokenAt;
      return { ...state, names: news.names, level: news.level, spokenAt };
    }
    case "cadence":
      return { ...state, cadence: news.cadence };
    case "room": {
      const changed = state.room !== null && state.room.state !== news.room.state;
      const room = { ...news.room, next: news.room.next ?? state.room?.next ?? null };
      const known: Listening = { ...state, room, unknown: false };
      // A crowd must not ask for what comes next in one moment.
      return changed ? later({ ...known, stale: true }, 2_000, now) : known;
    }
  }
}

function told(state: Listening, truth: Truth | "unknown", now: Millis): Listening {
  const answered = later(
    { ...state, unanswered: 0, stale: false, answeredAt: now },
    ASK_EVERY,
    now,
  );
  if (truth === "unknown") return { ...answered, unknown: true, lowered: null };
  const playing = isToldBySound(state) ? (state.room?.playing ?? null) : truth.room.playing;
  const room = { ...truth.room, playing };
  const { lowered } = truth;
  return { ...answered, unknown: false, room, lowered, epoch: truth.epoch ?? state.epoch };
}

function tick(state: Listening, now: Millis): Step {
  if (isStuck(state, now)) return otherWay(state, now);
  const needed = !isToldBySound(state) || state.stale;
  const seen = state.visible || state.wanted;
  if (now < state.askAt || !seen || !needed) return [state, []];
  return [later(state, ASK_EVERY, now), [{ tag: "ask" }]];
}

/** The edge answers, but this way has not brought a sound: something between eats the stream. */
function isStuck(state: Listening, now: Millis): boolean {
  return (
    state.wanted &&
    !state.proven &&
    state.flow === "connecting" &&
    now - state.flowSince > FIRST_SOUND &&
    state.answeredAt > state.flowSince
  );
}

/** The next question comes after `least` to twice as much, so that a crowd's are spread. */
function later(state: Listening, least: Millis, now: Millis): Listening {
  const [chance, seed] = roll(state.seed);
  return { ...state, seed, askAt: now + least * (1 + chance) };
}
