/** A core: one listener's visit in words, as the page shows it. */

import { counted } from "../view/names";
import type { Tell } from "../view/tell";
import type { Millis } from "../stream/backoff";
import type { RoomState } from "../stream/news";
import type { Listening } from "./state";

/** Colours of the page: on air, waiting for it, at rest, something is away. */
export type Tone = "air" | "wait" | "rest" | "trouble";

export interface View {
  readonly title: string;
  readonly tone: Tone;
  readonly badge: string;
  readonly words: string;
  /** What the listener gets less of for now, and why. */
  readonly lowered: string;
  readonly speaking: string;
  readonly countdown: string;
  readonly listeners: string;
  readonly button: "Listen" | "Stop";
  /** There is something that could be heard. */
  readonly playable: boolean;
  readonly busy: boolean;
  /** How far the rings are open, 0 to 1. */
  readonly level: number;
}

type Standing = readonly [tone: Tone, badge: string, words: string];

/** How a room looks to one who does not listen. */
const STANDING: Readonly<Record<RoomState, Standing>> = {
  scheduled: ["rest", "Scheduled", "Nothing is on yet. It begins as soon as somebody speaks."],
  doors: ["wait", "Doors open", "The doors are open. It begins soon."],
  live: ["air", "On air", "It is on right now."],
  silent: ["air", "On air", "It is on. Nobody is speaking at the moment."],
  interrupted: ["wait", "Interrupted", "It is on, but the stage is away for a moment."],
  ended: ["rest", "Ended", "It is over."],
};

const CONNECTING = "Connecting …";
const FLOWING: Readonly<Record<Listening["flow"], string>> = {
  stopped: CONNECTING,
  connecting: CONNECTING,
  unfit: CONNECTING,
  unknown: CONNECTING,
  reconnecting: "The connection is away. It comes back by itself.",
  full: "The room is full. You get in by itself: please keep this page open.",
  blocked: "Your browser asks you to press the button once more.",
  playing: "You are connected.",
};

/** What is said besides while there is sound. */
export type Hearing = (state: Listening, now: Millis, tell: Tell) => Partial<View>;

/** Args: `hearing`: undefined until it has come, after the first sound. */
export function viewOf(state: Listening, now: Millis, tell: Tell, hearing?: Hearing): View {
  const wanted = state.wanted && state.flow !== "blocked";
  const playing = state.flow === "playing";
  return {
    title: state.room?.title ?? "",
    ...badge(state),
    words: words(state, tell),
    lowered: state.lowered?.what ?? "",
    speaking: "",
    countdown: "", // comes with `planned`
    listeners: counted(state.room?.listeners ?? null),
    button: wanted ? "Stop" : "Listen",
    playable: wanted || !state.unknown,
    busy: wanted && !playing,
    level: 0,
    ...(state.wanted && hearing?.(state, now, tell)),
  };
}

function badge({ unknown, room }: Listening): { tone: Tone; badge: string } {
  if (unknown) return { tone: "trouble", badge: "No such room" };
  if (room === null) return { tone: "rest", badge: "" };
  const [tone, badge] = STANDING[room.state];
  return { tone, badge: badge === "Scheduled" && room.next === null ? "Waiting" : badge };
}

function words(state: Listening, tell: Tell): string {
  if (!state.online) return "Your device is offline. The sound comes back by itself.";
  if (state.unknown || state.flow === "unknown")
    return "There is no room of this name here. Please check the link.";
  return state.wanted ? FLOWING[state.flow] : resting(state, tell);
}

function resting(state: Listening, tell: Tell): string {
  if (state.held) return "Your device has paused the sound. Press Listen to go on.";
  if (state.room === null)
    return state.unanswered > 1 ? "The house does not answer. Trying again." : "";
  const text = STANDING[state.room.state][2];
  if (state.room.state === "ended") return over(text, state, tell);
  return (state.room.state === "scheduled" && begins(state, tell)) || text;
}

export function begins(state: Listening, tell: Tell): string {
  const start = state.room?.next ?? null;
  return start === null ? "" : `It begins ${tell(start)}.`;
}

export function over(text: string, state: Listening, tell: Tell): string {
  const start = state.room?.next ?? null;
  return start === null ? text : `${text} Next: ${tell(start)}.`;
}
