/** News as a house says it, for the tests: each says only what it is about. */

import type { RoomState } from "../stream/news";
import { UNPLANNED, type HouseRoom, type Seat, type Stage } from "./news";
import type { Spoken } from "./quality";
import { entering, type Me, type Studio } from "./state";

export const room = (state: RoomState, more: Partial<HouseRoom> = {}): HouseRoom => ({
  title: "Salon",
  state,
  since: 0,
  next: null,
  reason: "",
  epoch: 0,
  revision: 1,
  armed: false,
  muted: [],
  ...UNPLANNED,
  ...more,
});
export const ARMED = room("doors", { armed: true });

/** Somebody of this name is there, and quiet. */
export const seat = (name: string, more: Partial<Seat> = {}): Seat => ({
  seat: name,
  name,
  kind: "whip",
  level: -100,
  muted: false,
  connected: true,
  hears: true,
  gain: 0,
  holder: "",
  ...more,
});
export const stage = (...seats: readonly Seat[]): Stage => ({ instance: "i", speaking: [], seats });

/** On stage, and heard. */
export const ON: Extract<Me, { readonly tag: "on" }> = {
  tag: "on",
  attempt: 1,
  proven: true,
  lostAt: null,
  instance: "i",
  seenAt: 0,
  sounded: true,
  outAt: null,
};
export const OFF: Me = { tag: "off" };

/** A second of sound as it came in, of which nothing was lost. */
export const CLEAN: Spoken = {
  seat: "s1",
  loss: 0,
  fec: 0,
  concealed: 0,
  jitter: 5,
  depth: 40,
  level: -20,
  clipping: 0,
  roundTrip: 30,
};

/** The person in the seat `s1`. */
export const studio = (of: HouseRoom, me: Me = OFF, more: Partial<Studio> = {}): Studio => ({
  ...entering("s1", 1),
  house: "there",
  room: of,
  microphone: true,
  me,
  ...more,
});
