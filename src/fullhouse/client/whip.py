"""A shell: one WHIP session, from the offer to the DELETE.

Source: RFC 9725. Made for aiortc 1.16; tests/client/test_whip.py says what of it is relied on.
"""

import asyncio
import time
from contextlib import suppress
from fractions import Fraction
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

import aioice.ice
import av
import httpx
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)

from fullhouse.client.links import Mouth
from fullhouse.errors import NotReady, Refused
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE, Samples

CONNECT_SECONDS: Final = 10.0
WAITING_PACKETS: Final = 25
"""Half a second; above that the oldest is dropped, as a live microphone loses it."""
SILENT_SECONDS: Final = 4.0
"""So long without a report of what has arrived, where reports came each second: it is dead."""


class NoMedia(NotReady):
    code = "no_media"
    message = "The stage answers, but no sound gets through to it: is its UDP port open?"


class Unreachable(NotReady):
    code = "unreachable"


class PacketTrack(MediaStreamTrack):
    """A track of Opus packets, 20 ms each."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._packets: asyncio.Queue[tuple[Samples, bytes]] = asyncio.Queue(WAITING_PACKETS)
        self._at = Samples(0)

    def put(self, opus: bytes) -> None:
        if self._packets.full():
            self._packets.get_nowait()
            self._packets.task_done()
        self._packets.put_nowait((self._at, opus))
        self._at = Samples(self._at + FRAME_SAMPLES)

    @property
    def waiting(self) -> int:
        """Return how many packets have not been taken yet."""
        return self._packets.qsize()

    async def recv(self) -> "av.packet.Packet[Any]":
        at, opus = await self._packets.get()
        self._packets.task_done()
        packet = av.Packet(opus)
        packet.pts = at
        packet.time_base = Fraction(1, SAMPLE_RATE)
        return packet

    async def sent(self) -> None:
        """Wait until every packet has been taken by the sender, one second at the most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._packets.join()


class Session:
    """A speaker's place on a stage. Made by `Session.open`."""

    def __init__(self, peer: RTCPeerConnection, track: PacketTrack, token: str) -> None:
        self._peer = peer
        self._track = track
        self._token = token
        self._reported = 0.0
        self._longest = 0.0
        self._seen: object = None
        self.url = ""
        self.seat = ""

    @classmethod
    async def open(cls, http: httpx.AsyncClient, to: Mouth, *, seat: str, name: str) -> "Session":
        """Come on stage.

        Args:
            http: is asked.
            to: where.
            seat: the one to take again, or empty for a new one.
            name: shown to the room.

        Raises:
            Refused: the house says no, with its own sentence.
            NotReady: it says to come again, or cannot be reached.
        """
        if _is_loopback(to.whip):
            offer_loopback()
        # aiortc would ask a STUN server of others: nobody but the house is to know of a speaker.
        peer, track = RTCPeerConnection(RTCConfiguration(iceServers=[])), PacketTrack()
        session = cls(peer, track, to.token)
        try:
            peer.addTransceiver(track, direction="sendonly")
            await peer.setLocalDescription(await peer.createOffer())
            await session._ask(http, to.whip, seat, name)
            await session._connected()
        except BaseException:
            await session.leave(http)
            raise
        return session

    @property
    def waiting(self) -> int:
        """Return how many packets have not been sent yet."""
        return self._track.waiting

    def send(self, opus: bytes) -> None:
        """Send 20 ms."""
        self._track.put(opus)

    async def alive(self) -> bool:
        """Return whether sound still gets through, as far as can be known."""
        if self._peer.connectionState in ("failed", "closed", "disconnected"):
            return False
        stats = await self._peer.getStats()
        reports = [s for s in stats.values() if s.type == "remote-inbound-rtp"]
        latest = max((report.timestamp for report in reports), default=None)
        now = time.monotonic()
        if latest != self._seen:
            if self._seen is not None:
                self._longest = max(self._longest, now - self._reported)
            self._seen, self._reported = latest, now
        if not self._longest:
            return True
        return now - self._reported < max(SILENT_SECONDS, 3 * self._longest)

    async def leave(self, http: httpx.AsyncClient, finish: bool = False) -> None:
        """Leave the stage; with `finish`, after everything has been sent."""
        if finish:
            await self._track.sent()
        if self.url:
            with suppress(httpx.HTTPError):
                await http.delete(self.url, headers=self._bearer(), timeout=3)
        await self.close()

    async def close(self) -> None:
        """Let the connection go without a word: the stage at its other end is gone."""
        with suppress(Exception):  # aiortc raises all kinds of things while it closes
            async with asyncio.timeout(3):
                await self._peer.close()

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    async def _ask(self, http: httpx.AsyncClient, whip: str, seat: str, name: str) -> None:
        headers = self._bearer() | {
            "Content-Type": "application/sdp",
            "Fullhouse-Name": quote(name),
        }
        if seat:
            headers["Fullhouse-Seat"] = seat
        offer = self._peer.localDescription.sdp
        try:
            answer = await http.post(whip, content=offer, headers=headers)
        except httpx.HTTPError as error:
            raise Unreachable(f"No house answers at {whip}.") from error
        if answer.status_code != 201:
            raise _refusal(answer)
        self.url = urljoin(str(answer.url), answer.headers.get("Location", ""))
        self.seat = answer.headers.get("Fullhouse-Seat", "")
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        except ValueError as error:
            raise Refused("The house's answer is not SDP.", code="bad_answer") from error

    async def _connected(self) -> None:
        changed = asyncio.Event()
        self._peer.on("connectionstatechange", changed.set)
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_SECONDS):
                while self._peer.connectionState not in ("connected", "failed", "closed"):
                    await changed.wait()
                    changed.clear()
        if self._peer.connectionState != "connected":
            raise NoMedia()


def _refusal(answer: httpx.Response) -> Refused:
    """Return what the house's refusal says, in its words where it has some."""
    code, message = "refused", f"The house answers {answer.status_code}."
    with suppress(ValueError, KeyError, TypeError):
        said = answer.json()
        code, message = str(said["code"]), str(said["message"])
    later = answer.status_code in (408, 429) or answer.status_code >= 500
    wait = answer.headers.get("Retry-After", "")
    kind = NotReady if later else Refused
    return kind(
        message,
        code=code,
        status=answer.status_code if answer.status_code >= 400 else 400,
        retry_after=int(wait) if wait.isascii() and wait.isdecimal() else None,
    )


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_host_addresses: Final = aioice.ice.get_host_addresses


def _with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    loopback = (["127.0.0.1"] if use_ipv4 else []) + (["::1"] if use_ipv6 else [])
    return [*_host_addresses(use_ipv4, use_ipv6), *loopback]


def offer_loopback() -> None:
    """Let aioice offer this machine's inner address too, which it leaves out by itself.

    Without it a machine without a network could not speak to a Fullhouse of its own.
    """
    aioice.ice.get_host_addresses = _with_loopback
