/** A core: what the house answers about accounts, read with care. */

import type { Millis } from "../stream/backoff";
import { isObject, momentOf, textOf } from "../stream/news";
import type { Account } from "./place";

export interface SignIn {
  readonly id: string;
  readonly browser: string;
  readonly used: Millis | null;
  readonly here: boolean;
}

/** A passkey, a program's token or an invitation: something with a name that can be ended. */
export interface Kept {
  readonly id: string;
  readonly label: string;
  readonly made: Millis | null;
  readonly used: Millis | null;
  readonly ends: Millis | null;
}

export function accountOf(json: unknown): Account | null {
  if (!isObject(json)) return null;
  const kind = json["kind"];
  if (kind !== "owner" && kind !== "host") return null;
  return {
    id: textOf(json["id"]),
    login: textOf(json["login"]),
    name: textOf(json["name"]),
    kind,
    off: json["off"] === true,
  };
}

export function accountsOf(json: unknown): readonly Account[] {
  return listOf(json, accountOf);
}

export function signInsOf(json: unknown): readonly SignIn[] {
  return listOf(json, (one) =>
    isObject(one)
      ? {
          id: textOf(one["id"]),
          browser: textOf(one["browser"]),
          used: when(one["used_at"]),
          here: one["this"] === true,
        }
      : null,
  );
}

export function keptOf(json: unknown): readonly Kept[] {
  return listOf(json, (one) =>
    isObject(one)
      ? {
          id: textOf(one["id"]),
          label: textOf(one["label"]) || textOf(one["name"]),
          made: when(one["made_at"]),
          used: when(one["used_at"]),
          ends: when(one["ends_at"]),
        }
      : null,
  );
}

function when(json: unknown): Millis | null {
  return typeof json === "string" ? momentOf(json) : null;
}

function listOf<Item>(json: unknown, read: (one: unknown) => Item | null): readonly Item[] {
  return Array.isArray(json) ? json.map(read).filter((one) => one !== null) : [];
}
