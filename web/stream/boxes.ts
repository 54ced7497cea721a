/**
 * A core: an endless CMAF stream, cut into its init and its parts as the bytes come in.
 *
 * Knows just the boxes that the edge writes: ftyp and moov, then for each part emsg (any
 * number), moof, mdat. Source: ISO/IEC 14496-12, 23009-1 (emsg).
 */

export const PART_SAMPLES = 15_360;
export const PART_SECONDS = 0.32;
/** No part of the edge's is near this; more means that these bytes are no such stream. */
export const MAX_BOX = 256 * 1024;

/** JSON that travels with the sound; `at` is its place on the room's timeline, in seconds. */
export interface Cue {
  readonly at: number;
  readonly text: string;
}

export type Piece =
  | { readonly tag: "init"; readonly bytes: Uint8Array }
  | {
      readonly tag: "part";
      readonly number: number;
      readonly bytes: Uint8Array;
      readonly cues: readonly Cue[];
    }
  | { readonly tag: "broken" };

/** Bytes that are not yet a whole piece. */
export interface Rest {
  readonly bytes: Uint8Array;
}

const BROKEN: Piece = { tag: "broken" };

export const NOTHING: Rest = { bytes: new Uint8Array(0) };

interface Box {
  readonly type: string;
  readonly body: Uint8Array;
  readonly whole: Uint8Array;
}

/** Adds a chunk and returns what has become whole. After a `broken` piece the stream is over. */
export function feed(rest: Rest, chunk: Uint8Array): [Rest, readonly Piece[]] {
  const bytes = joined([rest.bytes, chunk]);
  const pieces: Piece[] = [];
  let taken = 0;
  let at = 0;
  let boxes: Box[] = [];
  for (;;) {
    const box = boxAt(bytes, at, bytes.length);
    if (box === "broken" || (box === null && bytes.length - at > MAX_BOX)) {
      pieces.push(BROKEN);
      return [NOTHING, pieces];
    }
    if (box === null) return [{ bytes: bytes.slice(taken) }, pieces];
    at += box.whole.length;
    boxes.push(box);
    if (box.type !== "moov" && box.type !== "mdat") continue;
    const piece = box.type === "moov" ? init(boxes) : part(boxes);
    pieces.push(piece);
    if (piece.tag === "broken") return [NOTHING, pieces];
    boxes = [];
    taken = at;
  }
}

function init(boxes: readonly Box[]): Piece {
  return { tag: "init", bytes: joined(boxes.map((box) => box.whole)) };
}

function part(boxes: readonly Box[]): Piece {
  const moof = boxes.find((box) => box.type === "moof");
  const time = moof === undefined ? null : decodeTime(moof.body);
  if (time === null) return BROKEN;
  const sound = boxes.filter((box) => box.type === "moof" || box.type === "mdat");
  return {
    tag: "part",
    number: Math.floor(time / PART_SAMPLES),
    bytes: joined(sound.map((box) => box.whole)),
    cues: boxes.flatMap((box) => (box.type === "emsg" ? cue(box.body) : [])),
  };
}

/** The box at `at`, null while it is not whole, "broken" where no box can be. */
function boxAt(bytes: Uint8Array, at: number, end: number): Box | "broken" | null {
  if (end - at < 8) return null;
  const size = view(bytes).getUint32(at);
  if (size < 8 || size > MAX_BOX) return "broken";
  if (end - at < size) return null;
  return {
    type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)),
    body: bytes.subarray(at + 8, at + size),
    whole: bytes.slice(at, at + size),
  };
}

function child(bytes: Uint8Array, type: string): Uint8Array | null {
  for (let at = 0; ;) {
    const box = boxAt(bytes, at, bytes.length);
    if (box === null || box === "broken") return null;
    if (box.type === type) return box.body;
    at += box.whole.length;
  }
}

function decodeTime(moof: Uint8Array): number | null {
  const traf = child(moof, "traf");
  const tfdt = traf === null ? null : child(traf, "tfdt");
  if (tfdt === null || tfdt.length < (tfdt[0] === 1 ? 12 : 8)) return null;
  return tfdt[0] === 1 ? uint64(view(tfdt), 4) : view(tfdt).getUint32(4);
}

/** An emsg of version 1, the only one that is written here. */
function cue(body: Uint8Array): Cue[] {
  const scheme = body.indexOf(0, 24);
  const value = scheme < 0 ? -1 : body.indexOf(0, scheme + 1);
  if (body[0] !== 1 || value < 0) return [];
  const text = new TextDecoder().decode(body.subarray(value + 1));
  return [{ at: uint64(view(body), 8) / (view(body).getUint32(4) || 1), text }];
}

function uint64(fields: DataView, at: number): number {
  return fields.getUint32(at) * 2 ** 32 + fields.getUint32(at + 4);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Returns the pieces one after the other in one array. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
