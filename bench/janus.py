"""Janus AudioBridge from Debian with the same speakers, for `bench.stage`: the mixer to compare.

Started with its plugin's own defaults and spoken to by its REST interface. It never names the
loopback address, so its speakers use another of this machine's.
Run as a program it is the speakers: one JSON object as its argument, with `api` and `speakers`.
"""

import asyncio
import json
import secrets
import shutil
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from fullhouse.stage.opus_encoder import OpusEncoder
from fullhouse.units import FRAME_SAMPLES
from tests.stage.caller import LOOPBACK, say
from tests.stage.company import Heard, Packets, have_machines_of_their_own, keep_packets, voice_of

ROOM: Final = 1234
_CONFIG: Final = {
    "janus.jcfg": """
general: {{ server_name = "bench" debug_level = 2 }}
media: {{ }}
nat: {{ full_trickle = false }}
plugins: {{ }}
transports: {{ disable = "libjanus_websockets.so,libjanus_pfunix.so" }}
""",
    "janus.transport.http.jcfg": """
general: {{ json = "compact" base_path = "/janus" http = true port = {port} ip = "127.0.0.1" }}
admin: {{ admin_http = false }}
""",
    "janus.plugin.audiobridge.jcfg": """
room-{room}: {{ sampling_rate = 48000 default_bitrate = 32000 record = false }}
""",
}


def installed() -> bool:
    """Return whether Janus is there; `apt-get install janus` brings it on Debian."""
    return shutil.which("janus") is not None


@asynccontextmanager
async def audiobridge() -> AsyncIterator[tuple[Process, str]]:
    """Yield a Janus of our own and the address of its interface."""
    with socket.socket() as probe, tempfile.TemporaryDirectory() as folder:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
        probe.close()
        for name, text in _CONFIG.items():
            (Path(folder) / name).write_text(text.format(port=port, room=ROOM))
        janus = await asyncio.create_subprocess_exec(
            "janus", "-F", folder, "-L", f"{folder}/log", stdout=DEVNULL, stderr=DEVNULL
        )
        try:
            await asyncio.sleep(2)
            yield janus, f"http://{LOOPBACK}:{port}/janus"
        finally:
            janus.kill()
            await janus.wait()


class Session:
    """One speaker's session with Janus."""

    def __init__(self, client: httpx.AsyncClient, api: str) -> None:
        self._client = client
        self._api = api

    async def post(self, path: str, **said: Any) -> dict[str, Any]:
        said["transaction"] = secrets.token_hex(6)
        answer = await self._client.post(self._api + path, json=said)
        return dict(answer.json())

    async def join(self, peer: RTCPeerConnection, name: str) -> None:
        """Join the room and connect."""
        session = (await self.post("", janus="create"))["data"]["id"]
        attached = await self.post(f"/{session}", janus="attach", plugin="janus.plugin.audiobridge")
        path = f"/{session}/{attached['data']['id']}"
        await peer.setLocalDescription(await peer.createOffer())
        await self.post(
            path,
            janus="message",
            body={"request": "join", "room": ROOM, "display": name, "muted": False},
            jsep={"type": "offer", "sdp": peer.localDescription.sdp},
        )
        while True:
            answer = await self._client.get(f"{self._api}/{session}", params={"maxev": 1})
            event = answer.json()
            if "jsep" in event:
                sdp = RTCSessionDescription(event["jsep"]["sdp"], "answer")
                await peer.setRemoteDescription(sdp)
                return


async def speak(order: dict[str, Any]) -> None:
    """Be the speakers, until killed."""
    heard: dict[Any, Heard] = {}
    keep_packets(heard)
    peers = []
    async with httpx.AsyncClient(timeout=60) as client:
        for number, voice in enumerate(order["speakers"]):
            encoder, frames = OpusEncoder(), voice_of(voice).reshape(-1, FRAME_SAMPLES)
            peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            peer.addTrack(Packets([encoder.encode(frame) for frame in frames]))
            await Session(client, order["api"]).join(peer, f"speaker {number}")
            peers.append(peer)
        while True:
            ears = [heard.get(peer.getReceivers()[0], Heard()) for peer in peers]
            counts = [len(ear.packets) for ear in ears]
            say(packets=counts)
            await asyncio.sleep(1)


if __name__ == "__main__":
    have_machines_of_their_own()
    asyncio.run(speak(json.loads(sys.argv[1])))
