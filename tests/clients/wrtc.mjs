// Speaks by WHIP with @roamhq/wrtc and nothing else: one POST with all candidates, no trickle.
import wrtc from '@roamhq/wrtc';
import { speaking } from './sound.mjs';
import { enough, order, samples, say } from './told.mjs';

const peer = new wrtc.RTCPeerConnection();
peer.onconnectionstatechange = () => say({ state: peer.connectionState });
peer.addTransceiver(speaking(samples(order.wav)), { direction: 'sendonly' });
await peer.setLocalDescription(await peer.createOffer());
while (peer.iceGatheringState !== 'complete') await new Promise((wake) => setTimeout(wake, 20));

const authorization = `Bearer ${order.token}`;
const answer = await fetch(order.whip, {
  method: 'POST',
  headers: { authorization, 'content-type': 'application/sdp' },
  body: peer.localDescription.sdp,
});
const sdp = await answer.text();
say({ status: answer.status });
if (!answer.ok) throw new Error(sdp);
await peer.setRemoteDescription({ type: 'answer', sdp });

await enough();
const session = new URL(answer.headers.get('location'), order.whip);
const left = await fetch(session, { method: 'DELETE', headers: { authorization } });
say({ left: left.status });
peer.close();
process.exit(0);
