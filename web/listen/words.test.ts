import { describe, expect, test } from "vitest";
import type { Room, RoomState } from "../stream/news";
import type { Flow } from "../stream/player";
import { hearing } from "./hearing";
import { arrived, type Listening } from "./state";
import { viewOf } from "./words";

const STATES: readonly RoomState[] = [
  "scheduled",
  "doors",
  "live",
  "silent",
  "interrupted",
  "ended",
];
const FLOWS: readonly (Flow | "stopped")[] = [
  "stopped",
  "connecting",
  "playing",
  "reconnecting",
  "unknown",
  "full",
  "blocked",
  "unfit",
];

function visit(
  state: RoomState,
  more: Partial<Listening> = {},
  about: Partial<Room> = {},
): Listening {
  const room: Room = {
    title: "Salon",
    state,
    next: null,
    listeners: 3,
    playing: "sound",
    asOf: 0,
    said: {},
    ...about,
  };
  const truth = { room, lowered: null, epoch: 0, clock: 0 };
  return { ...arrived(["push"], truth, 1, 0), spokenAt: 0, ...more };
}

const PLAYING: Partial<Listening> = { wanted: true, flow: "playing" };
const tell = (moment: number): string => `at ${moment}`;
const words = (state: Listening, now = 0): string => viewOf(state, now, tell, hearing).words;

describe("the listener's words", () => {
  test("are there for every state of the room and every state of the sound", () => {
    for (const state of STATES)
      for (const flow of FLOWS)
        for (const wanted of [true, false])
          for (const later of [undefined, hearing]) {
            const view = viewOf(visit(state, { wanted, flow }), 0, tell, later);
            expect(view.words).not.toBe("");
            expect(view.words).not.toMatch(/undefined|null|NaN/);
            expect(view.badge).not.toBe("");
          }
  });

  test("tell a quiet room from a broken one", () => {
    expect(words(visit("silent", PLAYING))).toBe("The room is quiet. You are connected.");
    expect(words(visit("live", PLAYING), 5_000)).toBe("The room is quiet. You are connected.");
    expect(words(visit("live", PLAYING), 500)).toBe("You are listening.");
    expect(words(visit("live", { ...PLAYING, way: "hls" }), 5_000)).toBe("You are listening.");
    expect(words(visit("live", PLAYING, { playing: "hold" }))).toMatch(/stage is away/);
    expect(words(visit("live", { wanted: true, flow: "reconnecting" }))).toMatch(
      /connection is away/,
    );
  });

  test("say that the device is offline before anything else", () => {
    expect(words(visit("live", { ...PLAYING, online: false }))).toMatch(/offline/);
  });

  test("say when it begins, and when the next one does", () => {
    expect(words(visit("scheduled", {}, { next: 9_000 }))).toBe("It begins at 9000.");
    expect(words(visit("ended", PLAYING, { next: 9_000 }))).toBe(
      "It is over. Thank you for listening. Next: at 9000.",
    );
  });

});

describe("the button", () => {
  test("says what it will do", () => {
    expect(viewOf(visit("live"), 0, tell).button).toBe("Listen");
    expect(viewOf(visit("live", PLAYING), 0, tell)).toMatchObject({ button: "Stop", busy: false });
    expect(viewOf(visit("live", { wanted: true, flow: "connecting" }), 0, tell)).toMatchObject({
      button: "Stop",
      busy: true,
    });
    expect(viewOf(visit("live", { wanted: true, flow: "blocked" }), 0, tell).button).toBe("Listen");
  });
});

test("who speaks is shown only while one hears them", () => {
  const names = ["Ana"];
  const speaking = (state: Listening) => viewOf(state, 0, tell, hearing).speaking;
  expect(speaking(visit("live", { ...PLAYING, names }))).toBe("Ana is speaking");
  expect(speaking(visit("live", { ...PLAYING, names, flow: "reconnecting" }))).toBe("");
  expect(speaking(visit("live", { names }))).toBe("");
});
