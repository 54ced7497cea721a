/** A shell: one WHIP session: speaking. Source: RFC 9725. */

import { onlyOpus, Peering, type Door, type Outcome } from "./peering";

/** Mono, and with room for what repairs losses. */
const VOICE = 40_000;
/** The most that the stage takes. */
const MUSIC = 48_000;

export class Speaking {
  readonly #peering: Peering;
  readonly #transceiver: RTCRtpTransceiver;

  constructor(
    door: Door,
    track: MediaStreamTrack,
    changed: (state: RTCPeerConnectionState) => void,
  ) {
    this.#peering = new Peering(door, changed);
    this.#transceiver = this.#peering.peer.addTransceiver(track, {
      direction: "sendonly",
      streams: [new MediaStream([track])],
    });
    onlyOpus(this.#transceiver, RTCRtpSender.getCapabilities("audio"));
  }

  get connected(): boolean {
    return this.#peering.connected;
  }

  async open(music: boolean): Promise<Outcome> {
    const outcome = await this.#peering.open();
    if (outcome.tag === "joined") await this.spend(music);
    return outcome;
  }

  /** Goes on with another microphone. */
  async replace(track: MediaStreamTrack): Promise<void> {
    await this.#transceiver.sender.replaceTrack(track);
  }

  /** Music gets as much as the stage takes. */
  async spend(music: boolean): Promise<void> {
    const { sender } = this.#transceiver;
    try {
      const parameters = sender.getParameters();
      for (const encoding of parameters.encodings) encoding.maxBitrate = music ? MUSIC : VOICE;
      await sender.setParameters(parameters);
    } catch {
      // A browser that does not know this sends at its own rate, which is good enough.
    }
  }

  /** What the stage reports of the way there; null until it has. */
  async reported(): Promise<{ tag: "reached"; loss: number; jitter: number } | null> {
    const stats = await this.#peering.peer.getStats();
    const found = { loss: 0, jitter: 0, there: false };
    stats.forEach((each: Readonly<Record<string, unknown>>) => {
      if (each["type"] !== "remote-inbound-rtp") return;
      const lost = numberIn(each["packetsLost"]);
      const came = numberIn(each["packetsReceived"]);
      found.there = true;
      found.loss = came + lost > 0 ? lost / (came + lost) : numberIn(each["fractionLost"]);
      found.jitter = numberIn(each["jitter"]) * 1_000;
    });
    return found.there ? { tag: "reached", loss: found.loss, jitter: found.jitter } : null;
  }

  close(leaves: boolean): void {
    this.#peering.close(leaves);
  }
}

function numberIn(value: unknown): number {
  return typeof value === "number" ? Math.max(0, value) : 0;
}
