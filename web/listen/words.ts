/** A core: one listener's visit in words, as the page shows it. */

import { level } from "../view/level";
import { counted, listed } from "../view/names";
import type { Tell } from "../view/tell";
import type { Millis } from "../stream/backoff";
import { isQuiet, type Listening } from "./state";

/** Colours of the page: on air, waiting for it, at rest, something is away. */
export type Tone = "air" | "wait" | "rest" | "trouble";

export interface View {
  readonly title: string;
  readonly tone: Tone;
  readonly badge: string;
  readonly words: string;
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

const AWAY = "The stage is away for a moment. It comes back by itself; you stay connected.";

export function viewOf(state: Listening, now: Millis, tell: Tell): View {
  const wanted = state.wanted && state.flow !== "blocked";
  const playing = state.flow === "playing";
  return {
    title: state.room?.title ?? "",
    ...badge(state),
    words: words(state, now, tell),
    speaking: playing ? listed(state.names) : "",
    countdown: countdown(state, now),
    listeners: counted(state.room?.listeners ?? null),
    button: wanted ? "Stop" : "Listen",
    playable: wanted || !state.unknown,
    busy: wanted && !playing,
    level: playing ? level(state.level) : 0,
  };
}

function badge(state: Listening): { tone: Tone; badge: string } {
  if (state.unknown) return { tone: "trouble", badge: "No such room" };
  switch (state.room?.state) {
    case undefined:
      return { tone: "rest", badge: "" };
    case "scheduled":
      return { tone: "rest", badge: state.room.next === null ? "Waiting" : "Scheduled" };
    case "doors":
      return { tone: "wait", badge: "Doors open" };
    case "live":
    case "silent":
      return { tone: "air", badge: "On air" };
    case "interrupted":
      return { tone: "wait", badge: "Interrupted" };
    case "ended":
      return { tone: "rest", badge: "Ended" };
  }
}

function words(state: Listening, now: Millis, tell: Tell): string {
  if (!state.online) return "Your device is offline. The sound comes back by itself.";
  if (state.unknown || state.flow === "unknown")
    return "There is no room of this name here. Please check the link.";
  return state.wanted ? flowing(state, now, tell) : resting(state, tell);
}

function flowing(state: Listening, now: Millis, tell: Tell): string {
  switch (state.flow) {
    case "stopped":
    case "connecting":
    case "unfit":
    case "unknown":
      return "Connecting …";
    case "reconnecting":
      return "The connection is away. It comes back by itself.";
    case "full":
      return "The room is full. You get in by itself: please keep this page open.";
    case "blocked":
      return "Your browser asks you to press the button once more.";
    case "playing":
      return hearing(state, now, tell);
  }
}

function hearing(state: Listening, now: Millis, tell: Tell): string {
  switch (state.room?.state) {
    case undefined:
      return "You are connected.";
    case "scheduled":
      return `You are connected. ${begins(state, tell) || "It begins as soon as somebody speaks."}`;
    case "doors":
      return "It begins soon. Until then you hear music.";
    case "live":
    case "silent":
      if (state.room.playing === "hold" || state.room.playing === "silence") return AWAY;
      return isQuiet(state, now) ? "The room is quiet. You are connected." : "You are listening.";
    case "interrupted":
      return AWAY;
    case "ended":
      return over("It is over. Thank you for listening.", state, tell);
  }
}

function resting(state: Listening, tell: Tell): string {
  if (state.held) return "Your device has paused the sound. Press Listen to go on.";
  switch (state.room?.state) {
    case undefined:
      return state.unanswered > 1 ? "The house does not answer. Trying again." : "";
    case "scheduled":
      return begins(state, tell) || "Nothing is on yet. It begins as soon as somebody speaks.";
    case "doors":
      return "The doors are open. It begins soon.";
    case "live":
      return "It is on right now.";
    case "silent":
      return "It is on. Nobody is speaking at the moment.";
    case "interrupted":
      return "It is on, but the stage is away for a moment.";
    case "ended":
      return over("It is over.", state, tell);
  }
}

function begins(state: Listening, tell: Tell): string {
  const start = state.room?.next ?? null;
  return start === null ? "" : `It begins ${tell(start)}.`;
}

function over(text: string, state: Listening, tell: Tell): string {
  const start = state.room?.next ?? null;
  return start === null ? text : `${text} Next: ${tell(start)}.`;
}

function countdown(state: Listening, now: Millis): string {
  const start = state.room?.next ?? null;
  const waiting = state.room?.state === "scheduled" || state.room?.state === "ended";
  return start === null || !waiting || state.unknown ? "" : until(start - now);
}

/** Returns "2 days 03:12:09", "03:12:09", or that it is time. */
export function until(wait: Millis): string {
  if (wait <= 0) return "any moment now";
  const seconds = Math.ceil(wait / 1000);
  const days = Math.floor(seconds / 86_400);
  const clock = [seconds / 3600, seconds / 60, seconds].map((count, place) =>
    String(Math.floor(count) % (place === 0 ? 24 : 60)).padStart(2, "0"),
  );
  const day = days === 0 ? "" : `${days} ${days === 1 ? "day" : "days"} `;
  return day + clock.join(":");
}
