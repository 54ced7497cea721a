"""Answers are read whatever pieces they come in; what is none is told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rehearsal.http import HEAD_BYTES, Body, Head, NotHttp, read_head
from tests.rehearsal.streams import cut

ANSWER = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nServer: nginx\r\n"
    b"Via: 1.1 somewhere\r\nContent-Length: 12\r\nRetry-After: 7\r\nFullhouse-Edge: north-0\r\n"
    b"fullhouse-limit:files\r\nConnection: close\r\n\r\nand the body"
)


def test_a_head_says_all_that_a_rehearsal_wants_to_know() -> None:
    assert read_head(ANSWER) == Head(
        status=503,
        size=len(ANSWER) - 12,
        length=12,
        closes=True,
        edge="north-0",
        limit="files",
        between="nginx, 1.1 somewhere",
        retry_after=7,
    )


@given(st.integers(0, len(ANSWER) - 13))
def test_a_head_is_waited_for(cut: int) -> None:
    assert read_head(ANSWER[:cut]) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02",
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 ok\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1e9\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * HEAD_BYTES,
    ],
)
def test_what_is_no_answer(raw: bytes) -> None:
    with pytest.raises(NotHttp):
        read_head(raw)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_head_or_none(raw: bytes) -> None:
    for one in (raw, b"HTTP/1.1 200 OK\r\n" + raw + b"\r\n\r\n"):
        try:
            head = read_head(one)
        except NotHttp:
            continue
        assert head is None or head.size <= len(one)


cuts = st.lists(st.integers(0, 10_000), max_size=12)


@given(st.binary(max_size=300), cuts)
def test_a_body_of_known_length(body: bytes, places: list[int]) -> None:
    reader = Body(Head(200, 0, length=len(body)))
    found = b"".join(reader.feed(piece) for piece in cut(body + b"more", places))
    assert found == body
    assert reader.done


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=8), cuts)
def test_a_body_in_chunks(chunks: list[bytes], places: list[int]) -> None:
    """As proxies send what they do not know the length of."""
    raw = b"".join(b"%X;x=1\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    reader = Body(Head(200, 0, chunked=True))
    found = b"".join(reader.feed(piece) for piece in cut(raw, places))
    assert found == b"".join(chunks)
    assert reader.done


def test_a_body_without_length_goes_on() -> None:
    reader = Body(Head(200, 0))
    assert reader.feed(b"abc") == b"abc"
    assert not reader.done


@pytest.mark.parametrize("raw", [b"x\r\n", b"3\r\nabcXY", b"-1\r\n", b"1" * 2_000])
def test_what_are_no_chunks(raw: bytes) -> None:
    with pytest.raises(NotHttp):
        Body(Head(200, 0, chunked=True)).feed(raw)
