/** A shell: one's rooms, each with its state, its studio and the links to hand out. */

import { textOf } from "../stream/news";
import type { Context } from "./context";
import { ask, good, segment } from "./house";
import { copied, el } from "./parts";
import { badgeOf, roomsOf, sorted, type Room } from "./room";
import { dayAndTime, short, timeOnly } from "./speech";
import { placeName, shownIn } from "./zones";

const LOOK_EVERY = 5_000;

/** Shows the rooms, and looks again every five seconds while it is seen. */
export async function rooms(page: Context): Promise<HTMLElement> {
  const { say } = page;
  const list = el("div", { class: "rooms" });
  const head = el(
    "header",
    { class: "head" },
    el("h1", {}, say("my_rooms")),
    el("button", { type: "button", class: "strong", press: () => page.go("new") }, say("new_room")),
  );
  const shown = new Map<string, HTMLElement>();
  const look = async () => {
    const answer = await ask("GET", "rooms");
    if (page.signal.aborted) return;
    if (answer.status === 401) return page.left();
    if (good(answer)) show(page, list, shown, sorted(roomsOf(answer.json["rooms"])));
  };
  await look();
  const timer = setInterval(() => {
    if (document.visibilityState === "visible") void look();
  }, LOOK_EVERY);
  page.signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  return el("section", {}, head, list);
}

/** Puts cards into the list; only what has changed is made anew, so that an open one stays open. */
function show(
  page: Context,
  list: HTMLElement,
  shown: Map<string, HTMLElement>,
  all: readonly Room[],
): void {
  if (all.length === 0) return list.replaceChildren(empty(page));
  const cards = all.map((room) => {
    const card = shown.get(room.slug) ?? roomCard(page, room);
    shown.set(room.slug, card);
    card.querySelector(".top")?.replaceWith(top(page, room));
    return card;
  });
  const same = cards.length === list.children.length && cards.every((card, at) => list.children[at] === card);
  if (!same) list.replaceChildren(...cards);
}

function empty({ say, go }: Context): HTMLElement {
  return el(
    "div",
    { class: "card empty" },
    el("h2", {}, say("no_rooms")),
    el("p", { class: "soft" }, say("no_rooms_more")),
    el("button", { type: "button", class: "strong", press: () => go("new") }, say("first_room")),
  );
}

function roomCard(page: Context, room: Room): HTMLElement {
  const { say } = page;
  const studio = el("a", { class: "button", href: `/studio/${segment(room.slug)}` }, say("open_studio"));
  const details = el("details", {}, el("summary", {}, say("links")));
  details.addEventListener("toggle", () => {
    if (details.children.length === 1) details.append(links(page, room));
  });
  return el("article", { class: "card room", "data-room": room.slug }, el("div", { class: "top" }), el("div", { class: "row" }, studio), details);
}

function top(page: Context, room: Room): HTMLElement {
  const { say } = page;
  const badge = badgeOf(room);
  const words = [facts(page, room), seen(page, room)].filter((text) => text !== "").join(" · ");
  return el(
    "div",
    { class: "top", "data-tone": badge.tone },
    el("p", { class: "badge" }, say(badge.word as "planned")),
    el("h2", {}, room.title),
    el("p", { class: "soft" }, words || "\u00a0"),
  );
}

/** Says since when, or when next, in the visitor's zone. */
function facts(page: Context, room: Room): string {
  const { say, language, zone } = page;
  const now = Date.now();
  if (room.state === "scheduled" && room.starts !== null && !room.cancelled) {
    const here = dayAndTime(language, room.starts, zone);
    const sameDay = shownIn(room.zone, room.starts).day === shownIn(zone, room.starts).day;
    const there = (sameDay ? timeOnly : dayAndTime)(language, room.starts, room.zone);
    const same = dayAndTime(language, room.starts, room.zone) === here;
    return same ? here : `${here} (${say("starts_there", { there, zone: placeName(room.zone) })})`;
  }
  if (room.state === "scheduled" || room.since === null) return "";
  return say("since", { when: short(language, room.since, now, zone) });
}

function seen({ say }: Context, room: Room): string {
  const said: string[] = [];
  if (room.listeners > 0) said.push(say("listening", { count: room.listeners }));
  if (room.speakers > 0) said.push(say("on_stage", { count: room.speakers }));
  if (room.visibility === "unlisted") said.push(say("unlisted"));
  if (room.visibility === "invited") said.push(say("invited_only"));
  return said.join(" · ");
}

export function links(page: Context, room: Room): HTMLElement {
  const { say } = page;
  const more = room.visibility === "invited" ? say("for_listeners_invited") : say("for_listeners_more");
  const all = el("div", { class: "links" }, copied(say, say("for_listeners"), room.listen, more));
  if (room.keys === null) return all;
  all.append(personal(page, room, "speaker"), personal(page, room, "cohost"));
  const equipment = el(
    "details",
    {},
    el("summary", {}, say("equipment")),
    el("p", { class: "hint" }, say("equipment_more")),
    copied(say, say("whip"), room.keys.whip),
    copied(say, say("whip_key"), room.keys.whip_token),
    copied(say, say("source"), room.keys.source),
    copied(say, say("source_key"), room.keys.source_key),
  );
  all.append(equipment);
  return all;
}

/** Offers a link for one person, which is made when it is asked for. */
function personal(page: Context, room: Room, role: "speaker" | "cohost"): HTMLElement {
  const { say } = page;
  const label = role === "speaker" ? say("for_speakers") : say("for_cohost");
  const place = el("div", { class: "field personal" }, el("b", {}, label), el("p", { class: "hint" }, say("for_person_more")));
  const trouble = el("p", { class: "hint", role: "alert" });
  const make = async () => {
    const answer = await ask("POST", `rooms/${segment(room.slug)}/invitations`, { role });
    if (good(answer)) button.before(copied(say, say("one_link"), textOf(answer.json["link"]), say("made_link")));
    trouble.textContent = good(answer) ? "" : page.why(answer);
  };
  const button = el(
    "button",
    { type: "button", "aria-label": `${label}: ${say("make_link")}`, press: () => void make() },
    say("make_link"),
  );
  place.append(button, trouble);
  return place;
}
