/** A core: what the page says while there is sound: who speaks, how it stands, what is lowered. */

import type { Millis } from "../stream/backoff";
import type { Cadence } from "../stream/news";
import { longer, most } from "../stream/pace";
import { level } from "../view/level";
import { listed } from "../view/names";
import type { Tell } from "../view/tell";
import type { Listening } from "./state";
import { begins, over, type View } from "./words";

const QUIET_AFTER: Millis = 2_500;
const AWAY = "The stage is away for a moment. It comes back by itself; you stay connected.";
const BUSY = "This server is very busy, so";
/** Why sound comes in larger pieces, where it is not just that. */
const BECAUSE: Readonly<Record<string, string>> = {
  egress: "This server's line is nearly full, so",
  memory: "This server's memory is nearly full, so",
  operator: "As this server's operator has set it,",
};
const LIGHTER = "You hear a smaller stream, so that there is room for all.";
const SPARING = "You hear a smaller stream, because your device saves data.";

export function hearing(state: Listening, now: Millis, tell: Tell): Partial<View> {
  if (state.flow !== "playing") return { lowered: lowered(state) };
  return {
    ...(state.online && { words: words(state, now, tell) }),
    lowered: lowered(state),
    speaking: listed(state.names),
    level: level(state.level),
  };
}

function words(state: Listening, now: Millis, tell: Tell): string {
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

/** On air, but nobody has said anything for a while. Only pushed parts tell who speaks. */
function isQuiet(state: Listening, now: Millis): boolean {
  const unspoken = state.way === "push" && now - state.spokenAt > QUIET_AFTER;
  return state.room?.state === "silent" || unspoken;
}

/** What this listener's own sound says: it may have been so before, or be so only for some. */
function lowered(state: Listening): string {
  if (state.way !== "push") return "";
  const lighter = state.sparing ? SPARING : LIGHTER;
  return [later(state.cadence), state.low ? lighter : ""].join(" ").trim();
}

function later(cadence: Cadence): string {
  const seconds = Math.round(longer(most(cadence)));
  if (seconds < 1) return "";
  const time = seconds === 1 ? "a second" : `${seconds} seconds`;
  const comes = cadence.next > cadence.parts ? "will soon come" : "now comes";
  const later = `about ${time} later, with nothing lost`;
  return `${BECAUSE[cadence.why] ?? BUSY} sound ${comes} in larger pieces: ${later}.`;
}
