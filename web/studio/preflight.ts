/**
 * A core: the check before the stage. Ten seconds of one's own voice and of the way to the stage,
 * judged one by one: green, or red with what to do.
 */

import type { Millis } from "../stream/backoff";
import type { Speech } from "./speech";

export const LASTS: Millis = 10_000;
/** The network may answer a little later than the ten seconds. */
const NETWORK_WITHIN: Millis = 16_000;

/** dBFS RMS of what is spoken: quieter is lost in a bus, louder distorts. */
const TOO_LOW = -42;
const TOO_HIGH = -8;
const NOTHING = -65;
/** What is there between the words. */
const NOISY = -45;
/** The share of looks at which the sound stood at full scale. */
const CLIPS = 0.02;
const LOSSY = 0.03;
const UNEVEN: Millis = 60;

export interface Sample {
  readonly level: number;
  readonly clips: boolean;
}

export type Network =
  | { readonly tag: "reached"; readonly loss: number; readonly jitter: Millis }
  | { readonly tag: "not-reached" }
  /** The room takes nobody on its stage now. */
  | { readonly tag: "later" };

export interface Preflight {
  readonly stage: "idle" | "running" | "done";
  readonly since: Millis;
  readonly now: Millis;
  readonly device: string | null;
  readonly samples: readonly Sample[];
  readonly network: Network | null;
  readonly headphones: boolean | null;
}

export type PreflightInput =
  | { readonly tag: "start" }
  | { readonly tag: "stop" }
  /** The microphone's name; null: there is none. */
  | { readonly tag: "device"; readonly device: string | null }
  | { readonly tag: "sample"; readonly sample: Sample }
  | { readonly tag: "network"; readonly network: Network }
  | { readonly tag: "headphones"; readonly on: boolean };

export const UNCHECKED: Preflight = {
  stage: "idle",
  since: 0,
  now: 0,
  device: null,
  samples: [],
  network: null,
  headphones: null,
};

export function checked(before: Preflight, input: PreflightInput, now: Millis): Preflight {
  switch (input.tag) {
    case "start":
      return { ...UNCHECKED, headphones: before.headphones, stage: "running", since: now, now };
    case "stop":
      return { ...UNCHECKED, headphones: before.headphones };
    case "device":
      return { ...before, device: input.device };
    case "headphones":
      return { ...before, headphones: input.on };
    case "network":
      return before.stage === "idle" ? before : ended({ ...before, network: input.network, now });
    case "sample": {
      if (before.stage !== "running") return before;
      const within = now - before.since < LASTS;
      const samples = within ? [...before.samples, input.sample].slice(-500) : before.samples;
      return ended({ ...before, samples, now });
    }
  }
}

function ended(before: Preflight): Preflight {
  const past = before.now - before.since;
  const over = past >= LASTS && (before.network !== null || past >= NETWORK_WITHIN);
  return over ? { ...before, stage: "done" } : before;
}

export type Light = "good" | "bad" | "wait";
export type Check = "device" | "level" | "noise" | "clipping" | "network" | "headphones";

export interface CheckView {
  readonly check: Check;
  readonly light: Light;
  readonly words: string;
}

export interface PreflightView {
  readonly checks: readonly CheckView[];
  readonly words: string;
  readonly tone: "good" | "trouble" | "rest";
  readonly running: boolean;
  readonly done: boolean;
}

export function preflightOf(flight: Preflight, { say }: Speech): PreflightView {
  const checks = [
    device(flight, say),
    level(flight, say),
    noise(flight, say),
    clipping(flight, say),
    network(flight, say),
    headphones(flight, say),
  ];
  const bad = checks.some(({ light }) => light === "bad");
  const done = flight.stage === "done";
  const left = Math.max(0, Math.ceil((LASTS - (flight.now - flight.since)) / 1_000));
  const running = flight.stage === "running";
  const verdict = bad ? say("preflight_bad") : say("preflight_good");
  const words = done ? verdict : running ? say("preflight_running", { count: left }) : say("preflight_skipped");
  const tone = done ? (bad ? "trouble" : "good") : "rest";
  return { checks, words, tone, running, done };
}

type SayIt = Speech["say"];

function device({ stage, device }: Preflight, say: SayIt): CheckView {
  const check = "device";
  if (stage === "idle") return { check, light: "wait", words: "" };
  if (device === null) return { check, light: "bad", words: say("pf_device_bad") };
  const words = device === "" ? say("pf_device_usual") : say("pf_device_good", { name: device });
  return { check, light: "good", words };
}

/** Voices are judged when the ten seconds are over. */
function isHeard({ stage, samples, network, now, since }: Preflight): boolean {
  return stage === "done" || (samples.length > 0 && network !== null && now - since >= LASTS);
}

function level(flight: Preflight, say: SayIt): CheckView {
  const check = "level";
  if (!isHeard(flight)) return { check, light: "wait", words: waits(flight, say) };
  const loud = share(flight.samples, 0.9);
  if (loud < NOTHING) return { check, light: "bad", words: say("pf_level_none") };
  if (loud < TOO_LOW) return { check, light: "bad", words: say("pf_level_low") };
  if (loud > TOO_HIGH) return { check, light: "bad", words: say("pf_level_high") };
  return { check, light: "good", words: say("pf_level_good") };
}

function noise(flight: Preflight, say: SayIt): CheckView {
  const check = "noise";
  if (!isHeard(flight)) return { check, light: "wait", words: waits(flight, say) };
  const bad = share(flight.samples, 0.05) > NOISY;
  return { check, light: bad ? "bad" : "good", words: say(bad ? "pf_noise_bad" : "pf_noise_good") };
}

function clipping(flight: Preflight, say: SayIt): CheckView {
  const check = "clipping";
  if (!isHeard(flight)) return { check, light: "wait", words: waits(flight, say) };
  const count = flight.samples.filter(({ clips }) => clips).length;
  const bad = count > CLIPS * flight.samples.length;
  const words = say(bad ? "pf_clipping_bad" : "pf_clipping_good");
  return { check, light: bad ? "bad" : "good", words };
}

function network(flight: Preflight, say: SayIt): CheckView {
  const check = "network";
  const found = flight.network;
  if (found === null)
    return flight.stage === "done"
      ? { check, light: "bad", words: say("pf_network_none") }
      : { check, light: "wait", words: waits(flight, say) };
  switch (found.tag) {
    case "not-reached":
      return { check, light: "bad", words: say("pf_network_none") };
    case "later":
      return { check, light: "wait", words: say("pf_network_later") };
    case "reached": {
      const loss = `${(found.loss * 100).toFixed(found.loss > 0 ? 1 : 0)} %`;
      const jitter = `${Math.round(found.jitter)} ms`;
      const bad = found.loss > LOSSY || found.jitter > UNEVEN;
      const words = say(bad ? "pf_network_bad" : "pf_network_good", { loss, jitter });
      return { check, light: bad ? "bad" : "good", words };
    }
  }
}

/** Asked, not measured: no page can see them. */
function headphones({ headphones }: Preflight, say: SayIt): CheckView {
  const check = "headphones";
  if (headphones === null) return { check, light: "wait", words: say("pf_headphones_ask") };
  const words = say(headphones ? "pf_headphones_good" : "pf_headphones_bad");
  return { check, light: headphones ? "good" : "bad", words };
}

function waits({ stage }: Preflight, say: SayIt): string {
  return stage === "idle" ? "" : say("pf_wait");
}

/** The level that a share of the samples does not reach. */
function share(samples: readonly Sample[], part: number): number {
  const levels = samples.map(({ level }) => level).sort((one, other) => one - other);
  return levels[Math.min(levels.length - 1, Math.floor(levels.length * part))] ?? -100;
}
