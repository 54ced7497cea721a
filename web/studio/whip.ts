/** A shell: one WHIP session, from offer to DELETE. Source: RFC 9725. */

import { objectOf, textOf } from "../stream/news";
import type { Millis } from "../stream/backoff";

const GATHERS_WITHIN: Millis = 1_000;
/** Speech and music in mono: more cannot be heard after the programme's own encoder. */
const BITS_PER_SECOND = 64_000;

export interface Offer {
  readonly address: string;
  readonly key: string;
  readonly name: string;
  readonly seat: string;
  readonly track: MediaStreamTrack;
}

export type Outcome =
  | { readonly tag: "joined"; readonly seat: string }
  | {
      readonly tag: "refused";
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly retryAfter: Millis | null;
    };

const NO_ANSWER: Outcome = { tag: "refused", status: 0, code: "", message: "", retryAfter: null };

export class Session {
  readonly #peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  readonly #abort = new AbortController();
  #session: string | null = null;

  constructor(
    readonly offer: Offer,
    readonly changed: (state: RTCPeerConnectionState) => void,
  ) {
    const { signal } = this.#abort;
    const told = () => this.changed(this.#peer.connectionState);
    this.#peer.addEventListener("connectionstatechange", told, { signal });
  }

  get connected(): boolean {
    return this.#peer.connectionState === "connected";
  }

  async open(): Promise<Outcome> {
    try {
      return await this.#negotiate();
    } catch {
      return NO_ANSWER;
    }
  }

  /** Goes on with another microphone. */
  async replace(track: MediaStreamTrack): Promise<void> {
    await this.#peer.getSenders()[0]?.replaceTrack(track);
  }

  /** Ends the session here and at the house, even while the page is being closed. */
  close(): void {
    this.#abort.abort();
    this.#peer.close();
    if (this.#session === null) return;
    const { key } = this.offer;
    const headers = { Authorization: `Bearer ${key}` };
    fetch(this.#session, { method: "DELETE", headers, keepalive: true }).catch(() => undefined);
    this.#session = null;
  }

  async #negotiate(): Promise<Outcome> {
    const { track } = this.offer;
    const streams = [new MediaStream([track])];
    const transceiver = this.#peer.addTransceiver(track, { direction: "sendonly", streams });
    preferOpus(transceiver);
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    await this.#gathered();
    const response = await this.#post(this.#peer.localDescription?.sdp ?? "");
    const body = await response.text();
    const place = response.headers.get("Location");
    if (response.status !== 201 || place === null) return refused(response, body);
    this.#session = new URL(place, new URL(this.offer.address, location.href)).href;
    if (this.#abort.signal.aborted) {
      this.close();
      return NO_ANSWER;
    }
    await this.#peer.setRemoteDescription({ type: "answer", sdp: body });
    await spend(transceiver.sender, BITS_PER_SECOND);
    return { tag: "joined", seat: response.headers.get("Fullhouse-Seat") ?? "" };
  }

  #post(sdp: string): Promise<Response> {
    const { address, key, name, seat } = this.offer;
    const headers = new Headers({
      Authorization: `Bearer ${key}`,
      "Content-Type": "application/sdp",
      "Fullhouse-Name": encodeURIComponent(name),
    });
    if (seat !== "") headers.set("Fullhouse-Seat", seat);
    const signal = AbortSignal.timeout(10_000);
    return fetch(address, { method: "POST", headers, body: sdp, signal });
  }

  /** Waits for the candidates, one second at the most: the rest is found as the stage answers. */
  #gathered(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#peer.iceGatheringState === "complete") resolve();
      };
      setTimeout(resolve, GATHERS_WITHIN);
      const { signal } = this.#abort;
      this.#peer.addEventListener("icegatheringstatechange", look, { signal });
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

/** Keeps the offer small; a browser that cannot offers more codecs, and the stage takes Opus. */
function preferOpus(transceiver: RTCRtpTransceiver): void {
  try {
    const opus = RTCRtpSender.getCapabilities("audio")?.codecs.filter(
      (codec) => codec.mimeType.toLowerCase() === "audio/opus",
    );
    transceiver.setCodecPreferences(opus ?? []);
  } catch {
    return;
  }
}

async function spend(sender: RTCRtpSender, bits: number): Promise<void> {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings) encoding.maxBitrate = bits;
  // A browser that does not know this sends at its own rate, which is good enough.
  await sender.setParameters(parameters).catch(() => undefined);
}
