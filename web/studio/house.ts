/** A shell: the house's interface over HTTP, with this studio's key in the header of each request. */

import { roll, type Millis } from "../stream/backoff";
import { seed } from "../stream/chance";
import { objectOf, textOf } from "../stream/news";
import { requestOf, type Order } from "./orders";
import { patience } from "./patience";
import { feed } from "./sse";

/** What the house answered; status 0 where it did not. */
export interface Answer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>> | null;
  readonly code: string;
  readonly message: string;
}

/** An event stream brings a comment every 5 s: one that is still longer has died unnoticed. */
const DEAF_AFTER: Millis = 8_000;
/** A dead network leaves requests hanging: what is not answered by then is asked anew. */
const ANSWERS_WITHIN: Millis = 4_000;
/** A file of music may be large, and the line slow. */
const UPLOADS_WITHIN: Millis = 300_000;
/** Begins the secret of an invitation, which opens nothing but the door. */
const INVITATION = "fhi_";
/** Where the network may have changed, a stream that has said nothing for so long is doubtful. */
const DOUBTFUL_AFTER: Millis = 1_500;

export class House {
  readonly #rooms: string;
  #heardAt: Millis = 0;
  #cut: () => void = () => undefined;
  #wake: () => void = () => undefined;

  constructor(
    slug: string,
    readonly key: string,
    readonly signal: AbortSignal,
    origin = "",
  ) {
    this.#rooms = `${origin}/api/rooms/${encodeURIComponent(slug)}`;
  }

  room(): Promise<Answer> {
    return this.#ask("GET", "");
  }

  order(order: Order): Promise<Answer> {
    const { method, path, body } = requestOf(order);
    return this.#ask(method, path, body);
  }

  /** Returns what the house lists of something: `invitations`, `bans`, `reports`. */
  list(what: string): Promise<Answer> {
    return this.#ask("GET", `/${what}`);
  }

  /** Gives the room a hold of its own. */
  async hold(file: File): Promise<Answer> {
    const headers = new Headers(bearer(this.key));
    headers.set("Content-Type", file.type || "application/octet-stream");
    const signal = AbortSignal.timeout(UPLOADS_WITHIN);
    return ask(`${this.#rooms}/hold`, { method: "PUT", headers, body: file, signal });
  }

  mute(seat: string, muted: boolean): Promise<Answer> {
    return this.#ask("POST", `/seats/${encodeURIComponent(seat)}/mute`, { muted });
  }

  /** Turns a seat up or down. */
  gain(seat: string, db: number): Promise<Answer> {
    return this.#ask("POST", `/seats/${encodeURIComponent(seat)}/gain`, { gain_db: db });
  }

  /** The network may have changed: does not wait for what has gone still. */
  hurry(): void {
    if (performance.now() - this.#heardAt > DOUBTFUL_AFTER) this.#cut();
    this.#wake();
  }

  #ask(method: string, path: string, body?: object): Promise<Answer> {
    return asked(this.#rooms + path, method, this.key, body);
  }

  /** Tells every event of the room, for ever; `lost` each time the stream breaks. */
  async follow(
    told: (event: string, data: string) => void,
    lost: (why: Answer) => void,
  ): Promise<void> {
    let misses = 0;
    let luck = seed();
    while (!this.signal.aborted) {
      const why = await this.#listen((event, data) => {
        misses = 0;
        told(event, data);
      });
      lost(why);
      misses += 1;
      const [chance, after] = roll(luck);
      luck = after;
      await this.#pause(patience(misses, why.status, why.code, chance));
    }
  }

  #pause(time: Millis): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, time);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #listen(told: (event: string, data: string) => void): Promise<Answer> {
    const abort = new AbortController();
    const stop = () => abort.abort();
    this.signal.addEventListener("abort", stop, { once: true, signal: abort.signal });
    let alarm = setTimeout(stop, ANSWERS_WITHIN);
    this.#heardAt = performance.now();
    this.#cut = stop;
    try {
      const headers = { ...bearer(this.key), Accept: "text/event-stream" };
      const response = await fetch(`${this.#rooms}/events`, { headers, signal: abort.signal });
      if (!response.ok || response.body === null)
        return answer(response.status, await response.text());
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      clearTimeout(alarm);
      alarm = setTimeout(stop, DEAF_AFTER);
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return answer(0, "");
        this.#heardAt = performance.now();
        clearTimeout(alarm);
        alarm = setTimeout(stop, DEAF_AFTER);
        const [left, events] = feed(rest, value);
        rest = left;
        for (const event of events) told(event.event, event.data);
      }
    } catch {
      return answer(0, "");
    } finally {
      clearTimeout(alarm);
      stop();
    }
  }
}

/** Asks whether a secret opens a room at all; null: it does, or only entering will tell. */
export async function knock(slug: string, secret: string): Promise<Answer | null> {
  if (secret.startsWith(INVITATION)) return null;
  const said = await asked(`/api/rooms/${encodeURIComponent(slug)}`, "GET", secret);
  return [401, 403, 404].includes(said.status) ? said : null;
}

/** Makes a member of whoever brings a secret, or is signed in. */
export function enter(slug: string, secret: string, name: string): Promise<Answer> {
  return asked(`/api/rooms/${encodeURIComponent(slug)}/enter`, "POST", secret, { name });
}

/** Returns the name of whoever is signed in in this browser; empty: nobody is. */
export async function accountName(): Promise<string> {
  return textOf((await asked("/api/account", "GET", "")).json?.["name"]);
}

function asked(address: string, method: string, key: string, body?: object): Promise<Answer> {
  const headers = new Headers(bearer(key));
  if (body !== undefined) headers.set("Content-Type", "application/json");
  return ask(address, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWERS_WITHIN),
  });
}

async function ask(address: string, request: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(address, request);
    return answer(response.status, await response.text());
  } catch {
    return answer(0, "");
  }
}

/** Without a key the browser's cookie says who is signed in. */
function bearer(key: string): Record<string, string> {
  return key === "" ? {} : { Authorization: `Bearer ${key}` };
}

function answer(status: number, text: string): Answer {
  const json = objectOf(text);
  const code = textOf(json?.["code"]);
  return { status, json, code: status === 0 ? "house_away" : code, message: textOf(json?.["message"]) };
}
