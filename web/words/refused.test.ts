import { expect, test } from "vitest";
import { refused } from "./refused";

test("in English the house's own sentence is said", () => {
  expect(refused("en", "wrong_state", "A room that is live cannot open.")).toMatch(/is live/);
  expect(refused("en", "wrong_state", "")).toMatch(/cannot do that now/);
});

test("in other languages the code is, and the sentence where the code is new", () => {
  expect(refused("id", "wrong_state", "A room that is live cannot open.")).toMatch(/sekarang/);
  expect(refused("id", "brand_new", "It says so.")).toBe("It says so.");
});
