"""What was spoken is what is heard, in every format."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
from av.audio.stream import AudioStream

from fullhouse.edge.request import Format
from fullhouse.edge.server import Edge
from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE
from fullhouse.wire import RoomState
from tests.coded_noise import coded_noise, find
from tests.edge.stand import client, edge, encode, silent_filler, stage, wait_for_room

SECONDS = 6.0


def decode(raw: bytes) -> Pcm:
    """Return what FFmpeg makes of a stream."""
    frames = []
    with av.open(io.BytesIO(raw), "r") as container:
        stream = container.streams.audio[0]
        assert isinstance(stream, AudioStream)
        resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        for frame in container.decode(stream):
            frames += [one.to_ndarray()[0] for one in resampler.resample(frame)]
    return np.concatenate(frames)


async def listen(http: httpx.AsyncClient, path: str, seconds: float) -> bytes:
    """Return what comes within some seconds."""
    raw = bytearray()
    try:
        async with asyncio.timeout(seconds), http.stream("GET", path) as answer:
            assert answer.status_code == 200
            async for piece in answer.aiter_raw():
                raw += piece
    except TimeoutError:
        pass
    return bytes(raw)


async def listen_to_hls(http: httpx.AsyncClient, slug: str, seconds: float) -> bytes:
    """Play as an LL-HLS player does: blocking reloads, each hinted part as soon as it is there."""
    raw = (await http.get(f"/{slug}/hls/aac-init.mp4")).content
    playlist = (await http.get(f"/{slug}/hls/live.m3u8")).text
    async with asyncio.timeout(seconds + 10):
        for _ in range(round(seconds / 0.96)):
            hint = playlist.rsplit('URI="', 1)[1].split('"')[0]
            msn, piece = hint.removeprefix("aac-").removesuffix(".mp4").split(".")
            asked = {"_HLS_msn": msn, "_HLS_part": piece}
            media, reload = await asyncio.gather(
                http.get(f"/{slug}/hls/{hint}"), http.get(f"/{slug}/hls/live.m3u8", params=asked)
            )
            assert (media.status_code, reload.status_code) == (200, 200)
            raw += media.content
            assert reload.text != playlist
            playlist = reload.text
    return raw


@pytest.fixture(scope="module")
def noise() -> Pcm:
    return coded_noise(SECONDS + 1)


@pytest.fixture
async def house(nats_url: str, tmp_path: Path) -> AsyncIterator[Edge]:
    async with edge(nats_url, tmp_path, filler=silent_filler()) as one:
        yield one


async def test_every_format_carries_the_sound_that_was_spoken(
    nats_url: str, house: Edge, noise: Pcm
) -> None:
    """Found in 99 % of the windows, nothing skipped or repeated."""
    async with stage(nats_url, "spoken") as house_and_stage, client(house) as http:
        await house_and_stage.say(RoomState.LIVE)
        await wait_for_room(house, "spoken", RoomState.LIVE)
        parts = encode(noise, house_and_stage.epoch, house_and_stage.next_part(3))
        speaking = asyncio.create_task(house_and_stage.play(parts))
        heard = await asyncio.gather(
            *(listen(http, f"/spoken/{format_.value}", SECONDS + 2.5) for format_ in Format),
            listen_to_hls(http, "spoken", SECONDS + 2.5),
        )
        await speaking
    for name, raw in zip([*Format, "hls"], heard, strict=True):
        pcm = await asyncio.to_thread(decode, raw)
        found = await asyncio.to_thread(find, noise, pcm, 960)
        print(f"{name}: {found.share:.3f} found, {found.last - found.first:.2f} s")
        assert found.share >= 0.99, name
        assert found.worst_jump() <= 1, name
        assert found.last - found.first > SECONDS - 0.7, name


async def test_hls_over_http_is_as_players_and_caches_want_it(
    nats_url: str, tmp_path: Path
) -> None:
    """Blocking reloads, delta updates, files equal to their parts, and how long all may be kept."""
    async with (
        stage(nats_url, "listed") as speaker,
        edge(nats_url, tmp_path) as one,
        client(one) as http,
    ):
        await speaker.say(RoomState.LIVE)
        await wait_for_room(one, "listed", RoomState.LIVE)
        plain = await http.get("/listed/hls/live.m3u8")
        assert plain.headers["cache-control"] == "public, max-age=2"
        assert plain.headers["access-control-allow-origin"] == "*"
        msn = int(plain.text.rsplit("aac-", 1)[1].split(".")[0])
        first, second = await asyncio.gather(
            http.get("/listed/hls/live.m3u8", params={"_HLS_msn": msn}),
            http.get(f"/listed/hls/live.m3u8?_HLS_msn={msn}&_HLS_part=0&_HLS_skip=YES"),
        )
        assert f"aac-{msn}.mp4" in first.text
        assert first.headers["cache-control"] == "public, max-age=24"
        assert f"aac-{msn}.0.mp4" in second.text
        assert "#EXT-X-SKIP" in second.text
        whole = await http.get(f"/listed/hls/aac-{msn}.mp4")
        pieces = [await http.get(f"/listed/hls/aac-{msn}.{k}.mp4") for k in range(4)]
        assert whole.content == b"".join(piece.content for piece in pieces)
        assert whole.headers["cache-control"] == "public, max-age=24"
        assert whole.headers["content-type"] == "audio/mp4"
        for query, code in (
            (f"_HLS_msn={msn + 9}", "too_far_ahead"),
            (f"_HLS_msn={msn + 2}&_HLS_part=99999", "too_far_ahead"),
            ("_HLS_msn=x", "bad_directive"),
            ("_HLS_part=1", "bad_directive"),
        ):
            refused = await http.get(f"/listed/hls/live.m3u8?{query}")
            assert (refused.status_code, refused.json()["code"]) == (400, code)
        missing = await http.get("/listed/hls/aac-1.mp4")
        assert (missing.status_code, missing.json()["code"]) == (404, "no_such_file")
        assert missing.headers["cache-control"] == "public, max-age=4"
