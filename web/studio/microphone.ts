/**
 * A shell: the microphone. What is sent is a copy of what is heard, so that the meter shows also a
 * muted speaker that the microphone works.
 */

import { isObject, textOf } from "../stream/news";
import { loudness } from "../view/level";
import type { Device } from "./devices";
import type { MicrophoneTrouble } from "./state";

export class Microphone {
  #heard: MediaStream | null = null;
  #sent: MediaStreamTrack | null = null;
  #context: AudioContext | null = null;
  #analyser: AnalyserNode | null = null;
  #watched = new AbortController();
  #on = true;
  readonly #samples = new Float32Array(2048);

  /** Args: `gone`: told when the microphone was unplugged or taken away. */
  constructor(readonly gone: () => void) {}

  /** What is sent, once `take` has succeeded. */
  get track(): MediaStreamTrack | null {
    return this.#sent;
  }

  /** The device is there. */
  get hears(): boolean {
    return this.#heard?.getAudioTracks()[0]?.readyState === "live";
  }

  /** Which one it is. */
  get device(): Device {
    const track = this.#heard?.getAudioTracks()[0];
    return { id: track?.getSettings().deviceId ?? "", label: track?.label ?? "" };
  }

  /**
   * Asks the browser for a microphone; the wished one where it is there.
   *
   * Args: `music`: sound is left as it is; else the browser takes out echo and noise.
   */
  async take(device: string, music: boolean): Promise<MicrophoneTrouble | null> {
    if (!isSecureContext || !("mediaDevices" in navigator)) return "insecure";
    try {
      this.#hear(await ask(device, music), music);
      return null;
    } catch (error) {
      return troubleOf(error);
    }
  }

  /** Sends silence in place of a microphone that is gone: the seat is kept. */
  silence(): MediaStreamTrack | null {
    this.#watched.abort();
    this.#sent?.stop();
    if (this.#context === null) return null;
    const still = this.#context.createMediaStreamDestination();
    // With nothing at its input, a browser would send nothing, and the stage would miss us.
    const nothing = this.#context.createConstantSource();
    nothing.offset.value = 0;
    nothing.connect(still);
    nothing.start();
    this.#sent = still.stream.getAudioTracks()[0] ?? null;
    return this.#sent;
  }

  /** Lets go of it: the browser's light goes out. */
  release(): void {
    this.#watched.abort();
    for (const track of this.#heard?.getTracks() ?? []) track.stop();
    this.#sent?.stop();
    void this.#context?.close();
    [this.#heard, this.#sent, this.#context, this.#analyser] = [null, null, null, null];
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

  /** The last moments stood at full scale. */
  clips(): boolean {
    if (this.#analyser === null) return false;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return this.#samples.some((sample) => Math.abs(sample) >= 0.99);
  }

  /** A context that was opened without a press sleeps until there is one. */
  wake(): void {
    void this.#context?.resume();
  }

  #hear(stream: MediaStream, music: boolean): void {
    this.#watched.abort();
    this.#watched = new AbortController();
    for (const track of this.#heard?.getTracks() ?? []) track.stop();
    this.#sent?.stop();
    this.#heard = stream;
    const [track] = stream.getAudioTracks();
    this.#sent = track?.clone() ?? null;
    if (this.#sent !== null) this.#sent.contentHint = music ? "music" : "speech";
    this.turn(this.#on);
    track?.addEventListener("ended", this.gone, { signal: this.#watched.signal });
    this.#context ??= new AudioContext();
    this.wake();
    this.#analyser?.disconnect();
    this.#analyser = this.#context.createAnalyser();
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
  }
}

/** Asks for a microphone, and for any where the wished one cannot be had. */
async function ask(device: string, music: boolean): Promise<MediaStream> {
  const audio = {
    channelCount: 1,
    echoCancellation: !music,
    noiseSuppression: !music,
    autoGainControl: !music,
  };
  const { mediaDevices } = navigator;
  if (device === "") return mediaDevices.getUserMedia({ audio });
  try {
    return await mediaDevices.getUserMedia({ audio: { ...audio, deviceId: { exact: device } } });
  } catch (error) {
    if (!["OverconstrainedError", "NotFoundError"].includes(nameOf(error))) throw error;
    return mediaDevices.getUserMedia({ audio });
  }
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
  switch (nameOf(error)) {
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

/** Not all that browsers throw is an Error. */
function nameOf(error: unknown): string {
  return isObject(error) ? textOf(error["name"]) : "";
}
