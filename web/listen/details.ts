/** A core: how the sound comes and how it goes, for those who want to know. */

import { PART_SECONDS } from "../stream/boxes";
import type { Stats } from "./main";

export type Details = readonly (readonly [term: string, text: string])[];

const WAYS = { push: "pushed parts", native: "HLS", hls: "HLS", plain: "plain stream" };

export function details(stats: Stats): Details {
  const pushed: Details = [
    ["Ready to play", seconds(stats.buffered)],
    ["Comes every", seconds(stats.cadence * PART_SECONDS)],
    ["Parts heard", String(stats.parts)],
    ["Parts missing", String(stats.holes)],
    ["Reconnected", String(stats.reconnects)],
  ];
  return [
    ["Behind the stage", seconds(stats.latency)],
    ["Comes by", WAYS[stats.mode] + (String(stats["stream"]).includes("low") ? ", smaller" : "")],
    ...(stats.mode === "push" ? pushed : []),
  ];
}

function seconds(value: number | null): string {
  return value === null ? "–" : `${value.toFixed(1)} s`;
}
