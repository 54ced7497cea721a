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
import type * as afterwards from "./afterwards";
import type { Fallback } from "./fallback";
import { tell } from "../view/tell";
import { Page, VOLUME } from "./page";
import { arrived, next, type Effect, type Input, type Listening, type Way } from "./state";
import { viewOf, type View } from "./words";

export interface Stats {
  readonly mode: Way;
  readonly flow: string;
  readonly state: string | null;
  readonly parts: number;
  readonly holes: number;
  readonly reconnects: number;
  readonly buffered: number;
  /** Parts that come at once. */
  readonly cadence: number;
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
  /** Stands behind every address of a room that takes a key. */
  readonly key = /[?&](key=\w+)/.exec(location.search)?.[1] ?? "";
  readonly #page: Page;
  #afterwards: typeof afterwards | null = null;
  #furniture: afterwards.Furniture | null = null;
  #planned: ((view: View, state: Listening) => View) | null = null;
  #state: Listening;
  #sightings: Sightings = [];
  #running: Running | null = null;

  constructor(readonly signal: AbortSignal) {
    const truth = told();
    this.#state = arrived(ways(this.audio), truth, seed(), Date.now(), sparing());
    const [delivery] = performance.getEntriesByType("navigation");
    if (delivery instanceof PerformanceNavigationTiming)
      this.#sight(truth, performance.timeOrigin + delivery.responseStart);
    this.#page = new Page(() => this.#step({ tag: "pressed" }), signal);
    void this.#speak();
    try {
      this.audio.volume = Number(localStorage.getItem(VOLUME) ?? 1);
    } catch {
      // Storage is forbidden, or holds nonsense.
    }
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
      cadence: 1,
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
        this.#running = this.#play(effect, new AbortController());
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

  #play({ way, low }: Extract<Effect, { tag: "play" }>, abort: AbortController): Running {
    const { signal } = abort;
    const flowed = (flow: Flow) => {
      this.#step({ tag: "flowed", flow });
      if (flow === "playing") void this.#furnish();
    };
    const running: Running = { abort, player: null, fallback: null };
    if (way === "push") {
      const heard = (news: News) => this.#step({ tag: "heard", news });
      const came = (news: News) => this.#came(news);
      const told = { flowed, heard, came };
      running.player = new Player(this.audio, `/${this.room}?${this.key}`, low, told, signal);
    } else
      void fallback().then((made) => {
        if (!signal.aborted)
          running.fallback = new made.Fallback(this.audio, way, this.room, this.key, flowed, signal);
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
      const response = await fetch(`/${this.room}/state.json?${this.key}`, { signal, cache: "no-store" });
      // The room is by invitation now: the edge says so on the page itself.
      if (response.status === 403) return location.reload();
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

  #latency(): number | null {
    if (this.#running === null) return null;
    const { fallback } = this.#running;
    if (fallback !== null) return fallback.latency();
    return latency(this.#sightings, this.#state.epoch, this.audio.currentTime, Date.now());
  }

  #show(): void {
    const { room } = this.#state;
    if (room?.said["starts"]) void this.#plan();
    const plain = viewOf(this.#state, Date.now(), tell, this.#afterwards?.hearing);
    const view = this.#planned?.(plain, this.#state) ?? plain;
    this.#page.show(view);
    this.#furniture?.(view, this.stats(), room);
  }

  /** Few visitors need another language than the page's: it comes when one is wished. */
  async #speak(): Promise<void> {
    try {
      const wished = `${localStorage.getItem("fullhouse-language")},${navigator.languages.join()}`;
      if (/\bi[dn]\b/.test(wished)) this.#page.say = (await import("./tongue")).speaking();
    } catch {
      return;
    }
  }

  /** Brings what shows when it begins; without it the page says so in words alone. */
  async #plan(): Promise<void> {
    if (this.#planned !== null) return;
    this.#planned = (view) => view;
    try {
      this.#planned = await (await import("./soon")).planning(this, this.signal);
    } catch {
      return;
    }
  }

  /** Brings what nobody misses before there is sound; without it the sound goes on. */
  async #furnish(): Promise<void> {
    try {
      this.#afterwards = await import("./afterwards");
      const { furnish } = this.#afterwards;
      this.#furniture ??= furnish(
        this.audio,
        { room: this.room, key: this.key },
        (wish) => this.#step({ tag: "media", wish }),
        this.#page,
        this.signal,
      );
      this.#show();
    } catch {
      return;
    }
  }
}

interface Frugal {
  readonly connection?: { readonly saveData?: boolean };
}

/** The person has told the device to save data. */
function sparing(): boolean {
  return (navigator as Navigator & Frugal).connection?.saveData === true;
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

const visit = new Visit(new AbortController().signal);
window.fullhouse = { audio: visit.audio, stats: () => visit.stats() };
