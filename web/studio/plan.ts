/** A core: when the room is to start, in its zone and in the visitor's, and the form to set it. */

import type { Millis } from "../stream/backoff";
import { isZone } from "../words/moments";
import type { HouseRoom } from "./news";
import type { Order } from "./orders";
import type { Speech } from "./speech";

export interface PlanView {
  readonly line: string;
  readonly doors: string;
  readonly late: boolean;
  readonly why: string;
  /** A start is set, and has not been called off. */
  readonly planned: boolean;
  readonly canPlan: boolean;
  readonly canCallOff: boolean;
  readonly ownHold: boolean;
  readonly visibility: string;
  /** What the form's fields hold before anybody types; they change with `version`. */
  readonly fields: PlanFields;
  readonly version: number;
}

export interface PlanFields {
  /** Local time in the zone, `2026-12-01T20:00`. */
  readonly start: string;
  readonly zone: string;
  readonly doors: string;
}

/** Args: `here`: the visitor's own zone. */
export function planOf(room: HouseRoom | null, here: string, speech: Speech): PlanView {
  const starts = room?.starts ?? null;
  const zone = room !== null && isZone(room.zone) ? room.zone : here;
  const before = room?.state === "scheduled" || room?.state === "doors";
  return {
    line: line(room, here, speech),
    doors: doorsLine(room, speech),
    late: room?.late ?? false,
    why: room?.whyLate ?? "",
    planned: starts !== null && !(room?.cancelled ?? false),
    canPlan: room !== null && (before || room.state === "ended"),
    canCallOff: before && starts !== null,
    ownHold: (room?.hold ?? "") !== "",
    visibility: room?.visibility ?? "public",
    fields: {
      start: starts === null ? "" : localIn(starts, zone),
      zone: starts === null ? here : zone,
      doors: String(doorsBefore(room)),
    },
    version: room?.schedule ?? 0,
  };
}

function line(room: HouseRoom | null, here: string, { say, tell }: Speech): string {
  if (room === null) return "";
  if (room.cancelled) return say(room.missed ? "missed" : "called_off");
  if (room.starts === null) return say("unplanned");
  const when = tell(room.starts, room.zone);
  const mine = tell(room.starts, here);
  return when === mine ? say("planned_here", { when }) : say("planned", { when, mine });
}

function doorsLine(room: HouseRoom | null, { say, clock }: Speech): string {
  if (room?.state !== "scheduled" || room.cancelled) return "";
  if (room.starts === null || room.doors === null || room.doors >= room.starts) return "";
  return say("doors_at", { when: clock(room.doors, room.zone) });
}

function doorsBefore(room: HouseRoom | null): number {
  if (room === null || room.starts === null || room.doors === null) return 15;
  return Math.max(0, Math.round((room.starts - room.doors) / 60_000));
}

/** Returns a moment as a `datetime-local` field has it, in a zone. */
export function localIn(at: Millis, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: isZone(zone) ? zone : "UTC",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}`;
}

/** Returns the order that a filled form gives; null where no start is chosen. */
export function planned({ start, zone, doors }: PlanFields): Order | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(start)) return null;
  const minutes = Number.parseInt(doors, 10);
  return {
    tag: "plan",
    starts: start.slice(0, 16),
    zone,
    doors: Number.isNaN(minutes) ? 0 : Math.min(1_440, Math.max(0, minutes)),
  };
}
