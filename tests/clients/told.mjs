// What the clients share: an order in, one JSON line for each thing that happened out, and the
// end when stdin ends.
import { readFileSync } from 'node:fs';

export const order = JSON.parse(process.argv[2]);

export function say(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

/** Resolves when whoever started us has had enough. */
export function enough() {
  return new Promise((resolve) => {
    process.stdin.on('end', resolve).on('close', resolve).resume();
  });
}

/** The samples of a WAV file as the tests write it: mono, 16 bits, 48 kHz, a head of 44 bytes. */
export function samples(path) {
  const bytes = readFileSync(path);
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length));
}
