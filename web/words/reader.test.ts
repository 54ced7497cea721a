import { expect, test } from "vitest";
import { holesIn, reader, type Translation } from "./reader";

const english = {
  hello: "Hello {name}",
  bye: "Bye",
  hands: { one: "{count} hand of {name}", other: "{count} hands of {name}" },
} as const;
const indonesian: Translation<typeof english> = {
  hello: "Halo {name}",
  bye: "Sampai jumpa",
  hands: { other: "{count} tangan {name}" },
};

test("holes are filled, and what fills them is not read again", () => {
  const say = reader<typeof english>("en", english);
  expect(say("bye")).toBe("Bye");
  expect(say("hello", { name: "Ana" })).toBe("Hello Ana");
  expect(say("hello", { name: "{name} $& $1" })).toBe("Hello {name} $& $1");
});

test("what is counted has the plural of its language", () => {
  const say = reader<typeof english>("en", english);
  expect(say("hands", { count: 1, name: "Ana" })).toBe("1 hand of Ana");
  expect(say("hands", { count: 0, name: "Ana" })).toBe("0 hands of Ana");
  expect(reader<typeof english>("id", indonesian)("hands", { count: 1, name: "Ana" })).toBe("1 tangan Ana");
});

test("numbers are written as the language writes them", () => {
  expect(reader<typeof english>("en", english)("hands", { count: 12_345, name: "" })).toMatch(/^12,345 hands/);
  expect(reader<typeof english>("id", indonesian)("hands", { count: 12_345, name: "" })).toMatch(/^12\.345 tangan/);
});

test("the holes of a text are those of all its forms", () => {
  expect(holesIn(english.hands)).toEqual(["count", "name"]);
  expect(holesIn(english.bye)).toEqual([]);
});
