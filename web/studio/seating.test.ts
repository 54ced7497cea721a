import { describe, expect, test } from "vitest";
import type { Seat, Stage } from "./news";
import { heardOf, type Spoken } from "./quality";
import { advice, seats } from "./seating";
import { entering, type Studio } from "./state";

const CLEAN: Spoken = {
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
const seated = (seat: string, name: string, more: Partial<Seat> = {}): Seat => ({
  seat,
  name,
  kind: "whip",
  level: -20,
  muted: false,
  connected: true,
  hears: true,
  gain: 0,
  ...more,
});
const company = (...all: Seat[]): Stage => ({
  instance: "i",
  speaking: all.map(({ seat }) => seat),
  seats: all,
});
const studio = (stage: Stage, more: Partial<Studio> = {}): Studio => ({
  ...entering("s1", 1),
  stage,
  me: {
    tag: "on",
    attempt: 1,
    proven: true,
    lostAt: null,
    instance: "i",
    seenAt: 0,
    sounded: true,
    outAt: null,
  },
  ...more,
});

test("everybody on stage is shown with what the stage says of them", () => {
  const stage = company(
    seated("s1", "Ana"),
    seated("s2", " ", { kind: "source", muted: true }),
    seated("s3", "Cleo", { level: -100, connected: false }),
  );
  expect(seats(studio(stage)).map(({ name, words, mine }) => [name, words, mine])).toEqual([
    ["Ana", "speaking", true],
    ["Somebody", "muted", false],
    ["Cleo", "no sound comes in", false],
  ]);
});

describe("one person with two devices", () => {
  const twice = (more: Partial<Seat> = {}) =>
    studio(company(seated("s0", "ana"), seated("s1", "Ana", more)));

  test("is told apart in the list", () => {
    expect(seats(twice()).map(({ name, mine }) => [name, mine])).toEqual([
      ["ana", false],
      ["Ana (2)", true],
    ]);
  });

  test("is told what to do, until one is muted", () => {
    expect(advice(twice())).toMatch(/^You are on stage twice.*mute one/);
    expect(advice(twice({ muted: true }))).toBe("");
    expect(advice(twice({ name: "Ben" }))).toBe("");
  });
});

test("faders and connections are for hosts", () => {
  const stage = company(seated("s1", "Ana", { gain: -3 }), seated("s2", "Ben"));
  const speakers = heardOf(new Map(), [CLEAN], 0);
  const of = (host: boolean) =>
    seats(studio(stage, { host, speakers })).map((seat) => [seat.gain, seat.connection.words]);
  expect(of(true)).toEqual([
    [-3, "good connection"],
    [0, ""],
  ]);
  expect(of(false)).toEqual([
    [null, ""],
    [null, ""],
  ]);
});
