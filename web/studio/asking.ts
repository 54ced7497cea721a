/** A shell: questions before what cannot be taken back. */

import { dialog, part, set } from "./parts";

/** Asks whether one is sure, and does it only then. */
export class Sure {
  #act: () => void = () => undefined;

  constructor(signal: AbortSignal) {
    const place = dialog("sure");
    const closed = () => place.returnValue === "yes" && this.#act();
    place.addEventListener("close", closed, { signal });
  }

  ask(words: string, act: () => void): void {
    const place = dialog("sure");
    this.#act = act;
    set(part("sure-words"), words);
    place.returnValue = "no";
    place.showModal();
  }
}
