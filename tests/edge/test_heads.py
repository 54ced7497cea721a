"""Requests that are understood at one look. `test_connection` holds them against the parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.heads import USUAL_BYTES, Heads
from fullhouse.edge.request import Format, Page, State, Stream
from fullhouse.units import PartNumber, RoomSlug

DEMO = RoomSlug("demo")
BROWSER = (
    b"GET /demo/live.mp4?from=7 HTTP/1.1\r\nHost: radio.example\r\nConnection: keep-alive\r\n"
    b"User-Agent: Mozilla/5.0\r\nAccept: */*\r\nUpgrade-Insecure-Requests: 1\r\n"
    b"Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en\r\n\r\n"
)


def head(first: str, *fields: str) -> bytes:
    return "\r\n".join((first, *fields, "", "")).encode()


def test_a_browser_that_asks_for_a_stream_is_understood() -> None:
    heads = Heads()
    for _ in range(3):
        asked = heads.read(BROWSER)
        assert asked is not None
        assert asked.stream == Stream(DEMO, Format.MP4, PartNumber(7))
        assert asked.request.encodings == ("br", "gzip")
        assert (asked.close, asked.people) == (False, False)


@pytest.mark.parametrize(
    ("raw", "close", "people"),
    [
        (head("GET /demo HTTP/1.1", "Accept: text/html"), False, True),
        (head("GET /demo HTTP/1.1", "CONNECTION: Close"), True, False),
        (head("GET /demo HTTP/1.0"), True, False),
    ],
)
def test_so_is_what_matters_for_the_answer(raw: bytes, close: bool, people: bool) -> None:
    """A head that ends its connection does not keep the next from being understood."""
    heads = Heads()
    for _ in range(2):
        asked = heads.read(raw)
        assert asked is not None
        assert (asked.request.ask, asked.stream) == (Page(DEMO), None)
        assert (asked.close, asked.people) == (close, people)
        other = heads.read(head("GET /demo/state.json HTTP/1.1", "X: y"))
        assert other is not None
        assert other.request.ask == State(DEMO)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        BROWSER[:-1],
        BROWSER + b"G",
        BROWSER + BROWSER,
        head("GET /demo HTTP/1.1", "Content-Length: 0"),
        head("GET /demo HTTP/1.1", "transfer-encoding: chunked"),
        head("GET /demo HTTP/1.1", "Connection: Upgrade", "Upgrade: h2c"),
        head("GET /demo HTTP/1.1", "Accept: text/plain,", " text/html"),
        head("GET /demo HTTP/2.0"),
        head("GET /DEMO HTTP/1.1"),
        head("DELETE /demo HTTP/1.1"),
        head("POST /demo/beat HTTP/1.1"),
        head("CONNECT demo:80 HTTP/1.1"),
        head("GET /demo HTTP/1.1", *(f"X-{n}: 1" for n in range(70))),
        head("GET /demo HTTP/1.1", "X: " + "x" * USUAL_BYTES),
        head("GET /demo HTTP/1.1", "X\0: y"),
    ],
)
def test_of_whatever_is_less_usual_nothing_is_said(raw: bytes) -> None:
    """And what comes after it is understood."""
    heads = Heads()
    assert heads.read(raw) is None
    assert heads.read(BROWSER) is not None


def test_a_head_or_method_other_than_get_joins_no_stream() -> None:
    asked = Heads().read(head("HEAD /demo/live.mp4 HTTP/1.1"))
    assert asked is not None
    assert (asked.request.method, asked.stream) == ("HEAD", None)


@given(st.lists(st.binary(max_size=60) | st.just(BROWSER), max_size=20))
def test_no_bytes_change_what_others_mean(raws: list[bytes]) -> None:
    heads = Heads()
    for raw in raws:
        asked = heads.read(raw)
        assert (asked is not None) == (raw == BROWSER)
