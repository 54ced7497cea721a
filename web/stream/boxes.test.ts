import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { feed, joined, MAX_BOX, NOTHING, PART_SAMPLES, type Piece, type Rest } from "./boxes";

function box(type: string, ...bodies: Uint8Array[]): Uint8Array {
  const body = joined(bodies);
  const made = new Uint8Array(8 + body.length);
  new DataView(made.buffer).setUint32(0, made.length);
  made.set(new TextEncoder().encode(type), 4);
  made.set(body, 8);
  return made;
}

function uint(...values: number[]): Uint8Array {
  const made = new Uint8Array(4 * values.length);
  values.forEach((value, index) => new DataView(made.buffer).setUint32(4 * index, value));
  return made;
}

const text = (words: string) => new TextEncoder().encode(words);
const init = joined([box("ftyp", text("cmfc")), box("moov", uint(1, 2, 3))]);

function sound(number: number, payload: Uint8Array): Uint8Array {
  const time = number * PART_SAMPLES;
  const tfdt = box("tfdt", uint(1 << 24, Math.floor(time / 2 ** 32), time % 2 ** 32));
  const moof = box("moof", box("mfhd", uint(0, number)), box("traf", box("tfhd", uint(0)), tfdt));
  return joined([moof, box("mdat", payload)]);
}

function event(at: number, words: string): Uint8Array {
  const time = at * 48_000;
  const head = uint(1 << 24, 48_000, Math.floor(time / 2 ** 32), time % 2 ** 32, PART_SAMPLES, 7);
  return box("emsg", head, text("urn:x\0\0"), text(words));
}

function all(chunks: readonly Uint8Array[]): Piece[] {
  let rest: Rest = NOTHING;
  return chunks.flatMap((chunk) => {
    const [left, pieces] = feed(rest, chunk);
    rest = left;
    return [...pieces];
  });
}

describe("the box parser", () => {
  test("gives the same pieces however the bytes are cut", () => {
    const parts = fc.array(
      fc.record({
        payload: fc.uint8Array({ maxLength: 300 }),
        words: fc.array(fc.string({ maxLength: 40 }), { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    const cuts = fc.array(fc.nat({ max: 3_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(parts, cuts, fc.nat({ max: 2 ** 40 }), (made, places, first) => {
        const pieces = made.map(({ payload }, index) => sound(first + index, payload));
        const stream = joined([
          init,
          ...made.flatMap(({ words }, index) => [
            ...words.map((each) => event((first + index) * 0.32, each)),
            pieces[index] ?? new Uint8Array(0),
          ]),
        ]);
        const ends = [0, ...places.filter((at) => at < stream.length).sort((a, b) => a - b)];
        const chunks = ends.map((at, index) => stream.slice(at, ends[index + 1] ?? stream.length));
        const found = all(chunks);
        expect(found[0]).toEqual({ tag: "init", bytes: init });
        const parsed = found.slice(1).filter((piece) => piece.tag === "part");
        expect(parsed.map((piece) => piece.number)).toEqual(made.map((_, index) => first + index));
        expect(parsed.map((piece) => piece.bytes)).toEqual(pieces);
        expect(parsed.map((piece) => piece.cues.map((cue) => cue.text))).toEqual(
          made.map(({ words }) => words.map((each) => new TextDecoder().decode(text(each)))),
        );
      }),
    );
  });

  test("tells where on the timeline an event belongs", () => {
    const [, pieces] = feed(NOTHING, joined([event(12.5, "{}"), sound(39, uint(1))]));
    expect(pieces[0]).toMatchObject({ tag: "part", cues: [{ at: 12.5, text: "{}" }] });
  });

  test("never throws and never hangs, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (chunks) => {
        all(chunks);
      }),
    );
  });

  test("survives every single byte of a stream being wrong", () => {
    const stream = joined([init, event(1, '{"type":"room"}'), sound(3, uint(5, 6))]);
    fc.assert(
      fc.property(fc.nat({ max: stream.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
        const wrong = stream.slice();
        wrong[at] = value;
        all([wrong]);
      }),
    );
  });

  test("calls a box broken that is larger than any of ours, and keeps nothing of it", () => {
    const [rest, pieces] = feed(NOTHING, uint(MAX_BOX + 1, 0x6d646174));
    expect(pieces).toEqual([{ tag: "broken" }]);
    expect(rest).toBe(NOTHING);
  });

  test("calls a part broken that does not say its time", () => {
    const [, pieces] = feed(NOTHING, joined([box("moof", box("traf")), box("mdat")]));
    expect(pieces).toEqual([{ tag: "broken" }]);
  });
});
