/**
 * A shell: the ways besides push. The browser's own HLS, hls.js (loaded only when needed), or an
 * endless stream in the audio element.
 */

import type { ErrorData } from "hls.js";
import { seed } from "../stream/chance";
import { pulse } from "../stream/pulse";
import type { Flow } from "../stream/player";
import type { Way } from "./state";
import { next, watching, type WatchInput } from "./watch";

interface Loader {
  readonly latency: number;
  destroy(): void;
}

export class Fallback {
  #watch = watching(seed(), performance.now());
  #loader: Loader | null = null;
  #flow: Flow | null = null;
  #blocked = false;

  constructor(
    readonly audio: HTMLAudioElement,
    readonly way: Exclude<Way, "push">,
    readonly room: string,
    readonly key: string,
    readonly flowed: (flow: Flow) => void,
    readonly signal: AbortSignal,
  ) {
    audio.addEventListener("error", () => this.#step({ tag: "failed" }), { signal });
    audio.addEventListener("ended", () => this.#step({ tag: "failed" }), { signal });
    signal.addEventListener("abort", () => this.#stop(), { once: true });
    pulse(500, () => this.#look(), signal);
    void this.#load();
  }

  latency(): number | null {
    return this.#loader?.latency ?? null;
  }

  #look(): void {
    this.#step({ tag: "looked", position: this.audio.currentTime });
    if (this.#blocked && this.audio.paused) this.#say("blocked");
    else if (this.#watch.moving) this.#say("playing");
    else this.#say(this.#watch.position > 0 ? "reconnecting" : "connecting");
  }

  #step(input: WatchInput): void {
    const [watch, effects] = next(this.#watch, input, performance.now());
    this.#watch = watch;
    if (effects.length > 0) void this.#load();
  }

  async #load(): Promise<void> {
    this.#loader?.destroy();
    this.#loader = null;
    const list = `/${this.room}/hls/live.m3u8${this.key && `?${this.key}`}`;
    if (this.way === "hls") await this.#loadHls(list);
    // A new query makes the browser open a new stream where it would go on with the old one.
    else if (this.way === "native") this.audio.src = list;
    else this.audio.src = `/${this.room}/live.aac?${this.#watch.reloads}&${this.key}`;
    this.#play();
  }

  async #loadHls(list: string): Promise<void> {
    try {
      const { default: Hls } = await import("hls.js/light");
      if (this.signal.aborted) return;
      const hls = new Hls({ lowLatencyMode: true, enableWorker: false });
      this.#loader = hls;
      hls.on(Hls.Events.ERROR, (_, trouble: ErrorData) => {
        if (trouble.fatal) this.#step({ tag: "failed" });
      });
      hls.loadSource(list);
      hls.attachMedia(this.audio);
    } catch {
      this.#step({ tag: "failed" });
    }
  }

  #play(): void {
    if (this.signal.aborted) return;
    this.#blocked = false;
    this.audio.play().catch((error: unknown) => {
      this.#blocked = error instanceof DOMException && error.name === "NotAllowedError";
    });
  }

  #say(flow: Flow): void {
    if (flow === this.#flow || this.signal.aborted) return;
    this.#flow = flow;
    this.flowed(flow);
  }

  #stop(): void {
    this.#loader?.destroy();
    this.audio.pause();
  }
}
