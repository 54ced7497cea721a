/** A core: what a host can order, and how each order is asked of the house. */

import type { Role } from "./company";

export type Visibility = "public" | "unlisted" | "invited";

export type Order =
  | { readonly tag: "open" | "live" | "stand-down" | "end" | "call-off" | "mute-all" }
  | { readonly tag: "plan"; readonly starts: string; readonly zone: string; readonly doors: number }
  | { readonly tag: "why"; readonly why: string }
  | { readonly tag: "title"; readonly title: string }
  | { readonly tag: "visibility"; readonly visibility: Visibility }
  | {
      readonly tag: "mute" | "ask-to-unmute" | "move-back" | "remove";
      readonly member: string;
    }
  /** No minutes: for ever. */
  | { readonly tag: "ban"; readonly member: string; readonly minutes: number | null }
  | { readonly tag: "role"; readonly member: string; readonly role: Role }
  | { readonly tag: "near"; readonly member: string; readonly near: boolean }
  | { readonly tag: "report"; readonly whom: string; readonly why: string }
  | { readonly tag: "take-hands"; readonly open: boolean }
  | { readonly tag: "invite-hand"; readonly hand: string; readonly near: boolean }
  | { readonly tag: "lower-hand"; readonly hand: string }
  | { readonly tag: "draw"; readonly count: number }
  | { readonly tag: "invite"; readonly role: Role; readonly name: string }
  | { readonly tag: "revoke"; readonly invitation: string }
  | { readonly tag: "unban"; readonly ban: string }
  | { readonly tag: "remove-hold" };

/** How it is asked below /api/rooms/{slug}. */
export interface Request {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

export function requestOf(order: Order): Request {
  switch (order.tag) {
    case "open":
    case "live":
    case "stand-down":
    case "end":
    case "call-off":
    case "mute-all":
      return { method: "POST", path: `/${order.tag}` };
    case "plan": {
      const { starts, zone, doors } = order;
      return { method: "POST", path: "/plan", body: { starts, zone, doors_before: doors } };
    }
    case "why":
      return { method: "POST", path: "/why", body: { why: order.why } };
    case "title":
      return { method: "PATCH", path: "", body: { title: order.title } };
    case "visibility":
      return { method: "POST", path: "/visibility", body: { visibility: order.visibility } };
    case "report":
      return { method: "POST", path: "/reports", body: { whom: order.whom, why: order.why } };
    case "remove-hold":
      return { method: "DELETE", path: "/hold" };
    case "invite":
      return { method: "POST", path: "/invitations", body: { role: order.role, name: order.name } };
    case "revoke":
      return { method: "DELETE", path: `/invitations/${part(order.invitation)}` };
    case "unban":
      return { method: "DELETE", path: `/bans/${part(order.ban)}` };
    default:
      return ofSomebody(order);
  }
}

type OfSomebody = Extract<
  Order,
  {
    readonly tag:
      | "mute" | "ask-to-unmute" | "move-back" | "remove" | "ban" | "role" | "near"
      | "take-hands" | "invite-hand" | "lower-hand" | "draw";
  }
>;

function ofSomebody(order: OfSomebody): Request {
  switch (order.tag) {
    case "mute":
    case "ask-to-unmute":
    case "move-back":
    case "remove":
      return { method: "POST", path: `/members/${part(order.member)}/${order.tag}` };
    case "ban": {
      const { member, minutes } = order;
      return { method: "POST", path: `/members/${part(member)}/ban`, body: { minutes } };
    }
    case "role":
      return { method: "PATCH", path: `/members/${part(order.member)}`, body: { role: order.role } };
    case "near":
      return { method: "PATCH", path: `/members/${part(order.member)}`, body: { near: order.near } };
    case "take-hands":
      return { method: "PATCH", path: "/hands", body: { open: order.open } };
    case "invite-hand":
      return { method: "POST", path: `/hands/${part(order.hand)}/invite`, body: { near: order.near } };
    case "lower-hand":
      return { method: "POST", path: `/hands/${part(order.hand)}/lower` };
    case "draw":
      return { method: "POST", path: "/hands/draw", body: { count: order.count } };
  }
}

const part = encodeURIComponent;
