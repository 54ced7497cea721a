/**
 * A shell: the studio. Carries inputs to `state`, does what comes back, shows `words`.
 *
 * The link is /studio/{slug}#{key}: the key stays in the browser and goes out in headers only.
 * `window.studio.stats()` is for operators and tests.
 */

import { seed } from "../stream/chance";
import { pulse } from "../stream/pulse";
import { defineLevelMeter } from "../view/level-meter";
import { House, type Answer } from "./house";
import { lasting, passing, recall, remember } from "./memory";
import { isAllowed, Microphone, microphones } from "./microphone";
import { Monitor } from "./monitor";
import { listenersOf, openedOf, roomOf, stageOf } from "./news";
import { Page } from "./page";
import { entering, isMuted, next, type Effect, type Input, type Verb } from "./state";
import { Session } from "./whip";
import { tell } from "../view/tell";
import { confirmation, soundcheck, viewOf, type Heard } from "./words";

declare global {
  interface Window {
    studio: { stats(): Readonly<Record<string, unknown>> };
  }
}

const SILENT: Heard = {
  flow: "stopped",
  playing: null,
  names: [],
  level: -100,
  measured: false,
  behind: null,
};

class Studio {
  readonly slug = decodeURIComponent(location.pathname.split("/")[2] ?? "");
  readonly key = location.hash.slice(1);
  readonly #house: House;
  readonly #page: Page;
  readonly #microphone = new Microphone(() =>
    this.#step({ tag: "no-microphone", trouble: "gone" }),
  );
  readonly #sessions = new Map<number, Session>();
  #monitor: Monitor | null = null;
  #state = entering(recall(passing, `seat-${this.slug}`), seed());
  #loudest = -100;

  constructor(readonly signal: AbortSignal) {
    this.#house = new House(this.slug, this.key, signal);
    this.#page = new Page(
      {
        join: (leaves) => this.#step({ tag: leaves ? "leave" : "join" }),
        mute: () => this.#step({ tag: "mute" }),
        muteSeat: (seat, muted) => this.#step({ tag: "mute-seat", seat, muted }),
        verb: (verb) => this.#step({ tag: "verb", verb }),
        tryMicrophone: () => void this.#take(recall(lasting, "microphone")),
        microphone: (device) => void this.#take(device),
        name: (name) => remember(lasting, "name", name),
        ending: () => confirmation(this.#state.listeners),
      },
      signal,
    );
    this.#page.name = recall(lasting, "name");
    this.#page.showMicrophones([], "");
    for (const press of ["pointerdown", "keydown"])
      document.addEventListener(press, () => this.#wake(), { signal, capture: true });
    window.addEventListener("pagehide", () => this.#step({ tag: "away" }), { signal });
    window.addEventListener("hashchange", () => location.reload(), { signal });
    pulse(250, () => this.#step({ tag: "tick" }), signal);
    const timer = setInterval(() => this.#meters(), 80);
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
    void this.#follow();
    void this.#greet();
  }

  stats(): Readonly<Record<string, unknown>> {
    const { me, seat, house, room, stage, listeners } = this.#state;
    return {
      me: me.tag,
      connected: me.tag === "on" && me.lostAt === null,
      seat,
      muted: isMuted(this.#state),
      house,
      state: room?.state ?? null,
      instance: stage?.instance ?? null,
      seats: stage?.seats.length ?? 0,
      listeners,
      attempts: this.#state.attempts,
      level: this.#microphone.level(),
      monitor: this.#monitor?.stats() ?? null,
    };
  }

  #step(input: Input): void {
    const [state, effects] = next(this.#state, input, performance.now());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    if (state.edge !== "") this.#monitor ??= new Monitor(`${state.edge}/${this.slug}`, this.signal);
    this.#show();
  }

  #perform(effect: Effect): void {
    switch (effect.tag) {
      case "take-microphone":
        void this.#take(recall(lasting, "microphone"));
        break;
      case "session":
        void this.#speak(effect.attempt, effect.seat);
        break;
      case "drop":
        this.#sessions.get(effect.attempt)?.close();
        this.#sessions.delete(effect.attempt);
        break;
      case "sound":
        this.#microphone.turn(effect.on);
        break;
      case "tell-mute":
        void this.#tellMute(effect.seat, effect.muted);
        break;
      case "verb":
        void this.#command(effect.verb);
        break;
    }
  }

  /** Shows the level at once where the browser does not have to ask for it. */
  async #greet(): Promise<void> {
    if (await isAllowed()) await this.#take(recall(lasting, "microphone"));
  }

  async #follow(): Promise<void> {
    await this.#house.follow(
      (event, data) => this.#hear(event, data),
      (why) => this.#step({ tag: "house", house: lost(why) }),
    );
  }

  #hear(event: string, data: string): void {
    if (event === "room") {
      const room = roomOf(data);
      if (room !== null) this.#step({ tag: "room", room });
      // The links come with the whole answer only; it is asked for until it has been had.
      if (this.#state.listen === "") void this.#open();
    } else if (event === "stage") {
      const stage = stageOf(data);
      if (stage !== null) this.#step({ tag: "stage", stage });
    } else if (event === "listeners") {
      const listeners = listenersOf(data);
      if (listeners !== null) this.#step({ tag: "listeners", listeners });
    }
  }

  async #open(): Promise<void> {
    const opened = openedOf((await this.#house.room()).json);
    if (opened !== null) this.#step({ tag: "opened", opened });
  }

  async #take(device: string): Promise<void> {
    const trouble = await this.#microphone.take(device);
    if (trouble !== null) return this.#step({ tag: "no-microphone", trouble });
    const chosen = this.#microphone.device;
    remember(lasting, "microphone", chosen);
    this.#page.showMicrophones(await microphones(), chosen);
    const { track } = this.#microphone;
    if (track !== null) for (const session of this.#sessions.values()) void session.replace(track);
    this.#step({ tag: "microphone" });
  }

  async #speak(attempt: number, seat: string): Promise<void> {
    const { track } = this.#microphone;
    if (track === null) return this.#step({ tag: "no-microphone", trouble: "gone" });
    const { slug, key } = this;
    const offer = { address: `/whip/${slug}`, key, name: this.#page.name, seat, track };
    const session = new Session(offer, (state) => {
      if (state === "failed" || state === "closed") this.#step({ tag: "failed", attempt });
      else this.#step({ tag: "connection", attempt, connected: state === "connected" });
    });
    this.#sessions.set(attempt, session);
    const outcome = await session.open();
    if (outcome.tag === "refused") return this.#step({ ...outcome, tag: "not-joined", attempt });
    remember(passing, `seat-${slug}`, outcome.seat);
    this.#step({ tag: "joined", attempt, seat: outcome.seat });
    this.#step({ tag: "connection", attempt, connected: session.connected });
  }

  async #tellMute(seat: string, muted: boolean): Promise<void> {
    const { status } = await this.#house.mute(seat, muted);
    this.#step({ tag: "told-mute", muted, done: status === 200 });
  }

  async #command(verb: Verb): Promise<void> {
    const { status, code, message } = await this.#house.command(verb);
    if (status !== 200) this.#step({ tag: "verb-refused", code, message });
  }

  #wake(): void {
    this.#monitor?.wake();
    this.#microphone.wake();
  }

  #heard(): Heard {
    return this.#monitor?.heard() ?? SILENT;
  }

  #show(): void {
    this.#page.show(viewOf(this.#state, this.#heard(), tell));
  }

  #meters(): void {
    const level = this.#microphone.level();
    // Falls by 15 dB a second: between two words it is still the loudness of the voice.
    this.#loudest = Math.max(level, this.#loudest - 1.2);
    const open = this.#state.microphone;
    this.#page.showLevel(level, open ? soundcheck(this.#loudest, isMuted(this.#state)) : "", open);
  }
}

function lost(why: Answer): "away" | "wrong-key" | "no-room" {
  if (why.status === 401 || why.status === 403) return "wrong-key";
  return why.status === 404 ? "no-room" : "away";
}

defineLevelMeter();
const studio = new Studio(new AbortController().signal);
window.studio = { stats: () => studio.stats() };
