import { describe, expect, test } from "vitest";
import type { Seat, Stage } from "./news";
import { heardOf } from "./quality";
import { CLEAN, ON, room, seat } from "./samples";
import { advice, seats } from "./seating";
import { speechOf } from "./speech";
import { entering, type Studio } from "./state";

const EN = speechOf("en");
const seated = (id: string, name: string, more: Partial<Seat> = {}): Seat =>
  seat(id, { name, level: -20, ...more });
const company = (...all: Seat[]): Stage => ({
  instance: "i",
  speaking: all.map(({ seat }) => seat),
  seats: all,
});
const studio = (stage: Stage, more: Partial<Studio> = {}): Studio => ({
  ...entering("s1", 1),
  stage,
  me: ON,
  ...more,
});

test("everybody on stage is shown with what the stage says of them", () => {
  const stage = company(
    seated("s1", "Ana"),
    seated("s2", " ", { kind: "source", muted: true }),
    seated("s3", "Cleo", { level: -100, connected: false }),
  );
  expect(seats(studio(stage), EN).map(({ name, words, mine }) => [name, words, mine])).toEqual([
    ["Ana", "speaking", true],
    ["Somebody", "muted", false],
    ["Cleo", "no sound comes in", false],
  ]);
});

describe("one person with two devices", () => {
  const twice = (more: Partial<Seat> = {}) =>
    studio(company(seated("s0", "ana"), seated("s1", "Ana", more)));

  test("is told apart in the list", () => {
    expect(seats(twice(), EN).map(({ name, mine }) => [name, mine])).toEqual([
      ["ana", false],
      ["Ana (2)", true],
    ]);
  });

  test("is told what to do, until one is muted", () => {
    expect(advice(twice(), EN)).toMatch(/^You are on stage twice.*mute one/);
    expect(advice(twice({ muted: true }), EN)).toBe("");
    expect(advice(twice({ name: "Ben" }), EN)).toBe("");
  });
});

test("faders and connections are for hosts", () => {
  const stage = company(seated("s1", "Ana", { gain: -3 }), seated("s2", "Ben"));
  const speakers = heardOf(new Map(), [CLEAN], 0);
  const of = (host: boolean) =>
    seats(studio(stage, { host, speakers }), EN).map((seat) => [seat.gain, seat.connection.words]);
  expect(of(true)).toEqual([
    [-3, "good connection"],
    [0, ""],
  ]);
  expect(of(false)).toEqual([
    [null, ""],
    [null, ""],
  ]);
});

describe("the button of a seat", () => {
  const of = (muted: readonly string[], more: Partial<Studio> = {}) => {
    const stage = company(seated("s1", "Ana"), seated("m-ben", "Ben"), seated("src", "Radio"));
    const now = studio(stage, more);
    return seats({ ...now, room: room("live", { muted }) }, EN).map(({ act }) => act);
  };

  test("mutes, and unmutes nobody but oneself and programs", () => {
    expect(of([], { host: true })).toEqual(["mute", "mute", "mute"]);
    expect(of(["s1", "m-ben", "src"], { host: true })).toEqual(["unmute", "ask", "unmute"]);
  });

  test("is not there for whoever may not", () => {
    expect(of([])).toEqual(["mute", "none", "none"]);
    expect(of(["s1", "m-ben", "src"])).toEqual(["unmute", "none", "none"]);
  });
});
