/** A core: which of the page's places a visitor sees, told from the address and who they are. */

export interface Account {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly kind: "owner" | "host";
  readonly off: boolean;
}

export type Place =
  | { readonly tag: "first" | "accept"; readonly secret: string }
  | { readonly tag: "sign-in"; readonly owned: boolean }
  | { readonly tag: "rooms" | "new" | "account" | "people" };

export type Tab = "rooms" | "new" | "account" | "people";

/**
 * Returns the place that an address' `#…` names. A link's secret counts before all else: whoever
 * opens one wants to use it, whoever is signed in here.
 */
export function placeOf(hash: string, account: Account | null, owned: boolean): Place {
  const [name = "", secret = ""] = hash.replace(/^#/, "").split("=");
  if (name === "first" && secret !== "") return { tag: "first", secret };
  if (name === "invitation" && secret !== "") return { tag: "accept", secret };
  if (account === null) return { tag: "sign-in", owned };
  if (name === "new" || name === "account") return { tag: name };
  if (name === "people" && account.kind === "owner") return { tag: "people" };
  return { tag: "rooms" };
}

/** Returns the tabs that somebody sees. */
export function tabsOf(account: Account): readonly Tab[] {
  return account.kind === "owner" ? ["rooms", "people", "account"] : ["rooms", "account"];
}
