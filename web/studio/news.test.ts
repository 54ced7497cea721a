import fc from "fast-check";
import { expect, test } from "vitest";
import { countsOf, openedOf, qualityOf, roomOf, stageOf, UNPLANNED } from "./news";

const ROOM = {
  slug: "demo",
  title: "Salon",
  state: "doors",
  since: 1e6,
  revision: 4,
  armed: true,
  muted: ["a"],
  epoch: 2e6,
};
const SEAT = { seat: "a", name: "Ana", kind: "whip", level_db: -20, muted: false, connected: true };
const STAGE = { instance: "i1", speaking: ["a"], seats: [SEAT] };

test("a room's news is read in its bus form, times in microseconds", () => {
  expect(roomOf(JSON.stringify(ROOM))).toEqual({
    title: "Salon",
    state: "doors",
    since: 1_000,
    next: null,
    reason: "",
    epoch: 2_000,
    revision: 4,
    armed: true,
    muted: ["a"],
    ...UNPLANNED,
  });
  const planned = {
    ...ROOM,
    starts: 3e9,
    zone: "Asia/Jakarta",
    doors: 2e9,
    late: true,
    why_late: "Rain",
    cancelled: false,
    missed: false,
    schedule: 2,
    visibility: "invited",
    hold: "ab",
  };
  expect(roomOf(JSON.stringify(planned))).toMatchObject({
    starts: 3e6,
    zone: "Asia/Jakarta",
    doors: 2e6,
    late: true,
    whyLate: "Rain",
    schedule: 2,
    visibility: "invited",
    hold: "ab",
  });
});

test("a stage's news names its seats", () => {
  const seats = [
    {
      seat: "a",
      name: "Ana",
      kind: "whip",
      level: -20,
      muted: false,
      connected: true,
      hears: false,
      gain: 0,
      holder: "",
    },
  ];
  expect(stageOf(JSON.stringify(STAGE))).toEqual({ instance: "i1", speaking: ["a"], seats });
});

test("who gets the other links is a host", () => {
  const links = {
    ...ROOM,
    listen: "http://edge/demo",
    edge: "http://edge",
    listeners: 3,
    stage: STAGE,
  };
  expect(openedOf({ ...links, whip_token: "secret" })).toMatchObject({
    host: true,
    listeners: 3,
    edge: "http://edge",
  });
  expect(openedOf(links)).toMatchObject({ host: false });
  expect(openedOf({ ...links, stage: null })?.stage).toBeNull();
});

test("the count of listeners is a number", () => {
  expect(countsOf('{"listeners":7}')).toEqual({ listeners: 7, waiting: null, leaving: null });
  expect(countsOf('{"listeners":7,"waiting":3,"leaving_per_minute":1}')).toEqual({
    listeners: 7,
    waiting: 3,
    leaving: 1,
  });
  expect(countsOf('{"listeners":"7"}')).toBeNull();
});

test("each speaker's quality is read; what is not said is nothing", () => {
  const said = { seat: "a", loss: 0.07, fec: 2, concealed: 1, jitter_ms: 9, round_trip_ms: null };
  expect(qualityOf(JSON.stringify({ slug: "demo", speakers: [said, 7, {}] }))).toEqual([
    {
      seat: "a",
      loss: 0.07,
      fec: 2,
      concealed: 1,
      jitter: 9,
      depth: 0,
      level: -100,
      clipping: 0,
      roundTrip: null,
    },
  ]);
  expect(qualityOf("{}")).toBeNull();
});

test("nothing that the house could say makes the page fail", () => {
  const fields = fc.constantFrom(...Object.keys({ ...ROOM, ...STAGE, stage: 0, listeners: 0 }));
  fc.assert(
    fc.property(fc.dictionary(fields, fc.jsonValue()), (wrong) => {
      const text = JSON.stringify({ ...ROOM, ...STAGE, ...wrong });
      roomOf(text);
      stageOf(text);
      countsOf(text);
      qualityOf(text);
      qualityOf(JSON.stringify({ speakers: [wrong] }));
      openedOf(JSON.parse(text));
      openedOf({ ...ROOM, stage: wrong });
    }),
  );
});
