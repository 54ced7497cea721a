/** A core: connections in words, with what to do; the numbers stand behind them. */

import type { Ear, Level, Speaker } from "./quality";
import type { Speech } from "./speech";
import type { Studio } from "./state";

type SayIt = Speech["say"];

export interface Connection {
  /** `none`: nothing to say yet. */
  readonly level: Level | "none";
  readonly words: string;
  readonly numbers: readonly string[];
}

export const NOTHING: Connection = { level: "none", words: "", numbers: [] };

/** How this person's own connection is, both ways. */
export function own(studio: Studio, say: SayIt): Connection {
  const { me, speakers, seat, ear } = studio;
  if (me.tag !== "on" || !me.proven) return NOTHING;
  const speaker = speakers.get(seat);
  if (speaker === undefined && ear === null) return NOTHING;
  const numbers = [...sending(speaker, say), ...receiving(ear, say)];
  const [level, words] = judgement(speaker, ear, say);
  return { level, words, numbers };
}

function judgement(speaker: Speaker | undefined, ear: Ear | null, say: SayIt): [Level, string] {
  const sent = speaker?.network.level ?? "good";
  const back = ear?.network.level ?? "good";
  if (sent === "poor") return ["poor", say("own_poor")];
  if (back === "poor") return ["poor", say("back_poor")];
  if (sent === "fair") return ["fair", say("own_fair", { share: share(speaker?.loss) })];
  if (back === "fair") return ["fair", say("back_fair", { share: share(ear?.loss) })];
  return ["good", say("own_good")];
}

/** What hosts are told of a speaker's connection. */
export function ofSpeaker(speaker: Speaker | undefined, say: SayIt): Connection {
  if (speaker === undefined) return NOTHING;
  const numbers = sending(speaker, say);
  const { level } = speaker.network;
  switch (level) {
    case "good":
      return { level, words: say("their_good"), numbers };
    case "fair":
      return { level, words: say("their_fair", { share: share(speaker.loss) }), numbers };
    case "poor":
      return { level, words: say("their_poor"), numbers };
  }
}

/** What the stage says of the loudness that comes in; empty where it is as it should be. */
export function loudness(speaker: Speaker | undefined, say: SayIt): string {
  switch (speaker?.loudness.level) {
    case "poor":
      return say("own_clips");
    case "fair":
      return say("own_quiet");
    case "good":
    case undefined:
      return "";
  }
}

/** The same, of somebody else. */
export function loudnessOf(speaker: Speaker | undefined, say: SayIt): string {
  switch (speaker?.loudness.level) {
    case "poor":
      return say("their_clips");
    case "fair":
      return say("their_quiet");
    case "good":
    case undefined:
      return "";
  }
}

function share(loss: number | undefined): string {
  const percent = Math.round((loss ?? 0) * 100);
  return percent < 1 ? "" : ` (${percent} %)`;
}

function sending(speaker: Speaker | undefined, say: SayIt): string[] {
  if (speaker === undefined) return [];
  const { loss, last } = speaker;
  return [
    say("to_stage", {
      lost: percent(loss),
      repaired: last.fec,
      made: last.concealed,
      jitter: millis(last.jitter),
      waits: millis(last.depth),
      trip: trip(last.roundTrip, say),
    }),
  ];
}

function receiving(ear: Ear | null, say: SayIt): string[] {
  if (ear === null) return [];
  const { loss, last } = ear;
  return [
    say("from_stage", {
      lost: percent(loss),
      made: percent(last.concealed),
      jitter: millis(last.jitter),
      waits: millis(last.delay),
      trip: trip(last.roundTrip, say),
    }),
  ];
}

function trip(time: number | null, say: SayIt): string {
  return time === null ? "" : say("there_and_back", { time: millis(time) });
}

function percent(part: number): string {
  return `${(part * 100).toFixed(part > 0 && part < 0.095 ? 1 : 0)} %`;
}

function millis(time: number): string {
  return `${Math.round(time)} ms`;
}
