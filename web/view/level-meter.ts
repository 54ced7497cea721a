/** A shell: `<level-meter>`, a bar that shows a loudness. For the eye only: words say the rest. */

import { level } from "./level";

export class LevelMeter extends HTMLElement {
  readonly #bar = document.createElement("i");

  connectedCallback(): void {
    this.setAttribute("aria-hidden", "true");
    if (!this.#bar.isConnected) this.append(this.#bar);
  }

  /** Shows a dBFS RMS. */
  show(db: number): void {
    this.#bar.style.setProperty("--level", level(db).toFixed(3));
  }
}

export function defineLevelMeter(): void {
  customElements.define("level-meter", LevelMeter);
}
