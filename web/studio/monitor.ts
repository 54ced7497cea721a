/**
 * A shell: listens to the edge as any listener does, but into a meter instead of the speakers.
 * Where it may not play (no MediaSource, no press yet) it reads what comes with the sound.
 */

import { latency, sighted, type Sightings } from "../stream/latency";
import { truthOf, type News } from "../stream/news";
import { canPush, Player } from "../stream/player";
import type { Millis } from "../stream/backoff";
import { loudness } from "../view/level";
import type { Heard } from "./words";

export class Monitor {
  readonly audio = new Audio();
  readonly #player: Player | null;
  readonly #samples = new Float32Array(4096);
  #context: AudioContext | null = null;
  #analyser: AnalyserNode | null = null;
  #sightings: Sightings = [];
  #epoch: Millis | null = null;
  #heard: Heard = {
    flow: "stopped",
    playing: null,
    names: [],
    level: -100,
    measured: false,
    behind: null,
  };

  /** Args: `room`: the address of the room at the edge, such as `http://edge:8000/demo?key=…`. */
  constructor(
    readonly room: string,
    signal: AbortSignal,
  ) {
    if (!canPush()) this.#heard = { ...this.#heard, flow: "unfit" };
    const told = {
      flowed: (flow: Heard["flow"]) => (this.#heard = { ...this.#heard, flow }),
      heard: (news: News) => this.#take(news),
      came: (news: News) => this.#came(news),
    };
    this.#player = canPush() ? new Player(this.audio, room, false, told, signal) : null;
    void this.#ask();
  }

  /** To be called at a press: browsers play nothing before one. */
  wake(): void {
    this.#context ??= this.#graph();
    void this.#context.resume();
    if (this.audio.paused) this.#player?.play();
  }

  heard(): Heard {
    const { currentTime } = this.audio;
    const measured = this.#measured();
    return {
      ...this.#heard,
      level: measured ?? this.#heard.level,
      measured: measured !== null,
      behind:
        measured === null ? null : latency(this.#sightings, this.#epoch, currentTime, Date.now()),
    };
  }

  stats(): Readonly<Record<string, number | string | boolean | null>> {
    const { flow, playing, level, measured, behind } = this.heard();
    return { ...this.#player?.stats(), flow, playing, level, measured, behind };
  }

  #graph(): AudioContext {
    const context = new AudioContext();
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = 4096;
    const silent = context.createGain();
    silent.gain.value = 0;
    this.audio.crossOrigin = "anonymous";
    context.createMediaElementSource(this.audio).connect(this.#analyser).connect(silent);
    silent.connect(context.destination);
    return context;
  }

  /** What comes out, or null while it cannot be measured. */
  #measured(): number | null {
    const running = this.#context?.state === "running" && this.#heard.flow === "playing";
    if (!running || this.#analyser === null || this.audio.paused) return null;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return loudness(this.#samples);
  }

  /** Where nothing plays, news counts as it comes. */
  #came(news: News): void {
    if (news.tag === "room" && news.room.asOf !== null)
      this.#sightings = sighted(this.#sightings, news.room.asOf, Date.now());
    if (this.audio.paused) this.#take(news);
  }

  #take(news: News): void {
    if (news.tag === "speakers")
      this.#heard = { ...this.#heard, names: news.names, level: news.level };
    else if (news.tag === "room") {
      const { playing } = news.room;
      const silent = playing === "sound" ? {} : { names: [], level: -100 };
      this.#heard = { ...this.#heard, ...silent, playing };
    }
  }

  async #ask(): Promise<void> {
    try {
      const asked = Date.now();
      const [room, key = ""] = this.room.split("?");
      const response = await fetch(`${room}/state.json?${key}`, { cache: "no-store" });
      const truth = truthOf(await response.text());
      if (truth === null || truth === "unknown") return;
      this.#epoch = truth.epoch;
      if (truth.clock !== null)
        this.#sightings = sighted(this.#sightings, truth.clock, (asked + Date.now()) / 2);
    } catch {
      return;
    }
  }
}
