/** A shell: the page in the visitor's language, as a chunk for those who do not read English. */

import { listening as english } from "../words/en/listening";
import { listening as indonesian } from "../words/id/listening";
import { language } from "../words/kept";
import { echo } from "./echo";

/** Returns what says the page's words; puts in place what stands in the page itself. */
export function speaking(): (text: string) => string {
  const now = language();
  const say = now === "en" ? (text: string) => text : echo(english, indonesian);
  document.documentElement.lang = now;
  const standing = ["#volume span", "#details summary", "footer a"];
  for (const each of standing.map((one) => document.querySelector<HTMLElement>(one)))
    if (each !== null) each.textContent = say((each.dataset["english"] ??= each.textContent));
  return say;
}
