/** A core: what can happen to one person's studio (inputs), and what it then does (effects). */

import type { Millis } from "../stream/backoff";
import type { Hands, Member, Myself, Notice } from "./company";
import type { TellGain } from "./faders";
import type { Counts, HouseRoom, Opened, Stage } from "./news";
import type { Order } from "./orders";
import type { Refusal, ReturnEffect } from "./others";
import type { Figures, Spoken } from "./quality";
import type { Reach, Relay } from "./reach";
import type { MicrophoneTrouble, Moved, Studio } from "./state";

export type Input =
  | { readonly tag: "opened"; readonly opened: Opened }
  | { readonly tag: "house"; readonly house: Studio["house"] }
  | { readonly tag: "room"; readonly room: HouseRoom }
  | { readonly tag: "stage"; readonly stage: Stage }
  | { readonly tag: "quality"; readonly speakers: readonly Spoken[] }
  | { readonly tag: "listeners"; readonly counts: Counts }
  | { readonly tag: "people"; readonly members: readonly Member[] }
  | { readonly tag: "hands"; readonly hands: Hands }
  | { readonly tag: "myself"; readonly me: Myself }
  | { readonly tag: "notice"; readonly notice: Notice }
  | { readonly tag: "relays"; readonly servers: readonly Relay[] }
  | { readonly tag: "join" }
  | { readonly tag: "leave" }
  /** The page is being closed. */
  | { readonly tag: "away" }
  /** `sure`: not with the button that stands where another stood a moment ago. */
  | { readonly tag: "mute"; readonly sure?: boolean }
  | { readonly tag: "mute-seat"; readonly seat: string; readonly muted: boolean }
  | { readonly tag: "gain"; readonly seat: string; readonly db: number }
  | { readonly tag: "music"; readonly on: boolean }
  | { readonly tag: "order"; readonly order: Order }
  /** The person answers the question whether to unmute. */
  | { readonly tag: "answer"; readonly unmute: boolean }
  /** Another window of this browser goes on stage as the same person. */
  | { readonly tag: "elsewhere" }
  | { readonly tag: "microphone" }
  | { readonly tag: "no-microphone"; readonly trouble: MicrophoneTrouble }
  | { readonly tag: "moved"; readonly moved: Moved }
  | { readonly tag: "blocked"; readonly blocked: boolean }
  | { readonly tag: "network"; readonly online: boolean }
  | {
      readonly tag: "joined";
      readonly attempt: number;
      readonly seat: string;
      readonly session?: string;
      readonly servers?: readonly Relay[];
      readonly reach?: Reach | null;
    }
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
  | { readonly tag: "hears"; readonly attempt: number }
  | ({ readonly tag: "not-heard" } & Refusal)
  | { readonly tag: "deaf"; readonly attempt: number }
  | { readonly tag: "return"; readonly attempt: number; readonly figures: Figures }
  | {
      readonly tag: "told-mute";
      readonly seat: string;
      readonly muted: boolean;
      readonly done: boolean;
      readonly code: string;
      readonly message: string;
    }
  /** The house has taken a report. */
  | { readonly tag: "reported" }
  | { readonly tag: "order-refused"; readonly code: string; readonly message: string }
  | { readonly tag: "tick" };

export type Effect =
  | { readonly tag: "take-microphone" }
  | {
      readonly tag: "session";
      readonly attempt: number;
      readonly seat: string;
      readonly within: Millis;
    }
  /** `leaves`: at the house, too; else another session is to take its seat. */
  | { readonly tag: "drop"; readonly attempt: number; readonly leaves: boolean }
  | ReturnEffect
  /** The network may have changed: what hangs on it is asked anew. */
  | { readonly tag: "hurry" }
  | { readonly tag: "sound"; readonly on: boolean }
  | { readonly tag: "music"; readonly on: boolean }
  | { readonly tag: "tell-mute"; readonly seat: string; readonly muted: boolean }
  | TellGain
  /** Nothing of the others is played any more. */
  | { readonly tag: "quiet" }
  /** Other windows of this browser are told that this one goes on stage. */
  | { readonly tag: "claim" }
  | { readonly tag: "order"; readonly order: Order };
