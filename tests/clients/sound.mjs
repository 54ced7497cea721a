// Sound into and out of @roamhq/wrtc: it knows no microphone, but takes and gives 10 ms at a time.
import { appendFileSync } from 'node:fs';
import wrtc from '@roamhq/wrtc';

const RATE = 48000;
const BLOCK = RATE / 100;

/** A track that says `pcm` over and over, in real time. */
export function speaking(pcm) {
  const source = new wrtc.nonstandard.RTCAudioSource();
  const began = performance.now();
  let sent = 0;
  setInterval(() => {
    for (const due = (performance.now() - began) / 10; sent < due; sent += 1) {
      const at = (sent % Math.floor(pcm.length / BLOCK)) * BLOCK;
      source.onData({
        samples: pcm.slice(at, at + BLOCK),
        sampleRate: RATE,
        bitsPerSample: 16,
        channelCount: 1,
        numberOfFrames: BLOCK,
      });
    }
  }, 10);
  return source.createTrack();
}

/** Writes what a track says into a file, as it comes: 16 bits, the first channel. */
export function tape(track, path) {
  const sink = new wrtc.nonstandard.RTCAudioSink(track);
  sink.ondata = ({ samples, channelCount, sampleRate }) => {
    if (sampleRate !== RATE) return; // nothing, at another rate, before the first packet
    const first = samples.filter((_, at) => at % channelCount === 0);
    appendFileSync(path, new Uint8Array(first.buffer, first.byteOffset, first.byteLength));
  };
  return sink;
}
