/**
 * A shell: ten seconds of the way to the stage, with nothing but silence on it: a real WHIP session
 * into one's own seat. The stage's own receiver reports say what was lost and how unevenly it came.
 */

import { LASTS, type Network } from "./preflight";
import type { Millis } from "../stream/backoff";
import type { Door } from "./peering";
import { Speaking } from "./whip";

const CONNECTS_WITHIN: Millis = 5_000;
const LOOKS_EVERY: Millis = 1_000;

export async function trial(door: Door, signal: AbortSignal): Promise<Network> {
  const context = new AudioContext();
  const still = context.createMediaStreamDestination();
  const nothing = context.createConstantSource();
  nothing.offset.value = 0;
  nothing.connect(still);
  nothing.start();
  const [track] = still.stream.getAudioTracks();
  const session = track === undefined ? null : new Speaking(door, track, () => undefined);
  try {
    return session === null ? { tag: "not-reached" } : await measured(session, signal);
  } finally {
    session?.close(true);
    void context.close();
  }
}

async function measured(session: Speaking, signal: AbortSignal): Promise<Network> {
  const outcome = await session.open(false);
  if (outcome.tag === "refused") return { tag: outcome.status === 409 ? "later" : "not-reached" };
  const since = performance.now();
  let last: Network | null = null;
  while (performance.now() - since < LASTS && !signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY));
    if (!session.connected && performance.now() - since > CONNECTS_WITHIN) break;
    last = (await session.reported()) ?? last;
  }
  return last ?? { tag: "not-reached" };
}
