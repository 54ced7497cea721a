/** A shell: the check before the stage, as it is shown. */

import { Lines, make, part, pressable, set, tone, within, word, type Line } from "./parts";
import type { CheckView, PreflightView } from "./preflight";
import type { Speech } from "./speech";

export interface PreflightPresses {
  readonly start: () => void;
  readonly stop: () => void;
  readonly headphones: (on: boolean) => void;
}

const NAMES = {
  device: "pf_device",
  level: "pf_level",
  noise: "pf_noise",
  clipping: "pf_clipping",
  network: "pf_network",
  headphones: "pf_headphones",
} as const;
const LIGHTS = { good: "state_good", bad: "state_bad", wait: "state_wait" } as const;

export class PreflightCard {
  readonly #lines: Lines<CheckView>;
  readonly #button: HTMLElement;
  #running = false;

  constructor(
    readonly presses: PreflightPresses,
    readonly speech: () => Speech,
    readonly signal: AbortSignal,
  ) {
    const card = part("preflight");
    this.#lines = new Lines(within(card, ".checks"), ({ check }) => check, (view) => this.#line(view));
    this.#button = part("preflight-start");
    const press = () => (this.#running ? presses.stop() : presses.start());
    this.#button.addEventListener("click", press, { signal });
  }

  show(view: PreflightView): void {
    const { say } = this.speech();
    const card = part("preflight");
    this.#running = view.running;
    card.classList.toggle("idle", !view.running && !view.done);
    this.#lines.show(view.checks);
    const verdict = within(card, ".verdict");
    tone(verdict, view.tone);
    set(verdict, view.words);
    const words = view.running ? "preflight_stop" : view.done ? "preflight_again" : "preflight_start";
    set(this.#button, say(words));
  }

  #line({ check }: CheckView): Line<CheckView> {
    const item = make("li");
    const light = make("span", "light");
    const name = make("b");
    const words = make("span", "soft");
    item.append(light, name, words);
    const answers = make("span", "buttons");
    const yes = pressable(() => this.presses.headphones(true), this.signal);
    const no = pressable(() => this.presses.headphones(false), this.signal);
    answers.append(yes, no);
    if (check === "headphones") item.append(answers);
    return {
      item,
      show: (view) => {
        const { say } = this.speech();
        if (item.dataset["light"] !== view.light) item.dataset["light"] = view.light;
        set(light, say(LIGHTS[view.light]));
        set(name, say(NAMES[check]));
        set(words, view.words);
        word(yes, say("yes"));
        word(no, say("no"));
      },
    };
  }
}
