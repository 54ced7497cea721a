import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { momentOf, newsOf, truthOf } from "./news";

const EVENT = {
  type: "room",
  state: "live",
  since: "2026-05-01T18:30:00.000Z",
  reason: "somebody spoke",
  title: "Salon",
  listeners: 12,
  playing: "sound",
  as_of: "2026-05-01T18:31:00.000Z",
};

describe("events in the sound", () => {
  test("tell how the room stands", () => {
    expect(newsOf(JSON.stringify(EVENT))).toEqual({
      tag: "room",
      room: {
        title: "Salon",
        state: "live",
        next: null,
        listeners: 12,
        playing: "sound",
        asOf: Date.UTC(2026, 4, 1, 18, 31),
        said: EVENT,
      },
    });
  });

  test("tell who speaks, and how loud it is", () => {
    expect(newsOf('{"type":"speakers","speaking":["Ana","Ben"],"level":-21.5}')).toEqual({
      tag: "speakers",
      names: ["Ana", "Ben"],
      level: -21.5,
    });
  });

  test("tell in how large pieces sound is sent, and what will change", () => {
    expect(newsOf('{"type":"cadence","parts":3,"next":12,"from":8123,"why":"cpu"}')).toEqual({
      tag: "cadence",
      cadence: { parts: 3, next: 12, why: "cpu" },
    });
    expect(newsOf('{"type":"cadence","parts":30,"why":"operator"}')).toEqual({
      tag: "cadence",
      cadence: { parts: 30, next: 30, why: "operator" },
    });
  });

  test("that ask for a buffer without end are not believed", () => {
    expect(newsOf('{"type":"cadence","parts":0}')).toBeNull();
    expect(newsOf('{"type":"cadence","parts":"3"}')).toBeNull();
    expect(newsOf('{"type":"cadence","parts":1e99,"next":-1}')).toEqual({
      tag: "cadence",
      cadence: { parts: 30, next: 30, why: "" },
    });
  });

  test("of kinds that this page does not know are passed over", () => {
    expect(newsOf('{"type":"captions","text":"hello"}')).toBeNull();
    expect(newsOf(JSON.stringify({ ...EVENT, state: "on fire" }))).toBeNull();
  });

  test("never make the page fail, whatever they hold", () => {
    const types = fc.constantFrom("room", "speakers", "cadence", "other");
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.string(),
        types,
        fc.dictionary(fc.string(), fc.jsonValue()),
        (value, text, type, more) => {
          newsOf(JSON.stringify(value));
          newsOf(text);
          newsOf(JSON.stringify({ ...EVENT, ...more, type }));
          truthOf(text);
          truthOf(JSON.stringify(more));
        },
      ),
    );
  });
});

describe("state.json", () => {
  test("tells where the timeline begins, and the edge's clock", () => {
    const truth = truthOf(JSON.stringify({ ...EVENT, epoch: 1_777_000_000_000_000, age: 2.5 }));
    if (truth === null || truth === "unknown") throw new Error("not understood");
    expect(truth.epoch).toBe(1_777_000_000_000);
    expect(truth.clock).toBe(Date.UTC(2026, 4, 1, 18, 31, 2, 500));
  });

  test("tells what is lowered, in a sentence, and whether to take the lighter sound", () => {
    const lowered = (json: unknown) => {
      const truth = truthOf(JSON.stringify({ ...EVENT, lowered: json }));
      return truth === null || truth === "unknown" ? truth : truth.lowered;
    };
    expect(lowered({ what: "Less.", why: "egress", rendition: "low" })).toEqual({
      what: "Less.",
      low: true,
    });
    expect(lowered({ what: "Later.", why: "cpu", rendition: null })).toEqual({
      what: "Later.",
      low: false,
    });
    expect(lowered(null)).toBeNull();
    expect(lowered("x")).toBeNull();
  });

  test("may say that there is no such room", () => {
    expect(truthOf('{"code":"unknown_room","message":"…"}')).toBe("unknown");
    expect(truthOf('{"room":"x","state":"unknown"}')).toBe("unknown");
  });

  test("that was not filled in is no truth", () => {
    expect(truthOf("{{state_json}}")).toBeNull();
  });
});

test("a moment is RFC 3339, or unix microseconds", () => {
  expect(momentOf("1970-01-01T00:00:01Z")).toBe(1_000);
  expect(momentOf(1_000_000)).toBe(1_000);
  expect(momentOf("soon")).toBeNull();
  expect(momentOf(null)).toBeNull();
});
