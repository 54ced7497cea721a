/**
 * A core: a listener's time on stage, or near it: from the microphone to the way back. The house
 * says who is muted, and the machine unmutes nobody.
 */

import { backoff, roll, type Millis } from "../stream/backoff";

export type MicrophoneTrouble = "insecure" | "denied" | "missing" | "busy" | "gone" | "unknown";

export interface OnStage {
  /** Only hears: no microphone is asked for. */
  readonly near: boolean;
  readonly seat: string;
  readonly me: "microphone" | "joining" | "on" | "away" | "off";
  readonly muted: boolean;
  /** What the house was asked, until it says so. */
  readonly wish: boolean | null;
  /** The host asks them to unmute. */
  readonly asked: boolean;
  readonly trouble: MicrophoneTrouble | null;
  readonly refused: string;
  readonly retryAt: Millis | null;
  readonly tries: number;
  readonly seed: number;
}

export type Input =
  | { readonly tag: "microphone" }
  | { readonly tag: "no-microphone"; readonly trouble: MicrophoneTrouble }
  | { readonly tag: "joined" }
  | {
      readonly tag: "refused";
      readonly status: number;
      readonly message: string;
      readonly retryAfter: Millis | null;
    }
  | { readonly tag: "failed" }
  /** The seats that are muted. */
  | { readonly tag: "room"; readonly muted: readonly string[]; readonly over: boolean }
  | { readonly tag: "notice"; readonly notice: string }
  /** The house knows us no more. */
  | { readonly tag: "gone" }
  | { readonly tag: "mute"; readonly on: boolean }
  | { readonly tag: "unheard" }
  | { readonly tag: "again" }
  | { readonly tag: "leave" }
  | { readonly tag: "tick" };

export type Effect =
  | { readonly tag: "take" }
  | { readonly tag: "join" }
  | { readonly tag: "close"; readonly leaves: boolean }
  | { readonly tag: "turn"; readonly on: boolean }
  | { readonly tag: "mute"; readonly on: boolean }
  /** They sit among the listeners again. `why` is a notice of the host's, or `over` with the session;
   * empty: they wanted to. */
  | { readonly tag: "end"; readonly why: string };

type Step = [OnStage, readonly Effect[]];

const ENDS = new Set(["moved_back", "removed", "banned"]);

export function entered(seat: string, near: boolean, seed: number): Step {
  const state: OnStage = {
    near,
    seat,
    me: near ? "joining" : "microphone",
    muted: true,
    wish: null,
    asked: false,
    trouble: null,
    refused: "",
    retryAt: null,
    tries: 0,
    seed,
  };
  return [state, [near ? { tag: "join" } : { tag: "take" }]];
}

export function next(state: OnStage, input: Input, now: Millis): Step {
  if (state.me === "off") return [state, []];
  switch (input.tag) {
    case "microphone":
      return state.me === "microphone"
        ? [{ ...state, me: "joining", trouble: null }, [turn(state), { tag: "join" }]]
        : [{ ...state, trouble: null }, [turn(state)]];
    case "no-microphone":
      return [{ ...state, trouble: input.trouble }, []];
    case "joined":
      return [{ ...state, me: "on", tries: 0, refused: "", retryAt: null }, [turn(state)]];
    case "refused":
      return refused(state, input, now);
    case "failed":
      return state.me === "on" || state.me === "joining"
        ? [again({ ...state, me: "away" }, 0, now), [{ tag: "close", leaves: false }]]
        : [state, []];
    case "room":
      return room(state, input);
    case "notice":
      if (ENDS.has(input.notice)) return off(state, input.notice);
      return [{ ...state, asked: state.asked || input.notice === "asked_to_unmute" }, []];
    case "gone":
      return off(state, "moved_back");
    case "mute":
      return mute(state, input.on);
    case "unheard":
      return [{ ...state, wish: null }, []];
    case "again":
      return state.me === "microphone" ? [{ ...state, trouble: null }, [{ tag: "take" }]] : [state, []];
    case "leave":
      return off(state, "");
    case "tick":
      if (state.retryAt === null || now < state.retryAt) return [state, []];
      return [{ ...state, me: "joining", retryAt: null }, [{ tag: "join" }]];
  }
}

/** Sound leaves this device only while the house says that it is heard. */
function turn({ muted, wish }: OnStage): Effect {
  return { tag: "turn", on: !muted && wish !== true };
}

function mute(state: OnStage, on: boolean): Step {
  if (on === state.muted && state.wish === null) return [state, []];
  const wished: OnStage = { ...state, wish: on, asked: state.asked && on };
  return [wished, [turn(wished), { tag: "mute", on }]];
}

function room(state: OnStage, said: Extract<Input, { tag: "room" }>): Step {
  if (said.over) return off(state, "over");
  const muted = said.muted.includes(state.seat);
  const wish = state.wish === muted ? null : state.wish;
  const known: OnStage = { ...state, muted, wish, asked: state.asked && muted };
  return [known, known.muted === state.muted && wish === state.wish ? [] : [turn(known)]];
}

function refused(
  state: OnStage,
  said: Extract<Input, { tag: "refused" }>,
  now: Millis,
): Step {
  if (said.status === 401 || said.status === 403) return off(state, "moved_back");
  const waiting: OnStage = { ...state, me: "away", refused: said.message };
  return [again(waiting, said.retryAfter ?? 0, now), [{ tag: "close", leaves: false }]];
}

function again(state: OnStage, least: Millis, now: Millis): OnStage {
  const tries = state.tries + 1;
  const [chance, seed] = roll(state.seed);
  return { ...state, tries, seed, retryAt: now + Math.max(least, backoff(tries, chance)) };
}

function off(state: OnStage, why: string): Step {
  return [
    { ...state, me: "off", retryAt: null },
    [
      // Who was let go has no session any more that could be left.
      { tag: "close", leaves: why === "" },
      { tag: "end", why },
    ],
  ];
}
