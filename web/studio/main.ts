/**
 * A shell: the studio. Carries inputs to `state`, does what comes back, shows `words`.
 *
 * The link is /studio/{slug}#{key}: the key stays in the browser and goes out in headers only.
 * `window.studio.stats()` is for operators and tests.
 */

import { seed } from "../stream/chance";
import { pulse } from "../stream/pulse";
import { defineLevelMeter } from "../view/level-meter";
import { tell } from "../view/tell";
import { loudness, own } from "./connection";
import { Gear, type Shown } from "./gear";
import { House, type Answer } from "./house";
import { lasting, passing, recall, remember } from "./memory";
import { Monitor } from "./monitor";
import { listenersOf, openedOf, qualityOf, roomOf, stageOf } from "./news";
import { flows } from "./others";
import { Page, type Presses } from "./page";
import { audio } from "./parts";
import { Sessions } from "./sessions";
import { entering, isMuted, next, type Effect, type Input, type Verb } from "./state";
import { confirmation, soundcheck, viewOf, type Heard } from "./words";

declare global {
  interface Window {
    studio: { stats(): Readonly<Record<string, unknown>>; audio: HTMLAudioElement };
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
  readonly audio = audio("return");
  readonly #house: House;
  readonly #page: Page;
  readonly #gear: Gear;
  readonly #sessions: Sessions;
  #monitor: Monitor | null = null;
  #state = entering(
    recall(passing, `seat-${this.slug}`),
    seed(),
    recall(lasting, "music") === "on",
  );
  #loudest = -100;

  constructor(readonly signal: AbortSignal) {
    const step = (input: Input) => this.#step(input);
    this.#house = new House(this.slug, this.key, signal);
    this.#page = new Page(this.#presses(), signal);
    this.#page.name = recall(lasting, "name");
    const relayOnly = new URLSearchParams(location.search).has("relay");
    this.#sessions = new Sessions({ slug: this.slug, key: this.key, relayOnly }, step, (stream) => {
      if (stream === null) this.#gear.output.stop();
      else void this.#gear.output.play(stream);
    });
    const track = (sent: MediaStreamTrack) => this.#sessions.replace(sent);
    const show = (shown: Shown) => this.#page.showGear(shown);
    this.#gear = new Gear(this.audio, { step, track, show }, signal);
    this.#watch(signal);
    void this.#follow();
    void this.#sessions.askRelays();
  }

  #presses(): Presses {
    return {
      join: (leaves) => this.#step({ tag: leaves ? "leave" : "join" }),
      mute: () => this.#step({ tag: "mute" }),
      muteSeat: (seat, muted) => this.#step({ tag: "mute-seat", seat, muted }),
      gain: (seat, db) => this.#step({ tag: "gain", seat, db }),
      verb: (verb) => this.#step({ tag: "verb", verb }),
      tryMicrophone: () => void this.#gear.take(),
      microphone: (device) => void this.#gear.chooseMicrophone(device),
      music: (on) => this.#step({ tag: "music", on }),
      output: (device) => void this.#gear.chooseOutput(device),
      askForOutput: () => void this.#gear.askForOutput(),
      testOutput: () => this.#gear.output.test(),
      name: (name) => remember(lasting, "name", name),
      ending: () => confirmation(this.#state.listeners),
    };
  }

  #watch(signal: AbortSignal): void {
    for (const press of ["pointerdown", "keydown", "click"])
      document.addEventListener(press, () => this.#wake(), { signal, capture: true });
    window.addEventListener("pagehide", () => this.#step({ tag: "away" }), { signal });
    window.addEventListener("hashchange", () => location.reload(), { signal });
    const network = () => this.#step({ tag: "network", online: navigator.onLine });
    for (const change of ["online", "offline"])
      window.addEventListener(change, network, { signal });
    document.addEventListener("visibilitychange", () => this.#house.hurry(), { signal });
    watchNetwork(network, signal);
    pulse(250, () => void this.#beat(), signal);
    const timer = setInterval(() => this.#meters(), 80);
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  }

  stats(): Readonly<Record<string, unknown>> {
    const { me, back, seat, house, room, stage, listeners } = this.#state;
    const { others } = back;
    return {
      me: me.tag,
      connected: me.tag === "on" && me.lostAt === null,
      hearing: flows(back, performance.now()),
      returnPackets: others.tag === "on" ? others.packets : 0,
      reconnects: this.#state.reconnects,
      connectionWord: own(this.#state).words,
      connectionLevel: own(this.#state).level,
      blocked: this.#state.blocked,
      outputs: this.#gear.outputs.map(({ label }) => label),
      output: this.#gear.output.sink,
      music: this.#state.music,
      seat,
      muted: isMuted(this.#state),
      house,
      state: room?.state ?? null,
      instance: stage?.instance ?? null,
      seats: stage?.seats.length ?? 0,
      listeners,
      attempts: this.#state.attempts,
      returns: back.attempt,
      level: this.#gear.microphone.level(),
      monitor: this.#monitor?.stats() ?? null,
    };
  }

  async #beat(): Promise<void> {
    await this.#sessions.count();
    this.#step({ tag: "tick" });
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
        void this.#gear.take();
        break;
      case "session":
        this.#speak(effect);
        break;
      case "drop":
        this.#sessions.drop(effect.attempt, effect.leaves);
        break;
      case "hear":
        remember(passing, `seat-${this.slug}`, effect.seat);
        void this.#sessions.hear(effect.attempt, effect.seat, this.#state);
        break;
      case "unhear":
        this.#sessions.unhear(effect.attempt, effect.leaves);
        break;
      case "hurry":
        this.#house.hurry();
        break;
      case "sound":
        this.#gear.microphone.turn(effect.on);
        break;
      case "music":
        this.#sessions.spend(effect.on);
        void this.#gear.setMusic(effect.on);
        break;
      case "tell-mute":
        void this.#tellMute(effect.seat, effect.muted);
        break;
      case "tell-gain":
        void this.#tellGain(effect.seat, effect.db);
        break;
      case "verb":
        void this.#command(effect.verb);
        break;
    }
  }

  async #follow(): Promise<void> {
    await this.#house.follow(
      (event, data) => this.#hear(event, data),
      (why) => this.#step({ tag: "house", house: lost(why) }),
    );
  }

  #hear(event: string, data: string): void {
    const input = newsOf(event, data);
    if (input !== null) this.#step(input);
    // The links come with the whole answer only; it is asked for until it has been had.
    if (event === "room" && this.#state.listen === "") void this.#open();
  }

  async #open(): Promise<void> {
    const opened = openedOf((await this.#house.room()).json);
    if (opened !== null) this.#step({ tag: "opened", opened });
  }

  #speak(effect: Extract<Effect, { readonly tag: "session" }>): void {
    const { track } = this.#gear.microphone;
    if (track === null) return this.#step({ tag: "no-microphone", trouble: "gone" });
    void this.#sessions.speak(effect, this.#state, track, this.#page.name);
  }

  async #tellMute(seat: string, muted: boolean): Promise<void> {
    const { status } = await this.#house.mute(seat, muted);
    this.#step({ tag: "told-mute", muted, done: status === 200 });
  }

  async #tellGain(seat: string, db: number): Promise<void> {
    const { status, code, message } = await this.#house.gain(seat, db);
    if (status !== 200) this.#step({ tag: "verb-refused", code, message });
  }

  async #command(verb: Verb): Promise<void> {
    const { status, code, message } = await this.#house.command(verb);
    if (status !== 200) this.#step({ tag: "verb-refused", code, message });
  }

  #wake(): void {
    this.#monitor?.wake();
    this.#gear.microphone.wake();
    void this.#gear.output.wake();
  }

  #heard(): Heard {
    return this.#monitor?.heard() ?? SILENT;
  }

  #show(): void {
    this.#page.show(viewOf(this.#state, this.#heard(), tell));
  }

  #meters(): void {
    const level = this.#gear.microphone.level();
    // Falls by 15 dB a second: between two words it is still the loudness of the voice.
    this.#loudest = Math.max(level, this.#loudest - 1.2);
    const state = this.#state;
    const there = state.me.tag === "on" ? loudness(state.speakers.get(state.seat)) : "";
    const words = state.microphone ? soundcheck(this.#loudest, isMuted(state), there) : "";
    this.#page.showLevel(level, words, state.microphone);
  }
}

/** Returns what an event of the house's says, null for what this page does not know. */
function newsOf(event: string, data: string): Input | null {
  switch (event) {
    case "room": {
      const room = roomOf(data);
      return room && { tag: "room", room };
    }
    case "stage": {
      const stage = stageOf(data);
      return stage && { tag: "stage", stage };
    }
    case "quality": {
      const speakers = qualityOf(data);
      return speakers && { tag: "quality", speakers };
    }
    case "listeners": {
      const listeners = listenersOf(data);
      return listeners === null ? null : { tag: "listeners", listeners };
    }
    default:
      return null;
  }
}

/** Tells when the device goes from one kind of network to another, where the browser says so. */
function watchNetwork(changed: () => void, signal: AbortSignal): void {
  const { connection } = navigator as { readonly connection?: EventTarget & { type?: string } };
  let kind = connection?.type;
  const look = () => {
    if (connection?.type === kind) return;
    kind = connection?.type;
    changed();
  };
  connection?.addEventListener("change", look, { signal });
}

function lost(why: Answer): "away" | "wrong-key" | "no-room" {
  if (why.status === 401 || why.status === 403) return "wrong-key";
  return why.status === 404 ? "no-room" : "away";
}

defineLevelMeter();
const studio = new Studio(new AbortController().signal);
window.studio = { stats: () => studio.stats(), audio: studio.audio };
