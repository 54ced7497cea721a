/**
 * A shell: what speaking (WHIP) and hearing (WHEP) have in common: one offer, one answer, one
 * session at the house, from POST to DELETE. Source: RFC 9725.
 */

import { objectOf, textOf } from "../stream/news";
import type { Millis } from "../stream/backoff";
import { linkedServers, reachIn, type Reach, type Relay } from "./reach";

/** Candidates are not waited for longer: the rest is found as the stage answers. */
const GATHERS_WITHIN: Millis = 500;

/** The house hears of an end within this time, or not at all. */
const KNOWN_WITHIN: Millis = 1_000;

export interface Door {
  /** Where the offer goes: `/whip/{slug}` or `/whep/{slug}`. */
  readonly address: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly servers: readonly Relay[];
  /** Nothing but relays (TURN) is used: to try them out. */
  readonly relayOnly: boolean;
  /** A dead network leaves requests hanging: after this time the offer counts as lost. */
  readonly within: Millis;
}

export type Outcome =
  | {
      readonly tag: "joined";
      readonly seat: string;
      /** The session's name at the house. */
      readonly session: string;
      readonly servers: readonly Relay[];
      readonly reach: Reach | null;
    }
  | {
      readonly tag: "refused";
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly retryAfter: Millis | null;
    };

const NO_ANSWER: Outcome = { tag: "refused", status: 0, code: "", message: "", retryAfter: null };

export class Peering {
  readonly peer: RTCPeerConnection;
  readonly #over = new AbortController();
  readonly #request = new AbortController();
  #session: string | null = null;
  #leaves = false;

  constructor(
    readonly door: Door,
    changed: (state: RTCPeerConnectionState) => void,
  ) {
    this.peer = new RTCPeerConnection({
      bundlePolicy: "max-bundle",
      iceServers: door.servers.map((server) => ({ ...server, urls: [...server.urls] })),
      iceTransportPolicy: door.relayOnly ? "relay" : "all",
    });
    const { signal } = this.#over;
    const told = () => changed(this.peer.connectionState);
    this.peer.addEventListener("connectionstatechange", told, { signal });
  }

  get connected(): boolean {
    return this.peer.connectionState === "connected";
  }

  /** Makes the session; the caller has added what is to be sent or received. */
  async open(): Promise<Outcome> {
    try {
      return await this.#negotiate();
    } catch {
      return NO_ANSWER;
    }
  }

  /**
   * Ends the session here; at the house, too, where one `leaves`, even while the page is being
   * closed. One that is to be replaced is not ended there: its seat would be given up.
   */
  close(leaves: boolean): void {
    this.#leaves = leaves;
    this.#over.abort();
    if (!leaves) this.#request.abort();
    if (leaves && this.#session !== null) return this.#leave(this.#session);
    this.peer.close();
  }

  /** Is silent at once, and hangs up when the house knows: else it would not find the session. */
  #leave(session: string): void {
    this.#session = null;
    for (const sender of this.peer.getSenders())
      if (sender.track !== null) void sender.replaceTrack(null);
    const gone = () => this.peer.close();
    setTimeout(gone, KNOWN_WITHIN);
    const headers = { Authorization: `Bearer ${this.door.key}` };
    fetch(session, { method: "DELETE", headers, keepalive: true }).then(gone, gone);
  }

  async #negotiate(): Promise<Outcome> {
    await this.peer.setLocalDescription(await this.peer.createOffer());
    await this.#gathered();
    const response = await this.#post(this.peer.localDescription?.sdp ?? "");
    const body = await response.text();
    const place = response.headers.get("Location");
    if (response.status !== 201 || place === null) return refused(response, body);
    this.#session = new URL(place, new URL(this.door.address, location.href)).href;
    if (this.#over.signal.aborted) {
      if (this.#leaves) this.#leave(this.#session);
      return NO_ANSWER;
    }
    await this.peer.setRemoteDescription({ type: "answer", sdp: body });
    return {
      tag: "joined",
      seat: response.headers.get("Fullhouse-Seat") ?? "",
      session: this.#session.split("/").at(-1) ?? "",
      servers: linkedServers(response.headers.get("Link") ?? ""),
      reach: reachIn(body),
    };
  }

  async #post(sdp: string): Promise<Response> {
    const { address, key, headers, within } = this.door;
    const alarm = setTimeout(() => this.#request.abort(), within);
    try {
      return await fetch(address, {
        method: "POST",
        headers: {
          Authorization: `Bearer ${key}`,
          "Content-Type": "application/sdp",
          ...headers,
        },
        body: sdp,
        signal: this.#request.signal,
      });
    } finally {
      clearTimeout(alarm);
    }
  }

  #gathered(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.peer.iceGatheringState === "complete") resolve();
      };
      setTimeout(resolve, GATHERS_WITHIN);
      const { signal } = this.#over;
      this.peer.addEventListener("icegatheringstatechange", look, { signal });
      look();
    });
  }
}

function refused(response: Response, body: string): Outcome {
  const json = objectOf(body);
  return {
    tag: "refused",
    status: response.status,
    code: textOf(json?.["code"]),
    message: textOf(json?.["message"]),
    retryAfter: Number(response.headers.get("Retry-After") ?? 0) * 1000 || null,
  };
}

/** The relays that a key opens, before any session is made; none where the house cannot say. */
export async function askRelays(address: string, key: string): Promise<readonly Relay[]> {
  try {
    const headers = { Authorization: `Bearer ${key}` };
    const signal = AbortSignal.timeout(3_000);
    const response = await fetch(address, { method: "OPTIONS", headers, signal });
    return response.ok ? linkedServers(response.headers.get("Link") ?? "") : [];
  } catch {
    return [];
  }
}

/** Keeps the offer small: Opus, and its packets in copies (RED) where the browser has them. */
export function onlyOpus(
  transceiver: RTCRtpTransceiver,
  capabilities: RTCRtpCapabilities | null,
): void {
  const codecs = capabilities?.codecs ?? [];
  const named = (name: string) =>
    codecs.filter(({ mimeType }) => mimeType.toLowerCase() === `audio/${name}`);
  try {
    transceiver.setCodecPreferences([...named("opus"), ...named("red")]);
  } catch {
    // A browser that cannot offers more codecs, and the stage takes Opus.
  }
}
