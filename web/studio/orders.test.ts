import { expect, test } from "vitest";
import { requestOf, type Order } from "./orders";

const asked = (order: Order): string => {
  const { method, path, body } = requestOf(order);
  return [method, path, body === undefined ? "" : JSON.stringify(body)].join(" ").trim();
};

test("the room's own commands have a path each", () => {
  const tags = ["open", "live", "stand-down", "end", "call-off", "mute-all"] as const;
  expect(tags.map((tag) => asked({ tag }))).toEqual(tags.map((tag) => `POST /${tag}`));
});

test("what a host sets is told in a body", () => {
  expect(asked({ tag: "plan", starts: "2026-12-01T20:00", zone: "UTC", doors: 5 })).toBe(
    'POST /plan {"starts":"2026-12-01T20:00","zone":"UTC","doors_before":5}',
  );
  expect(asked({ tag: "why", why: "Rain" })).toBe('POST /why {"why":"Rain"}');
  expect(asked({ tag: "title", title: "Salon" })).toBe('PATCH  {"title":"Salon"}');
  expect(asked({ tag: "visibility", visibility: "unlisted" })).toBe(
    'POST /visibility {"visibility":"unlisted"}',
  );
  expect(asked({ tag: "remove-hold" })).toBe("DELETE /hold");
});

test("what is done about somebody names them in the path", () => {
  const member = "m-abc";
  expect(asked({ tag: "mute", member })).toBe("POST /members/m-abc/mute");
  expect(asked({ tag: "ask-to-unmute", member })).toBe("POST /members/m-abc/ask-to-unmute");
  expect(asked({ tag: "move-back", member })).toBe("POST /members/m-abc/move-back");
  expect(asked({ tag: "remove", member })).toBe("POST /members/m-abc/remove");
  expect(asked({ tag: "ban", member, minutes: 60 })).toBe('POST /members/m-abc/ban {"minutes":60}');
  expect(asked({ tag: "ban", member, minutes: null })).toBe(
    'POST /members/m-abc/ban {"minutes":null}',
  );
  expect(asked({ tag: "role", member, role: "cohost" })).toBe(
    'PATCH /members/m-abc {"role":"cohost"}',
  );
  expect(asked({ tag: "near", member, near: true })).toBe('PATCH /members/m-abc {"near":true}');
});

test("hands are invited, lowered and drawn", () => {
  const hand = "0123456789abcdef";
  expect(asked({ tag: "invite-hand", hand, near: false })).toBe(
    `POST /hands/${hand}/invite {"near":false}`,
  );
  expect(asked({ tag: "lower-hand", hand })).toBe(`POST /hands/${hand}/lower`);
  expect(asked({ tag: "draw", count: 3 })).toBe('POST /hands/draw {"count":3}');
  expect(asked({ tag: "take-hands", open: false })).toBe('PATCH /hands {"open":false}');
});

test("a name in a path cannot lead elsewhere", () => {
  expect(asked({ tag: "revoke", invitation: "../x" })).toBe("DELETE /invitations/..%2Fx");
  expect(asked({ tag: "unban", ban: "a b" })).toBe("DELETE /bans/a%20b");
});

test("invitations and reports are made", () => {
  expect(asked({ tag: "invite", role: "speaker", name: "Ben" })).toBe(
    'POST /invitations {"role":"speaker","name":"Ben"}',
  );
  expect(asked({ tag: "report", whom: "m-abc", why: "Shouts" })).toBe(
    'POST /reports {"whom":"m-abc","why":"Shouts"}',
  );
});
