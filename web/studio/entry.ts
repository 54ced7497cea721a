/**
 * A core: the way in. A link brings a secret; a name and the secret make a member, whose token the
 * browser keeps for the room. Whoever comes again with the same link, or with none, is in at once.
 */

import { isObject, objectOf, textOf } from "../stream/news";
import { roleOf, type Role } from "./company";

/** What the browser keeps of somebody in one room. */
export interface Kept {
  readonly member: string;
  readonly token: string;
  /** Which link it came from; no secret can be had back from it. */
  readonly from: string;
}

export interface Entered {
  readonly member: string;
  readonly token: string;
  readonly name: string;
  readonly role: Role;
  readonly acting: boolean;
}

/** As what somebody would come in. */
export interface Welcome {
  /** What their link or their account says; may be empty. */
  readonly name: string;
  /** Who it is needs no asking. */
  readonly known: boolean;
}

export type Way =
  /** The token that is kept is good for this link. */
  | { readonly tag: "in"; readonly kept: Kept }
  /** A name is wanted first. No secret: whoever is signed in comes in as themselves. */
  | { readonly tag: "door"; readonly secret: string };

/** Args: `secret`: what stands behind the # of the link. */
export function wayIn(secret: string, kept: Kept | null): Way {
  const known = kept !== null && (secret === "" || kept.from === printOf(secret));
  return known ? { tag: "in", kept } : { tag: "door", secret };
}

export function keptOf(text: string): Kept | null {
  const json = objectOf(text);
  if (json === null) return null;
  const kept = {
    member: textOf(json["member"]),
    token: textOf(json["token"]),
    from: textOf(json["from"]),
  };
  return kept.token === "" ? null : kept;
}

/** Returns what the browser is to keep. */
export function written({ member, token }: Entered, secret: string): string {
  return JSON.stringify({ member, token, from: printOf(secret) } satisfies Kept);
}

export function enteredOf(json: unknown): Entered | null {
  if (!isObject(json)) return null;
  const role = roleOf(json["role"]);
  const entered = {
    member: textOf(json["member"]),
    token: textOf(json["token"]),
    name: textOf(json["name"]),
    acting: json["acting"] === true,
  };
  return role === null || entered.token === "" ? null : { ...entered, role };
}

export function welcomeOf(json: unknown): Welcome | null {
  if (!isObject(json)) return null;
  return { name: textOf(json["name"]), known: json["known"] === true };
}

/** Tells links apart: 32 bits of a secret of 192, which is no help to guess it. FNV-1a. */
export function printOf(secret: string): string {
  let hash = 0x811c9dc5;
  for (const letter of secret) {
    hash ^= letter.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash.toString(16);
}
