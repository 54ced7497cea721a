/** A shell: shows a view on the page and reports what was pressed. Decides nothing. */

import type { View } from "./words";

export type Details = readonly (readonly [term: string, text: string])[];

interface Presses {
  readonly pressed: () => void;
  readonly volume: (volume: number) => void;
}

export class Page {
  readonly #player = part("player");
  readonly #stand = part("stand");
  readonly #details = part("details");
  readonly #slider: HTMLInputElement | null;
  readonly #shown = new Map<string, string>();

  constructor(presses: Presses, volume: number | null, signal: AbortSignal) {
    const button = part("listen");
    button.addEventListener("click", presses.pressed, { signal });
    // Space listens and stops wherever one is on the page, as in any player.
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== " " || event.target !== document.body || event.repeat) return;
        event.preventDefault();
        presses.pressed();
      },
      { signal },
    );
    this.#slider = part("volume").querySelector("input");
    this.#stand.hidden = false;
    this.#details.hidden = false;
    if (this.#slider === null || volume === null) return;
    const slider = this.#slider;
    part("volume").hidden = false;
    slider.value = String(Math.round(volume * 100));
    slider.addEventListener("input", () => presses.volume(slider.valueAsNumber / 100), { signal });
  }

  show(view: View, details: Details): void {
    if (view.title !== "") {
      this.#text("title", view.title);
      document.title = view.title;
    }
    document.body.dataset["tone"] = view.tone;
    this.#text("badge", view.badge);
    this.#text("words", view.words);
    this.#text("countdown", view.countdown);
    this.#text("speaking", view.speaking);
    this.#text("listeners", view.listeners);
    for (const id of ["badge", "countdown"]) part(id).hidden = part(id).textContent === "";
    const label = part("listen").querySelector("span");
    if (label !== null && label.textContent !== view.button) label.textContent = view.button;
    this.#player.hidden = !view.playable;
    this.#stand.classList.toggle("on", view.button === "Stop");
    this.#stand.classList.toggle("busy", view.busy);
    this.#stand.style.setProperty("--level", view.level.toFixed(2));
    this.#list(details);
  }

  /** Text that did not change is not set: a screen reader would say it again. */
  #text(id: string, text: string): void {
    if (this.#shown.get(id) === text) return;
    this.#shown.set(id, text);
    part(id).textContent = text;
  }

  #list(details: Details): void {
    if (!this.#details.hasAttribute("open")) return;
    this.#details
      .querySelector("dl")
      ?.replaceChildren(
        ...details.flatMap(([term, text]) => [element("dt", term), element("dd", text)]),
      );
  }
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}
