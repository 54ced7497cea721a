"""Whatever is refused is one JSON line; no request goes beyond its bounds."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import Refused
from fullhouse.house.api.problems import Bounds, problem, say_problems
from tests.house.served import House, code_of, new_slug, served

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, nats_url: str) -> AsyncIterator[House]:
    """One house for all tests of this file."""
    async with served(tmp_path_factory.mktemp("house"), nats_url) as house:
        await house.on_bus()
        yield house


@given(st.text(), st.text())
async def test_a_refusal_is_always_one_line(code: str, message: str) -> None:
    line = problem(Refused(message, code=code))
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe\x00", b"nonsense", b'{"slug": "a"'])
async def test_garbage_is_no_json(house: House, body: bytes) -> None:
    answer = await house.client.post(
        "/api/rooms", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert code_of(answer) in ("malformed", "invalid")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"]
)
async def test_a_form_of_another_page_is_refused(house: House, kind: str) -> None:
    """Browsers send these to anyone without asking first; nothing of ours takes them."""
    for path in ("/api/rooms", f"/api/rooms/{new_slug()}/end"):
        answer = await house.client.post(
            path, content=b'{"slug": "evening"}', headers={"Content-Type": kind}
        )
        assert (answer.status_code, code_of(answer)) == (415, "wrong_type")


async def test_a_body_has_its_bound_said_or_unsaid(house: House) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1024

    for content in (b" " * 65_537, endless()):
        answer = await house.client.post(
            "/api/rooms", content=content, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, code_of(answer)) == (413, "body_too_large")
    assert (await house.client.get("/healthz")).status_code == 200


async def test_a_body_where_none_belongs_is_refused(house: House) -> None:
    answer = await house.client.request("GET", "/healthz", content=b"hello")
    assert (answer.status_code, code_of(answer)) == (400, "body_not_expected")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "no_such_page"),
        ("DELETE", "/api/rooms", 405, "method_not_allowed"),
        ("PUT", "/", 405, "method_not_allowed"),
        ("BREW", "/", 400, "malformed"),
    ],
)
async def test_the_frameworks_own_refusals_are_ours(
    house: House, method: str, path: str, status: int, code: str
) -> None:
    answer = await house.client.request(method, path)
    assert (answer.status_code, code_of(answer)) == (status, code)


async def test_every_answer_forbids_guessing_and_referring(house: House) -> None:
    for path in ("/", "/nowhere", "/api/rooms"):
        answer = await house.client.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "server" not in answer.headers


async def test_a_bug_of_ours_is_a_line_and_no_traceback() -> None:
    app = FastAPI()
    say_problems(app)

    @app.get("/")
    async def broken() -> None:
        raise RuntimeError("secret detail")

    transport = httpx.ASGITransport(app=Bounds(app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
        answer = await client.get("/")
    assert (answer.status_code, code_of(answer)) == (500, "bug")
    assert "secret" not in answer.text


async def test_a_body_that_does_not_come_is_given_up(
    monkeypatch: pytest.MonkeyPatch, house: House
) -> None:
    monkeypatch.setattr("fullhouse.house.api.problems.BODY_WITHIN", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(
        b"POST /api/rooms HTTP/1.1\r\nHost: house\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    async with asyncio.timeout(3):
        answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"body_too_slow" in answer
