import fc from "fast-check";
import { expect, test } from "vitest";
import { handsOf, may, membersOf, myselfOf, NOBODY, noticeOf } from "./company";
import { bansOf, invitationsOf, linkOf, reportsOf } from "./kept-out";

const ANA = {
  member: "m-ana",
  name: "Ana",
  role: "host",
  present: true,
  acting: false,
  on_stage: true,
  near: false,
};
const ME = { member: "m-ana", name: "Ana", role: "cohost", acting: true, may: ["mute", "end"] };

test("people are read as the house says them; who has no role is left out", () => {
  const text = JSON.stringify({ members: [ANA, { ...ANA, role: "king" }, 7] });
  expect(membersOf(text)).toEqual([
    {
      member: "m-ana",
      name: "Ana",
      role: "host",
      present: true,
      acting: false,
      onStage: true,
      near: false,
    },
  ]);
  expect(membersOf("{}")).toBeNull();
});

test("what one may is what the house says, and a guess by the link before", () => {
  const company = { ...NOBODY, me: myselfOf(JSON.stringify(ME)) };
  expect(may(company, false, "end")).toBe(true);
  expect(may(company, true, "remove")).toBe(false);
  expect(may(NOBODY, true, "remove")).toBe(true);
  expect(may(NOBODY, false, "remove")).toBe(false);
  expect(may(NOBODY, false, "speak")).toBe(true);
});

test("hands have a count that may be more than are told", () => {
  const hand = { hand: "0123456789abcdef", name: "Lia", state: "up", number: 1, near: false };
  const told = { open: true, count: 70, hands: [hand], promise: "abc" };
  expect(handsOf(JSON.stringify(told))).toEqual(told);
  expect(noticeOf('{"notice":"removed","by":"Ana"}')).toEqual({ notice: "removed", by: "Ana" });
});

test("lists are read as the house gives them", () => {
  const ends_at = "2026-12-01T19:00:00Z";
  const one = { invitation: "i1", role: "speaker", name: "Ben", ends_at };
  expect(invitationsOf({ invitations: [one, {}] })).toEqual([
    { id: "i1", role: "speaker", name: "Ben", until: Date.parse(ends_at) },
  ]);
  expect(bansOf({ bans: [{ ban: "b1", name: "Ben", ends_at: null }] })).toEqual([
    { id: "b1", name: "Ben", until: null },
  ]);
  expect(reportsOf({ reports: [{ made_by: "Ana", whom: "Ben", why: "Shouts" }] })).toEqual([
    { by: "Ana", whom: "Ben", why: "Shouts" },
  ]);
  expect(linkOf({ link: "http://house/studio/x#s" })).toBe("http://house/studio/x#s");
});

test("nothing that the house could say makes the page fail", () => {
  const fields = fc.constantFrom(
    ...Object.keys({ ...ANA, ...ME, members: 0, hands: 0, bans: 0, reports: 0, invitations: 0 }),
  );
  fc.assert(
    fc.property(fc.dictionary(fields, fc.jsonValue()), (wrong) => {
      const text = JSON.stringify(wrong);
      membersOf(text);
      myselfOf(text);
      handsOf(text);
      noticeOf(text);
      invitationsOf(wrong);
      bansOf(wrong);
      reportsOf(wrong);
    }),
  );
});
