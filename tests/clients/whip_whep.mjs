// Speaks by whip-whep's WHIPClient, or listens by its WHEPClient: trickled candidates, in PATCHes.
import wrtc from '@roamhq/wrtc';
import { WHEPClient } from 'whip-whep/whep.js';
import { WHIPClient } from 'whip-whep/whip.js';
import { speaking, tape } from './sound.mjs';
import { enough, order, samples, say } from './told.mjs';

// The library takes its peer connection as an argument; we look on at what it asks over HTTP.
const ask = globalThis.fetch;
globalThis.fetch = async (url, request) => {
  const answer = await ask(url, request);
  say({ asked: request.method, status: answer.status });
  return answer;
};

const peer = new wrtc.RTCPeerConnection();
const states = new Set();
const client = order.whip ? new WHIPClient() : new WHEPClient();
if (order.whip) {
  peer.addTransceiver(speaking(samples(order.wav)), { direction: 'sendonly' });
  await client.publish(peer, order.whip, order.token);
} else {
  peer.ontrack = ({ track }) => tape(track, order.tape);
  peer.addTransceiver('audio', { direction: 'recvonly' });
  await client.view(peer, order.whep, order.token);
}
// The library's own handler of this event does nothing; it is set before the answer comes.
const looked = setInterval(() => {
  if (!states.has(peer.connectionState)) say({ state: peer.connectionState });
  states.add(peer.connectionState);
}, 20);

await enough();
clearInterval(looked);
await client.stop();
process.exit(0);
