"""What an answer means for a listener."""

import pytest

from fullhouse.rehearsal.boxes import Boxes
from fullhouse.rehearsal.findings import Trouble, Way
from fullhouse.rehearsal.follow import Following
from fullhouse.rehearsal.hls import Player
from fullhouse.rehearsal.ledger import Ledger, State
from fullhouse.rehearsal.lines import Ask, Go, Heads, Hls, Over, Page, Push, Stream, request
from fullhouse.rehearsal.sound import Memory, NotSound
from tests.rehearsal.streams import INIT, cut, event, mp4

HEAD = b"HTTP/1.1 200 OK\r\nFullhouse-Edge: north\r\nConnection: close\r\n\r\n"
FULL = b"HTTP/1.1 503 Full\r\nRetry-After: 3\r\nFullhouse-Limit: files\r\nContent-Length: 0\r\n\r\n"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def stream() -> Stream:
    memory = Memory()
    plain = request("host:8000", "/demo/live.mp4")
    return Stream(
        "host:8000", "/demo", "/demo/live.mp4", b"mdat", lambda: Boxes(memory), memory, Heads(),
        Ledger(2), plain,
    )  # fmt: skip


def arrived(one: Stream, way: Way = Way.PUSH) -> Stream:
    one.ledger.arrive(0, way, 10)
    return one


def test_one_who_is_not_followed_is_left_alone_after_the_first_sound() -> None:
    one = arrived(stream())
    line = Push(one, 0, None)
    assert line.opening().startswith(b"GET /demo/live.mp4 HTTP/1.1\r\nHost: host:8000\r\n")
    *first, last = cut(HEAD + INIT + mp4(5), [10, len(HEAD), len(HEAD) + 300])
    for piece in first:
        assert line.take(piece, 10.5, 0) is Go.ON
    assert line.take(last, 11, 0) is Go.BLIND
    assert one.ledger.state(0) is State.HEARS
    assert one.ledger.names["north"] == one.ledger.edge[0]


def test_one_who_is_followed_misses_nothing_unnoticed() -> None:
    one = arrived(stream())
    following = Following(one.reader())
    line = Push(one, 0, following)
    line.take(HEAD + INIT + mp4(5), 11, 0)
    line.take(mp4(8, (event(type="cadence", parts=3),)), 12, 2.98)
    report = one.ledger.report()
    assert (report["expected"], report["missing"]) == (4, 2)
    assert report["troubles"] == {Trouble.PARTS_MISSING.value: 1}
    assert one.ledger.cadence == 3
    again = Push(one, 0, following)
    assert again.opening().startswith(b"GET /demo/live.mp4?from=9 HTTP")


def test_a_full_edge_says_what_is_full_and_when_to_come_back() -> None:
    one = arrived(stream())
    assert Push(one, 0, None).take(FULL, 10, 0) == Over(3)
    report = one.ledger.report()
    assert (report["troubles"], report["limits"]) == ({Trouble.FULL.value: 1}, {"files": 1})


def test_another_status_is_another_trouble() -> None:
    one = arrived(stream())
    Push(one, 0, None).take(b"HTTP/1.1 404 No\r\n\r\n", 10, 0)
    assert one.ledger.report()["troubles"] == {Trouble.STATUS.value: 1}


def test_a_page_comes_before_the_stream_on_the_same_connection() -> None:
    one = arrived(stream())
    then = Push(one, 0, None)
    line = Page(one, 0, then)
    assert b"GET /demo HTTP" in line.opening()
    assert b"text/html" in line.opening()
    assert line.take(PAGE[:20], 10.1, 0) is Go.ON
    assert line.take(PAGE[20:], 10.2, 0) == Ask(then.opening())
    assert one.ledger.report()["page"][1] == pytest.approx(0.2)


def test_an_hls_player_asks_again_and_again() -> None:
    one = arrived(stream(), Way.HLS)
    line = Hls(one, 0, Player("/demo/hls/live.m3u8", one.memory))
    assert b"GET /demo/hls/live.m3u8 " in line.opening()

    def answer(body: bytes) -> bytes:
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    listed = b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:3.84,\naac-7.mp4\n"
    first = line.take(answer(listed), 10, 0)
    assert first == Ask(one.request("/demo/hls/aac-7.mp4"), 0.0)
    second = line.take(answer(b"".join(map(mp4, range(84, 96)))), 10.5, 0)
    assert second == Ask(one.request("/demo/hls/live.m3u8"), 4.0)
    assert one.ledger.state(0) is State.HEARS
    assert one.ledger.report()["expected"] == 12


def test_what_is_no_sound_is_told() -> None:
    one = arrived(stream())
    with pytest.raises(NotSound):
        Push(one, 0, Following(one.reader())).take(HEAD + b"<html><body>", 10, 0)
    with pytest.raises(NotSound):
        Push(one, 0, None).take(HEAD + bytes(2 << 20), 10, 0)


def test_heads_are_read_once() -> None:
    heads = Heads()
    assert heads.read(HEAD[:-1]) is None
    assert heads.read(HEAD + b"x") is heads.read(HEAD + b"y")


def test_who_closes_after_each_answer_is_asked_anew() -> None:
    """As some proxies do: no trouble, only another connection."""
    one = arrived(stream())
    page = Page(one, 0, Push(one, 0, None))
    closing = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%b"
    assert page.take(closing % (2, b"hi"), 10.2, 0) == Over(0.0)
    listed = b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:3.84,\naac-7.mp4\n"
    player = Player("/demo/hls/live.m3u8", one.memory)
    line = Hls(one, 0, player)
    line.opening()
    assert line.take(closing % (len(listed), listed), 10.3, 0) == Over(0.0)
    assert b"GET /demo/hls/aac-7.mp4 " in Hls(one, 0, player).opening()
    assert not one.ledger.report()["troubles"]
