import fc from "fast-check";
import { expect, test } from "vitest";
import { enteredOf, keptOf, printOf, wayIn, welcomeOf, written, type Entered } from "./entry";

const ENTERED: Entered = {
  member: "m-abc",
  token: "fhm_secret",
  name: "Ana",
  role: "host",
  acting: false,
};
const kept = keptOf(written(ENTERED, "link"));

test("whoever comes again with the same link, or with none, is in at once", () => {
  expect(wayIn("link", kept)).toEqual({ tag: "in", kept });
  expect(wayIn("", kept)).toEqual({ tag: "in", kept });
});

test("another link is another way in", () => {
  expect(wayIn("other", kept)).toEqual({ tag: "door", secret: "other" });
  expect(wayIn("", null)).toEqual({ tag: "door", secret: "" });
});

test("the link's secret is not kept", () => {
  const secret = "fhi_aVeryLongSecretThatNobodyGuesses";
  expect(written(ENTERED, secret)).not.toContain("aVery");
  expect(printOf(secret)).toHaveLength(8);
});

test("who has come in is read as the house says it", () => {
  expect(enteredOf({ ...ENTERED, seat: "m-abc" })).toEqual(ENTERED);
  expect(enteredOf({ ...ENTERED, role: "king" })).toBeNull();
  expect(enteredOf({ ...ENTERED, token: "" })).toBeNull();
});

test("as what one would come is read as the house says it", () => {
  expect(welcomeOf({ name: "Ken", role: "cohost", known: false })).toEqual({ name: "Ken", known: false });
  expect(welcomeOf({ name: "Ana", known: true })).toEqual({ name: "Ana", known: true });
  expect(welcomeOf({ known: "yes" })).toEqual({ name: "", known: false });
  expect(welcomeOf(null)).toBeNull();
});

test("nothing that a browser could have kept makes the page fail", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const found = keptOf(text);
      if (found !== null) expect(found.token).not.toBe("");
      enteredOf(found);
    }),
  );
});
