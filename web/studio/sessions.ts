/** A shell: the sessions at the stage, speaking and hearing, made and ended as `state` says. */

import type { Millis } from "../stream/backoff";
import type { Input, Studio } from "./state";
import { askRelays, type Door } from "./peering";
import type { Network } from "./preflight";
import { trial } from "./trial";
import { Hearing } from "./whep";
import { Speaking } from "./whip";

const HEARD_WITHIN: Millis = 5_000;

export interface Link {
  readonly slug: string;
  readonly key: string;
  /** A member has one seat, and the house knows which. */
  readonly member: string;
  readonly relayOnly: boolean;
}

export class Sessions {
  readonly #speaking = new Map<number, Speaking>();
  #hearing: { readonly attempt: number; readonly session: Hearing } | null = null;
  #counting = false;

  constructor(
    readonly link: Link,
    readonly step: (input: Input) => void,
    /** Given what is to be heard. */
    readonly play: (stream: MediaStream | null) => void,
  ) {}

  /** Asks for the STUN and TURN servers, before any session needs them. */
  async askRelays(): Promise<void> {
    const servers = await askRelays(`/whip/${this.link.slug}`, this.link.key);
    if (servers.length > 0) this.step({ tag: "relays", servers });
  }

  async speak(
    effect: { readonly attempt: number; readonly seat: string; readonly within: Millis },
    { servers, music }: Studio,
    track: MediaStreamTrack,
    name: string,
  ): Promise<void> {
    const { attempt, seat, within } = effect;
    const headers: Record<string, string> = { "Fullhouse-Name": encodeURIComponent(name) };
    if (seat !== "" && this.link.member === "") headers["Fullhouse-Seat"] = seat;
    const door = this.#door("whip", headers, servers, within);
    const session = new Speaking(door, track, (state) => {
      if (state === "failed" || state === "closed") this.step({ tag: "failed", attempt });
      else this.step({ tag: "connection", attempt, connected: state === "connected" });
    });
    this.#speaking.set(attempt, session);
    const outcome = await session.open(music);
    if (outcome.tag === "refused")
      return this.step({ ...outcome, tag: "not-joined", attempt });
    this.step({ ...outcome, tag: "joined", attempt });
    this.step({ tag: "connection", attempt, connected: session.connected });
  }

  /** Looks how good the way to the stage is. */
  try({ servers }: Studio, name: string, signal: AbortSignal): Promise<Network> {
    const headers = { "Fullhouse-Name": encodeURIComponent(name), "Fullhouse-Trial": "1" };
    return trial(this.#door("whip", headers, servers, HEARD_WITHIN), signal);
  }

  drop(attempt: number, leaves: boolean): void {
    this.#speaking.get(attempt)?.close(leaves);
    this.#speaking.delete(attempt);
  }

  async hear(attempt: number, seat: string, { servers }: Studio): Promise<void> {
    const door = this.#door("whep", { "Fullhouse-Seat": seat }, servers, HEARD_WITHIN);
    const session = new Hearing(door, () => this.step({ tag: "deaf", attempt }));
    this.#hearing = { attempt, session };
    const outcome = await session.open();
    if (outcome.tag === "refused") {
      const { status, message, retryAfter } = outcome;
      return this.step({ tag: "not-heard", attempt, status, message, retryAfter });
    }
    this.step({ tag: "hears", attempt });
    if (this.#hearing.attempt === attempt) this.play(session.stream);
  }

  unhear(attempt: number, leaves: boolean): void {
    if (this.#hearing?.attempt !== attempt) return;
    this.#hearing.session.close(leaves);
    this.#hearing = null;
    if (leaves) this.play(null);
  }

  replace(track: MediaStreamTrack): void {
    for (const session of this.#speaking.values()) void session.replace(track);
  }

  spend(music: boolean): void {
    for (const session of this.#speaking.values()) void session.spend(music);
  }

  /** Counts the return's packets. */
  async count(): Promise<void> {
    if (this.#hearing === null || this.#counting) return;
    this.#counting = true;
    const { attempt, session } = this.#hearing;
    const figures = await session.figures();
    this.#counting = false;
    if (figures !== null) this.step({ tag: "return", attempt, figures });
  }

  #door(
    endpoint: "whip" | "whep",
    headers: Readonly<Record<string, string>>,
    servers: Door["servers"],
    within: Millis,
  ): Door {
    const { slug, key, relayOnly } = this.link;
    return { address: `/${endpoint}/${slug}`, key, headers, servers, relayOnly, within };
  }
}
