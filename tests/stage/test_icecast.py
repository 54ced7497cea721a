"""Heads, bodies and answers of Icecast sources."""

import base64
import json
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import BadSlug, Malformed, NotAllowed, Refused
from fullhouse.stage.icecast import (
    DEFAULT_NAME,
    MAX_HEAD,
    Body,
    HeadReader,
    HeadTooLarge,
    MountTaken,
    NotASource,
    SourceRequest,
    accepted,
    refusal,
    shown_name,
)

KEY = base64.b64encode(b"source:s3:cret").decode()
FFMPEG = (
    b"PUT /demo HTTP/1.1\r\nUser-Agent: Lavf/59.27.100\r\nAccept: */*\r\nExpect: 100-continue\r\n"
    b"Connection: close\r\nHost: 127.0.0.1:42475\r\nContent-Type: audio/mpeg\r\nIcy-MetaData: 1\r\n"
    b"Ice-Name: H\xc3\xbctte\r\nIce-Public: 0\r\nAuthorization: Basic " + KEY.encode() + b"\r\n\r\n"
)
"""What ffmpeg 5.1 sends, captured."""


def head(line: str = "PUT /demo HTTP/1.1", *fields: str) -> bytes:
    return "\r\n".join([line, f"Authorization: Basic {KEY}", *fields, "", ""]).encode("latin-1")


Result = TypeVar("Result")


def refused_or_none(call: Callable[[], Result]) -> Result | None:
    """Return what the call returns, None where it refuses as a caller's fault."""
    try:
        return call()
    except Refused as error:
        if not 400 <= error.status < 500:
            raise
        return None


def read(raw: bytes) -> SourceRequest:
    request = HeadReader().feed(raw)
    assert request is not None
    return request


def test_what_ffmpeg_sends_is_understood() -> None:
    request = read(FFMPEG)
    assert request == SourceRequest(
        method="PUT",
        version="HTTP/1.1",
        slug=request.slug,
        user="source",
        key="s3:cret",
        name="Hütte",
        content_type="audio/mpeg",
        expects_continue=True,
        length=None,
        chunked=False,
    )
    assert request.slug == "demo"


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1", "ICE/1.0"])
def test_the_old_way_of_speaking_is_understood(version: str) -> None:
    """Older sources say SOURCE in place of PUT, and do not wait for a 100."""
    request = read(head(f"SOURCE /demo {version}", "content-type: Application/OGG; x=y"))
    assert (request.method, request.version) == ("SOURCE", version)
    assert request.content_type == "application/ogg"
    assert not request.expects_continue
    assert request.name == DEFAULT_NAME


def test_lines_may_end_without_a_carriage_return() -> None:
    assert read(head().replace(b"\r\n", b"\n")).slug == "demo"


@given(st.lists(st.integers(1, 200), max_size=20), st.binary(max_size=50))
def test_a_head_is_the_same_in_whatever_pieces_it_comes(cuts: list[int], body: bytes) -> None:
    raw = FFMPEG + body
    reader = HeadReader()
    request = None
    while raw:
        size = cuts.pop() if cuts else len(raw)
        request = request or reader.feed(raw[:size])
        if request is not None:
            break
        raw = raw[size:]
    assert request == read(FFMPEG)
    assert body.startswith(reader.rest)


@given(st.binary(max_size=300))
def test_any_other_bytes_are_refused_or_waited_for(raw: bytes) -> None:
    """Garbage never gets further than a refusal with a status that says whose fault it is."""
    reader = HeadReader()
    assert refused_or_none(lambda: reader.feed(raw)) is None
    assert refused_or_none(lambda: reader.feed(b"\r\n\r\n")) is None


@given(st.binary(max_size=120), st.integers(0, len(FFMPEG) - 5))
def test_a_damaged_head_is_refused_or_read(junk: bytes, at: int) -> None:
    damaged = FFMPEG[:at] + junk + FFMPEG[at:]
    refused_or_none(lambda: HeadReader().feed(damaged))


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("\x16\x03\x01 hello", Malformed),
        ("PUT /demo", Malformed),
        ("PUT /demo HTTP/2.0", Malformed),
        ("put /demo HTTP/1.1", Malformed),
        ("PUT  /demo HTTP/1.1", Malformed),
        ("GET / HTTP/1.1", NotASource),
        ("POST /demo HTTP/1.1", NotASource),
        ("PUT /../demo HTTP/1.1", BadSlug),
        ("PUT /.. HTTP/1.1", BadSlug),
        ("PUT /%2e%2e HTTP/1.1", BadSlug),
        ("PUT /b\xc3\xbc HTTP/1.1", BadSlug),
        ("PUT /api HTTP/1.1", BadSlug),
        ("PUT demo HTTP/1.1", BadSlug),
        ("PUT http://x/demo HTTP/1.1", BadSlug),
        ("PUT /" + "a" * 300 + " HTTP/1.1", BadSlug),
    ],
)
def test_a_wrong_first_line_is_refused(line: str, refused: type[Refused]) -> None:
    with pytest.raises(refused):
        HeadReader().feed(head(line))


def test_a_wrong_first_line_is_refused_before_the_head_is_complete() -> None:
    with pytest.raises(Malformed):
        HeadReader().feed(b"HELO world\r\n")


@pytest.mark.parametrize(
    "field",
    [
        "No colon here",
        "Sp ace: x",
        ": empty",
        "X: nul\x00byte",
        " folded: line",
        "Content-Length: -1",
        "Content-Length: ٣".encode().decode("latin-1"),
        "Content-Length: 1\r\nContent-Length: 2",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
    ],
)
def test_a_wrong_field_is_refused(field: str) -> None:
    with pytest.raises(Malformed):
        HeadReader().feed(head("PUT /demo HTTP/1.1", field))


@pytest.mark.parametrize("value", ["", "Basic", "Basic !!!", "Bearer abc", "Basic c291cmNl"])
def test_a_source_without_a_key_is_not_let_in(value: str) -> None:
    """The last one is `source` with no colon."""
    with pytest.raises(NotAllowed):
        HeadReader().feed(f"PUT /demo HTTP/1.1\r\nAuthorization: {value}\r\n\r\n".encode())


def test_a_head_has_a_bound() -> None:
    reader = HeadReader()
    reader.feed(b"PUT /demo HTTP/1.1\r\nX: ")
    for _ in range(15):
        reader.feed(b"a" * 1024)
    with pytest.raises(HeadTooLarge):
        reader.feed(b"a" * 1024)
    with pytest.raises(HeadTooLarge):
        HeadReader().feed(head("PUT /demo HTTP/1.1", "X: " + "a" * MAX_HEAD))
    with pytest.raises(HeadTooLarge):
        HeadReader().feed(head("PUT /demo HTTP/1.1", *["X: y"] * 100))


@given(st.text(st.characters(max_codepoint=255), max_size=200))
def test_a_name_is_fit_to_be_shown(text: str) -> None:
    name = shown_name(text)
    assert 1 <= len(name) <= 80
    assert name == name.strip()
    assert name.isprintable()


def test_a_name_loses_what_would_turn_the_page_around() -> None:
    assert shown_name("a\u202eb\u200b c".encode().decode("latin-1")) == "ab c"


def chunk(raw: bytes) -> bytes:
    return b"%x;why=not\r\n%s\r\n" % (len(raw), raw)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.integers(1, 30), st.binary())
def test_chunks_are_joined_in_whatever_pieces_they_come(
    chunks: list[bytes], size: int, after: bytes
) -> None:
    raw = b"".join(map(chunk, chunks)) + b"0\r\nTrailer: x\r\n\r\n" + after
    body = Body(None, chunked=True)
    sound = b"".join(body.feed(raw[at : at + size]) for at in range(0, len(raw), size))
    assert sound == b"".join(chunks)
    assert body.done


@given(st.binary(max_size=200))
def test_other_bytes_are_no_chunks(raw: bytes) -> None:
    sound = refused_or_none(lambda: Body(None, chunked=True).feed(raw))
    assert sound is None or len(sound) <= len(raw)


@pytest.mark.parametrize("raw", [b"x\r\n", b"2\r\nabc\r\n", b"-2\r\n", b"\r\n", b"1" * 300])
def test_wrong_chunks_are_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        Body(None, chunked=True).feed(raw)


@given(st.binary(max_size=100), st.integers(0, 120), st.integers(1, 20))
def test_a_body_with_a_length_ends_there(raw: bytes, length: int, size: int) -> None:
    body = Body(length, chunked=False)
    sound = b"".join(body.feed(raw[at : at + size]) for at in range(0, len(raw), size))
    assert sound == raw[:length]
    assert body.done == (len(raw) >= length)


def test_a_body_of_unknown_length_goes_on() -> None:
    body = Body(None, chunked=False)
    assert body.feed(b"abc") == b"abc"
    assert not body.done


def test_a_refusal_is_one_line_of_json() -> None:
    answer = refusal(MountTaken())
    fields, _, body = answer.partition(b"\r\n\r\n")
    assert fields.startswith(b"HTTP/1.1 409 Conflict\r\n")
    assert b"Content-Length: %d" % len(body) in fields
    assert body.endswith(b"\n")
    assert body.count(b"\n") == 1
    assert json.loads(body) == {"code": "mount_taken", "message": MountTaken.message}


def test_a_refusal_says_what_to_do_next() -> None:
    assert b"WWW-Authenticate: Basic" in refusal(NotAllowed())
    assert b"Allow: PUT, SOURCE" in refusal(NotASource())
    assert b"Retry-After: 7" in refusal(Refused(status=503, retry_after=7))


@pytest.mark.parametrize(
    ("version", "answer"),
    [("HTTP/1.1", b"HTTP/1.1 200"), ("HTTP/1.0", b"HTTP/1.0 200"), ("ICE/1.0", b"HTTP/1.0 200")],
)
def test_a_source_is_answered_in_its_own_version(version: str, answer: bytes) -> None:
    assert accepted(version).startswith(answer)
    assert accepted(version).endswith(b"\r\n\r\n")
