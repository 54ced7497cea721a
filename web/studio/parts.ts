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

function typed<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = part(id);
  if (!(found instanceof type)) throw new Error(`${id} is not what it should be`);
  return found;
}

export const field = (id: string): HTMLInputElement => typed(id, HTMLInputElement);
export const select = (id: string): HTMLSelectElement => typed(id, HTMLSelectElement);
export const button = (id: string): HTMLButtonElement => typed(id, HTMLButtonElement);
export const audio = (id: string): HTMLAudioElement => typed(id, HTMLAudioElement);
export const dialog = (): HTMLDialogElement => typed("ending", HTMLDialogElement);
