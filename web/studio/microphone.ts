/**
 * A shell: the microphone. What is sent is a copy of what is heard, so that the meter shows also a
 * muted speaker that the microphone works.
 */

import { loudness } from "../view/level";
import type { MicrophoneTrouble } from "./state";

export interface Device {
  readonly id: string;
  readonly label: string;
}

export class Microphone {
  #heard: MediaStream | null = null;
  #sent: MediaStreamTrack | null = null;
  #context: AudioContext | null = null;
  #analyser: AnalyserNode | null = null;
  #watched = new AbortController();
  #on = true;
  readonly #samples = new Float32Array(2048);

  constructor(readonly gone: () => void) {}

  /** What is sent, once `take` has succeeded. */
  get track(): MediaStreamTrack | null {
    return this.#sent;
  }

  get device(): string {
    return this.#heard?.getAudioTracks()[0]?.getSettings().deviceId ?? "";
  }

  /** Asks the browser for a microphone; the remembered one where it is there. */
  async take(device: string): Promise<MicrophoneTrouble | null> {
    if (!isSecureContext || !("mediaDevices" in navigator)) return "insecure";
    try {
      this.#hear(
        await navigator.mediaDevices.getUserMedia({
          audio: {
            ...(device === "" ? {} : { deviceId: { ideal: device } }),
            channelCount: 1,
            echoCancellation: true,
            noiseSuppression: true,
            autoGainControl: true,
          },
        }),
      );
      return null;
    } catch (error) {
      return troubleOf(error);
    }
  }

  /** Sends sound or silence. */
  turn(on: boolean): void {
    this.#on = on;
    if (this.#sent !== null) this.#sent.enabled = on;
  }

  /** The dBFS RMS of the last moments. */
  level(): number {
    if (this.#analyser === null) return -100;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return loudness(this.#samples);
  }

  /** A context that was opened without a press sleeps until there is one. */
  wake(): void {
    void this.#context?.resume();
  }

  #hear(stream: MediaStream): void {
    this.#watched.abort();
    this.#watched = new AbortController();
    for (const track of this.#heard?.getTracks() ?? []) track.stop();
    this.#sent?.stop();
    this.#heard = stream;
    const [track] = stream.getAudioTracks();
    this.#sent = track?.clone() ?? null;
    this.turn(this.#on);
    track?.addEventListener("ended", this.gone, { signal: this.#watched.signal });
    this.#context ??= new AudioContext();
    this.wake();
    this.#analyser?.disconnect();
    this.#analyser = this.#context.createAnalyser();
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
  }
}

/** The microphones that can be chosen; without names until one has been allowed. */
export async function microphones(): Promise<readonly Device[]> {
  if (!("mediaDevices" in navigator)) return [];
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter((device) => device.kind === "audioinput" && device.label !== "")
    .map((device) => ({ id: device.deviceId, label: device.label }));
}

/** True if the browser would give the microphone without asking. */
export async function isAllowed(): Promise<boolean> {
  try {
    const name = "microphone" as PermissionName;
    return (await navigator.permissions.query({ name })).state === "granted";
  } catch {
    return false;
  }
}

function troubleOf(error: unknown): MicrophoneTrouble {
  if (!(error instanceof DOMException)) return "unknown";
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "unknown";
  }
}
