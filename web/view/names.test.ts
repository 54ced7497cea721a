import { expect, test } from "vitest";
import { apart, counted, listed } from "./names";

test("who speaks is said in a sentence", () => {
  expect(listed([])).toBe("");
  expect(listed(["Ana"])).toBe("Ana is speaking");
  expect(listed(["Ana", "Ben"])).toBe("Ana and Ben are speaking");
  expect(listed(["Ana", "Ben", "Cleo", "Dan"])).toBe("Ana, Ben and 2 more are speaking");
});

test("a speaker without a name is somebody", () => {
  expect(listed([" "])).toBe("Somebody is speaking");
});

test("listeners are counted where the count is known", () => {
  expect(counted(null)).toBe("");
  expect(counted(0)).toBe("0 listening");
  expect(counted(12_345)).toBe("12,345 listening");
});

test("people of one name are numbered", () => {
  expect(apart(["Ana", "Ben", "ana", "Ana"])).toEqual(["Ana", "Ben", "ana (2)", "Ana (3)"]);
});
