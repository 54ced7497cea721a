/**
 * A shell: the hand on the listener's page, as a chunk of its own: carries inputs to `raising`,
 * does what comes back. What takes a microphone comes with the invitation, not before.
 */

import type { Millis } from "../stream/backoff";
import { seed } from "../stream/chance";
import { isObject, objectOf, textOf, type Room } from "../stream/news";
import { pulse } from "../stream/pulse";
import { hands } from "../words/en/hands";
import { language, SPOKEN } from "../words/kept";
import { reader, type Say } from "../words/reader";
import { Raiser, type Pressed } from "./raiser";
import { arrived, keepable, next, type Effect, type Input, type Kept, type Raising } from "./raising";
import type { Entry, Stage } from "./speaking";

/** The room's name, and the `key=` that opens it, or nothing. */
export interface Place {
  readonly room: string;
  readonly key: string;
}

export type HandSay = Say<typeof hands>;

const ANSWERS_WITHIN: Millis = 8_000;
const NAME = "fullhouse-name";

/** Puts the hand on the page; returns what takes in how the room stands. */
export async function raisable(
  audio: HTMLAudioElement,
  place: Place,
  signal: AbortSignal,
): Promise<(room: Room | null) => void> {
  const held = new Held(audio, place, await texts(), signal);
  await held.prepare();
  return (room) => held.take(room);
}

async function texts(): Promise<HandSay> {
  if (language() === "en") return reader<typeof hands>("en", hands);
  const { hands: indonesian } = await import("../words/id/hands");
  return reader<typeof hands>("id", indonesian);
}

class Held {
  #state: Raising;
  #hand = "";
  #stage: Stage | null = null;
  readonly #secret: string;
  #shown: Raiser;

  constructor(
    readonly audio: HTMLAudioElement,
    readonly place: Place,
    say: HandSay,
    readonly signal: AbortSignal,
  ) {
    const { secret, kept } = recalled(place.room);
    this.#secret = secret;
    this.#state = arrived(kept, seed());
    this.#shown = this.#raiser(say);
    const anew = () => void texts().then((other) => this.#speak(other));
    document.addEventListener(SPOKEN, anew, { signal });
    pulse(500, () => this.#step({ tag: "tick" }), signal);
  }

  #raiser(say: HandSay): Raiser {
    return new Raiser(say, (pressed) => this.#pressed(pressed), this.signal);
  }

  /** Says it all in another language; what was typed stays. */
  #speak(say: HandSay): void {
    const typed = this.#shown.drop();
    this.#shown = this.#raiser(say);
    this.#shown.show({ ...this.#state, name: typed || this.#state.name }, this.#stage?.state ?? null);
  }

  /** The hand is the first 64 bits of its secret's hash: it proves nothing, the secret does. */
  async prepare(): Promise<void> {
    if (!("subtle" in crypto)) return; // without https there is neither this nor a microphone
    const bytes = new TextEncoder().encode(this.#secret);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    this.#hand = [...hash.slice(0, 8)].map((each) => each.toString(16).padStart(2, "0")).join("");
  }

  take(room: Room | null): void {
    if (room === null || this.#hand === "") return;
    const { said, state } = room;
    const at = Array.isArray(said["invited"]) ? said["invited"].indexOf(this.#hand) : -1;
    const times: unknown = said["answer_within"];
    const seconds: unknown = Array.isArray(times) ? times[at] : null;
    const left = typeof seconds === "number" ? seconds * 1_000 : null;
    const open = said["hands_open"] !== false;
    const house = textOf(said["house"]);
    const air = state === "live" || state === "silent";
    this.#step({ tag: "room", invited: at >= 0, left, open, house, air, over: state === "ended" });
  }

  #pressed(pressed: Pressed): void {
    switch (pressed.tag) {
      case "raise":
      case "lower":
      case "accept":
      case "decline":
        return this.#step(pressed);
      case "stage":
        this.#stage?.step(pressed.input);
    }
  }

  #step(input: Input): void {
    const [state, effects] = next(this.#state, input, Date.now());
    const changed = state !== this.#state;
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    if (changed || input.tag === "room") this.#shown.show(this.#state, this.#stage?.state ?? null);
    const { stand, until } = this.#state;
    this.#shown.count(stand === "invited" ? until : null, Date.now());
  }

  #perform(effect: Effect): void {
    switch (effect.tag) {
      case "tell":
        void this.#tell(effect.up, effect.name);
        break;
      case "answer":
        void this.#answer(effect.accept);
        break;
      case "keep":
        remember(this.place.room, this.#secret, keepable(this.#state));
        break;
    }
  }

  async #tell(up: boolean, name: string): Promise<void> {
    const { room, key } = this.place;
    const answer = await post(`/${room}/hand?${key}`, { hand: this.#hand, name, up });
    const place = answer.json?.["place"];
    this.#step({ tag: "told", ...answer, place: typeof place === "number" ? place : null });
  }

  async #answer(accept: boolean): Promise<void> {
    const { house } = this.#state;
    const address = `${house}/api/rooms/${this.place.room}/hands/${this.#hand}/answer`;
    const answer = await post(address, { secret: this.#secret, accept });
    if (!accept) return;
    const { status, json } = answer;
    if (status !== 200 || json === null) return this.#step({ tag: "turned-away", ...answer });
    await this.#enter({
      house,
      room: this.place.room,
      seat: textOf(json["seat"]),
      name: textOf(json["name"]),
      token: textOf(json["token"]),
      near: json["role"] === "listener",
    });
  }

  async #enter(entry: Entry): Promise<void> {
    const made = await import("./speaking");
    const shown = () => this.#shown.show(this.#state, this.#stage?.state ?? null);
    const ended = (why: string) => {
      this.#stage = null;
      if (why === "") void this.#answer(false); // the seat is free for somebody else
      const known = why === "" || why === "over";
      this.#step({ tag: "left", trouble: known ? null : { code: why, message: "" } });
    };
    this.#stage = new made.Stage(entry, this.audio, { shown, ended }, this.signal);
    this.#step({ tag: "entered" });
  }
}

interface Answered {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>> | null;
  readonly code: string;
  readonly message: string;
  readonly retryAfter: Millis | null;
}

async function post(address: string, body: object): Promise<Answered> {
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWERS_WITHIN),
    });
    const json = objectOf(await response.text());
    return {
      status: response.status,
      json,
      code: textOf(json?.["code"]),
      message: textOf(json?.["message"]),
      retryAfter: Number(response.headers.get("Retry-After") ?? 0) * 1000 || null,
    };
  } catch {
    return { status: 0, json: null, code: "", message: "", retryAfter: null };
  }
}

/** What this browser keeps of the hand in a room; a new secret where it keeps nothing. */
function recalled(room: string): { readonly secret: string; readonly kept: Kept } {
  try {
    const json = objectOf(localStorage.getItem(`fullhouse-hand-${room}`) ?? "");
    const name = textOf(json?.["name"]) || (localStorage.getItem(NAME) ?? "");
    const secret = textOf(json?.["secret"]);
    const stand = json?.["stand"];
    if (isObject(json) && secret.length >= 20)
      return { secret, kept: { name, stand: stand === "up" || stand === "stage" ? stand : "down" } };
    return { secret: fresh(), kept: { name, stand: "down" } };
  } catch {
    return { secret: fresh(), kept: { name: "", stand: "down" } };
  }
}

function fresh(): string {
  return [...crypto.getRandomValues(new Uint8Array(18))]
    .map((each) => each.toString(16).padStart(2, "0"))
    .join("");
}

function remember(room: string, secret: string, kept: Kept): void {
  try {
    localStorage.setItem(`fullhouse-hand-${room}`, JSON.stringify({ secret, ...kept }));
    if (kept.name !== "") localStorage.setItem(NAME, kept.name);
  } catch {
    return;
  }
}

