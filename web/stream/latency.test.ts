import { expect, test } from "vitest";
import { latency, sighted } from "./latency";

test("is the time since the sound was made, by the edge's clock", () => {
  const sightings = sighted([], 1_000_000, 1_000_000);
  expect(latency(sightings, 900_000, 99, 1_000_000)).toBeCloseTo(1);
});

test("is not mistaken when the device's clock is an hour wrong", () => {
  const hour = 3_600_000;
  const sightings = sighted([], 1_000_000, 1_000_000 + hour);
  expect(latency(sightings, 900_000, 99, 1_000_000 + hour)).toBeCloseTo(1);
});

test("goes by the quickest arrival, for the others had waited on their way", () => {
  const sightings = [300, 20, 4_000].reduce<readonly number[]>(
    (seen, late) => sighted(seen, 1_000_000, 1_000_000 + late),
    [],
  );
  expect(latency(sightings, 900_000, 99, 1_000_020)).toBeCloseTo(1);
});

test("forgets old arrivals, so that a clock may be put right", () => {
  let sightings = sighted([], 1_000, 0);
  for (let count = 0; count < 1_000; count++) sightings = sighted(sightings, 1_000, 1_000);
  expect(Math.min(...sightings)).toBe(0);
});

test("is not known before sound, arrival and epoch are", () => {
  expect(latency([], 0, 5, 0)).toBeNull();
  expect(latency([0], null, 5, 0)).toBeNull();
  expect(latency([0], 0, 0, 0)).toBeNull();
});
