/** A core: what is planned in a room, in words: when, how long still, late, called off, calendars. */

import type { Millis } from "../stream/backoff";
import { momentOf, textOf, type Room, type RoomState } from "../stream/news";
import type { soon } from "../words/en/soon";
import type { Language } from "../words/language";
import { clock, moment } from "../words/moments";
import type { Say } from "../words/reader";
import type { View } from "./words";

const HOUR: Millis = 3_600_000;
const LAST_DAY: Millis = 8.6e15;

export interface Plan {
  readonly state: RoomState;
  readonly title: string;
  readonly starts: Millis;
  /** The zone in which the host has planned it. */
  readonly zone: string;
  readonly doors: Millis;
  readonly late: boolean;
  readonly why: string;
  readonly cancelled: boolean;
  /** Cancelled, as nobody came to speak. */
  readonly missed: boolean;
  readonly reminds: boolean;
  readonly house: string;
}

/** How the visitor reads it. */
export interface Reader {
  readonly language: Language;
  readonly say: Say<typeof soon>;
  readonly zone: string;
}

export interface Shown {
  /** What is shown elsewhere on the page in place of what stands there. */
  readonly view: Partial<View>;
  readonly lines: readonly string[];
  /** There is something to come that a calendar can note. */
  readonly ahead: boolean;
  readonly reminds: boolean;
}

/** Returns what is planned; events in the sound say only what may change while one waits. */
export function planOf(room: Room, before: Plan | null): Plan | null {
  const { said, state, title } = room;
  const kept = <Value>(key: string, value: Value, old: Value | undefined): Value =>
    key in said || old === undefined ? value : old;
  const starts = kept("starts", dayOf(said["starts"]), before?.starts);
  if (starts === null) return null;
  return {
    state,
    title,
    starts,
    zone: kept("zone", textOf(said["zone"]), before?.zone),
    doors: kept("doors", dayOf(said["doors"]) ?? starts, before?.doors),
    late: kept("late", said["late"] === true, before?.late),
    why: kept("why_late", textOf(said["why_late"]), before?.why),
    cancelled: kept("cancelled", said["cancelled"] === true, before?.cancelled),
    missed: kept("missed", said["missed"] === true, before?.missed),
    reminds: kept("reminds", said["reminds"] === true, before?.reminds),
    house: kept("house", textOf(said["house"]), before?.house),
  };
}

/** A moment that a calendar has. */
function dayOf(json: unknown): Millis | null {
  const moment = momentOf(json);
  return moment === null || Math.abs(moment) > LAST_DAY ? null : moment;
}

/** Args: `first`: the start that this visitor read first; `next`: the one in the page's own words. */
export function shownOf(
  plan: Plan,
  first: Millis,
  reader: Reader,
  now: Millis,
  next: Millis | null = plan.starts,
): Shown {
  const before = plan.state === "scheduled" || plan.state === "doors";
  const off = plan.cancelled && plan.state === "ended";
  const ahead = before && plan.starts > now;
  const waiting = before && plan.starts > now - HOUR;
  return {
    view: { ...stale(plan, reader, next), ...viewOf(plan, reader, now, before, off) },
    lines: before ? lines(plan, first, reader, now) : [],
    ahead,
    reminds: waiting && plan.reminds && plan.house !== "",
  };
}

function viewOf(
  plan: Plan,
  { language, say }: Reader,
  now: Millis,
  before: boolean,
  off: boolean,
): Partial<View> {
  const off_as = plan.missed ? "missed" : "called_off";
  const words = say(`${off_as}_more`, { moment: moment(language, plan.starts) });
  if (off) return { badge: say(off_as), tone: "rest", words };
  if (!before) return {};
  if (plan.late) return { badge: say("late"), tone: "trouble" };
  return { countdown: until(plan.starts - now, say) };
}

/** What the page says of the start is as old as its last question; the plan comes with the sound. */
function stale(plan: Plan, { language, say }: Reader, next: Millis | null): Partial<View> {
  if (plan.state !== "scheduled" || next === null || next === plan.starts) return {};
  return { words: say("starts", { moment: moment(language, plan.starts) }) };
}

function lines(
  plan: Plan,
  first: Millis,
  { language, say, zone }: Reader,
  now: Millis,
): readonly string[] {
  const start = { moment: moment(language, plan.starts) };
  const why = plan.why === "" ? [] : [plan.why];
  if (plan.late) return [say("late_more", start), ...why];
  const moved = plan.starts !== first;
  // Before the doors open the page's own words say when it starts.
  const when = moved ? [say("moved", start)] : plan.state === "doors" ? [say("starts", start)] : [];
  const there = { moment: moment(language, plan.starts, plan.zone), zone: plan.zone };
  const elsewhere = plan.zone !== "" && plan.zone !== zone && !isSame(plan, language);
  const doors = plan.state === "scheduled" && plan.doors < plan.starts && plan.doors > now;
  return [
    ...when,
    ...why,
    ...(elsewhere ? [say("there", there)] : []),
    ...(doors ? [say("doors", { time: clock(language, plan.doors) })] : []),
  ];
}

/** Clocks here and there show the same: Berlin need not be told of Paris. */
function isSame({ starts, zone }: Plan, language: Language): boolean {
  const day = (text: string) => text.split(/\d\d[.:]\d\d/)[0];
  return (
    clock(language, starts) === clock(language, starts, zone) &&
    day(moment(language, starts)) === day(moment(language, starts, zone))
  );
}

/** Returns "2 days 03:12:09", "03:12:09", or that it is time. */
export function until(wait: Millis, say: Say<typeof soon>): string {
  if (wait <= 0) return say("any_moment");
  const seconds = Math.ceil(wait / 1000);
  const days = Math.floor(seconds / 86_400);
  const shown = [seconds / 3600, seconds / 60, seconds]
    .map((count, place) => String(Math.floor(count) % (place === 0 ? 24 : 60)).padStart(2, "0"))
    .join(":");
  return days === 0 ? shown : say("days", { count: days, clock: shown });
}

/** Returns the address at which a calendar on the web offers to note it. */
export function calendarAt(service: "google" | "outlook", plan: Plan, link: string): string {
  const [start, end] = [new Date(plan.starts), new Date(plan.starts + HOUR)];
  if (service === "google") {
    const compact = (at: Date) => at.toISOString().replace(/[-:]|\.\d+/g, "");
    const asked = { action: "TEMPLATE", text: plan.title, location: link, details: link };
    const dates = `${compact(start)}/${compact(end)}`;
    return `https://calendar.google.com/calendar/render?${query({ ...asked, dates })}`;
  }
  return `https://outlook.live.com/calendar/0/action/compose?${query({
    rru: "addevent",
    subject: plan.title,
    location: link,
    body: link,
    startdt: start.toISOString(),
    enddt: end.toISOString(),
  })}`;
}

function query(asked: Readonly<Record<string, string>>): string {
  return new URLSearchParams(asked).toString();
}
