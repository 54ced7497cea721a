import { expect, test } from "vitest";
import { details } from "./details";

const STATS = {
  mode: "push",
  flow: "playing",
  state: "live",
  parts: 12,
  holes: 1,
  reconnects: 2,
  buffered: 4.21,
  cadence: 12,
  latency: 4.5,
} as const;

test("details tell how far behind one is, and how the sound comes", () => {
  const told = new Map(details(STATS));
  expect(told.get("Behind the stage")).toBe("4.5 s");
  expect(told.get("Comes by")).toBe("pushed parts");
  expect(told.get("Comes every")).toBe("3.8 s");
  expect(told.get("Parts missing")).toBe("1");
});

test("details say when the sound is a smaller stream", () => {
  const told = new Map(details({ ...STATS, stream: "live-opus-low.mp4" }));
  expect(told.get("Comes by")).toBe("pushed parts, smaller");
});

test("details tell of the other ways only what is known", () => {
  const told = new Map(details({ ...STATS, mode: "hls", latency: null }));
  expect([...told]).toEqual([
    ["Behind the stage", "–"],
    ["Comes by", "HLS"],
  ]);
});
