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
const DEAF_AFTER: Millis = 12_000;

export class House {
  readonly #rooms: string;

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

  async #ask(method: string, path: string, body?: object): Promise<Answer> {
    const headers = new Headers({ Authorization: `Bearer ${this.key}` });
    if (body !== undefined) headers.set("Content-Type", "application/json");
    try {
      const response = await fetch(this.#rooms + path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(8_000),
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
      await new Promise((resolve) => setTimeout(resolve, backoff(misses, chance)));
    }
  }

  async #listen(told: (event: string, data: string) => void): Promise<Answer> {
    const abort = new AbortController();
    const stop = () => abort.abort();
    this.signal.addEventListener("abort", stop, { once: true, signal: abort.signal });
    let alarm = setTimeout(stop, DEAF_AFTER);
    try {
      const headers = { Authorization: `Bearer ${this.key}`, Accept: "text/event-stream" };
      const response = await fetch(`${this.#rooms}/events`, { headers, signal: abort.signal });
      if (!response.ok || response.body === null)
        return answer(response.status, await response.text());
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return answer(0, "");
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
