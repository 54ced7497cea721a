/**
 * A shell: the other windows of this browser. Whoever goes on stage says so; who is there already
 * as the same person lets go before it howls. Other browsers learn it from the stage.
 */

import { seed } from "../stream/chance";
import { isObject, objectOf } from "../stream/news";

export class Rival {
  readonly #window = String(seed());
  readonly #channel: BroadcastChannel | null;

  constructor(
    readonly slug: string,
    told: (seat: string) => void,
    signal: AbortSignal,
  ) {
    this.#channel = "BroadcastChannel" in window ? new BroadcastChannel("fullhouse-stage") : null;
    const heard = ({ data }: MessageEvent<unknown>) => {
      const said = typeof data === "string" ? objectOf(data) : null;
      if (!isObject(said) || said["slug"] !== slug || said["window"] === this.#window) return;
      if (typeof said["seat"] === "string") told(said["seat"]);
    };
    this.#channel?.addEventListener("message", heard, { signal });
  }

  /** Says that this window goes on stage. */
  claim(seat: string): void {
    const { slug } = this;
    this.#channel?.postMessage(JSON.stringify({ slug, seat, window: this.#window }));
  }
}
