/**
 * A core: guards the ways that fetch for themselves (HLS, a plain stream), where all that can be
 * seen is whether the position moves. Sound that stands still for 6 s is loaded anew.
 */

import { backoff, roll, type Millis } from "../stream/backoff";

const STILL: Millis = 6_000;

export interface Watch {
  readonly position: number;
  readonly movedAt: Millis;
  readonly moving: boolean;
  readonly loadAt: Millis | null;
  readonly misses: number;
  readonly reloads: number;
  readonly seed: number;
}

export type WatchInput =
  { readonly tag: "looked"; readonly position: number } | { readonly tag: "failed" };

type Step = [Watch, readonly { readonly tag: "load" }[]];

export function watching(seed: number, now: Millis): Watch {
  return { position: 0, movedAt: now, moving: false, loadAt: null, misses: 0, reloads: 0, seed };
}

export function next(watch: Watch, input: WatchInput, now: Millis): Step {
  if (input.tag === "failed") return [failed(watch, now), []];
  if (watch.loadAt !== null) return now < watch.loadAt ? [watch, []] : load(watch, now);
  const { position } = input;
  if (position !== watch.position)
    return [{ ...watch, position, movedAt: now, moving: true, misses: 0 }, []];
  const moving = watch.moving && now - watch.movedAt < 1_000;
  if (now - watch.movedAt < STILL * (1 + watch.misses)) return [{ ...watch, moving }, []];
  return load({ ...watch, misses: watch.misses + 1 }, now);
}

function load(watch: Watch, now: Millis): Step {
  const loaded = { ...watch, loadAt: null, moving: false, movedAt: now };
  return [{ ...loaded, reloads: watch.reloads + 1 }, [{ tag: "load" }]];
}

function failed(watch: Watch, now: Millis): Watch {
  if (watch.loadAt !== null) return watch;
  const misses = watch.misses + 1;
  const [chance, seed] = roll(watch.seed);
  return { ...watch, misses, seed, moving: false, loadAt: now + backoff(misses + 1, chance) };
}
