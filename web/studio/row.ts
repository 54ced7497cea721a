/** A shell: one seat in the list: who it is, how loud, how well connected; a fader for hosts. */

import { LevelMeter } from "../view/level-meter";
import type { Connection } from "./connection";
import { LEAST, MOST } from "./faders";
import { make, pressable, set, word } from "./parts";
import type { SeatView } from "./seating";
import type { Speech } from "./speech";

export interface SeatPresses {
  readonly muteSeat: (seat: string, muted: boolean) => void;
  readonly askSeat: (member: string) => void;
  readonly gain: (seat: string, db: number) => void;
  readonly about: (member: string) => void;
}

const ASKED_FOR = 4_000;

export class Row {
  readonly item = make("li");
  readonly #name = make("span");
  readonly #words = make("em");
  readonly #meter = new LevelMeter();
  readonly #button: HTMLButtonElement;
  readonly #more: HTMLButtonElement;
  readonly #connection = new ConnectionLine();
  readonly #fader = make("input");
  readonly #gain = make("output");
  readonly #hostly = make("div", "hostly");
  readonly #volume = make("span");
  #seat: SeatView | null = null;
  #askedAt = -ASKED_FOR;

  constructor(
    seat: string,
    readonly presses: SeatPresses,
    readonly speech: () => Speech,
    signal: AbortSignal,
  ) {
    const label = make("span", "name");
    label.append(this.#name, " ", this.#words);
    this.#button = pressable(() => this.#press(seat), signal);
    this.#more = pressable(() => presses.about(this.#seat?.member ?? ""), signal, "more");
    const buttons = make("span", "buttons");
    buttons.append(this.#button, this.#more);
    this.#hostly.append(this.#faderLine(seat, signal), this.#connection.item);
    this.item.append(label, buttons, this.#meter, this.#hostly);
  }

  show(seat: SeatView): void {
    this.#seat = seat;
    const { say } = this.speech();
    const name = seat.mine ? say("you_suffix", { name: seat.name }) : seat.name;
    set(this.#name, name);
    set(this.#words, `· ${seat.words}`);
    this.#label(seat.act, name);
    this.#more.hidden = seat.member === "" || seat.mine;
    word(this.#more, "…", say("more_of", { name }));
    this.item.classList.toggle("muted", seat.muted);
    this.item.classList.toggle("speaking", seat.speaking);
    this.#meter.show(seat.level);
    this.#hostly.hidden = seat.gain === null;
    set(this.#volume, say("volume"));
    if (seat.gain !== null) this.#turn(name, seat.gain);
    this.#connection.show(seat.connection);
  }

  #label(act: SeatView["act"], name: string): void {
    const { say } = this.speech();
    this.#button.hidden = act === "none";
    if (act === "mute") word(this.#button, say("mute"), say("mute_name", { name }));
    if (act === "unmute") word(this.#button, say("unmute"), say("unmute_name", { name }));
    if (act !== "ask") return;
    const asked = performance.now() - this.#askedAt < ASKED_FOR;
    word(this.#button, say(asked ? "asked" : "ask_unmute"), say("ask_unmute_name", { name }));
  }

  #press(seat: string): void {
    switch (this.#seat?.act) {
      case "mute":
        return this.presses.muteSeat(seat, true);
      case "unmute":
        return this.presses.muteSeat(seat, false);
      case "ask":
        this.#askedAt = performance.now();
        return this.presses.askSeat(this.#seat.member);
      case "none":
      case undefined:
        return;
    }
  }

  #turn(name: string, gain: number): void {
    const { say } = this.speech();
    const said = decibels(gain);
    set(this.#gain, said);
    const label = say("volume_of", { name });
    const same = this.#fader.getAttribute("aria-label") === label;
    if (same && this.#fader.getAttribute("aria-valuetext") === said) return;
    this.#fader.value = String(gain);
    this.#fader.title = say("volume_hint");
    this.#fader.setAttribute("aria-label", label);
    this.#fader.setAttribute("aria-valuetext", said);
  }

  #faderLine(seat: string, signal: AbortSignal): HTMLElement {
    const fader = this.#fader;
    fader.type = "range";
    fader.min = String(LEAST);
    fader.max = String(MOST);
    fader.step = "1";
    const moved = () => this.presses.gain(seat, fader.valueAsNumber);
    fader.addEventListener("input", moved, { signal });
    fader.addEventListener("dblclick", () => this.presses.gain(seat, 0), { signal });
    const line = make("div", "fader");
    this.#volume.setAttribute("aria-hidden", "true");
    line.append(this.#volume, fader, this.#gain);
    return line;
  }
}

/** A connection: bars, words, and the numbers for those who open them. */
export class ConnectionLine {
  readonly item = make("details", "connection");
  readonly #bars = make("span", "bars");
  readonly #words = make("span");
  readonly #numbers = make("p");

  constructor() {
    this.#bars.setAttribute("aria-hidden", "true");
    for (let bar = 0; bar < 3; bar++) this.#bars.append(make("i"));
    const summary = make("summary");
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
