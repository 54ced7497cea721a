/** A shell: one WHEP session: hearing everybody else on stage. Source: draft-ietf-wish-whep. */

import type { Figures } from "./quality";
import { onlyOpus, Peering, type Door, type Outcome } from "./peering";

export class Hearing {
  readonly #peering: Peering;
  readonly #receiver: RTCRtpReceiver;

  constructor(door: Door, failed: () => void) {
    this.#peering = new Peering(door, (state) => {
      if (state === "failed" || state === "closed") failed();
    });
    const transceiver = this.#peering.peer.addTransceiver("audio", { direction: "recvonly" });
    onlyOpus(transceiver, RTCRtpReceiver.getCapabilities("audio"));
    this.#receiver = transceiver.receiver;
    // People talk with each other: as little as possible is kept back.
    if ("jitterBufferTarget" in this.#receiver) this.#receiver.jitterBufferTarget = 0;
  }

  /** What is heard. */
  get stream(): MediaStream {
    return new MediaStream([this.#receiver.track]);
  }

  open(): Promise<Outcome> {
    return this.#peering.open();
  }

  /** How the return has come in so far; null while nothing has. */
  async figures(): Promise<Figures | null> {
    try {
      const stats = await this.#peering.peer.getStats();
      const found = { rtp: null as Said | null, roundTrip: null as number | null };
      stats.forEach((each: Said) => {
        if (each["type"] === "inbound-rtp" && each["kind"] === "audio") found.rtp = each;
        const pair = each["type"] === "candidate-pair" && each["nominated"] === true;
        if (pair && typeof each["currentRoundTripTime"] === "number")
          found.roundTrip = each["currentRoundTripTime"] * 1_000;
      });
      return found.rtp === null ? null : figures(found.rtp, found.roundTrip);
    } catch {
      return null;
    }
  }

  close(leaves: boolean): void {
    this.#peering.close(leaves);
  }
}

type Said = Readonly<Record<string, unknown>>;

function figures(rtp: Said, roundTrip: number | null): Figures {
  const number = (name: string) => {
    const value = rtp[name];
    return typeof value === "number" ? value : 0;
  };
  return {
    packets: number("packetsReceived"),
    lost: Math.max(0, number("packetsLost")),
    jitter: number("jitter") * 1_000,
    waited: number("jitterBufferDelay") * 1_000,
    played: number("jitterBufferEmittedCount"),
    samples: number("totalSamplesReceived"),
    concealed: number("concealedSamples"),
    roundTrip,
  };
}
