/** A shell: shows the hand and the stage on the listener's page, and reports what was pressed. */

import type { Millis } from "../stream/backoff";
import type { HandSay } from "./hand";
import type { Input as StageInput, OnStage } from "./onstage";
import type { Raising } from "./raising";
import { part } from "./page";

export type Pressed =
  | { readonly tag: "raise"; readonly name: string }
  | { readonly tag: "lower" }
  | { readonly tag: "accept" }
  | { readonly tag: "decline" }
  | { readonly tag: "stage"; readonly input: StageInput };

/** A button: what it says, what it does, and whether it is the one that most will want. */
type Button = readonly [text: string, pressed: Pressed, main?: boolean];

interface Shown {
  readonly stand: string;
  /** Whether what they say is heard; empty: they are not on stage. */
  readonly voice: "muted" | "live" | "";
  readonly head: string;
  readonly lines: readonly string[];
  readonly form: boolean;
  readonly buttons: readonly Button[];
}

const MOST_OF_A_NAME = 60;

export class Raiser {
  readonly #section = made("section");
  readonly #head = made("h2");
  readonly #lines = made("div");
  readonly #left = made("p");
  readonly #form = made("form");
  readonly #row = made("div");
  readonly #name = made("input");
  #now = "";

  constructor(
    readonly say: HandSay,
    readonly pressed: (pressed: Pressed) => void,
    readonly signal: AbortSignal,
  ) {
    this.#head.hidden = true; // until it says something
    this.#section.id = "hand";
    this.#section.tabIndex = -1;
    this.#section.setAttribute("aria-label", say("raise"));
    this.#lines.setAttribute("role", "status");
    // Each second is shown, and not said aloud.
    this.#left.setAttribute("role", "timer");
    this.#left.hidden = true;
    this.#row.className = "row";
    const label = made("label");
    label.textContent = say("your_name");
    this.#name.maxLength = MOST_OF_A_NAME;
    this.#name.autocomplete = "name";
    this.#name.required = true;
    label.append(this.#name);
    const raise = made("button");
    raise.className = "main";
    raise.textContent = say("raise");
    this.#form.append(label, raise);
    const submit = (event: Event) => {
      event.preventDefault();
      const name = this.#name.value.trim();
      if (name !== "") pressed({ tag: "raise", name });
    };
    this.#form.addEventListener("submit", submit, { signal });
    this.#section.append(this.#head, this.#lines, this.#left, this.#form, this.#row);
    part("player").append(this.#section);
  }

  show(hand: Raising, stage: OnStage | null): void {
    const shown = stage === null ? this.#ofHand(hand) : this.#ofStage(stage, hand.air);
    const now = JSON.stringify(shown);
    if (now === this.#now) return;
    this.#now = now;
    const held = this.#section.contains(document.activeElement);
    const waits = document.activeElement === this.#section;
    this.#section.dataset["stand"] = shown.stand;
    this.#section.dataset["voice"] = shown.voice;
    this.#head.textContent = shown.head;
    this.#head.hidden = shown.head === "";
    this.#lines.replaceChildren(
      ...shown.lines.map((line, index) => {
        const text = made("p");
        text.textContent = line;
        if (index > 0 || shown.form) text.className = "soft";
        return text;
      }),
    );
    if (shown.form && this.#form.hidden && this.#name.value === "") this.#name.value = hand.name;
    if (this.#name.value === "") this.#name.value = hand.name;
    this.#form.hidden = !shown.form;
    this.#row.replaceChildren(...shown.buttons.map((button) => this.#button(button)));
    if (waits || (held && !this.#section.contains(document.activeElement))) this.#hold();
  }

  /** Goes from the page; returns the name that was typed. */
  drop(): string {
    this.#section.remove();
    return this.#name.value;
  }

  /** Shows how long an invitation may still be answered. */
  count(until: Millis | null, now: Millis): void {
    const count = until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1_000));
    const words = count === 0 ? "" : this.say("answer_within", { count });
    if (this.#left.textContent !== words) this.#left.textContent = words;
    this.#left.hidden = words === "";
  }

  /** The button that had the keyboard is gone: the next one has it, or what waits for one. */
  #hold(): void {
    const typed = this.#form.hidden ? this.#section : this.#name;
    (this.#row.querySelector("button") ?? typed).focus();
  }

  #button([text, pressed, main = false]: Button): HTMLButtonElement {
    const button = made("button");
    button.type = "button";
    button.textContent = text;
    if (main) button.className = "main";
    button.addEventListener("click", () => this.pressed(pressed), { signal: this.signal });
    return button;
  }

  #ofHand(hand: Raising): Shown {
    const { say } = this;
    const trouble = hand.trouble === null ? [] : [this.#trouble(hand.trouble)];
    switch (hand.stand) {
      case "down":
        if (hand.over) return shown("down", "", trouble, []);
        return hand.open
          ? shown("down", "", [...trouble, say("raise_more")], [], true)
          : shown("down", "", [...trouble, say("closed")], []);
      case "up": {
        const { place } = hand;
        const up = place === null || place === 0 ? say("up") : say("before", { count: place });
        const words = hand.telling === "up" ? say("on_its_way") : up;
        return shown("up", "", [words, ...trouble], [[say("lower"), { tag: "lower" }]]);
      }
      case "invited":
        return shown("invited", say("invited"), [say("invited_more")], [
          [say("join"), { tag: "accept" }, true],
          [say("decline"), { tag: "decline" }],
        ]);
      case "coming":
      case "stage":
        return shown("stage", "", [say("coming")], []);
    }
  }

  #trouble({ code, message }: NonNullable<Raising["trouble"]>): string {
    if (code === "moved_back") return this.say("moved_back");
    if (code === "unanswered") return this.say("unanswered");
    if (code === "removed" || code === "banned") return this.say("removed");
    if (code === "hands_closed") return this.say("closed");
    return message || this.say("trouble");
  }

  #ofStage(stage: OnStage, air: boolean): Shown {
    const { say } = this;
    const stand = stage.near ? "near" : "stage";
    const leave: Button = [
      say(stage.near ? "leave_near" : "leave"),
      { tag: "stage", input: { tag: "leave" } },
    ];
    const head = say(stage.near ? "near" : "on_stage");
    if (stage.trouble !== null) {
      const again: Button = [
        say("try_again"),
        { tag: "stage", input: { tag: "again" } },
        true,
      ];
      return shown(stand, head, [say(`no_${stage.trouble}`)], [again, leave]);
    }
    switch (stage.me) {
      case "microphone":
        return shown(stand, head, [say("allow")], [leave]);
      case "joining":
        return shown(stand, head, [say("joining")], [leave]);
      case "away":
        return shown(stand, head, [say("away"), stage.refused], [leave]);
      case "on":
      case "off":
        return stage.near
          ? shown(stand, head, [say("near_more")], [leave])
          : this.#ofSpeaker(stage, air, leave);
    }
  }

  /** Said so that being muted cannot be taken for being heard. */
  #ofSpeaker(stage: OnStage, air: boolean, leave: Button): Shown {
    const { say } = this;
    const muted = stage.wish ?? stage.muted;
    const turn: Button = [
      say(muted ? "unmute" : "mute"),
      { tag: "stage", input: { tag: "mute", on: !muted } },
      true,
    ];
    const heard = say(air ? "live" : "live_backstage");
    const words = stage.muted ? say("muted_more") : heard;
    const asked = stage.asked ? [say("asked")] : [];
    const head = say(stage.muted ? "muted" : "mic_on");
    const voice = stage.muted ? "muted" : "live";
    return { ...shown("stage", head, [words, ...asked], [turn, leave]), voice };
  }
}

function shown(
  stand: string,
  head: string,
  lines: readonly string[],
  buttons: readonly Button[],
  form = false,
): Shown {
  const said = lines.filter((line) => line !== "");
  return { stand, voice: "", head, lines: said, form, buttons };
}

function made<Tag extends keyof HTMLElementTagNameMap>(tag: Tag): HTMLElementTagNameMap[Tag] {
  return document.createElement(tag);
}
