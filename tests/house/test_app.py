"""The house as one process: a room's whole life over HTTP and the bus, and what survives."""

import asyncio
import signal
import socket
from pathlib import Path

import pytest

from fullhouse.bus import connect
from fullhouse.errors import Refused
from fullhouse.house.app import _listen
from fullhouse.wire import SUBJECT_SOURCE_CHECK, SourceCheck, SourceVerdict, WhipReply
from tests.house.processes import house_process
from tests.house.served import (
    ADMIN,
    OFFER,
    bearer,
    becomes_true,
    host_token,
    new_slug,
    served,
    stage_of,
    told,
    tomorrow,
)
from tests.servers import nats_server


async def test_a_room_lives_from_its_making_to_its_end(tmp_path: Path, nats_url: str) -> None:
    """By voice: a speaker opens the doors, the first word goes live, the host ends it."""
    async with served(tmp_path, nats_url) as house:
        links = await house.make(title="Evening")
        slug = links["slug"]
        async with stage_of(nats_url, slug) as stage, told(nats_url, slug) as news:
            await stage.listen()
            answer = await house.client.post(
                f"/whip/{slug}", content=OFFER,
                headers=bearer(links["whip_token"]) | {"Content-Type": "application/sdp"},
            )  # fmt: skip
            assert answer.status_code == 201
            doors = await house.room(slug)
            assert (doors["state"], doors["armed"], doors["wanted"]) == ("doors", True, True)
            await stage.say(heard=False)
            await stage.say()
            live = await house.until(slug, "live")
            assert (live["session"], live["seats"][0]["seat"]) == (1, "seat-1")
            await stage.say(silent_for=10_000_000)
            assert (await house.until(slug, "silent"))["reason"].startswith("Nobody has spoken")
            await stage.say()
            await house.until(slug, "live")
            assert "comes back" in (await house.until(slug, "interrupted"))["reason"]
            await stage.say()
            await house.until(slug, "live")
            ended = await house.client.post(
                f"/api/rooms/{slug}/end", headers=bearer(host_token(links))
            )
            assert (ended.json()["state"], ended.json()["wanted"]) == ("ended", False)
            async with asyncio.timeout(5):
                while (last := await news.get()).state != "ended":
                    pass
            assert last.revision == ended.json()["revision"]


async def test_killing_the_house_loses_nothing_that_was_acknowledged(
    tmp_path: Path, nats_url: str
) -> None:
    """The process is killed right after its answers; the next one knows them all."""
    slugs = [new_slug("kept") for _ in range(5)]
    async with house_process(nats_url, tmp_path) as (process, client):
        for slug in slugs:
            assert (await client.post("/api/rooms", json={"slug": slug})).status_code == 201
            muted = await client.post(f"/api/rooms/{slug}/seats/seat-1/mute", json={"muted": True})
            opened = await client.post(f"/api/rooms/{slug}/open")
            assert (muted.status_code, opened.status_code) == (200, 200)
        before = [(await client.get(f"/api/rooms/{slug}")).json() for slug in slugs]
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with told(nats_url) as news, house_process(nats_url, tmp_path) as (_, client):
        after = [(await client.get(f"/api/rooms/{slug}")).json() for slug in slugs]
        heard: set[str] = set()
        async with asyncio.timeout(5):
            while not heard >= set(slugs):
                heard.add((await news.get()).slug)
    for was, now in zip(before, after, strict=True):
        assert now["muted"] == ["seat-1"]
        for name in ("state", "epoch", "revision", "whip_token", "source_key", "since"):
            assert now[name] == was[name], name


async def test_without_a_bus_the_house_answers_and_tells_later(tmp_path: Path) -> None:
    """Changes are stored while the bus is away, and said when it comes."""
    (tmp_path / "bus").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with served(tmp_path / "data", f"nats://127.0.0.1:{port}") as house:
        slug = (await house.make())["slug"]
        await house.client.post(f"/api/rooms/{slug}/open")
        assert (await house.client.get("/healthz")).json() == {
            "status": "ok", "bus": False, "rooms": 1,
        }  # fmt: skip
        with nats_server(tmp_path / "bus", "-p", str(port)) as url:
            async with told(url, slug) as news:
                async with asyncio.timeout(12):
                    assert (await news.get()).state == "doors"
            async with connect(url, "later") as bus:

                async def kept() -> bool:
                    return [room.slug for room in await bus.kept_rooms()] == [slug]

                await becomes_true(kept)


async def test_a_source_is_let_in_with_the_rooms_key_alone(tmp_path: Path, nats_url: str) -> None:
    async with served(tmp_path, nats_url) as house, connect(nats_url, "source") as bus:
        links = await house.make()

        async def check(slug: str, user: str, key: str) -> SourceVerdict:
            asked = SourceCheck(slug=slug, user=user, key=key)
            return SourceVerdict.unpack(await bus.request(SUBJECT_SOURCE_CHECK, asked.pack(), 3))

        slug, key = links["slug"], links["source_key"]
        await house.on_bus()
        assert (await check(slug, "source", "wrong")).status == 401
        assert (await check(slug, "somebody", key)).status == 401
        assert (await check("nowhere", "source", key)).code == "unknown_room"
        assert (await check("../etc", "source", key)).code == "bad_slug"
        assert (await house.room(slug))["state"] == "scheduled"
        assert (await check(slug, "source", key)).status == 200
        assert (await house.room(slug))["state"] == "doors"


async def test_a_hosts_room_that_has_ended_refuses_sources(tmp_path: Path, nats_url: str) -> None:
    async with served(tmp_path, nats_url) as house, connect(nats_url, "source") as bus:
        links = await house.make(starts=tomorrow())
        slug = links["slug"]
        await house.client.post(f"/api/rooms/{slug}/end")
        asked = SourceCheck(slug=slug, user="source", key=links["source_key"])
        await house.on_bus()
        raw = await bus.request(SUBJECT_SOURCE_CHECK, asked.pack(), 3)
        assert SourceVerdict.unpack(raw).status == 409


async def test_a_taken_port_is_one_clear_line(tmp_path: Path, nats_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refused, match="cannot listen on"):
            async with served(tmp_path, nats_url, port=taken.getsockname()[1]):
                pass


def test_answers_do_not_wait_for_the_callers_acknowledgement() -> None:
    """Head and body are two writes: Nagle's rule made every answer 40 ms late."""
    with _listen("127.0.0.1", 0) as listening, socket.socket() as caller:
        caller.connect(listening.getsockname())
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_a_folder_that_is_none_is_one_clear_line(tmp_path: Path, nats_url: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="cannot be used"):
        async with served(tmp_path / "file", nats_url):
            pass


async def test_closing_ends_open_pages_in_good_order(tmp_path: Path, nats_url: str) -> None:
    """The stream comes to its proper end, at once: nobody waits, nothing is cut off."""
    async with served(tmp_path, nats_url) as house:
        slug = (await house.make())["slug"]
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(
            f"GET /api/rooms/{slug}/events HTTP/1.1\r\nHost: house\r\n"
            f"Authorization: Bearer {ADMIN}\r\n\r\n".encode()
        )
        await reader.readuntil(b"event: room")
    async with asyncio.timeout(1):
        rest = await reader.read()
    writer.close()
    assert rest.endswith(b"\r\n0\r\n\r\n")


async def test_no_secret_and_no_offer_is_in_the_log(
    tmp_path: Path, nats_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with served(tmp_path, nats_url) as house:
        links = await house.make()
        async with stage_of(nats_url, links["slug"]) as stage:
            stage.reply = WhipReply(status=422, code="no_audio", message="There is no audio.")
            await stage.listen()
            headers = bearer(links["whip_token"]) | {"Content-Type": "application/sdp"}
            await house.client.post(f"/whip/{links['slug']}", content=OFFER, headers=headers)
            await house.client.post(f"/api/rooms/{links['slug']}/open")
    written = "".join(capfd.readouterr())
    assert links["slug"] in written, "the log was looked at in the right place"
    for secret in (links["whip_token"], links["source_key"], host_token(links), ADMIN, "EsAw"):
        assert secret not in written
