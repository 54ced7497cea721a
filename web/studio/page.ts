/** A shell: shows the studio's view and reports what was pressed. Decides nothing. */

import { LevelMeter } from "../view/level-meter";
import type { Device } from "./microphone";
import type { Verb } from "./state";
import type { SeatView, StudioView } from "./words";

export interface Presses {
  readonly join: (leaves: boolean) => void;
  readonly mute: () => void;
  readonly muteSeat: (seat: string, muted: boolean) => void;
  readonly verb: (verb: Verb) => void;
  readonly tryMicrophone: () => void;
  readonly microphone: (device: string) => void;
  readonly name: (name: string) => void;
  /** Words for the question before the end. */
  readonly ending: () => string;
}

export class Page {
  readonly #mine = meter(part("level"));
  readonly #ears = meter(part("ears").querySelector("level-meter"));
  readonly #seats = new Map<string, Row>();
  #leaves = false;

  constructor(
    readonly presses: Presses,
    readonly signal: AbortSignal,
  ) {
    const press = (id: string, act: () => void) =>
      part(id).addEventListener("click", act, { signal });
    press("join", () => presses.join(this.#leaves));
    press("mute", presses.mute);
    press("try", presses.tryMicrophone);
    press("open", () => presses.verb("open"));
    press("live", () => presses.verb("live"));
    press("end", () => this.#ask());
    press("copy", () => void this.#copy());
    const name = field("name");
    name.addEventListener("change", () => presses.name(name.value), { signal });
    const choice = select("microphone");
    choice.addEventListener("change", () => presses.microphone(choice.value), { signal });
    const ending = dialog();
    const closed = () => ending.returnValue === "end" && presses.verb("end");
    ending.addEventListener("close", closed, { signal });
    const main = document.querySelector("main");
    if (main !== null) main.hidden = false;
  }

  get name(): string {
    return field("name").value.trim();
  }

  set name(name: string) {
    field("name").value = name;
  }

  show(view: StudioView): void {
    if (view.title !== "") document.title = `${view.badge.text}: ${view.title}`;
    text("when", view.when);
    text("title", view.title);
    text("badge", view.badge.text);
    part("badge").dataset["tone"] = view.badge.tone;
    text("listeners", view.listeners);
    strip("house", view.house);
    strip("notice", view.notice);
    said("banner", "h2", "p", view.banner);
    said("ears", ".head", ".more", view.heard);
    this.#ears?.show(view.heard.level);
    this.#leaves = view.join.leaves;
    text("join", view.join.text);
    part("join").classList.toggle("leaves", view.join.leaves);
    button("join").disabled = view.join.off;
    text("mute", view.mute.text);
    this.#swap(view.mute.shown);
    part("mute").classList.toggle("muted", view.mute.muted);
    part("level").classList.toggle("muted", view.mute.shown && view.mute.muted);
    for (const verb of ["open", "live", "end"] as const) button(verb).disabled = !view.verbs[verb];
    part("verbs").hidden = !view.host;
    part("columns").hidden = !view.opened;
    if (field("link").value !== view.listen) field("link").value = view.listen;
    this.#sit(view.seats);
  }

  /** Shows one's own loudness, and what to make of it. */
  showLevel(db: number, words: string, open: boolean): void {
    this.#mine?.show(db);
    text("soundcheck", words);
    part("try").hidden = open;
  }

  showMicrophones(devices: readonly Device[], chosen: string): void {
    const list = select("microphone");
    list.disabled = devices.length === 0;
    const shown = devices.length === 0 ? [{ id: "", label: "The usual one" }] : devices;
    list.replaceChildren(
      ...shown.map(({ id, label }) => new Option(label, id, false, id === chosen)),
    );
  }

  /** Shows the big button, and hands the keyboard on: whoever went on stage may mute at once. */
  #swap(shown: boolean): void {
    const [mute, join] = [part("mute"), part("join")];
    if (mute.hidden !== shown) return;
    const [from, to] = shown ? [join, mute] : [mute, join];
    const held = document.activeElement === from;
    mute.hidden = !shown;
    if (held) to.focus();
  }

  /** Rows are kept: a button must not vanish under the finger. */
  #sit(seats: readonly SeatView[]): void {
    part("nobody").hidden = seats.length > 0;
    const here = new Set(seats.map((seat) => seat.seat));
    for (const [name, row] of this.#seats) {
      if (here.has(name)) continue;
      row.item.remove();
      this.#seats.delete(name);
    }
    for (const seat of seats) {
      let row = this.#seats.get(seat.seat);
      if (row === undefined) {
        row = new Row(seat.seat, this.presses.muteSeat, this.signal);
        this.#seats.set(seat.seat, row);
        part("seats").append(row.item);
      }
      row.show(seat);
    }
  }

  #ask(): void {
    const ending = dialog();
    const words = ending.querySelector("p");
    if (words !== null) words.textContent = this.presses.ending();
    ending.returnValue = "keep";
    ending.showModal();
  }

  async #copy(): Promise<void> {
    const link = field("link");
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
      text("copy", "Copied");
    } catch {
      text("copy", "Selected");
    }
    setTimeout(() => text("copy", "Copy"), 2_000);
  }
}

class Row {
  readonly item = document.createElement("li");
  readonly #name = document.createElement("span");
  readonly #words = document.createElement("em");
  readonly #label = document.createElement("span");
  readonly #meter = new LevelMeter();
  readonly #button = document.createElement("button");
  #muted = false;

  constructor(seat: string, mute: (seat: string, muted: boolean) => void, signal: AbortSignal) {
    this.#label.className = "name";
    this.#label.append(this.#name, " ", this.#words);
    this.#button.type = "button";
    this.#button.addEventListener("click", () => mute(seat, !this.#muted), { signal });
    this.item.append(this.#label, this.#meter, this.#button);
  }

  show(seat: SeatView): void {
    this.#muted = seat.muted;
    const name = seat.mine ? `${seat.name} (you)` : seat.name;
    set(this.#name, name);
    set(this.#words, `· ${seat.words}`);
    set(this.#button, seat.muted ? "Unmute" : "Mute");
    this.#button.setAttribute("aria-label", `${seat.muted ? "Unmute" : "Mute"} ${name}`);
    this.item.classList.toggle("muted", seat.muted);
    this.#meter.show(seat.level);
  }
}

function said(
  id: string,
  head: string,
  more: string,
  words: { tone: string; head: string; more: string },
): void {
  const place = part(id);
  if (place.dataset["tone"] !== words.tone) place.dataset["tone"] = words.tone;
  set(place.querySelector(head), words.head);
  set(place.querySelector(more), words.more);
}

function strip(id: string, words: string): void {
  text(id, words);
  part(id).hidden = words === "";
}

function text(id: string, words: string): void {
  set(part(id), words);
}

/** Text that did not change is not set: a screen reader would say it again. */
function set(place: Element | null, words: string): void {
  if (place !== null && place.textContent !== words) place.textContent = words;
}

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

function typed<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = part(id);
  if (!(found instanceof type)) throw new Error(`${id} is not what it should be`);
  return found;
}

const field = (id: string): HTMLInputElement => typed(id, HTMLInputElement);
const select = (id: string): HTMLSelectElement => typed(id, HTMLSelectElement);
const button = (id: string): HTMLButtonElement => typed(id, HTMLButtonElement);
const dialog = (): HTMLDialogElement => typed("ending", HTMLDialogElement);

function meter(found: Element | null): LevelMeter | null {
  return found instanceof LevelMeter ? found : null;
}
