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
/** Where the network may have changed, a stream that has said nothing for so long is doubtful. */
const DOUBTFUL_AFTER: Millis = 1_500;

/** Why the house has nothing for this person: asking again does not help. */
export type Shut = "wrong-key" | "no-room";

export function refusing({ status, code }: Answer): Shut | null {
  if (code === "") return null; // a proxy's word, not the house's
  if (status === 401 || status === 403) return "wrong-key";
  return status === 404 || code === "bad_slug" ? "no-room" : null;
}

export class House {
  readonly #rooms: string;
  #heardAt: Millis = 0;
  #cut: () => void = () => undefined;
  #wake: () => void = () => undefined;
  #rests = false;

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

  /** Where anybody may read what the house lists for all. */
  address(what: string): string {
    return new URL(`${this.#rooms}/${what}`, location.href).href;
  }

  /** Gives the room a hold of its own. `sent` is told how much of it has gone out, 0 to 1. */
  hold(file: File, sent: (share: number) => void): Promise<Answer> {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest(); // fetch does not say how far it is
      request.open("PUT", `${this.#rooms}/hold`);
      for (const [name, text] of Object.entries(bearer(this.key))) request.setRequestHeader(name, text);
      request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
      request.timeout = UPLOADS_WITHIN;
      const { signal } = this;
      const moves = (event: ProgressEvent) => sent(event.loaded / Math.max(1, event.total));
      request.upload.addEventListener("progress", moves, { signal });
      const over = () => resolve(answer(request.status, request.responseText));
      request.addEventListener("loadend", over, { signal });
      request.send(file);
    });
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

  /** One has been let go: nothing is asked for any more. */
  rest(): void {
    this.#rests = true;
    this.#cut();
    this.#wake();
  }

  #ask(method: string, path: string, body?: object): Promise<Answer> {
    return asked(this.#rooms + path, method, this.key, body);
  }

  /**
   * Tells every event of the room, for ever; `lost` each time the stream breaks. Who is refused
   * asks again only when they come back to the page.
   */
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
      if (this.#rests) return;
      lost(why);
      misses += 1;
      const [chance, after] = roll(luck);
      luck = after;
      const { status, code } = why;
      await this.#pause(refusing(why) === null ? patience(misses, status, code, chance) : null);
    }
  }

  /** No time: until something wakes it. */
  #pause(time: Millis | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = time === null ? undefined : setTimeout(resolve, time);
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

/** Asks as what one would come in by a secret, or as whoever is signed in. */
export function welcome(slug: string, secret: string): Promise<Answer> {
  return asked(`/api/rooms/${encodeURIComponent(slug)}/enter`, "GET", secret);
}

/** Makes a member of whoever brings a secret, or is signed in. */
export function enter(slug: string, secret: string, name: string): Promise<Answer> {
  return asked(`/api/rooms/${encodeURIComponent(slug)}/enter`, "POST", secret, { name });
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
