import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesOf, textIn } from "./base64";

test("bytes come back as they were, in signs that need no escaping", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = textIn(bytes);
      expect(text).toMatch(/^[A-Za-z0-9_-]*$/);
      expect([...bytesOf(text)]).toEqual([...bytes]);
    }),
  );
});

test("they are written as the standard writes them", () => {
  expect(textIn(new Uint8Array([0xfb, 0xff, 0xfe]))).toBe("-__-");
});
