/**
 * A shell: a listener on stage, in the same page: microphone, WHIP, WHEP and the house's events,
 * as `onstage` says. The stream goes on, unheard, so that it is there at once when they are back.
 */

import type { Millis } from "../stream/backoff";
import { seed } from "../stream/chance";
import { objectOf, textOf } from "../stream/news";
import { pulse } from "../stream/pulse";
import { House } from "../studio/house";
import { Microphone } from "../studio/microphone";
import { askRelays, type Door } from "../studio/peering";
import type { Relay } from "../studio/reach";
import { Hearing } from "../studio/whep";
import { Speaking } from "../studio/whip";
import { entered, next, type Effect, type Input, type OnStage } from "./onstage";

const ANSWERS_WITHIN: Millis = 5_000;

/** What the house gave to who accepted. */
export interface Entry {
  readonly house: string;
  readonly room: string;
  readonly seat: string;
  readonly name: string;
  readonly token: string;
  readonly near: boolean;
}

export interface Told {
  /** How it stands now. */
  readonly shown: (state: OnStage) => void;
  /** They are among the listeners again; `why` is the host's notice, empty: their own wish. */
  readonly ended: (why: string) => void;
}

export class Stage {
  #state: OnStage;
  readonly #abort = new AbortController();
  readonly #house: House;
  readonly #others = new Audio();
  readonly #microphone = new Microphone(() =>
    this.step({ tag: "no-microphone", trouble: "gone" }),
  );
  #sessions: readonly (Speaking | Hearing)[] = [];
  #relays: readonly Relay[] = [];

  constructor(
    readonly entry: Entry,
    readonly stream: HTMLAudioElement,
    readonly told: Told,
    signal: AbortSignal,
  ) {
    const { signal: ours } = this.#abort;
    signal.addEventListener("abort", () => this.#abort.abort(), { once: true, signal: ours });
    this.#house = new House(entry.room, entry.token, ours, entry.house);
    const [state, effects] = entered(entry.seat, entry.near, seed());
    this.#state = state;
    pulse(250, () => this.step({ tag: "tick" }), ours);
    const online = () => this.#house.hurry();
    window.addEventListener("online", online, { signal: ours });
    for (const effect of effects) this.#perform(effect);
    void this.#follow();
    told.shown(state);
  }

  /** For tests and operators. */
  get state(): OnStage {
    return this.#state;
  }

  step(input: Input): void {
    const [state, effects] = next(this.#state, input, performance.now());
    if (state !== this.#state) this.told.shown(state);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.tag) {
      case "take":
        void this.#take();
        break;
      case "join":
        void this.#join();
        break;
      case "close":
        this.#close(effect.leaves);
        break;
      case "turn":
        this.#microphone.turn(effect.on);
        break;
      case "mute":
        void this.#mute(effect.on);
        break;
      case "end":
        this.#microphone.release();
        this.#abort.abort();
        this.told.ended(effect.why);
        break;
    }
  }

  async #take(): Promise<void> {
    const trouble = await this.#microphone.take("", false);
    if (this.#abort.signal.aborted) return this.#microphone.release();
    this.step(trouble === null ? { tag: "microphone" } : { tag: "no-microphone", trouble });
  }

  async #join(): Promise<void> {
    const { near, name } = this.entry;
    if (this.#relays.length === 0)
      this.#relays = await askRelays(this.#address("whep"), this.entry.token);
    const failed = () => this.step({ tag: "failed" });
    const { track } = this.#microphone;
    if (!near && track === null) return;
    const hearing = new Hearing(this.#door("whep", { "Fullhouse-Seat": this.entry.seat }), failed);
    const sessions: (Speaking | Hearing)[] = [hearing];
    if (track !== null) {
      const door = this.#door("whip", { "Fullhouse-Name": encodeURIComponent(name) });
      const speaking = new Speaking(door, track, (state) => {
        if (state === "failed" || state === "closed") failed();
      });
      sessions.unshift(speaking);
    }
    this.#close(false);
    this.#sessions = sessions;
    // Whoever comes on stage starts it, should it be empty: only then there is something to hear.
    for (const session of sessions) {
      const outcome = await session.open(false);
      if (this.#sessions !== sessions) return;
      if (outcome.tag === "refused") return this.step(outcome);
    }
    await this.#hear(hearing);
    this.step({ tag: "joined" });
  }

  /** The others are heard by the return, so the stream, which has one's own voice, is not. */
  async #hear(hearing: Hearing): Promise<void> {
    this.#others.srcObject = hearing.stream;
    this.#others.volume = this.stream.volume;
    try {
      await this.#others.play();
      this.stream.muted = true;
    } catch {
      // A browser that plays nothing here leaves the stream as it is: better late than nothing.
    }
  }

  #close(leaves: boolean): void {
    for (const session of this.#sessions) session.close(leaves);
    this.#sessions = [];
    this.#others.pause();
    this.#others.srcObject = null;
    this.stream.muted = false;
  }

  async #mute(on: boolean): Promise<void> {
    const { status } = await this.#house.mute(this.entry.seat, on);
    if (status !== 200) this.step({ tag: "unheard" });
  }

  async #follow(): Promise<void> {
    await this.#house.follow(
      (event, data) => {
        const json = objectOf(data);
        if (event === "room") {
          const muted = Array.isArray(json?.["muted"]) ? json["muted"].map(textOf) : [];
          this.step({ tag: "room", muted, over: json?.["state"] === "ended" });
        } else if (event === "notice")
          this.step({ tag: "notice", notice: textOf(json?.["notice"]) });
      },
      ({ status }) => {
        if (status === 401 || status === 403) this.step({ tag: "gone" });
      },
    );
  }

  #address(endpoint: "whip" | "whep"): string {
    return `${this.entry.house}/${endpoint}/${this.entry.room}`;
  }

  #door(endpoint: "whip" | "whep", headers: Readonly<Record<string, string>>): Door {
    return {
      address: this.#address(endpoint),
      key: this.entry.token,
      headers,
      servers: this.#relays,
      relayOnly: false,
      within: ANSWERS_WITHIN,
    };
  }
}
