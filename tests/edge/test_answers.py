"""HTTP answers."""

import json

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.answers import (
    FOR_PAGES,
    Form,
    answer,
    head,
    nothing,
    page,
    refusal,
    refusal_page,
    stream_head,
)
from fullhouse.edge.limits import Full, Limit
from fullhouse.errors import NotReady, Refused
from fullhouse.units import Micros

NOW = Micros(784_111_777_000_000)


def split(raw: bytes) -> tuple[str, dict[str, str], bytes]:
    start, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = start.decode().split("\r\n")
    return first, dict(line.split(": ", 1) for line in lines), body


def test_an_answer_says_its_length_and_when_it_was_made() -> None:
    first, fields, body = split(answer(Form(NOW), "text/plain", b"hello", cache="max-age=1"))
    assert first == "HTTP/1.1 200 OK"
    assert fields["Content-Length"] == "5"
    assert fields["Date"] == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert fields["Cache-Control"] == "max-age=1"
    assert fields["Access-Control-Allow-Origin"] == "*"
    assert "Connection" not in fields
    assert body == b"hello"


def test_an_answer_to_head_says_the_length_and_has_no_body() -> None:
    _, fields, body = split(answer(Form(NOW, bare=True, close=True), "text/plain", b"hello"))
    assert (fields["Content-Length"], fields["Connection"], body) == ("5", "close", b"")


def test_a_stream_has_no_length_is_not_kept_and_is_not_buffered() -> None:
    first, fields, _ = split(stream_head("audio/aac", NOW, "edge 1"))
    assert first == "HTTP/1.1 200 OK"
    assert "Content-Length" not in fields
    assert "Transfer-Encoding" not in fields
    assert fields["Connection"] == "close"
    assert fields["Cache-Control"] == "no-store"
    assert fields["X-Accel-Buffering"] == "no"
    assert fields["Fullhouse-Edge"] == "edge-1"


def test_who_finds_no_place_is_told_what_there_is_too_little_of() -> None:
    for limit in Limit:
        _, fields, body = split(refusal(Form(NOW), Full(limit, retry_after=5)))
        assert (fields["Fullhouse-Limit"], fields["Retry-After"]) == (limit.value, "5")
        assert json.loads(body)["code"] == "full"
    assert "Fullhouse-Limit" not in split(refusal(Form(NOW), Full(retry_after=2)))[1]


def test_a_page_may_run_only_its_own_scripts() -> None:
    _, fields, _ = split(page(Form(NOW), b"<p>"))
    assert "script-src 'self';" in fields["Content-Security-Policy"]
    assert "'unsafe" not in fields["Content-Security-Policy"]
    assert fields.keys() >= FOR_PAGES.keys()


def test_nothing_has_no_length() -> None:
    first, fields, body = split(nothing(Form(NOW)))
    assert (first, body) == ("HTTP/1.1 204 No Content", b"")
    assert "Content-Length" not in fields


def test_a_refusal_says_when_to_come_again() -> None:
    _, fields, _ = split(refusal(Form(NOW), NotReady(retry_after=7)))
    assert fields["Retry-After"] == "7"
    assert fields["Cache-Control"] == "no-store"
    first, fields, body = split(refusal_page(Form(NOW), NotReady(retry_after=7), b"<p>"))
    assert first == "HTTP/1.1 503 Service Unavailable"
    assert (fields["Retry-After"], body) == ("7", b"<p>")


def test_no_answer_ever_sets_a_cookie() -> None:
    assert b"cookie" not in head(200, FOR_PAGES, Form(NOW)).lower()


@given(st.text(), st.sampled_from([400, 404, 405, 408, 411, 413, 414, 431, 503]))
def test_a_refusal_is_one_json_line(message: str, status: int) -> None:
    error = Refused(message, code="x", status=status)
    _, fields, body = split(refusal(Form(NOW), error))
    assert body.count(b"\n") == 1
    assert int(fields["Content-Length"]) == len(body)
    said = json.loads(body)
    assert said["code"] == "x"
    assert said["message"] == error.message.encode("utf-8", "replace").decode()
