/** A shell: where the others come out: the page's audio element, its device, a chord to try it. */

import type { Millis } from "../stream/backoff";
import type { Device } from "./devices";

/** C major, from below; each note a little after the one before. */
const CHORD = [261.63, 329.63, 392, 523.25];
const SOUNDS_FOR: Millis = 2_200;

export class Output {
  #sink = "";

  /** Args: `blocked`: told whether the browser waits for a press. */
  constructor(
    readonly audio: HTMLAudioElement,
    readonly blocked: (blocked: boolean) => void,
  ) {}

  /** The device's id; empty: the system's usual one. */
  get sink(): string {
    return this.#sink;
  }

  async play(stream: MediaStream): Promise<void> {
    this.audio.srcObject = stream;
    await this.wake();
  }

  /** To be called at a press, too: browsers may play nothing before one. */
  async wake(): Promise<void> {
    if (this.audio.srcObject === null || !this.audio.paused) return;
    try {
      await this.audio.play();
      this.blocked(false);
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.blocked(true);
    }
  }

  stop(): void {
    this.audio.pause();
    this.audio.srcObject = null;
    this.blocked(false);
  }

  /** Goes to a device; false where the browser will not. */
  async use(sink: string): Promise<boolean> {
    if (!choosesOutput()) return false;
    try {
      await this.audio.setSinkId(sink);
      this.#sink = sink;
      return true;
    } catch {
      return false;
    }
  }

  /** Plays a chord where the others come out; returns when it is over. */
  async test(): Promise<void> {
    const context = new AudioContext();
    const out = context.createMediaStreamDestination();
    sound(context, out);
    const element = new Audio();
    element.srcObject = out.stream;
    try {
      if (this.#sink !== "") await element.setSinkId(this.#sink);
      await element.play();
    } catch {
      sound(context, context.destination);
    }
    await context.resume();
    await new Promise((resolve) => setTimeout(resolve, SOUNDS_FOR));
    element.pause();
    await context.close();
  }
}

function sound(context: AudioContext, out: AudioNode): void {
  CHORD.forEach((pitch, index) => {
    const begins = context.currentTime + 0.15 + index * 0.12;
    const note = context.createOscillator();
    const loud = context.createGain();
    note.type = "triangle";
    note.frequency.value = pitch;
    loud.gain.setValueAtTime(0, begins);
    loud.gain.linearRampToValueAtTime(0.16, begins + 0.03);
    loud.gain.exponentialRampToValueAtTime(0.001, begins + 1.4);
    note.connect(loud).connect(out);
    note.start(begins);
    note.stop(begins + 1.5);
  });
}

/** The browser lets pages choose an output. */
export function choosesOutput(): boolean {
  return "setSinkId" in HTMLMediaElement.prototype;
}

interface Chooser {
  selectAudioOutput(): Promise<MediaDeviceInfo>;
}

/** The browser has a list of its own to choose from, as Firefox has. */
export function asksForOutput(): boolean {
  const asks = "mediaDevices" in navigator && "selectAudioOutput" in navigator.mediaDevices;
  return choosesOutput() && asks;
}

/** Lets the browser ask; null where the person has not chosen. */
export async function askForOutput(): Promise<Device | null> {
  try {
    const devices = navigator.mediaDevices as unknown as Chooser;
    const { deviceId, label } = await devices.selectAudioOutput();
    return { id: deviceId, label };
  } catch {
    return null;
  }
}
