/** A shell: one seat in the list: who it is, how loud, how well connected; a fader for hosts. */

import { LevelMeter } from "../view/level-meter";
import type { Connection } from "./connection";
import { LEAST, MOST } from "./faders";
import { set } from "./parts";
import type { SeatView } from "./seating";

export interface SeatPresses {
  readonly muteSeat: (seat: string, muted: boolean) => void;
  readonly gain: (seat: string, db: number) => void;
}

export class Row {
  readonly item = document.createElement("li");
  readonly #name = document.createElement("span");
  readonly #words = document.createElement("em");
  readonly #meter = new LevelMeter();
  readonly #button = document.createElement("button");
  readonly #connection = new ConnectionLine();
  readonly #fader = document.createElement("input");
  readonly #gain = document.createElement("output");
  readonly #hostly = document.createElement("div");
  #muted = false;

  constructor(seat: string, presses: SeatPresses, signal: AbortSignal) {
    const label = document.createElement("span");
    label.className = "name";
    label.append(this.#name, " ", this.#words);
    this.#button.type = "button";
    const mute = () => presses.muteSeat(seat, !this.#muted);
    this.#button.addEventListener("click", mute, { signal });
    this.#hostly.className = "hostly";
    this.#hostly.append(this.#faderLine(seat, presses, signal), this.#connection.item);
    this.item.append(label, this.#button, this.#meter, this.#hostly);
  }

  show(seat: SeatView): void {
    this.#muted = seat.muted;
    const name = seat.mine ? `${seat.name} (you)` : seat.name;
    set(this.#name, name);
    set(this.#words, `· ${seat.words}`);
    set(this.#button, seat.muted ? "Unmute" : "Mute");
    this.#button.setAttribute("aria-label", `${seat.muted ? "Unmute" : "Mute"} ${name}`);
    this.item.classList.toggle("muted", seat.muted);
    this.item.classList.toggle("speaking", seat.speaking);
    this.#meter.show(seat.level);
    this.#hostly.hidden = seat.gain === null;
    if (seat.gain !== null) this.#turn(name, seat.gain);
    this.#connection.show(seat.connection);
  }

  #turn(name: string, gain: number): void {
    const said = decibels(gain);
    set(this.#gain, said);
    if (this.#fader.getAttribute("aria-valuetext") === said) return;
    this.#fader.value = String(gain);
    this.#fader.setAttribute("aria-label", `Volume of ${name}`);
    this.#fader.setAttribute("aria-valuetext", said);
  }

  #faderLine(seat: string, presses: SeatPresses, signal: AbortSignal): HTMLElement {
    const fader = this.#fader;
    fader.type = "range";
    fader.min = String(LEAST);
    fader.max = String(MOST);
    fader.step = "1";
    fader.title = "Volume. Double click: as it comes.";
    const moved = () => presses.gain(seat, fader.valueAsNumber);
    fader.addEventListener("input", moved, { signal });
    fader.addEventListener("dblclick", () => presses.gain(seat, 0), { signal });
    const line = document.createElement("div");
    line.className = "fader";
    const word = document.createElement("span");
    word.textContent = "Volume";
    word.setAttribute("aria-hidden", "true");
    line.append(word, fader, this.#gain);
    return line;
  }
}

/** A connection: bars, words, and the numbers for those who open them. */
export class ConnectionLine {
  readonly item = document.createElement("details");
  readonly #bars = document.createElement("span");
  readonly #words = document.createElement("span");
  readonly #numbers = document.createElement("p");

  constructor() {
    this.item.className = "connection";
    this.#bars.className = "bars";
    this.#bars.setAttribute("aria-hidden", "true");
    for (let bar = 0; bar < 3; bar++) this.#bars.append(document.createElement("i"));
    const summary = document.createElement("summary");
    summary.append(this.#bars, this.#words);
    this.item.append(summary, this.#numbers);
  }

  show({ level, words, numbers }: Connection): void {
    this.item.hidden = level === "none";
    if (this.item.dataset["level"] !== level) this.item.dataset["level"] = level;
    set(this.#words, words);
    const lines = numbers.join("\n");
    if (this.item.title !== lines) this.item.title = lines;
    if (this.item.open) set(this.#numbers, lines);
  }
}

function decibels(gain: number): string {
  const whole = Math.round(gain);
  return whole > 0 ? `+${whole} dB` : `${whole < 0 ? "−" : ""}${Math.abs(whole)} dB`;
}
