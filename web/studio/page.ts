/** A shell: shows the studio's view and reports what was pressed. Decides nothing. */

import { LevelMeter } from "../view/level-meter";
import type { Device } from "./devices";
import type { Shown } from "./gear";
import { button, dialog, field, part, select, set } from "./parts";
import { ConnectionLine, Row, type SeatPresses } from "./row";
import type { Verb } from "./state";
import type { SeatView } from "./seating";
import type { StudioView } from "./words";

/** So long one may wonder whether the chord was heard. */
const WONDERS_FOR = 8_000;

export interface Presses extends SeatPresses {
  readonly join: (leaves: boolean) => void;
  readonly mute: () => void;
  readonly verb: (verb: Verb) => void;
  readonly tryMicrophone: () => void;
  readonly microphone: (device: Device) => void;
  readonly music: (on: boolean) => void;
  readonly output: (device: Device) => void;
  readonly askForOutput: () => void;
  /** Plays a chord; returns when it is over. */
  readonly testOutput: () => Promise<void>;
  readonly name: (name: string) => void;
  /** Words for the question before the end. */
  readonly ending: () => string;
}

export class Page {
  readonly #mine = meter(part("level"));
  readonly #ears = meter(part("ears").querySelector("level-meter"));
  readonly #seats = new Map<string, Row>();
  readonly #connection = new ConnectionLine();
  #leaves = false;
  #tests = 0;

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
    this.#choices();
    const ending = dialog();
    const closed = () => ending.returnValue === "end" && presses.verb("end");
    ending.addEventListener("close", closed, { signal });
    const main = document.querySelector("main");
    if (main !== null) main.hidden = false;
    part("connection").append(this.#connection.item);
  }

  #choices(): void {
    const { presses, signal } = this;
    const choose = (id: string, chosen: (device: Device) => void) => {
      const list = select(id);
      const changed = () =>
        chosen({ id: list.value, label: list.selectedOptions[0]?.textContent ?? "" });
      list.addEventListener("change", changed, { signal });
    };
    choose("microphone", presses.microphone);
    choose("output", presses.output);
    const music = field("music");
    music.addEventListener("change", () => presses.music(music.checked), { signal });
    part("choose").addEventListener("click", presses.askForOutput, { signal });
    part("test").addEventListener("click", () => void this.#test(), { signal });
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
    strip("advice", view.advice);
    said("ears", ".head", ".more", view.heard);
    said("others", ".head", ".more", view.others);
    part("wake").hidden = !view.others.press;
    this.#connection.show(view.connection);
    if (field("music").checked !== view.music) field("music").checked = view.music;
    part("untouched").hidden = !view.music;
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

  showGear(shown: Shown): void {
    options("microphone", shown.microphones, shown.microphone, "The usual one");
    options("output", shown.outputs, shown.output, "The usual one");
    part("output-field").hidden = !shown.choosesOutput;
    part("output-fixed").hidden = shown.choosesOutput;
    part("choose").hidden = !shown.asksForOutput;
  }

  /** Says when the chord is to be heard, and what to do where it is not. */
  async #test(): Promise<void> {
    const mine = ++this.#tests;
    text("tested", "You should hear a chord now.");
    part("tested").classList.add("sounding");
    await this.presses.testOutput();
    if (mine !== this.#tests) return;
    part("tested").classList.remove("sounding");
    text("tested", "Heard nothing? Turn the volume up, or choose another output.");
    await new Promise((resolve) => setTimeout(resolve, WONDERS_FOR));
    if (mine === this.#tests) text("tested", "");
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
        row = new Row(seat.seat, this.presses, this.signal);
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

function options(id: string, devices: readonly Device[], chosen: string, usual: string): void {
  const list = select(id);
  const none = devices.length === 0;
  // Chromium lists the usual one as a device of its own.
  const listed = devices.some(({ id: each }) => each === "" || each === "default");
  const current = chosen === "" && listed ? "default" : chosen;
  const first = listed ? [] : [{ id: "", label: usual }];
  list.disabled = none;
  list.replaceChildren(
    ...[...first, ...devices].map(({ id: each, label }) => {
      return new Option(label, each, false, each === current);
    }),
  );
}

function strip(id: string, words: string): void {
  text(id, words);
  part(id).hidden = words === "";
}

function text(id: string, words: string): void {
  set(part(id), words);
}

function meter(found: Element | null): LevelMeter | null {
  return found instanceof LevelMeter ? found : null;
}
