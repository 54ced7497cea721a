/** A shell: shows the studio's view and reports what was pressed. Decides nothing. */

import { LevelMeter } from "../view/level-meter";
import { fill, offer } from "../words/fill";
import type { Language } from "../words/language";
import { Sure } from "./asking";
import type { Device } from "./devices";
import type { Shown } from "./gear";
import { HandsCard } from "./hands-card";
import type { Order } from "./orders";
import {
  button,
  copy,
  dialog,
  field,
  Lines,
  make,
  part,
  select,
  set,
  strip,
  tone,
  within,
} from "./parts";
import { PeopleCard } from "./people-card";
import { PlanCard } from "./plan-card";
import { PreflightCard, type PreflightPresses } from "./preflight-card";
import { ConnectionLine, Row, type SeatPresses } from "./row";
import type { SeatView } from "./seating";
import type { Speech } from "./speech";
import type { AlarmView, StudioView } from "./words";

/** So long one may wonder whether the chord was heard. */
const WONDERS_FOR = 8_000;

export interface Presses extends Omit<SeatPresses, "about"> {
  readonly language: (language: Language) => void;
  readonly join: (leaves: boolean) => void;
  readonly mute: (sure: boolean) => void;
  readonly answer: (unmute: boolean) => void;
  readonly askAll: () => void;
  readonly order: (order: Order) => void;
  readonly hold: (file: File) => void;
  readonly look: () => void;
  readonly lookAtDraws: () => void;
  readonly tryMicrophone: () => void;
  readonly microphone: (device: Device) => void;
  readonly music: (on: boolean) => void;
  readonly beep: (on: boolean) => void;
  readonly output: (device: Device) => void;
  readonly askForOutput: () => void;
  /** Plays a chord; returns when it is over. */
  readonly testOutput: () => Promise<void>;
  /** Words for the question before the end. */
  readonly ending: () => string;
  readonly preflight: PreflightPresses;
}

export class Page {
  readonly people: PeopleCard;
  readonly hands: HandsCard;
  readonly plan: PlanCard;
  readonly preflight: PreflightCard;
  readonly #mine = meter(part("level"));
  readonly #ears = meter(part("ears").querySelector("level-meter"));
  readonly #connection = new ConnectionLine();
  readonly #seats: Lines<SeatView>;
  #leaves = false;
  #alarm: AlarmView | null = null;
  #title = "";
  #tests = 0;

  constructor(
    readonly presses: Presses,
    readonly speech: () => Speech,
    readonly signal: AbortSignal,
  ) {
    const sure = new Sure(signal);
    this.people = new PeopleCard(presses, sure, speech, signal);
    this.hands = new HandsCard(presses.order, presses.lookAtDraws, speech, signal);
    this.plan = new PlanCard(presses, sure, speech, signal);
    this.preflight = new PreflightCard(presses.preflight, speech, signal);
    const about = (member: string) => this.people.about(member);
    const seatPresses: SeatPresses = { ...presses, about };
    this.#seats = new Lines(
      part("seats"),
      ({ seat }) => seat,
      ({ seat }) => new Row(seat, seatPresses, speech, signal),
    );
    this.#listen();
    this.#choices();
    this.#measure();
    part("connection").append(this.#connection.item);
    offer(select("language"), speech().language, presses.language, signal);
    this.speak();
    part("columns").hidden = false;
  }

  /** Strips stay in sight below what stays in sight itself. */
  #measure(): void {
    const tops = [part("banner"), part("alarm")];
    const { style } = document.documentElement;
    const seen = new ResizeObserver(() => {
      const height = Math.max(...tops.map(({ offsetHeight }) => offsetHeight));
      style.setProperty("--banner", `${height}px`);
    });
    for (const top of tops) seen.observe(top);
    this.signal.addEventListener("abort", () => seen.disconnect(), { once: true });
  }

  /** Says all that never changes, in the language that was chosen. */
  speak(): void {
    const { language, text } = this.speech();
    fill(document, language, text);
  }

  #listen(): void {
    const { presses, signal } = this;
    const press = (id: string, act: () => void) =>
      part(id).addEventListener("click", act, { signal });
    press("join", () => presses.join(this.#leaves));
    press("mute", () => presses.mute(false));
    press("asked-yes", () => presses.answer(true));
    press("asked-no", () => presses.answer(false));
    press("try", presses.tryMicrophone);
    press("open", () => presses.order({ tag: "open" }));
    press("live", () => presses.order({ tag: "live" }));
    press("stand-down", () => presses.order({ tag: "stand-down" }));
    press("mute-all", () => presses.order({ tag: "mute-all" }));
    press("end", () => this.#ask());
    press("copy", () => void this.#copy());
    const rescue = () => this.#rescue();
    within(part("alarm"), "button").addEventListener("click", rescue, { signal });
    const ending = dialog("ending");
    const closed = () => ending.returnValue === "end" && presses.order({ tag: "end" });
    ending.addEventListener("close", closed, { signal });
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
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
    const flip = (id: string, act: (on: boolean) => void) => {
      const box = field(id);
      box.addEventListener("change", () => act(box.checked), { signal });
    };
    flip("music", presses.music);
    flip("beep", presses.beep);
    part("choose").addEventListener("click", presses.askForOutput, { signal });
    part("test").addEventListener("click", () => void this.#test(), { signal });
  }

  show(view: StudioView): void {
    this.#head(view);
    this.#warn(view);
    this.#me(view);
    said("ears", ".head", ".more", view.heard);
    this.#ears?.show(view.heard.level);
    said("others", ".head", ".more", view.others);
    part("wake").hidden = !view.others.press;
    this.#count(view.counts);
    set(part("counted"), view.counted);
    this.#room(view);
    part("nobody").hidden = view.seats.length > 0;
    part("mute-all").hidden = !view.canMuteAll;
    this.#seats.show(view.seats);
    this.hands.show(view.hands);
    this.people.show(view.people, view.invites, view.canRemove);
    this.plan.show(view.plan, view.title);
    part("columns").hidden = !view.opened;
  }

  #head(view: StudioView): void {
    const word = this.#alarm === null ? view.word : `‼ ${this.#alarm.title}`;
    this.#title = view.title === "" ? word : `${word}: ${view.title}`;
    if (document.title !== this.#title) document.title = this.#title;
    set(part("when"), view.when);
    if (view.title !== "") set(part("title"), view.title);
    set(part("badge"), view.badge.text);
    tone(part("badge"), view.badge.tone);
    set(part("listeners"), view.listeners);
    set(within(part("banner"), ".word"), view.word);
    part("banner").dataset["stance"] = view.stance;
    said("banner", "h2", ".more", view.banner);
    const onward = part("onward");
    onward.hidden = view.onward === null;
    set(onward, view.onward?.text ?? "");
    const href = view.onward?.href ?? "/";
    if (onward.getAttribute("href") !== href) onward.setAttribute("href", href);
  }

  #warn(view: StudioView): void {
    const { alarm, asked } = view;
    this.#alarm = alarm;
    const place = part("alarm");
    place.hidden = alarm === null;
    // What keeps this person from being heard says more than that nobody is.
    part("banner").hidden = alarm !== null && !view.troubled;
    document.body.classList.toggle("alarmed", alarm !== null);
    if (alarm !== null) {
      set(within(place, ".word"), alarm.title);
      set(within(place, "h2"), alarm.head);
      set(within(place, ".more"), alarm.more);
      const press = within(place, "button");
      set(press, alarm.press);
      press.hidden = alarm.act === null;
    }
    part("asked").hidden = asked === null;
    set(within(part("asked"), "h2"), asked?.head ?? "");
    set(within(part("asked"), "p"), asked?.more ?? "");
    strip("house", view.house);
    strip("notice", view.notice);
    strip("acting", view.acting);
    strip("advice", view.advice);
  }

  #me(view: StudioView): void {
    set(part("role"), view.role);
    this.#connection.show(view.connection);
    if (field("music").checked !== view.music) field("music").checked = view.music;
    part("untouched").hidden = !view.music;
    this.#leaves = view.join.leaves;
    set(part("join"), view.join.text);
    part("join").classList.toggle("leaves", view.join.leaves);
    button("join").disabled = view.join.off;
    set(part("mute"), view.mute.text);
    this.#swap(view.mute.shown);
    part("mute").classList.toggle("muted", view.mute.muted);
    part("level").classList.toggle("muted", view.mute.shown && view.mute.muted);
    part("preflight").hidden = !view.canCheck;
  }

  #room({ verbs, listen }: StudioView): void {
    const held = document.activeElement;
    part("verbs").hidden = !verbs.shown;
    set(part("step"), verbs.words);
    button("open").disabled = !verbs.open;
    button("live").disabled = !verbs.live;
    button("live").hidden = verbs.standDown;
    part("stand-down").hidden = !verbs.standDown;
    button("end").disabled = !verbs.end;
    for (const verb of ["open", "live"] as const)
      part(verb).classList.toggle("strong", verbs.next === verb);
    // Not to the next verb: the second half of a double press must not go live.
    if (held instanceof HTMLButtonElement && part("verbs").contains(held))
      if (held.disabled || held.hidden) part("step").focus();
    if (field("link").value !== listen) field("link").value = listen;
  }

  #count(counts: StudioView["counts"]): void {
    const place = part("counts");
    const now = counts.map((each) => each.join(" ")).join(", ");
    if (place.dataset["now"] === now) return;
    place.dataset["now"] = now;
    place.replaceChildren(
      ...counts.map(([count, what]) => {
        const pair = make("div");
        pair.append(make("dd", "", count), make("dt", "", what));
        return pair;
      }),
    );
  }

  showBeep(on: boolean): void {
    field("beep").checked = on;
  }

  /** Says who one is. */
  showName(name: string): void {
    set(part("me"), name);
  }

  /** Shows one's own loudness, and what to make of it. */
  showLevel(db: number, words: string, open: boolean): void {
    this.#mine?.show(db);
    set(part("soundcheck"), words);
    part("try").hidden = open;
  }

  showGear(shown: Shown): void {
    const usual = this.speech().say("usual");
    options("microphone", shown.microphones, shown.microphone, usual);
    options("output", shown.outputs, shown.output, usual);
    part("output-field").hidden = !shown.choosesOutput;
    part("output-fixed").hidden = shown.choosesOutput;
    part("choose").hidden = !shown.asksForOutput;
  }

  /** M mutes, wherever one is, but not while something is being typed or answered. */
  #key(event: KeyboardEvent): void {
    const { target } = event;
    const typing =
      target instanceof HTMLElement &&
      target.matches("input:not([type=checkbox]):not([type=range]), select, textarea");
    const other = event.ctrlKey || event.altKey || event.metaKey || event.repeat;
    if (typing || other || event.key.toLowerCase() !== "m") return;
    if (part("mute").hidden || document.querySelector("dialog[open]") !== null) return;
    event.preventDefault();
    this.presses.mute(true);
  }

  #rescue(): void {
    switch (this.#alarm?.act) {
      case "unmute":
        return this.presses.mute(true);
      case "join":
        return this.presses.join(false);
      case "ask":
        return this.presses.askAll();
      case null:
      case undefined:
        return;
    }
  }

  /** Says when the chord is to be heard, and what to do where it is not. */
  async #test(): Promise<void> {
    const { say } = this.speech();
    const mine = ++this.#tests;
    set(part("tested"), say("output_now"));
    part("tested").classList.add("sounding");
    await this.presses.testOutput();
    if (mine !== this.#tests) return;
    part("tested").classList.remove("sounding");
    set(part("tested"), say("output_nothing"));
    await new Promise((resolve) => setTimeout(resolve, WONDERS_FOR));
    if (mine === this.#tests) set(part("tested"), "");
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

  #ask(): void {
    const ending = dialog("ending");
    set(ending.querySelector("p"), this.presses.ending());
    ending.returnValue = "keep";
    ending.showModal();
  }

  async #copy(): Promise<void> {
    const { say } = this.speech();
    await copy(field("link"), (done) => set(part("copy"), say(done ? "copied" : "selected")));
    setTimeout(() => set(part("copy"), this.speech().say("copy")), 2_000);
  }
}

function said(
  id: string,
  head: string,
  more: string,
  words: { tone: string; head: string; more: string },
): void {
  const place = part(id);
  tone(place, words.tone);
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

function meter(found: Element | null): LevelMeter | null {
  return found instanceof LevelMeter ? found : null;
}
