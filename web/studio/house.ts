/** A shell: the house's interface over HTTP, with this studio's key in the header of each request. */

import { backoff, roll, type Millis } from "../stream/backoff";
import { seed } from "../stream/chance";
import { objectOf, textOf } from "../stream/news";
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
/** Where the network may have changed, a stream that has said nothing for so long is doubtful. */
const DOUBTFUL_AFTER: Millis = 1_500;
/** The longest pause between two attempts: the few who are in a studio are no crowd. */
const PAUSE: Millis = 2_000;

export class House {
  readonly #rooms: string;
  #heardAt: Millis = 0;
  #cut: () => void = () => undefined;
  #wake: () => void = () => undefined;

  constructor(
    slug: string,
    readonly key: string,
    readonly signal: AbortSignal,
  ) {
    this.#rooms = `/api/rooms/${encodeURIComponent(slug)}`;
  }

  room(): Promise<Answer> {
    return this.#ask("GET", "");
  }

  command(verb: string): Promise<Answer> {
    return this.#ask("POST", `/${verb}`);
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

  async #ask(method: string, path: string, body?: object): Promise<Answer> {
    const headers = new Headers({ Authorization: `Bearer ${this.key}` });
    if (body !== undefined) headers.set("Content-Type", "application/json");
    try {
      const response = await fetch(this.#rooms + path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWERS_WITHIN),
      });
      return answer(response.status, await response.text());
    } catch {
      return answer(0, "");
    }
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
      await this.#pause(Math.min(PAUSE, backoff(misses, chance)));
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
      const headers = { Authorization: `Bearer ${this.key}`, Accept: "text/event-stream" };
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

function answer(status: number, text: string): Answer {
  const json = objectOf(text);
  const code = textOf(json?.["code"]);
  const away = status === 0 ? "The house does not answer. Please try again." : "";
  return { status, json, code, message: textOf(json?.["message"]) || away };
}
