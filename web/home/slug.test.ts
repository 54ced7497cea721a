import fc from "fast-check";
import { expect, test } from "vitest";
import { slugOf } from "./slug";

test("a title becomes a name for the link", () => {
  expect(slugOf("Kopi Sore, Édition 2!")).toBe("kopi-sore-edition-2");
  expect(slugOf("  --  ")).toBe("");
  expect(slugOf("日本語")).toBe("");
});

test("what is proposed is a room's name, or nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (title) => {
      expect(slugOf(title)).toMatch(/^([a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?)?$/);
    }),
  );
});
