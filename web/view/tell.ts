/** A shell: moments in the page's language and the visitor's zone. */

import type { Millis } from "../stream/backoff";

export type Tell = (moment: Millis) => string;

/** Day before month and a clock of 24 hours, as Britain writes English: all of the page does. */
export const tell: Tell = (moment) =>
  new Intl.DateTimeFormat(`${document.documentElement.lang}-GB`, {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(moment);
