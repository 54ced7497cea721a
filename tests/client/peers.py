"""Real peers for the clients, small: a house that answers WHIP, and an edge that pushes parts."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, urlsplit

import av
import numpy as np
import uvicorn
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from fullhouse.media import Part, Pcm, Rendition
from fullhouse.programme import adts, ogg
from fullhouse.programme.cmaf import init_segment, media_part
from fullhouse.programme.encoder import PartEncoder
from fullhouse.units import FRAME_SAMPLES, Micros, PartNumber

TOKEN = "token"
NO_STUN = RTCConfiguration(iceServers=[])


@dataclass(slots=True)
class Seated:
    """One speaker as the stage got it."""

    seat: str
    name: str
    peer: RTCPeerConnection
    frames: list[Pcm] = field(default_factory=list)
    deleted: bool = False

    def pcm(self) -> Pcm:
        return np.concatenate(self.frames) if self.frames else np.zeros(0, np.float32)


class WhipHouse:
    """A house and its stage in one: takes WHIP offers and hears what is spoken."""

    def __init__(self) -> None:
        self.sessions: list[Seated] = []
        self.refuse: list[tuple[int, dict[str, str]]] = []
        """Answers to give instead of taking the next offers."""
        self.news: asyncio.Queue[tuple[str, dict[str, object]]] = asyncio.Queue()
        self.url = ""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/whip/{slug}", self._offer, methods=["POST"]),
                Route("/whip/{slug}/{session}", self._delete, methods=["DELETE"]),
                Route("/api/rooms/{slug}/events", self._events),
            ]
        )

    def tell(self, kind: str, **news: object) -> None:
        self.news.put_nowait((kind, news))

    async def close(self) -> None:
        for session in self.sessions:
            await session.peer.close()

    async def _offer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            refusal = {"code": "not_allowed", "message": "That key does not open this room."}
            return JSONResponse(refusal, 401)
        if self.refuse:
            status, headers = self.refuse.pop(0)
            said = {"code": "told_to", "message": f"I say {status}."}
            return JSONResponse(said, status, headers=headers)
        assert request.headers["content-type"] == "application/sdp"
        number = len(self.sessions)
        seat = request.headers.get("fullhouse-seat", f"seat-{number}")
        name, peer = request.headers.get("fullhouse-name", ""), RTCPeerConnection(NO_STUN)
        session = Seated(seat, name, peer)
        self.sessions.append(session)
        session.peer.on("track", lambda track: asyncio.ensure_future(_hear(track, session)))
        offer = RTCSessionDescription((await request.body()).decode(), "offer")
        await session.peer.setRemoteDescription(offer)
        await session.peer.setLocalDescription(await session.peer.createAnswer())
        headers = {
            "Location": f"{request.url.path}/{number}",
            "ETag": '"1"',
            "Fullhouse-Seat": seat,
        }
        sdp = session.peer.localDescription.sdp
        return Response(sdp, 201, headers, media_type="application/sdp")

    async def _delete(self, request: Request) -> Response:
        session = self.sessions[int(request.path_params["session"])]
        session.deleted = True
        await session.peer.close()
        return Response(status_code=200)

    async def _events(self, request: Request) -> Response:
        async def stream() -> AsyncIterator[str]:
            yield ":\n\n"
            while True:
                kind, news = await self.news.get()
                yield f"event: {kind}\ndata: {json.dumps(news)}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")


async def _hear(track: MediaStreamTrack, session: Seated) -> None:
    with suppress(MediaStreamError):
        while True:
            frame = await track.recv()
            assert isinstance(frame, av.AudioFrame)
            stereo = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
            session.frames.append((stereo.mean(axis=1) / 32768).astype(np.float32))


@asynccontextmanager
async def whip_house(port: int = 0) -> AsyncIterator[WhipHouse]:
    """Run a house on a port of the system's choice."""
    house = WhipHouse()
    config = uvicorn.Config(
        house.app(), port=port, log_level="critical", lifespan="off", timeout_graceful_shutdown=0
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(10):
            while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.01)
        bound = server.servers[0].sockets[0].getsockname()[1]
        house.url = f"http://127.0.0.1:{bound}"
        yield house
    finally:
        await house.close()
        server.should_exit = server.force_exit = True
        await asyncio.wait({serving}, timeout=5)


def parts_of(pcm: Pcm, first: int = 100) -> list[Part]:
    """Return sound as parts, each with an event that names a speaker."""
    encoder = PartEncoder(Micros(0), PartNumber(first))
    parts = []
    for at in range(0, len(pcm) - FRAME_SAMPLES, FRAME_SAMPLES):
        said = [b'{"type":"speakers","speaking":["Ana"],"level":-20}'] if at == 0 else []
        part = encoder.feed(pcm[at : at + FRAME_SAMPLES], said)
        if part is not None:
            parts.append(part)
    return parts


@dataclass(slots=True)
class PushEdge:
    """An edge that pushes given parts, a little faster than real time.

    Attributes:
        asked: the target of each stream's request.
        cut_after: parts after which each next connection is cut; empty: never.
        silent: say nothing more instead of cutting.
        skip: parts that are never sent.
    """

    parts: Sequence[Part]
    pace: float = 0.05
    asked: list[str] = field(default_factory=list)
    cut_after: list[int] = field(default_factory=list)
    silent: bool = False
    skip: tuple[int, ...] = ()
    refuse: list[int] = field(default_factory=list)
    epoch: int = 0
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            await self._answer(urlsplit(head.split()[1]), writer)
        writer.close()

    async def _answer(self, target: SplitResult, writer: asyncio.StreamWriter) -> None:
        if target.path == "/demo/state.json":
            body = json.dumps({"epoch": self.epoch, "title": "Demo", "state": "live"}).encode()
            writer.write(_head(200, f"Content-Length: {len(body)}") + body)
            return
        self.asked.append(f"{target.path}?{target.query}")
        if self.refuse:
            writer.write(_head(self.refuse.pop(0)))
            return
        if not target.path.startswith("/demo/live"):
            writer.write(_head(404))
            return
        writer.write(_head(200))
        await self._push(target.path, parse_qs(target.query), writer)

    async def _push(
        self, path: str, query: dict[str, list[str]], writer: asyncio.StreamWriter
    ) -> None:
        first = int(query.get("from", ["0"])[0])
        most = self.cut_after.pop(0) if self.cut_after else len(self.parts)
        writer.write(_opening(path))
        for part in [part for part in self.parts if part.number >= first][:most]:
            if part.number not in self.skip:
                writer.write(_form(path, part))
            await writer.drain()
            await asyncio.sleep(self.pace)
        if self.silent:
            await asyncio.sleep(60)


def _head(status: int, *fields: str) -> bytes:
    lines = [f"HTTP/1.1 {status} So", "Connection: close", *fields, "", ""]
    return "\r\n".join(lines).encode()


def _opening(path: str) -> bytes:
    match path.rpartition("/")[2]:
        case "live.mp4":
            return init_segment(Rendition.AAC)
        case "live-opus.mp4":
            return init_segment(Rendition.OPUS)
        case "live.ogg":
            return ogg.headers(7)
    return b""


def _form(path: str, part: Part) -> bytes:
    match path.rpartition("/")[2]:
        case "live.mp4":
            packets = part.packets[Rendition.AAC]
            return media_part(Rendition.AAC, part.number, packets, part.events)
        case "live-opus.mp4":
            packets = part.packets[Rendition.OPUS]
            return media_part(Rendition.OPUS, part.number, packets, part.events)
        case "live.ogg":
            return ogg.page(7, part.number, part.packets[Rendition.OPUS])
    return adts.frames(part.packets[Rendition.AAC])


@asynccontextmanager
async def push_edge(parts: Sequence[Part]) -> AsyncIterator[PushEdge]:
    """Run an edge with one room, `demo`, on a port of the system's choice."""
    edge = PushEdge(parts)
    server = await asyncio.start_server(edge.serve, "127.0.0.1", 0)
    edge.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/demo"
    try:
        yield edge
    finally:
        server.close()
