/**
 * A shell: what is planned, on the listener's page, as a chunk of its own that comes to rooms with
 * a start: when it begins here and there, countdown, late, called off, calendars, reminders.
 */

import type { Millis } from "../stream/backoff";
import { objectOf, textOf } from "../stream/news";
import { soon } from "../words/en/soon";
import { language, SPOKEN } from "../words/kept";
import { reader, type Say } from "../words/reader";
import type { Place } from "./hand";
import { part } from "./page";
import { dress } from "./panel";
import { calendarAt, planOf, shownOf, type Plan, type Reader } from "./planned";
import css from "./soon.css?inline";
import type { Listening } from "./state";
import type { View } from "./words";

const ANSWERS_WITHIN: Millis = 10_000;

/** Puts the plan on the page; returns what shows how it stands, and what it changes elsewhere. */
export async function planning(
  place: Place,
  signal: AbortSignal,
): Promise<(view: View, state: Listening) => View> {
  dress(css);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const made = async () =>
    new Planning({ language: language(), say: await texts(), zone }, place, signal);
  let shown = await made();
  const anew = () =>
    void made().then((other) => {
      shown.drop();
      shown = other;
    });
  document.addEventListener(SPOKEN, anew, { signal });
  return (view, state) => shown.show(view, state);
}

async function texts(): Promise<Say<typeof soon>> {
  if (language() === "en") return reader<typeof soon>("en", soon);
  const { soon: indonesian } = await import("../words/id/soon");
  return reader<typeof soon>("id", indonesian);
}

class Planning {
  #plan: Plan | null = null;
  #first: Millis | null = null;
  #said = "";
  readonly #section = made("section");
  readonly #lines = made("div");
  readonly #calendars = made("details");
  readonly #reminder = made("details");

  constructor(
    readonly reader: Reader,
    readonly place: Place,
    readonly signal: AbortSignal,
  ) {
    const { say } = reader;
    this.#section.id = "soon";
    this.#section.lang = reader.language;
    this.#section.setAttribute("aria-label", say("add"));
    this.#lines.setAttribute("role", "status");
    this.#calendars.append(made("summary", say("add")));
    this.#reminder.append(made("summary", say("remind")));
    const opened = () => this.#open();
    this.#reminder.addEventListener("toggle", opened, { signal });
    const row = made("div");
    row.className = "row";
    row.append(this.#calendars, this.#reminder);
    this.#section.append(this.#lines, row);
    part("countdown").after(this.#section);
  }

  show(view: View, { room, unknown }: Listening): View {
    this.#plan = room === null || unknown ? null : planOf(room, this.#plan);
    const plan = this.#plan;
    this.#section.hidden = plan === null;
    if (plan === null) return view;
    this.#first ??= plan.starts;
    const shown = shownOf(plan, this.#first, this.reader, Date.now(), room?.next);
    this.#section.hidden = shown.lines.length === 0 && !shown.ahead && !shown.reminds;
    this.#calendars.hidden = !shown.ahead;
    this.#reminder.hidden = !shown.reminds;
    const said = JSON.stringify([shown.lines, plan.starts, plan.title]);
    if (said !== this.#said) {
      this.#said = said;
      this.#lines.replaceChildren(...shown.lines.map((line) => made("p", line)));
      this.#link(plan);
    }
    return { ...view, ...shown.view };
  }

  drop(): void {
    this.#section.remove();
  }

  #link(plan: Plan): void {
    const key = this.place.key === "" ? "" : `?${this.place.key}`;
    const here = `${location.origin}/${this.place.room}${key}`;
    const file = link(`/${this.place.room}/event.ics${key}`, this.reader.say("file"));
    const google = link(calendarAt("google", plan, here), "Google Calendar");
    const outlook = link(calendarAt("outlook", plan, here), "Outlook");
    for (const away of [google, outlook]) {
      away.target = "_blank";
      away.rel = "noopener noreferrer";
    }
    const list = made("p");
    list.append(file, google, outlook);
    this.#calendars.querySelector("p")?.remove();
    this.#calendars.append(list);
  }

  /** The form is made when somebody wants it. */
  #open(): void {
    if (this.#reminder.querySelector("form") !== null) return;
    const { say } = this.reader;
    const [form, label, input] = [made("form"), made("label", say("address")), made("input")];
    const [button, told] = [made("button", say("send")), made("p", say("promise"))];
    input.type = "email";
    input.required = true;
    input.maxLength = 254;
    input.autocomplete = "email";
    told.setAttribute("role", "status");
    label.append(input);
    form.append(label, button, told);
    const submit = (event: Event) => {
      event.preventDefault();
      button.disabled = true;
      told.textContent = say("sending");
      void this.#ask(input.value).then((answer) => {
        told.textContent = answer ?? say("sent");
        button.disabled = false;
        if (answer === null) input.value = "";
      });
    };
    form.addEventListener("submit", submit, { signal: this.signal });
    this.#reminder.append(form);
    input.focus();
  }

  /** Returns why the house will not, or null: it writes. */
  async #ask(address: string): Promise<string | null> {
    const { language: said, say } = this.reader;
    const key = this.place.key.replace("key=", "");
    try {
      const asked = `${this.#plan?.house ?? ""}/api/rooms/${this.place.room}/reminders`;
      const response = await fetch(asked, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ address: address.trim(), language: said, key }),
        signal: AbortSignal.timeout(ANSWERS_WITHIN),
      });
      if (response.ok) return null;
      const json = objectOf(await response.text());
      const { refused } = await import("../words/refused");
      return refused(said, textOf(json?.["code"]), textOf(json?.["message"])) || say("failed");
    } catch {
      return say("failed");
    }
  }
}

function link(address: string, text: string): HTMLAnchorElement {
  const found = made("a", text);
  found.href = address;
  return found;
}

function made<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = "",
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
