/**
 * A shell: microphone and output, as this person has chosen them: remembered, and followed when
 * they are unplugged and plugged again. `devices` decides, one change after the other.
 */

import { moved, read, USUAL, written, type Device } from "./devices";
import { lasting, recall, remember } from "./memory";
import { isAllowed, Microphone } from "./microphone";
import { askForOutput, asksForOutput, choosesOutput, Output } from "./output";
import type { Input } from "./state";

/** After a plug was pulled, browsers need a moment to know what is left. */
const SETTLES_WITHIN = 300;

export interface Shown {
  readonly microphones: readonly Device[];
  readonly microphone: string;
  readonly outputs: readonly Device[];
  readonly output: string;
  /** The browser lets pages choose an output at all; it asks with a list of its own. */
  readonly choosesOutput: boolean;
  readonly asksForOutput: boolean;
}

export interface Told {
  readonly step: (input: Input) => void;
  /** Another track is to be sent. */
  readonly track: (track: MediaStreamTrack) => void;
  readonly show: (shown: Shown) => void;
}

export class Gear {
  readonly microphone = new Microphone(() => void this.#next(() => this.#lost()));
  readonly output: Output;
  #music = recall(lasting, "music") === "on";
  #chosen = read(recall(lasting, "microphone"));
  #wanted = read(recall(lasting, "output"));
  #taken = false;
  #outputs: readonly Device[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(
    audio: HTMLAudioElement,
    readonly told: Told,
    signal: AbortSignal,
  ) {
    this.output = new Output(audio, (blocked) => told.step({ tag: "blocked", blocked }));
    if (!("mediaDevices" in navigator)) return;
    const changed = () => void this.#next(() => this.#changed());
    navigator.mediaDevices.addEventListener("devicechange", changed, { signal });
    void this.#next(async () => {
      if (await isAllowed()) await this.#take(this.#chosen.id);
      await this.#useWanted();
      await this.#show();
    });
  }

  get music(): boolean {
    return this.#music;
  }

  get outputs(): readonly Device[] {
    return this.#outputs;
  }

  take(): Promise<void> {
    return this.#next(async () => {
      if (await this.#take(this.#chosen.id)) await this.#useWanted();
      await this.#show();
    });
  }

  chooseMicrophone(device: Device): Promise<void> {
    this.#chosen = device;
    remember(lasting, "microphone", written(device));
    return this.take();
  }

  setMusic(on: boolean): Promise<void> {
    this.#music = on;
    remember(lasting, "music", on ? "on" : "");
    return this.#taken ? this.take() : Promise.resolve();
  }

  chooseOutput(device: Device): Promise<void> {
    return this.#next(async () => {
      if (await this.output.use(device.id)) this.#want(device);
      await this.#show();
    });
  }

  /** Must follow a press at once: the browser asks. */
  async askForOutput(): Promise<void> {
    const device = await askForOutput();
    if (device !== null) await this.chooseOutput(device);
  }

  #want(device: Device): void {
    this.#wanted = device;
    remember(lasting, "output", written(device));
  }

  /** Does one thing after the other: plugs come in crowds. */
  #next(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act).catch(() => undefined);
    return this.#turn;
  }

  async #take(device: string): Promise<boolean> {
    const trouble = await this.microphone.take(device, this.#music);
    if (trouble !== null) {
      this.told.step({ tag: "no-microphone", trouble });
      return false;
    }
    this.#taken = true;
    const { track } = this.microphone;
    if (track !== null) this.told.track(track);
    this.told.step({ tag: "microphone" });
    return true;
  }

  /** The microphone has ended under our hands. */
  async #lost(): Promise<void> {
    const was = this.microphone.device;
    const silent = this.microphone.silence();
    if (silent !== null) this.told.track(silent);
    this.told.step({ tag: "no-microphone", trouble: "gone" });
    await new Promise((resolve) => setTimeout(resolve, SETTLES_WITHIN));
    const listed = await list("audioinput");
    const left = listed.filter(({ id }) => id !== was.id || id === "default");
    await this.#follow(was, left, true);
    await this.#show();
  }

  async #changed(): Promise<void> {
    if (this.#taken) {
      const lost = !this.microphone.hears;
      await this.#follow(this.microphone.device, await list("audioinput"), lost);
    }
    await this.#followOutput();
    await this.#show();
  }

  async #follow(was: Device, left: readonly Device[], lost: boolean): Promise<void> {
    const move = moved(was.id, this.#chosen, left, lost);
    if (move.tag === "stay" || move.tag === "none") return;
    const back = move.tag === "take-back";
    if (!(await this.#take(back ? move.device.id : ""))) return;
    const to = this.microphone.device.label;
    this.told.step({ tag: "moved", moved: { what: "microphone", from: was.label, to, back } });
  }

  async #followOutput(): Promise<void> {
    const { sink } = this.output;
    const move = moved(sink, this.#wanted, await list("audiooutput"), false);
    if (move.tag === "stay") return;
    const back = move.tag === "take-back";
    const device = back ? move.device : USUAL;
    if (device.id === sink || !(await this.output.use(device.id))) return;
    const from = this.#wanted.label;
    this.told.step({ tag: "moved", moved: { what: "output", from, to: device.label, back } });
  }

  /** Goes where the person has chosen before, if that is there. */
  async #useWanted(): Promise<void> {
    const move = moved(this.output.sink, this.#wanted, await list("audiooutput"), false);
    if (move.tag === "take-back") await this.output.use(move.device.id);
  }

  async #show(): Promise<void> {
    this.#outputs = await list("audiooutput");
    this.told.show({
      microphones: await list("audioinput"),
      microphone: this.microphone.device.id,
      outputs: this.#outputs,
      output: this.output.sink,
      choosesOutput: choosesOutput(),
      asksForOutput: asksForOutput(),
    });
  }
}

/** The devices that can be chosen; without names until a microphone has been allowed. */
async function list(kind: MediaDeviceKind): Promise<readonly Device[]> {
  if (!("mediaDevices" in navigator)) return [];
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter((device) => device.kind === kind && device.label !== "")
    .map(({ deviceId, label }) => ({ id: deviceId, label }));
}
