/** A shell: a new room, or an event: what it is called, when it starts, who finds it. */

import { textOf } from "../stream/news";
import type { Context } from "./context";
import { ask, good, segment } from "./house";
import { choice, el, field, form, input, said, select } from "./parts";
import { roomOf } from "./room";
import { links } from "./rooms";
import { slugOf } from "./slug";
import { dayAndTime, timeOnly } from "./speech";
import { momentIn, placeName, shownIn } from "./zones";

const DOORS = [0, 5, 10, 15, 30, 60] as const;
const WEEK = 7 * 86_400_000;

export function newRoom(page: Context): HTMLElement {
  const { say } = page;
  const place = el("section", { class: "card narrow" });
  const made = (slug: string) => void shown(page, place, slug);
  place.append(el("h1", {}, say("new_head")), whole(page, made));
  return place;
}

function whole(page: Context, made: (slug: string) => void): HTMLElement {
  const { say } = page;
  const planned = plan(page);
  const sends = form(
    [...names(page), planned, who(page)],
    say("make_room"),
    async (values) => {
      const answer = await ask("POST", "rooms", asked(values));
      if (!good(answer)) return page.why(answer);
      made(textOf(answer.json["slug"]));
      return "";
    },
  );
  return sends;
}

/** Returns what the house is asked. */
function asked(values: FormData): Readonly<Record<string, unknown>> {
  const body = {
    slug: said(values, "slug"),
    title: said(values, "title"),
    visibility: said(values, "visibility"),
  };
  if (said(values, "begins") !== "planned") return body;
  return {
    ...body,
    starts: `${said(values, "day")}T${said(values, "time")}`,
    zone: said(values, "zone"),
    doors_before: Number(said(values, "doors")),
  };
}

function names({ say }: Context): readonly HTMLElement[] {
  const title = input("title", { required: true, maxlength: "120" });
  const slug = input("slug", {
    required: true,
    maxlength: "64",
    pattern: "[a-z0-9]([a-z0-9\\-]{0,62}[a-z0-9])?",
    autocapitalize: "none",
    spellcheck: "false",
    class: "mono",
  });
  const link = field(say("link_name"), slug, say("link_name_more", { link: "…" }));
  const hint = link.querySelector(".hint");
  let own = false;
  const tell = () => {
    if (hint !== null) hint.textContent = say("link_name_more", { link: `…/${slug.value || "…"}` });
  };
  title.addEventListener("input", () => {
    if (own) return;
    slug.value = slugOf(title.value);
    tell();
  });
  slug.addEventListener("input", () => {
    own = slug.value !== "";
    tell();
  });
  return [field(say("event_title"), title, say("event_title_more")), link];
}

/** The start: by voice, or at a time in a zone, with what that means here and there. */
function plan(page: Context): HTMLElement {
  const { say } = page;
  const open = choice("begins", "voice", say("when_open"), say("when_open_more"), false);
  const planned = choice("begins", "planned", say("when_planned"), say("when_planned_more"), true);
  const start = shownIn(page.zone, Date.now() + WEEK);
  const day = input("day", { type: "date", required: true, min: shownIn(page.zone, Date.now()).day });
  day.value = start.day;
  const time = input("time", { type: "time", required: true });
  time.value = "20:00";
  const zone = select("zone", zones(page), page.zone);
  const preview = el("output", { class: "preview" });
  const doors = select("doors", DOORS.map((minutes) => [String(minutes), doorsSaid(page, minutes)]), "15");
  const when = el(
    "div",
    { class: "when" },
    el("div", { class: "pair" }, field(say("day"), day), field(say("time"), time)),
    field(say("zone"), zone),
    preview,
    field(say("doors"), doors, say("doors_more")),
  );
  const whole = el("fieldset", {}, el("legend", {}, say("when")), open, planned, when);
  const tell = () => {
    const isPlanned = whole.querySelector<HTMLInputElement>("input[value=planned]")?.checked ?? false;
    when.hidden = !isPlanned;
    for (const box of [day, time, zone, doors]) box.disabled = !isPlanned;
    const [words, fine] = previewOf(page, day.value, time.value, zone.value);
    preview.textContent = words;
    preview.dataset["tone"] = fine ? "good" : "trouble";
  };
  whole.addEventListener("input", tell);
  whole.addEventListener("change", tell);
  tell();
  return whole;
}

function doorsSaid({ say }: Context, minutes: number): string {
  return minutes === 0 ? say("doors_at") : say("doors_before", { count: minutes });
}

/** Returns all zones that the browser knows, the visitor's own first. */
function zones({ say, zone, language }: Context): readonly (readonly [string, string])[] {
  const others = Intl.supportedValuesOf("timeZone").filter((one) => one !== zone);
  const now = Date.now();
  const named = (one: string) => `${placeName(one)} (${timeOnly(language, now, one)}, ${one})`;
  return [
    [zone, `${placeName(zone)} (${say("here")})`],
    ...others.map((one) => [one, named(one)] as const),
  ];
}

function previewOf(page: Context, day: string, time: string, zone: string): readonly [string, boolean] {
  const { say, language } = page;
  const place = placeName(zone);
  const moment = momentIn(zone, day, time);
  switch (moment.tag) {
    case "empty":
      return [say("preview_empty"), false];
    case "gap":
      return [say("preview_gap", { place }), false];
    case "twice":
      return [say("preview_twice", { place }), false];
    case "at":
      break;
  }
  if (moment.at <= Date.now()) return [say("preview_past"), false];
  const there = dayAndTime(language, moment.at, zone);
  const sameDay = shownIn(zone, moment.at).day === shownIn(page.zone, moment.at).day;
  const here = sameDay
    ? timeOnly(language, moment.at, page.zone)
    : dayAndTime(language, moment.at, page.zone);
  if (dayAndTime(language, moment.at, page.zone) === there) return [say("preview", { there, place }), true];
  return [say("preview_both", { there, place, here, yours: placeName(page.zone) }), true];
}

function who({ say }: Context): HTMLElement {
  return el(
    "fieldset",
    {},
    el("legend", {}, say("who")),
    choice("visibility", "public", say("public"), say("public_more"), true),
    choice("visibility", "unlisted", say("unlisted"), say("unlisted_more"), false),
    choice("visibility", "invited", say("invited_only"), say("invited_more"), false),
  );
}

/** Shows the links of the room that has just been made. */
async function shown(page: Context, place: HTMLElement, slug: string): Promise<void> {
  const { say } = page;
  const answer = await ask("GET", `rooms/${segment(slug)}`);
  const room = good(answer) ? roomOf(answer.json) : null;
  if (room === null) return page.go("rooms");
  const head = el("h1", { tabindex: "-1" }, say("made_head", { title: room.title }));
  place.replaceChildren(
    head,
    el("p", { class: "soft" }, say("made_more")),
    links(page, room),
    el(
      "div",
      { class: "row" },
      el("a", { class: "button strong", href: `/studio/${segment(slug)}` }, say("open_studio")),
      el("button", { type: "button", press: () => page.go("rooms") }, say("to_rooms")),
    ),
  );
  head.focus();
  window.scrollTo(0, 0);
}
