/** A shell: the parts of the studio's page, by their ids. */

/** Text that did not change is not set: a screen reader would say it again. */
export function set(place: Element | null, words: string): void {
  if (place !== null && place.textContent !== words) place.textContent = words;
}

export function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

/** The first of its kind within a part. */
export function within(place: ParentNode, selector: string): HTMLElement {
  const found = place.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`the page has no ${selector} there`);
  return found;
}

function typed<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = part(id);
  if (!(found instanceof type)) throw new Error(`${id} is not what it should be`);
  return found;
}

export const field = (id: string): HTMLInputElement => typed(id, HTMLInputElement);
export const select = (id: string): HTMLSelectElement => typed(id, HTMLSelectElement);
export const button = (id: string): HTMLButtonElement => typed(id, HTMLButtonElement);
export const audio = (id: string): HTMLAudioElement => typed(id, HTMLAudioElement);
export const form = (id: string): HTMLFormElement => typed(id, HTMLFormElement);
export const dialog = (id: string): HTMLDialogElement => typed(id, HTMLDialogElement);

/** Shows words, or nothing where there are none. */
export function strip(id: string, words: string): void {
  const place = part(id);
  set(place, words);
  place.hidden = words === "";
}

export function tone(place: HTMLElement, tone: string): void {
  if (place.dataset["tone"] !== tone) place.dataset["tone"] = tone;
}

/** Makes an element with a class and a text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  kind = "",
  words = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (kind !== "") made.className = kind;
  if (words !== "") made.textContent = words;
  return made;
}

export function pressable(press: () => void, signal: AbortSignal, kind = ""): HTMLButtonElement {
  const made = make("button", kind);
  made.type = "button";
  made.addEventListener("click", press, { signal });
  return made;
}

/** Gives a button its words, and longer ones for whoever does not see what it stands beside. */
export function word(place: HTMLButtonElement, words: string, label = ""): void {
  set(place, words);
  if (label !== "" && place.getAttribute("aria-label") !== label)
    place.setAttribute("aria-label", label);
}

/** Takes a link with it, and says so. */
export async function copy(from: HTMLInputElement, say: (done: boolean) => void): Promise<void> {
  from.select();
  try {
    await navigator.clipboard.writeText(from.value);
    say(true);
  } catch {
    say(false);
  }
}

/** One line of a list that is kept: a button must not vanish under the finger. */
export interface Line<View> {
  readonly item: HTMLElement;
  show(view: View): void;
}

/** A list whose lines are kept by their keys, in the order of what is shown. */
export class Lines<View> {
  readonly #lines = new Map<string, Line<View>>();

  constructor(
    readonly place: HTMLElement,
    readonly key: (view: View) => string,
    readonly made: (view: View) => Line<View>,
  ) {}

  show(views: readonly View[]): void {
    const held = document.activeElement;
    const holds = this.place.contains(held);
    const at = [...this.place.children].findIndex((item) => item.contains(held));
    this.#arrange(views);
    if (holds && document.activeElement !== held) this.#hold(held, at);
  }

  /** A line that moved or went has not lost the keyboard: it is where it was, or the next has it. */
  #hold(held: Element | null, at: number): void {
    const item = this.place.children[Math.min(at, this.place.children.length - 1)];
    const next = held?.isConnected === true ? held : item?.querySelector("button:not([hidden])");
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
  }

  #arrange(views: readonly View[]): void {
    const here = new Set(views.map(this.key));
    for (const [key, line] of this.#lines) {
      if (here.has(key)) continue;
      line.item.remove();
      this.#lines.delete(key);
    }
    views.forEach((view, index) => {
      const key = this.key(view);
      const line = this.#lines.get(key) ?? this.made(view);
      this.#lines.set(key, line);
      const there = this.place.children[index];
      if (there !== line.item) this.place.insertBefore(line.item, there ?? null);
      line.show(view);
    });
  }
}
