/**
 * A shell: the listener's page. Carries inputs to `state`, does what comes back, shows `words`.
 *
 * `window.fullhouse` is for operators and tests: `audio` is the element that plays, `stats()` says
 * how it goes.
 */

import type { Millis } from "../stream/backoff";
import { seed } from "../stream/chance";
import { latency, sighted, type Sightings } from "../stream/latency";
import { truthOf, type News, type Truth } from "../stream/news";
import { canPush, Player, type Flow } from "../stream/player";
import type { Fallback } from "./fallback";
import { controls } from "./lockscreen";
import { tell } from "../view/tell";
import { Page, type Details } from "./page";
import { arrived, next, type Effect, type Input, type Way } from "./state";
import { viewOf } from "./words";

const VOLUME = "fullhouse-volume";

export interface Stats {
  readonly mode: Way;
  readonly flow: string;
  readonly state: string | null;
  readonly parts: number;
  readonly holes: number;
  readonly reconnects: number;
  readonly buffered: number;
  /** Seconds from the making of the sound to its being heard. */
  readonly latency: number | null;
  readonly [more: string]: string | number | null;
}

declare global {
  interface Window {
    fullhouse: { readonly audio: HTMLAudioElement; stats(): Stats };
  }
}

/** One of the two, once it is there. */
interface Running {
  readonly abort: AbortController;
  player: Player | null;
  fallback: Fallback | null;
}

class Visit {
  readonly audio = new Audio();
  readonly room = decodeURIComponent(location.pathname.split("/")[1] ?? "");
  readonly #page: Page;
  readonly #lockscreen = controls((wish) => this.#step({ tag: "media", wish }));
  #state = arrived(ways(this.audio), told(), seed(), Date.now());
  #sightings: Sightings = [];
  #running: Running | null = null;

  constructor(readonly signal: AbortSignal) {
    const presses = {
      pressed: () => this.#step({ tag: "pressed" }),
      volume: (volume: number) => this.#turn(volume),
    };
    const [delivery] = performance.getEntriesByType("navigation");
    if (delivery instanceof PerformanceNavigationTiming)
      this.#sight(told(), performance.timeOrigin + delivery.responseStart);
    this.#page = new Page(presses, volume(this.audio), signal);
    this.audio.addEventListener("pause", () => this.#paused(), { signal });
    const online = () => this.#step({ tag: "online", online: navigator.onLine });
    window.addEventListener("online", online, { signal });
    window.addEventListener("offline", online, { signal });
    const visible = () => this.#step({ tag: "visible", visible: !document.hidden });
    document.addEventListener("visibilitychange", visible, { signal });
    const timer = setInterval(() => this.#step({ tag: "tick" }), 250);
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
    // Where it is the best way it must be there before the press, or the browser will not play.
    if (this.#state.way !== "push") void fallback();
    this.#show();
  }

  stats(): Stats {
    const state = this.#state;
    return {
      parts: 0,
      holes: 0,
      reconnects: 0,
      buffered: 0,
      ...this.#running?.player?.stats(),
      mode: state.way,
      flow: state.flow,
      state: state.unknown ? "unknown" : (state.room?.state ?? null),
      latency: this.#latency(),
    };
  }

  #step(input: Input): void {
    const [state, effects] = next(this.#state, input, Date.now());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    this.#show();
  }

  #perform(effect: Effect): void {
    switch (effect.tag) {
      case "play":
        this.#running = this.#play(effect.way, new AbortController());
        break;
      case "stop":
        this.#running?.abort.abort();
        this.#running = null;
        break;
      case "ask":
        void this.#ask();
        break;
    }
  }

  #play(way: Way, abort: AbortController): Running {
    const { signal } = abort;
    const flowed = (flow: Flow) => this.#step({ tag: "flowed", flow });
    const running: Running = { abort, player: null, fallback: null };
    if (way === "push") {
      const heard = (news: News) => this.#step({ tag: "heard", news });
      const came = (news: News) => this.#came(news);
      const told = { flowed, heard, came };
      running.player = new Player(this.audio, `/${this.room}/live.mp4`, told, signal);
    } else
      void fallback().then((made) => {
        if (!signal.aborted)
          running.fallback = new made.Fallback(this.audio, way, this.room, flowed, signal);
      });
    return running;
  }

  #sight(truth: Truth | "unknown" | null, at: Millis): void {
    if (truth !== null && truth !== "unknown" && truth.clock !== null)
      this.#sightings = sighted(this.#sightings, truth.clock, at);
  }

  #came(news: News): void {
    if (news.tag === "room" && news.room.asOf !== null)
      this.#sightings = sighted(this.#sightings, news.room.asOf, Date.now());
  }

  async #ask(): Promise<void> {
    try {
      const asked = Date.now();
      const signal = AbortSignal.timeout(8_000);
      const response = await fetch(`/${this.room}/state.json`, { signal, cache: "no-store" });
      const truth = truthOf(await response.text());
      this.#sight(truth, (asked + Date.now()) / 2);
      this.#step(truth === null ? { tag: "untold" } : { tag: "told", truth });
    } catch {
      this.#step({ tag: "untold" });
    }
  }

  #paused(): void {
    if (this.audio.paused && this.#running !== null) this.#step({ tag: "held" });
  }

  #turn(volume: number): void {
    this.audio.volume = volume;
    remember(VOLUME, String(volume));
  }

  #latency(): number | null {
    if (this.#running === null) return null;
    const { fallback } = this.#running;
    if (fallback !== null) return fallback.latency();
    return latency(this.#sightings, this.#state.epoch, this.audio.currentTime, Date.now());
  }

  #show(): void {
    const view = viewOf(this.#state, Date.now(), tell);
    this.#page.show(view, this.#details());
    this.#lockscreen(view);
  }

  #details(): Details {
    const stats = this.stats();
    const seconds = (value: number | null) => (value === null ? "–" : `${value.toFixed(1)} s`);
    const ways = { push: "pushed parts", native: "HLS", hls: "HLS", plain: "plain stream" };
    return [
      ["Behind the stage", seconds(stats.latency)],
      ["Ready to play", seconds(stats.buffered)],
      ["Comes by", ways[stats.mode]],
      ["Parts heard", String(stats.parts)],
      ["Parts missing", String(stats.holes)],
      ["Reconnected", String(stats.reconnects)],
    ];
  }
}

/** What this browser can do; `?way=hls` asks for one, to look for trouble. */
function ways(audio: HTMLAudioElement): readonly [Way, ...Way[]] {
  const asked = new URLSearchParams(location.search).get("way");
  const push = canPush();
  const native = audio.canPlayType("application/vnd.apple.mpegurl") !== "";
  const all: Way[] = push ? ["push"] : [];
  if (native) all.push("native");
  if (push) all.push("hls");
  all.push("plain");
  const first = all.find((way) => way === asked) ?? all[0] ?? "plain";
  return [first, ...all.filter((way) => way !== first)];
}

/** Few browsers need it: it comes when it is wanted. */
function fallback(): Promise<typeof import("./fallback")> {
  return import("./fallback");
}

/** What the page was delivered with. */
function told(): Truth | "unknown" | null {
  return truthOf(document.getElementById("state")?.textContent ?? "");
}

/** The volume of the last visit; null where the device has buttons for it and does not let us. */
function volume(audio: HTMLAudioElement): number | null {
  audio.volume = 0.5;
  const ours = audio.volume === 0.5;
  const kept = Number(recall(VOLUME) ?? 1);
  audio.volume = kept >= 0 && kept <= 1 ? kept : 1;
  return ours ? audio.volume : null;
}

/** Storage may be forbidden; then nothing is remembered. */
function remember(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    return;
  }
}

function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

const visit = new Visit(new AbortController().signal);
window.fullhouse = { audio: visit.audio, stats: () => visit.stats() };
