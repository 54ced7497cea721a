/** A core: connections in words, with what to do; the numbers stand behind them. */

import type { Ear, Level, Speaker } from "./quality";
import type { Studio } from "./state";

export interface Connection {
  /** `none`: nothing to say yet. */
  readonly level: Level | "none";
  readonly words: string;
  readonly numbers: readonly string[];
}

export const NOTHING: Connection = { level: "none", words: "", numbers: [] };

const CLOSER = "Move closer to the router, or use a cable.";

/** How this person's own connection is, both ways. */
export function own(studio: Studio): Connection {
  const { me, speakers, seat, ear } = studio;
  if (me.tag !== "on" || !me.proven) return NOTHING;
  const speaker = speakers.get(seat);
  if (speaker === undefined && ear === null) return NOTHING;
  const numbers = [...sending(speaker), ...receiving(ear)];
  const [level, words] = judgement(speaker, ear);
  return { level, words, numbers };
}

function judgement(speaker: Speaker | undefined, ear: Ear | null): [Level, string] {
  const sent = speaker?.network.level ?? "good";
  const back = ear?.network.level ?? "good";
  if (sent === "poor") return ["poor", `You break up for the others. ${CLOSER}`];
  if (back === "poor") return ["poor", `The others break up for you. ${CLOSER}`];
  if (sent === "fair")
    return ["fair", `Some of your sound is lost${share(speaker?.loss)}: we repair it.`];
  if (back === "fair")
    return ["fair", `Some of the others' sound is lost${share(ear?.loss)}: we repair it.`];
  return ["good", "Your connection is good."];
}

/** What hosts are told of a speaker's connection. */
export function ofSpeaker(speaker: Speaker | undefined): Connection {
  if (speaker === undefined) return NOTHING;
  const numbers = sending(speaker);
  const { level } = speaker.network;
  switch (level) {
    case "good":
      return { level, words: "good connection", numbers };
    case "fair":
      return { level, words: `some sound is lost${share(speaker.loss)}, repaired`, numbers };
    case "poor":
      return { level, words: "breaks up", numbers };
  }
}

/** What the stage says of the loudness that comes in; empty where it is as it should be. */
export function loudness(speaker: Speaker | undefined): string {
  switch (speaker?.loudness.level) {
    case "poor":
      return "You are too loud: it clips. Step back, or turn the microphone down.";
    case "fair":
      return "You are very quiet. Come closer, or turn the microphone up.";
    case "good":
    case undefined:
      return "";
  }
}

/** The same, of somebody else. */
export function loudnessOf(speaker: Speaker | undefined): string {
  switch (speaker?.loudness.level) {
    case "poor":
      return "too loud, it clips";
    case "fair":
      return "very quiet";
    case "good":
    case undefined:
      return "";
  }
}

function share(loss: number | undefined): string {
  const percent = Math.round((loss ?? 0) * 100);
  return percent < 1 ? "" : ` (${percent} %)`;
}

function sending(speaker: Speaker | undefined): string[] {
  if (speaker === undefined) return [];
  const { loss, last } = speaker;
  return [
    `To the stage: ${percent(loss)} lost, ${last.fec} of 50 frames repaired, ` +
      `${last.concealed} made up; jitter ${millis(last.jitter)}, waits ${millis(last.depth)}` +
      (last.roundTrip === null ? "" : `, there and back ${millis(last.roundTrip)}`),
  ];
}

function receiving(ear: Ear | null): string[] {
  if (ear === null) return [];
  const { loss, last } = ear;
  return [
    `From the stage: ${percent(loss)} lost, ${percent(last.concealed)} made up; ` +
      `jitter ${millis(last.jitter)}, waits ${millis(last.delay)}` +
      (last.roundTrip === null ? "" : `, there and back ${millis(last.roundTrip)}`),
  ];
}

function percent(part: number): string {
  return `${(part * 100).toFixed(part > 0 && part < 0.095 ? 1 : 0)} %`;
}

function millis(time: number): string {
  return `${Math.round(time)} ms`;
}
