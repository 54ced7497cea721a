import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { moved, read, USUAL, written, type Device } from "./devices";

const BUILT_IN: Device = { id: "built-in", label: "Built-in" };
const USB: Device = { id: "usb", label: "USB microphone" };

describe("when plugs are pulled and pushed", () => {
  test("nothing happens to a device that is not touched", () => {
    expect(moved("usb", USB, [BUILT_IN, USB], false)).toEqual({ tag: "stay" });
    expect(moved("", USUAL, [BUILT_IN], false)).toEqual({ tag: "stay" });
  });

  test("another one steps in for the one that is gone", () => {
    expect(moved("usb", USB, [BUILT_IN], true)).toEqual({ tag: "fall-back" });
    expect(moved("usb", USB, [BUILT_IN], false)).toEqual({ tag: "fall-back" });
  });

  test("the chosen one is taken back, and no other", () => {
    expect(moved("built-in", USB, [BUILT_IN, USB], false)).toEqual({
      tag: "take-back",
      device: USB,
    });
    expect(moved("built-in", BUILT_IN, [BUILT_IN, USB], false)).toEqual({ tag: "stay" });
    expect(moved("built-in", USUAL, [BUILT_IN, USB], false)).toEqual({ tag: "stay" });
  });

  test("without any other there is none", () => {
    expect(moved("usb", USB, [], true)).toEqual({ tag: "none" });
  });

  test("a browser that gives new ids is followed by labels", () => {
    const renamed = { ...USB, id: "other" };
    expect(moved("built-in", USB, [BUILT_IN, renamed], false)).toEqual({
      tag: "take-back",
      device: renamed,
    });
  });
});

test("what is remembered is read again", () => {
  const text = fc.string().map((all) => all.replaceAll("\n", ""));
  fc.assert(
    fc.property(text, text, (id, label) => {
      const device = { id, label };
      expect(read(written(device))).toEqual(id === "" ? USUAL : device);
    }),
  );
});
