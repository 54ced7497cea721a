/** A core: draws among hands, with all that it takes to repeat them. */

import type { Millis } from "../stream/backoff";
import { isObject, momentOf, textOf } from "../stream/news";

export interface Draw {
  readonly number: number;
  readonly at: Millis | null;
  readonly seed: string;
  /** The SHA-256 of the seed, told before the draw. */
  readonly promise: string;
  /** How many hands were up. */
  readonly among: number;
  readonly drawn: readonly string[];
}

export interface Draws {
  /** Of the next one. */
  readonly promise: string;
  readonly draws: readonly Draw[];
}

export function drawsOf(json: unknown): Draws | null {
  if (!isObject(json) || !Array.isArray(json["draws"])) return null;
  return { promise: textOf(json["promise"]), draws: json["draws"].flatMap(drawIn) };
}

function drawIn(json: unknown): Draw[] {
  if (!isObject(json)) return [];
  const { number, hands, drawn } = json;
  if (typeof number !== "number" || !Array.isArray(hands) || !Array.isArray(drawn)) return [];
  return [
    {
      number,
      at: momentOf(json["at"]),
      seed: textOf(json["seed"]),
      promise: textOf(json["promise"]),
      among: hands.length,
      drawn: drawn.filter((each) => typeof each === "string"),
    },
  ];
}
