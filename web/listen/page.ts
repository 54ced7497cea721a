/** A shell: shows a view on the page and reports what was pressed. Decides nothing. */

import type { View } from "./words";

/** Under which the volume of the last visit is kept. */
export const VOLUME = "fullhouse-volume";
const TEXTS = ["badge", "words", "lowered", "countdown", "speaking", "listeners"] as const;

export class Page {
  readonly #player = part("player");
  readonly #stand = part("stand");
  readonly #shown = new Map<string, string>();
  /** Says it in the visitor's language, once that is here. */
  say = (text: string): string => text;

  constructor(pressed: () => void, signal: AbortSignal) {
    part("listen").addEventListener("click", pressed, { signal });
    // Space listens and stops wherever one is on the page, as in any player.
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== " " || event.target !== document.body || event.repeat) return;
        event.preventDefault();
        pressed();
      },
      { signal },
    );
    this.#stand.hidden = false;
  }

  show(view: View): void {
    if (view.title !== "") {
      this.#text("title", view.title);
      document.title = view.title;
    }
    document.body.dataset["tone"] = view.tone;
    for (const id of TEXTS) this.#text(id, this.say(view[id]));
    const label = part("listen").querySelector("span");
    const button = this.say(view.button);
    if (label !== null && label.textContent !== button) label.textContent = button;
    this.#player.hidden = !view.playable;
    this.#stand.classList.toggle("on", view.button === "Stop");
    this.#stand.classList.toggle("busy", view.busy);
    this.#stand.style.setProperty("--level", view.level.toFixed(2));
  }

  /** Text that did not change is not set: a screen reader would say it again. */
  #text(id: string, text: string): void {
    if (this.#shown.get(id) === text) return;
    this.#shown.set(id, text);
    part(id).textContent = text;
  }
}

/** Returns an element of the page, by its id. */
export function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no ${id}`);
  return found;
}
