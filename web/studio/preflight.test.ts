import { expect, test } from "vitest";
import { ALL } from "../words/language";
import {
  checked,
  LASTS,
  preflightOf,
  UNCHECKED,
  type Check,
  type Network,
  type Preflight,
  type Sample,
} from "./preflight";
import { speechOf } from "./speech";

const EN = speechOf("en");
const REACHED: Network = { tag: "reached", loss: 0, jitter: 4 };

/** A voice of so many dBFS with pauses of `quiet` in it, for ten seconds. */
function flown(loud: number, quiet = -70, network: Network | null = REACHED, clips = false): Preflight {
  let flight = checked(UNCHECKED, { tag: "start" }, 0);
  flight = checked(flight, { tag: "device", device: "Headset" }, 0);
  if (network !== null) flight = checked(flight, { tag: "network", network }, 9_000);
  for (let now = 80; now <= LASTS + 80; now += 80) {
    const sample: Sample = { level: now % 800 < 160 ? quiet : loud, clips };
    flight = checked(flight, { tag: "sample", sample }, now);
  }
  return flight;
}
const light = (flight: Preflight, of: Check) =>
  preflightOf(flight, EN).checks.find(({ check }) => check === of)?.light;

test("a good voice on a good line is all green", () => {
  const flight = checked(flown(-24), { tag: "headphones", on: true }, 0);
  const view = preflightOf(flight, EN);
  expect(view.checks.map((each) => each.light)).toEqual(Array(6).fill("good"));
  expect(view).toMatchObject({ done: true, tone: "good" });
});

test("each trouble is red by itself, and says what to do", () => {
  expect(light(flown(-75), "level")).toBe("bad");
  expect(light(flown(-50), "level")).toBe("bad");
  expect(light(flown(-4), "level")).toBe("bad");
  expect(light(flown(-24, -40), "noise")).toBe("bad");
  expect(light(flown(-24, -70, REACHED, true), "clipping")).toBe("bad");
  expect(light(flown(-24, -70, { tag: "reached", loss: 0.1, jitter: 4 }), "network")).toBe("bad");
  expect(light(flown(-24, -70, { tag: "reached", loss: 0, jitter: 90 }), "network")).toBe("bad");
  expect(light(flown(-24, -70, { tag: "not-reached" }), "network")).toBe("bad");
  const none = checked(flown(-24), { tag: "device", device: null }, 0);
  expect(light(none, "device")).toBe("bad");
  const loudspeakers = checked(flown(-24), { tag: "headphones", on: false }, 0);
  expect(light(loudspeakers, "headphones")).toBe("bad");
  expect(preflightOf(none, EN)).toMatchObject({ tone: "trouble" });
});

test("it waits for the network a little longer, and not for ever", () => {
  const waiting = flown(-24, -70, null);
  expect(waiting.stage).toBe("running");
  const sample: Sample = { level: -24, clips: false };
  const over = checked(waiting, { tag: "sample", sample }, 17_000);
  expect(over.stage).toBe("done");
  expect(light(over, "network")).toBe("bad");
});

test("nothing is green before it was checked, and that is said", () => {
  for (const language of ALL) {
    const view = preflightOf(UNCHECKED, speechOf(language));
    expect(view.checks.every((each) => each.light === "wait")).toBe(true);
    expect(view.words).not.toBe("");
  }
});

test("stopping it forgets all but the headphones", () => {
  const flight = checked(checked(flown(-24), { tag: "headphones", on: true }, 0), { tag: "stop" }, 1);
  expect(flight).toEqual({ ...UNCHECKED, headphones: true });
});
