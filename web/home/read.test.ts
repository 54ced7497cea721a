import { expect, test } from "vitest";
import { accountOf, accountsOf, keptOf, signInsOf } from "./read";

test("an account is read, and what is none is not", () => {
  const ana = { id: "a-1", login: "ana", name: "Ana", kind: "owner", off: false };
  expect(accountOf({ ...ana, password: "x" })).toEqual(ana);
  for (const none of [null, {}, { kind: "guest" }, "ana"]) expect(accountOf(none)).toBeNull();
  expect(accountsOf([ana, null])).toEqual([ana]);
  expect(accountsOf(null)).toEqual([]);
});

test("what can be ended has its id, its name and its times", () => {
  const [key] = keptOf([{ id: "p", label: "Phone", made_at: "2026-11-01T00:00:00Z", used_at: null }]);
  expect(key).toEqual({ id: "p", label: "Phone", made: Date.UTC(2026, 10, 1), used: null, ends: null });
  const [here] = signInsOf([{ id: "s", browser: "Firefox, Linux", used_at: "2026-11-01T00:00:00Z", this: true }]);
  expect(here).toMatchObject({ browser: "Firefox, Linux", here: true });
});
