"""What stands in front is judged by what comes out at the far end of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.capacity.check import Check, Verdict
from fullhouse.capacity.front import Answer, Boxes, Place, Seen, front_checks, lumps, place
from tests.capacity.made import a_box, a_part

PAGE = Answer(200, 11, {"cache-control": "no-cache"})
STREAM = Answer(200, 11, {"cache-control": "no-store"})
CALM = tuple((0.0, n) for n in range(3)) + tuple((0.32 * n, 3 + n) for n in range(1, 18))
WELL = Seen(
    page=PAGE, state=PAGE, stream=STREAM, ipv6=True, protocol="h2", certificate=60.0,
    arrivals=CALM, listened=6.0,
)  # fmt: skip


def verdict_of(seen: Seen, name: str) -> Check:
    return next(check for check in front_checks(seen) if check.name == name)


def test_nothing_in_front_does_no_harm() -> None:
    assert {check.verdict for check in front_checks(WELL)} == {Verdict.OK}


@pytest.mark.parametrize(
    ("seen", "name", "says"),
    [
        (replace(WELL, page=replace(PAGE, cookies=("sticky",))), "cookies", "sets sticky"),
        (replace(WELL, redirects=("https://b.example/r",)), "way to the page", "https://b.ex"),
        (replace(WELL, page=replace(PAGE, status=502)), "way to the page", "answers 502"),
        (replace(WELL, page=replace(PAGE, version=10)), "HTTP", "HTTP/1.0"),
        (replace(WELL, stays_open=False), "HTTP", "closed after each answer"),
        (replace(WELL, ipv6=False), "IPv6", "does not answer"),
        (replace(WELL, certificate=3.0), "certificate", "3 days"),
        (
            replace(WELL, stream=replace(STREAM, fields={"content-encoding": "gzip"})),
            "compression",
            "gzip",
        ),
        (replace(WELL, stream=replace(STREAM, fields={"age": "40"})), "caching", "40 s old"),
        (
            replace(WELL, stream=replace(STREAM, fields={"cf-cache-status": "HIT"})),
            "caching",
            "the stream comes out of a cache",
        ),
        (replace(WELL, stream=replace(STREAM, fields={})), "caching", "was taken away"),
        (replace(WELL, state=replace(PAGE, fields={"age": "60"})), "caching", "state.json"),
        (replace(WELL, state=replace(PAGE, status=503)), "refusals", "without Retry-After"),
        (replace(WELL, arrivals=CALM[:3]), "buffering", "no part came"),
    ],
)
def test_each_harm_is_named(seen: Seen, name: str, says: str) -> None:
    check = verdict_of(seen, name)
    assert check.verdict is Verdict.WARNING
    assert says in check.found


def test_parts_that_come_six_at_a_time_were_held_back() -> None:
    """A proxy whose buffer of 16 kB fills every 1.92 s."""
    held = tuple((1.92 * (n // 6), n) for n in range(24))
    check = verdict_of(replace(WELL, arrivals=held), "buffering")
    assert check.verdict is Verdict.WARNING
    assert "6 at a time where the edge sends 1" in check.found
    assert "up to 1.6 s" in check.found


def test_a_slow_cadence_is_no_buffer() -> None:
    """The stream itself says that three parts come at a time."""
    three = tuple((0.96 * (n // 3), n) for n in range(18))
    assert verdict_of(replace(WELL, arrivals=three, cadence=3), "buffering").verdict is Verdict.OK


def test_too_short_a_look_judges_nothing() -> None:
    short = replace(WELL, arrivals=CALM[:3], cadence=30)
    assert verdict_of(short, "buffering").verdict is Verdict.NOT_CHECKED


def test_a_place_where_nobody_answers_stops_everybody() -> None:
    (check,) = front_checks(Seen("nobody answers"))
    assert check.at == 0


def test_a_room_without_a_stream_is_said() -> None:
    seen = replace(WELL, stream=Answer(404, 11, {}))
    assert verdict_of(seen, "stream through the proxy").verdict is Verdict.NOT_CHECKED


@given(st.lists(st.floats(0, 100), max_size=30).map(sorted))
def test_lumps_hold_every_part_but_the_first_burst(times: list[float]) -> None:
    sizes = lumps([(at, n) for n, at in enumerate(times)])
    assert all(size > 0 for size in sizes)
    assert sum(sizes) <= max(0, len(times) - 1)


@given(st.lists(st.integers(0, 10**6), max_size=8), st.lists(st.integers(0, 2_000), max_size=9))
def test_parts_are_found_however_the_bytes_are_cut(numbers: list[int], cuts: list[int]) -> None:
    raw = a_box(b"ftyp", b"x") + a_box(b"moov", b"y") + b"".join(map(a_part, numbers))
    boxes, found, before = Boxes(), [], 0
    for cut in [*sorted(min(cut, len(raw)) for cut in cuts), len(raw)]:
        found += boxes.feed(raw[before:cut])
        before = cut
    assert found == numbers
    assert not boxes.broken


def test_the_cadence_is_the_newest_parts() -> None:
    boxes = Boxes()
    boxes.feed(a_part(1, b'{"type":"cadence","parts":3,"next":12,"from":8123,"why":"cpu"}'))
    assert boxes.cadence == 3
    boxes.feed(a_part(2, b'{"type": "room"}'))
    assert boxes.cadence == 1


@pytest.mark.parametrize("size", [0, 7])
def test_a_box_that_is_smaller_than_its_own_head_is_none(size: int) -> None:
    boxes = Boxes()
    boxes.feed(size.to_bytes(4, "big") + b"mdat")
    assert boxes.broken


@given(st.binary(max_size=200))
def test_no_bytes_make_it_stumble(raw: bytes) -> None:
    boxes = Boxes()
    boxes.feed(raw)
    boxes.feed(a_box(b"moof", raw) + a_box(b"emsg", b'"type":"cadence","parts":' + raw))
    assert boxes.cadence >= 1


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("https://a.example/room", Place(True, "a.example", 443, "/room")),
        ("http://127.0.0.1:8000/room/", Place(False, "127.0.0.1", 8000, "/room")),
        ("https://[2001:db8::1]/x/room", Place(True, "2001:db8::1", 443, "/x/room")),
    ],
)
def test_a_rooms_address(url: str, where: Place) -> None:
    assert place(url) == where


@pytest.mark.parametrize(
    "url", ["", "room", "ftp://a/room", "https://a.example", "https:///room", "http://a:99999/r",
            "http://a/r?x=1", "http://[/r"],
)  # fmt: skip
def test_what_is_no_rooms_address(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        place(url)
