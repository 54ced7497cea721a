/**
 * A shell: fetches parts and plays them through MediaSource. What to open, take, seek and drop is
 * decided by `link` and `pace`; this file does it.
 */

import type { Millis } from "./backoff";
import { seed } from "./chance";
import { feed, joined, NOTHING, PART_SECONDS, type Piece, type Rest } from "./boxes";
import { add, due, type Waiting } from "./cues";
import * as links from "./link";
import { newsOf, STEADY, type News } from "./news";
import * as paces from "./pace";
import { pulse } from "./pulse";

/** One of a room's endless streams, and what a browser must know to play it. */
type Stream = readonly [name: string, type: string];

const FULL: Stream = ["live.mp4", 'audio/mp4; codecs="mp4a.40.2"'];
/** What asks little of a line, the best first. */
const LOW: readonly Stream[] = [
  ["live-opus-low.mp4", 'audio/mp4; codecs="opus"'],
  ["live-low.mp4", FULL[1]],
];

/** How the sound stands, for words and for the choice of another way. */
export type Flow =
  | "connecting"
  | "playing"
  /** The buffer is empty and nothing comes: it is being fetched anew. */
  | "reconnecting"
  | "unknown"
  | "full"
  /** The browser wants a press of a button first. */
  | "blocked"
  /** This browser cannot play it this way. */
  | "unfit";

export interface PlayerStats {
  readonly parts: number;
  readonly holes: number;
  readonly reconnects: number;
  readonly underruns: number;
  readonly jumps: number;
  readonly buffered: number;
  readonly rate: number;
  /** The newest part that came in. */
  readonly part: number | null;
  /** Parts that come at once. */
  readonly cadence: number;
  readonly stream: string;
}

export interface Listeners {
  /** News whose sound is being heard now. */
  readonly heard: (news: News) => void;
  /** News as it comes in, ahead of its sound. */
  readonly came: (news: News) => void;
  readonly flowed: (flow: Flow) => void;
}

interface Sources {
  readonly MediaSource?: typeof MediaSource;
  readonly ManagedMediaSource?: typeof MediaSource;
}

/** The way of this browser to be fed with such sound, or undefined where it has none. */
function source([, type]: Stream): typeof MediaSource | undefined {
  const sources: Sources = window;
  return [sources.MediaSource, sources.ManagedMediaSource].find((each) =>
    each?.isTypeSupported(type),
  );
}

export function canPush(): boolean {
  return source(FULL) !== undefined && typeof ReadableStream === "function";
}

/** Plays one room's sound until its signal aborts. */
export class Player {
  #link = links.idle(seed());
  #pace = paces.RESTING;
  #cues: readonly Waiting[] = [];
  readonly #wires = new Map<number, AbortController>();
  #init: Uint8Array<ArrayBuffer> | null = null;
  #queue: Uint8Array[] = [];
  #buffer: SourceBuffer | null = null;
  #url = "";
  /** Since when the element waits for sound; null while it plays. */
  #dry: Millis | null = 0;
  #flow: Flow | null = null;
  #rebuilds: Millis[] = [];
  /** What the newest part said of the cadence, word for word. */
  #said = "";
  readonly #stream: Stream;

  /**
   * Args: `room`: the room's address at the edge, with `?key=` where it takes one; `low`: a lighter
   * stream will do.
   */
  constructor(
    readonly audio: HTMLAudioElement,
    readonly room: string,
    low: boolean,
    readonly listeners: Listeners,
    readonly signal: AbortSignal,
  ) {
    const on = { signal };
    this.#stream = (low && LOW.find(source)) || FULL;
    audio.addEventListener("waiting", () => this.#waits(), on);
    audio.addEventListener("playing", () => this.#plays(), on);
    audio.addEventListener("timeupdate", () => this.#look(), on);
    audio.addEventListener("error", () => this.#rebuild(), on);
    window.addEventListener("online", () => this.#step({ tag: "online" }), on);
    signal.addEventListener("abort", () => this.#stop(), { once: true });
    pulse(250, () => this.#tick(), signal);
    this.#attach();
    this.#step({ tag: "start" });
    this.play();
  }

  /** Asks the element to play; in a handler of a press, so that the browser allows it. */
  play(): void {
    this.audio.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.#say("blocked");
    });
  }

  stats(): PlayerStats {
    return {
      parts: this.#link.parts,
      holes: this.#link.holes,
      reconnects: this.#link.reconnects,
      underruns: this.#pace.underruns,
      jumps: this.#pace.jumps,
      buffered: paces.ahead(this.#sight()),
      rate: this.audio.playbackRate,
      part: this.#link.next === null ? null : this.#link.next - 1,
      cadence: this.#pace.cadence.parts,
      stream: this.#stream[0],
    };
  }

  #attach(): void {
    const Source = source(this.#stream);
    if (Source === undefined) return this.#say("unfit");
    const media = new Source();
    const { audio } = this;
    this.#buffer = null;
    this.#pace = paces.anew(this.#pace);
    URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(media);
    audio.disableRemotePlayback = true; // Without it a ManagedMediaSource never opens.
    audio.src = this.#url;
    const once = { once: true, signal: this.signal };
    media.addEventListener("sourceopen", () => this.#opened(media), once);
  }

  #opened(media: MediaSource): void {
    try {
      this.#buffer = media.addSourceBuffer(this.#stream[1]);
    } catch {
      return this.#say("unfit");
    }
    this.#buffer.addEventListener("updateend", () => this.#appended(), { signal: this.signal });
    if (this.#init !== null) this.#queue.unshift(this.#init);
    this.#append();
  }

  /** After a decoder's error: a new MediaSource, fed with the next part that comes. */
  #rebuild(): void {
    const now = performance.now();
    this.#rebuilds = [...this.#rebuilds.filter((at) => now - at < 30_000), now];
    if (this.#rebuilds.length > 3) return this.#say("unfit");
    this.#queue = [];
    this.#attach();
    this.play();
  }

  #step(input: links.LinkInput): void {
    if (this.signal.aborted && input.tag !== "stop") return;
    const [link, effects] = links.next(this.#link, input, performance.now());
    this.#link = link;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: links.LinkEffect): void {
    switch (effect.tag) {
      case "open":
        void this.#read(effect.wire, effect.from);
        break;
      case "close":
        this.#wires.get(effect.wire)?.abort();
        this.#wires.delete(effect.wire);
        break;
      case "anew":
        this.#cues = [];
        this.#queue = [];
        this.#attach();
        this.play();
        break;
      case "take":
        break;
    }
  }

  async #read(wire: number, from: number | null): Promise<void> {
    const abort = new AbortController();
    this.#wires.set(wire, abort);
    let status = 0;
    let retryAfter: Millis | null = null;
    try {
      const [room, key = ""] = this.room.split("?");
      const address = `${room}/${this.#stream[0]}?${from === null ? "" : `from=${from}&`}${key}`;
      const response = await fetch(address, { signal: abort.signal, cache: "no-store" });
      ({ status } = response);
      retryAfter = Number(response.headers.get("Retry-After") ?? 0) * 1000 || null;
      if (response.ok && response.body !== null) await this.#drain(wire, response.body);
    } catch {
      // The network's trouble and our own closing look alike; `ended` knows which wires count.
    }
    abort.abort();
    this.#wires.delete(wire);
    this.#step({ tag: "ended", wire, status, retryAfter });
  }

  async #drain(wire: number, body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader();
    let rest: Rest = NOTHING;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#step({ tag: "bytes", wire });
      const [left, pieces] = feed(rest, value);
      rest = left;
      for (const piece of pieces) {
        if (piece.tag === "broken") return;
        this.#take(wire, piece);
      }
      this.#append();
    }
  }

  #take(wire: number, piece: Exclude<Piece, { tag: "broken" }>): void {
    if (piece.tag === "init") {
      if (this.#init === null) this.#queue.unshift(piece.bytes);
      this.#init = joined([piece.bytes]);
      return;
    }
    const before = this.#link.parts;
    this.#step({ tag: "part", wire, number: piece.number });
    if (this.#link.parts === before) return;
    this.#queue.push(piece.bytes);
    let cadence = STEADY;
    let said = "";
    for (const cue of piece.cues) {
      const news = newsOf(cue.text);
      if (news?.tag === "cadence") {
        ({ cadence } = news);
        said = cue.text;
      } else if (news !== null) {
        this.listeners.came(news);
        this.#cues = add(this.#cues, { at: cue.at, news });
      }
    }
    if (said === this.#said) return;
    this.#said = said;
    this.#pace = paces.told(this.#pace, cadence, performance.now());
    this.#step({ tag: "cadence", parts: paces.most(cadence) });
    const at = piece.number * PART_SECONDS;
    this.#cues = add(this.#cues, { at, news: { tag: "cadence", cadence } });
  }

  #append(): void {
    const buffer = this.#buffer;
    if (buffer === null || buffer.updating || this.#queue.length === 0) return;
    if (this.audio.error !== null) return;
    const bytes = joined(this.#queue);
    try {
      buffer.appendBuffer(bytes);
      this.#queue = [];
    } catch (error) {
      if (error instanceof DOMException && error.name === "QuotaExceededError") this.#makeRoom();
      else this.#rebuild();
    }
  }

  #makeRoom(): void {
    const position = this.audio.currentTime;
    this.#queue = this.#queue.slice(-100);
    this.#buffer?.remove(0, Math.max(0.001, position - 2));
  }

  #appended(): void {
    this.#drive("appended");
    this.#append();
  }

  #look(): void {
    const [heard, waiting] = due(this.#cues, this.audio.currentTime);
    this.#cues = waiting;
    for (const news of heard) this.listeners.heard(news);
  }

  #waits(): void {
    this.#dry ??= performance.now();
    this.#drive("dry");
  }

  #plays(): void {
    this.#dry = null;
    this.#tick();
  }

  #tick(): void {
    this.#step({ tag: "tick" });
    this.#drive("looked");
    this.#append();
    this.#say(this.#state());
  }

  #drive(tag: paces.PaceInput["tag"]): void {
    const { audio } = this;
    const sight = this.#sight();
    const [pace, effects] = paces.next(this.#pace, { tag, sight }, performance.now());
    this.#pace = pace;
    for (const effect of effects) {
      if (effect.tag === "seek") audio.currentTime = effect.to;
      else if (effect.tag === "rate") audio.playbackRate = effect.rate;
      else if (this.#buffer?.updating === false) this.#buffer.remove(0, effect.before);
    }
  }

  #state(): Flow {
    if (this.#flow === "unfit") return "unfit";
    if (this.#flow === "blocked" && this.audio.paused) return "blocked";
    if (this.#pace.startedAt !== null && this.#dry === null) return "playing";
    if (this.#link.refused === 404) return "unknown";
    if (this.#link.refused === 503) return "full";
    // Running dry for an instant is not yet a reason to worry anybody.
    const brief = performance.now() - (this.#dry ?? 0) < 1_000;
    if (this.#flow === "playing" && this.#link.misses === 0 && brief) return "playing";
    return this.#link.parts > 0 && this.#pace.startedAt !== null ? "reconnecting" : "connecting";
  }

  #say(flow: Flow): void {
    if (flow === this.#flow || this.signal.aborted) return;
    this.#flow = flow;
    this.listeners.flowed(flow);
  }

  #sight(): paces.Sight {
    const ranges: paces.Range[] = [];
    const { buffered } = this.audio;
    for (let index = 0; index < buffered.length; index++)
      ranges.push([buffered.start(index), buffered.end(index)]);
    return { ranges, position: this.audio.currentTime };
  }

  #stop(): void {
    this.#step({ tag: "stop" });
    this.audio.pause();
    URL.revokeObjectURL(this.#url);
  }
}
