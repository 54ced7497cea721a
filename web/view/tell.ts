/** A shell: moments in the visitor's own words, language and zone. */

import type { Millis } from "../stream/backoff";

export type Tell = (moment: Millis) => string;

export const tell: Tell = (moment) =>
  new Intl.DateTimeFormat(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(moment);
