/**
 * A shell: a timer that goes on in a hidden tab. Browsers slow a page's own timers there, down to
 * one a minute; a worker's they let run, and a stall must be noticed where nobody looks.
 */

export function pulse(every: number, beat: () => void, signal: AbortSignal): void {
  if (signal.aborted) return;
  try {
    const worker = new Worker(new URL("./pulse-worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", beat, { signal });
    worker.addEventListener("error", () => plain(every, beat, signal), { signal });
    signal.addEventListener("abort", () => worker.terminate(), { once: true });
    worker.postMessage(every);
  } catch {
    plain(every, beat, signal);
  }
}

function plain(every: number, beat: () => void, signal: AbortSignal): void {
  const timer = setInterval(beat, every);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}
