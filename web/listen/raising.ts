/**
 * A core: one listener's hand: up, invited, on stage and back. The room says who is invited; what
 * was asked of edge and house is asked again until they have answered.
 */

import { roll, type Millis } from "../stream/backoff";

/** How long one has, in whole seconds that come a moment late, is known so well. */
const COUNTED_IN: Millis = 3_000;

/** Where the hand is. */
export type Stand =
  | "down"
  | "up"
  /** The host asks them to come on stage. */
  | "invited"
  /** They have accepted, and are coming. */
  | "coming"
  | "stage";

export interface Raising {
  readonly stand: Stand;
  readonly name: string;
  /** How many stood before it when it went up. */
  readonly place: number | null;
  /** What the edge was told last, and has not answered; null: nothing. */
  readonly telling: "up" | "down" | null;
  readonly askAt: Millis | null;
  readonly tries: number;
  /** Hands are taken. */
  readonly open: boolean;
  /** Until when an invitation may be answered; null: not known, or there is none. */
  readonly until: Millis | null;
  /** What the stage says goes out. */
  readonly air: boolean;
  readonly over: boolean;
  readonly house: string;
  /** An invitation that was answered counts no more until the room has taken it back. */
  readonly answered: boolean;
  /** They were on stage when this page was left. */
  readonly wasOn: boolean;
  /** Why something was refused. */
  readonly trouble: Trouble | null;
  readonly seed: number;
}

export interface Trouble {
  readonly code: string;
  readonly message: string;
}

/** What the page keeps from visit to visit. */
export interface Kept {
  readonly stand: "down" | "up" | "stage";
  readonly name: string;
}

export type Input =
  /** The room as it is said now. */
  | {
      readonly tag: "room";
      readonly invited: boolean;
      /** How long the invitation may still be answered. */
      readonly left: Millis | null;
      readonly open: boolean;
      readonly house: string;
      readonly air: boolean;
      readonly over: boolean;
    }
  | { readonly tag: "raise"; readonly name: string }
  | { readonly tag: "lower" }
  | { readonly tag: "accept" }
  | { readonly tag: "decline" }
  /** The edge's answer about the hand; status 0: none. */
  | ({ readonly tag: "told"; readonly status: number; readonly place: number | null } & Wait)
  /** The house let them in. */
  | { readonly tag: "entered" }
  | ({ readonly tag: "turned-away"; readonly status: number } & Wait)
  /** They are among the listeners again; a trouble says why. */
  | { readonly tag: "left"; readonly trouble: Trouble | null }
  | { readonly tag: "tick" };

interface Wait extends Trouble {
  readonly retryAfter: Millis | null;
}

export type Effect =
  | { readonly tag: "tell"; readonly up: boolean; readonly name: string }
  | { readonly tag: "answer"; readonly accept: boolean }
  | { readonly tag: "keep" };

type Step = [Raising, readonly Effect[]];

const KEEP: Effect = { tag: "keep" };
const TRIES = 8;
const AGAIN: Millis = 2_000;

export function arrived(kept: Kept, seed: number): Raising {
  return {
    stand: kept.stand === "up" ? "up" : "down",
    name: kept.name,
    place: null,
    telling: null,
    askAt: null,
    tries: 0,
    open: true,
    until: null,
    air: false,
    over: false,
    house: "",
    answered: false,
    wasOn: kept.stand === "stage",
    trouble: null,
    seed,
  };
}

/** What is to be kept. */
export function keepable({ stand, name, wasOn }: Raising): Kept {
  const on = stand === "stage" || stand === "coming" || wasOn;
  return { stand: on ? "stage" : stand === "down" ? "down" : "up", name };
}

export function next(state: Raising, input: Input, now: Millis): Step {
  switch (input.tag) {
    case "room":
      return room(state, input, now);
    case "raise":
      return tell({ ...state, stand: "up", name: input.name, place: null, wasOn: false }, "up");
    case "lower":
      return tell({ ...state, stand: "down", place: null }, "down");
    case "accept":
      if (state.stand !== "invited" || state.house === "") return [state, []];
      return [
        { ...state, stand: "coming", trouble: null, tries: 0 },
        [{ tag: "answer", accept: true }, KEEP],
      ];
    case "decline":
      if (state.stand !== "invited") return [state, []];
      return [
        { ...state, stand: "down", answered: true, wasOn: false, trouble: null },
        [{ tag: "answer", accept: false }, KEEP],
      ];
    case "told":
      return told(state, input, now);
    case "entered":
      return [{ ...state, stand: "stage", answered: true, wasOn: false, trouble: null }, [KEEP]];
    case "turned-away":
      return turnedAway(state, input, now);
    case "left":
      return [
        { ...state, stand: "down", answered: true, wasOn: false, trouble: input.trouble },
        [KEEP],
      ];
    case "tick":
      return tick(state, now);
  }
}

function tell(state: Raising, telling: "up" | "down"): Step {
  const asked: Raising = { ...state, telling, askAt: null, tries: 0, trouble: null };
  return [asked, [{ tag: "tell", up: telling === "up", name: state.name }, KEEP]];
}

function room(state: Raising, said: Extract<Input, { tag: "room" }>, now: Millis): Step {
  const house = said.house || state.house;
  const answered = state.answered && said.invited;
  const { open, air, over } = said;
  const known: Raising = { ...state, open, air, over, house, answered, until: until(state, said, now) };
  if (said.over && (known.stand === "up" || known.stand === "invited" || known.wasOn))
    return [{ ...known, stand: "down", telling: null, askAt: null, wasOn: false }, [KEEP]];
  const asked = (said.invited && !answered) || (known.wasOn && house !== "");
  if (asked && (known.stand === "up" || known.stand === "down"))
    return [{ ...known, stand: "invited", telling: null, askAt: null, trouble: null }, []];
  // Time has run out, or the host has thought better of it: the hand is down.
  if (known.stand === "invited" && !said.invited && !known.wasOn) {
    const late = state.until !== null && now > state.until - COUNTED_IN;
    const trouble = late ? { code: "unanswered", message: "" } : null;
    return [{ ...known, stand: "down", trouble }, [KEEP]];
  }
  return [known, []];
}

/** What is told in whole seconds, and a moment later, does not make the clock jump. */
function until(
  { until }: Raising,
  { invited, left }: Extract<Input, { tag: "room" }>,
  now: Millis,
): Millis | null {
  if (!invited || left === null) return null;
  const fresh = now + left;
  return until !== null && Math.abs(fresh - until) < COUNTED_IN ? until : fresh;
}

function told(state: Raising, said: Extract<Input, { tag: "told" }>, now: Millis): Step {
  if (state.telling === null) return [state, []];
  if (said.status === 200)
    return [{ ...state, telling: null, askAt: null, place: said.place }, []];
  const passing = said.status === 0 || said.status === 429 || said.status >= 500;
  if (passing && state.tries < TRIES) return [again(state, said.retryAfter, now), []];
  const { code, message } = said;
  const down: Raising = { ...state, stand: "down", telling: null, askAt: null };
  return [{ ...down, trouble: { code, message } }, [KEEP]];
}

function turnedAway(state: Raising, said: Extract<Input, { tag: "turned-away" }>, now: Millis): Step {
  if (state.stand !== "coming") return [state, []];
  const passing = said.status === 0 || said.status === 429 || said.status >= 500;
  if (passing && state.tries < TRIES) return [again(state, said.retryAfter, now), []];
  const { code, message } = said;
  return [
    { ...state, stand: "down", answered: true, wasOn: false, trouble: { code, message } },
    [KEEP],
  ];
}

/** Asks again after what was wished, and up to as long again, so that a crowd's are spread. */
function again(state: Raising, wait: Millis | null, now: Millis): Raising {
  const [chance, seed] = roll(state.seed);
  return { ...state, seed, tries: state.tries + 1, askAt: now + (wait ?? AGAIN) * (1 + chance) };
}

function tick(state: Raising, now: Millis): Step {
  if (state.askAt === null || now < state.askAt) return [state, []];
  const asking: Raising = { ...state, askAt: null };
  if (state.stand === "coming") return [asking, [{ tag: "answer", accept: true }]];
  if (state.telling === null) return [asking, []];
  return [asking, [{ tag: "tell", up: state.telling === "up", name: state.name }]];
}
