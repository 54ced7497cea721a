/**
 * A core: the connections over which parts come in. Knows when to open another one, from which
 * part, and which parts are new. Never gives up.
 *
 * A wire that has brought no bytes for 1.5 s (longer where the edge sends more parts at once) is
 * not closed: another is opened beside it, and whichever brings the next part first is kept.
 */

import { backoff, roll, type Millis } from "./backoff";
import { PART_SECONDS } from "./boxes";

export const PATIENCE: Millis = 1_500;
const MOST_PATIENCE: Millis = 8_000;
/** A wire this many parts behind what was heard means that the room's timeline began anew. */
const ANEW = 375;

interface Wire {
  readonly id: number;
  readonly heard: Millis;
}

export interface Link {
  readonly running: boolean;
  /** At most two, the newest last. */
  readonly wires: readonly Wire[];
  /** How much longer than a part a wire may well bring nothing. */
  readonly pause: Millis;
  /** The first part not yet taken. */
  readonly next: number | null;
  /** Attempts in a row that brought no new part. */
  readonly misses: number;
  readonly retryAt: Millis | null;
  /** The HTTP status that refused the last attempt, 0 where there was no answer. */
  readonly refused: number;
  readonly ids: number;
  readonly seed: number;
  readonly parts: number;
  readonly holes: number;
  readonly reconnects: number;
}

export type LinkInput =
  | { readonly tag: "start" }
  | { readonly tag: "stop" }
  | { readonly tag: "tick" }
  | { readonly tag: "online" }
  | { readonly tag: "cadence"; readonly parts: number }
  | { readonly tag: "bytes"; readonly wire: number }
  | { readonly tag: "part"; readonly wire: number; readonly number: number }
  | {
      readonly tag: "ended";
      readonly wire: number;
      readonly status: number;
      readonly retryAfter: Millis | null;
    };

export type LinkEffect =
  | { readonly tag: "open"; readonly wire: number; readonly from: number | null }
  | { readonly tag: "close"; readonly wire: number }
  /** The part just told is new: play it. */
  | { readonly tag: "take" }
  /** The timeline began anew: forget what is buffered, then take the part. */
  | { readonly tag: "anew" };

type Step = [Link, readonly LinkEffect[]];

export function idle(seed: number): Link {
  return {
    running: false,
    wires: [],
    pause: 0,
    next: null,
    misses: 0,
    retryAt: null,
    refused: 0,
    ids: 0,
    seed,
    parts: 0,
    holes: 0,
    reconnects: 0,
  };
}

export function next(link: Link, input: LinkInput, now: Millis): Step {
  switch (input.tag) {
    case "start":
      return link.running ? [link, []] : open({ ...link, running: true, misses: 0 }, now);
    case "stop":
      return [
        { ...link, running: false, wires: [], next: null, retryAt: null, refused: 0, misses: 0 },
        link.wires.map((wire) => ({ tag: "close", wire: wire.id })),
      ];
    case "tick":
      return tick(link, now);
    case "online":
      return link.retryAt === null ? [link, []] : tick({ ...link, retryAt: now }, now);
    case "cadence":
      return [{ ...link, pause: (input.parts - 1) * PART_SECONDS * 1000 }, []];
    case "bytes":
      return [heard(link, input.wire, now), []];
    case "part":
      return part(link, input.wire, input.number, now);
    case "ended":
      return ended(link, input, now);
  }
}

function open(link: Link, now: Millis): Step {
  const wire = link.ids + 1;
  const crowded = link.wires.length > 1 ? link.wires.slice(0, -1) : [];
  const kept = link.wires.slice(crowded.length);
  return [
    { ...link, ids: wire, retryAt: null, wires: [...kept, { id: wire, heard: now }] },
    [
      ...crowded.map((old): LinkEffect => ({ tag: "close", wire: old.id })),
      { tag: "open", wire, from: link.next },
    ],
  ];
}

function again(link: Link, now: Millis): Step {
  return open({ ...link, reconnects: link.reconnects + 1 }, now);
}

function tick(link: Link, now: Millis): Step {
  if (link.retryAt !== null) return now < link.retryAt ? [link, []] : again(link, now);
  const newest = link.wires.at(-1);
  // The second wire may have met the same frozen worker: it is not given longer than the first.
  const growing = Math.min(PATIENCE * 2 ** Math.max(0, link.misses - 1), MOST_PATIENCE);
  const patience = growing + link.pause;
  if (newest === undefined || now - newest.heard < patience) return [link, []];
  return again({ ...link, misses: link.misses + 1 }, now);
}

function heard(link: Link, id: number, now: Millis): Link {
  return {
    ...link,
    wires: link.wires.map((wire) => (wire.id === id ? { id, heard: now } : wire)),
  };
}

function part(link: Link, id: number, number: number, now: Millis): Step {
  const wire = link.wires.find((each) => each.id === id);
  if (wire === undefined) return [link, []];
  const fresh = link.next === null || number >= link.next;
  const anew = link.next !== null && number < link.next - ANEW;
  if (!fresh && !anew) return [heard(link, id, now), []];
  return [
    {
      ...link,
      wires: [{ id, heard: now }],
      next: number + 1,
      misses: 0,
      refused: 0,
      parts: link.parts + 1,
      holes: link.holes + (link.next === null || anew ? 0 : number - link.next),
    },
    [
      ...link.wires
        .filter((each) => each.id !== id)
        .map((each): LinkEffect => ({ tag: "close", wire: each.id })),
      { tag: anew ? "anew" : "take" },
    ],
  ];
}

function ended(
  link: Link,
  input: { wire: number; status: number; retryAfter: Millis | null },
  now: Millis,
): Step {
  if (!link.wires.some((wire) => wire.id === input.wire)) return [link, []];
  const wires = link.wires.filter((wire) => wire.id !== input.wire);
  if (wires.length > 0) return [{ ...link, wires }, []];
  const misses = link.misses + 1;
  const [chance, seed] = roll(link.seed);
  // An unknown room may yet be made: ask on, but rarely.
  const least = input.status === 404 ? 5_000 : (input.retryAfter ?? 0);
  const wait = backoff(misses, chance) + least * (1 + chance / 2);
  return [{ ...link, wires, misses, seed, refused: input.status, retryAt: now + wait }, []];
}
