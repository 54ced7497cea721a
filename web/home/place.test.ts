import { expect, test } from "vitest";
import { placeOf, tabsOf, type Account } from "./place";

const ana: Account = { id: "a-1", login: "ana", name: "Ana", kind: "owner", off: false };
const ben: Account = { ...ana, id: "a-2", kind: "host" };

test("a link is for whoever opens it, signed in or not", () => {
  expect(placeOf("#first=abc", null, false)).toEqual({ tag: "first", secret: "abc" });
  expect(placeOf("#invitation=fhi_x-y_z", ana, true)).toEqual({ tag: "accept", secret: "fhi_x-y_z" });
  expect(placeOf("#first=", null, false)).toEqual({ tag: "sign-in", owned: false });
});

test("who is not signed in signs in first, wherever they want to go", () => {
  for (const hash of ["", "#account", "#people", "#nonsense"])
    expect(placeOf(hash, null, true)).toEqual({ tag: "sign-in", owned: true });
});

test("people are for owners", () => {
  expect(placeOf("#people", ana, true).tag).toBe("people");
  expect(placeOf("#people", ben, true).tag).toBe("rooms");
  expect(tabsOf(ben)).not.toContain("people");
  expect(tabsOf(ana)).toContain("people");
});

test("what is no place is the rooms", () => {
  expect(placeOf("#nonsense", ben, true).tag).toBe("rooms");
  expect(placeOf("#new", ben, true).tag).toBe("new");
});
