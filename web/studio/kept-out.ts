/** A core: what the house lists when asked: open invitations, bans, reports. */

import type { Millis } from "../stream/backoff";
import { isObject, momentOf, textOf } from "../stream/news";
import { roleOf, type Role } from "./company";

export interface Invitation {
  readonly id: string;
  readonly role: Role;
  readonly name: string;
  readonly until: Millis | null;
}

export interface Banned {
  readonly id: string;
  readonly name: string;
  readonly until: Millis | null;
}

export interface Reported {
  readonly by: string;
  readonly whom: string;
  readonly why: string;
}

export function invitationsOf(json: unknown): readonly Invitation[] {
  return listed(json, "invitations").flatMap((each) => {
    const role = roleOf(each["role"]);
    const id = textOf(each["invitation"]);
    if (role === null || id === "") return [];
    return [{ id, role, name: textOf(each["name"]), until: momentOf(each["ends_at"]) }];
  });
}

export function bansOf(json: unknown): readonly Banned[] {
  return listed(json, "bans").map((each) => ({
    id: textOf(each["ban"]),
    name: textOf(each["name"]),
    until: momentOf(each["ends_at"]),
  }));
}

export function reportsOf(json: unknown): readonly Reported[] {
  return listed(json, "reports").map((each) => ({
    by: textOf(each["made_by"]),
    whom: textOf(each["whom"]),
    why: textOf(each["why"]),
  }));
}

/** Returns the link that a new invitation is. */
export function linkOf(json: unknown): string {
  return isObject(json) ? textOf(json["link"]) : "";
}

function listed(json: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  const list: unknown = isObject(json) ? json[name] : null;
  return Array.isArray(list) ? list.filter(isObject) : [];
}
