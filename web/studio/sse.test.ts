import fc from "fast-check";
import { expect, test } from "vitest";
import { feed, type ServerEvent } from "./sse";

function all(chunks: readonly string[]): ServerEvent[] {
  let rest = "";
  return chunks.flatMap((chunk) => {
    const [left, events] = feed(rest, chunk);
    rest = left;
    return [...events];
  });
}

test("events are the same however the text is cut", () => {
  const word = fc.string({ maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, ""));
  const name = word.map((text) => text.replace(/^ /, "").replace(/^:/, "") || "room");
  const events = fc.array(fc.record({ event: name, data: word }), { maxLength: 6 });
  const end = fc.constantFrom("\n", "\r\n", "\r");
  fc.assert(
    fc.property(
      events,
      end,
      fc.array(fc.nat({ max: 200 }), { maxLength: 8 }),
      (made, line, cuts) => {
        const text = made
          .map(
            ({ event, data }) => `: beat${line}event: ${event}${line}data: ${data}${line}${line}`,
          )
          .join("");
        const ends = [0, ...cuts.filter((at) => at < text.length).sort((a, b) => a - b)];
        const chunks = ends.map((at, index) => text.slice(at, ends[index + 1] ?? text.length));
        // What ends in a lone \r may go on with \n: the last event waits for the next sign.
        expect(all([...chunks, ": "])).toEqual(made);
      },
    ),
  );
});

test("a line's end that comes in two halves is one end", () => {
  expect(all(["event: room\r", "\ndata: 1\r", "\n\r", "\n"])).toEqual([
    { event: "room", data: "1" },
  ]);
});

test("data of several lines is put together", () => {
  expect(all(["data: a\ndata:b\ndata\n\n"])).toEqual([{ event: "message", data: "a\nb\n" }]);
});

test("comments alone are no event", () => {
  expect(all([": still here\n\n", "event: room\n\n"])).toEqual([]);
});

test("a line without an end is not kept for ever", () => {
  expect(feed("", "x".repeat(1_000_001))[0]).toBe("");
});
