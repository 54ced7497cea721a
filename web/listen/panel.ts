/** A shell: the volume and the details, which are shown once there is sound. */

import type { Details } from "./details";
import { offer } from "../words/fill";
import { keep, language, SPOKEN } from "../words/kept";
import { part, VOLUME, type Page } from "./page";

/** Lets the visitor turn the volume; a device that has buttons for it does not let us. */
export function turnable(audio: HTMLAudioElement): void {
  const label = part("volume");
  const slider = label.querySelector("input");
  const { volume } = audio;
  audio.volume = 0.5;
  const ours = audio.volume === 0.5;
  audio.volume = volume;
  if (slider === null || !ours) return;
  slider.value = String(Math.round(volume * 100));
  slider.oninput = () => {
    audio.volume = slider.valueAsNumber / 100;
    remember(VOLUME, String(audio.volume));
  };
  label.hidden = false;
}

/** Storage may be forbidden; then nothing is remembered. */
function remember(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    return;
  }
}

/** Styles of what comes late; an old browser shows it plain. */
export function dress(css: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  } catch {
    return;
  }
}

/** Lets the visitor choose another language. The sound goes on; all that is shown says it anew. */
export function languages(page: Page, signal: AbortSignal): void {
  const choice = document.createElement("select");
  choice.id = "language";
  choice.setAttribute("aria-label", "Language, bahasa");
  const chosen = (wish: ReturnType<typeof language>) => {
    keep(wish);
    void import("./tongue").then(({ speaking }) => {
      page.say = speaking();
      document.dispatchEvent(new Event(SPOKEN));
    });
  };
  offer(choice, language(), chosen, signal);
  part("details").after(choice);
}

export function list(details: Details): void {
  const panel = part("details");
  panel.hidden = false;
  if (!panel.hasAttribute("open")) return;
  panel
    .querySelector("dl")
    ?.replaceChildren(
      ...details.flatMap(([term, text]) => [element("dt", term), element("dd", text)]),
    );
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
