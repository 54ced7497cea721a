"""What each request gets."""

import hashlib
import json
from dataclasses import replace

import pytest

from fullhouse import proof
from fullhouse.edge import answers
from fullhouse.edge.answers import Form
from fullhouse.edge.desk import (
    Desk,
    Hold,
    Join,
    Outcome,
    Raise,
    Reply,
    Uninvited,
    Web,
    WebFile,
    refuse,
)
from fullhouse.edge.hands import HandsClosed
from fullhouse.edge.limits import Full, Limit
from fullhouse.edge.request import (
    Ask,
    Beat,
    Front,
    Hand,
    NoSuchPage,
    NotJson,
    Page,
    Playlist,
    State,
    read,
)
from fullhouse.edge.rooms import Rooms
from fullhouse.errors import BadSlug, Malformed, NotReady, Refused, UnknownRoom
from fullhouse.programme.playlist import Directives, TooFarAhead
from fullhouse.units import SECOND, Micros, PartNumber, RoomSlug
from tests.edge.made import FILLER, HEAD, START, news

FORM = Form(START)
DEMO = RoomSlug("demo")


def rooms() -> Rooms:
    some = Rooms(FILLER, 400, lambda slug: 0)
    some.open(some.begin(news().model_copy(update={"starts": START}), START))
    some.complete = True
    return some


def desk() -> Desk:
    script = WebFile("text/javascript", b"plain", {"gzip": b"small"})
    web = Web("<h1>{{title}}</h1>{{words}}", {"listen-1.js": script})
    return Desk(rooms(), web, "north")


def ask(
    target: str, method: str = "GET", headers: list[tuple[bytes, bytes]] | None = None
) -> bytes:
    outcome = desk().answer(read(method, target, headers or []), FORM)
    assert isinstance(outcome, Reply)
    return outcome.raw


@pytest.mark.parametrize(
    ("target", "piece"),
    [
        ("/", b'href="/demo"'),
        ("/demo", b"<h1>A room</h1>Live since"),
        ("/demo/state.json", b'"room":"demo"'),
        ("/calendar.ics", b"BEGIN:VCALENDAR"),
        ("/demo/event.ics", b"UID:demo."),
        ("/demo/hls/live.m3u8", b"#EXTM3U"),
        ("/demo/hls/aac-init.mp4", b"ftyp"),
        ("/assets/listen-1.js", b"plain"),
        ("/favicon.ico", b"<svg"),
    ],
)
def test_every_path_is_answered(target: str, piece: bytes) -> None:
    raw = ask(target)
    assert raw.startswith(b"HTTP/1.1 200 OK\r\n")
    assert piece in raw
    bare = ask(target, "HEAD")
    assert bare.endswith(b"\r\n\r\n")
    assert raw.startswith(bare)
    assert ask(target, "OPTIONS").startswith(b"HTTP/1.1 204 ")


def test_a_stream_is_joined_with_head_and_burst() -> None:
    outcome = desk().answer(read("GET", "/demo/live.ogg", []), FORM)
    assert isinstance(outcome, Join)
    assert outcome.raw.startswith(b"HTTP/1.1 200 OK\r\n")
    assert outcome.raw.count(b"OggS") == 2 + 6


def test_head_of_a_stream_joins_nothing() -> None:
    assert ask("/demo/live.mp4", "HEAD").endswith(b"\r\n\r\n")


def test_a_blocking_reload_is_held() -> None:
    asked = read("GET", f"/demo/hls/live.m3u8?_HLS_msn={HEAD // 12}&_HLS_part=0", [])
    assert desk().answer(asked, FORM) == Hold(DEMO, PartNumber(HEAD + 2))


def test_assets_are_kept_for_ever_and_packed_for_those_who_unpack() -> None:
    raw = ask("/assets/listen-1.js", headers=[(b"Accept-Encoding", b"gzip, br")])
    assert b"immutable" in raw
    assert b"Content-Encoding: gzip\r\n" in raw
    assert raw.endswith(b"small")
    with pytest.raises(Refused):
        ask("/assets/other.js")


def test_beats_are_counted() -> None:
    some = rooms()
    one = Desk(some, Web())
    one.beat(Beat(DEMO, 9), b'{"kind":"heart"}')
    assert some.get(DEMO).counted.beats == 1
    with pytest.raises(Malformed):
        one.beat(Beat(DEMO, 9), b"heart")
    with pytest.raises(UnknownRoom):
        one.beat(Beat(RoomSlug("nobody"), 9), b"{}")


@pytest.mark.parametrize("target", ["/x", "/x/state.json", "/x/live.mp4", "/x/hls/live.m3u8"])
def test_an_unknown_room_is_refused_everywhere(target: str) -> None:
    with pytest.raises(UnknownRoom):
        ask(target)


def test_people_get_pages_and_programs_get_json() -> None:
    page = refuse(UnknownRoom(), Page(DEMO), FORM, for_people=True)
    assert page.startswith(b"HTTP/1.1 404 ")
    assert b"no room <b>demo</b> here" in page
    for people, asked in ((False, Page(DEMO)), (True, State(DEMO))):
        line = refuse(UnknownRoom(), asked, FORM, for_people=people)
        assert json.loads(line.partition(b"\r\n\r\n")[2])["code"] == "unknown_room"


def test_a_full_house_is_a_page_that_comes_back_by_itself() -> None:
    raw = refuse(NotReady(retry_after=5), Page(DEMO), FORM, for_people=True)
    assert b"Retry-After: 5\r\n" in raw
    assert b'http-equiv="refresh" content="5"' in raw


@pytest.mark.parametrize(
    ("error", "asked", "cache"),
    [
        (UnknownRoom(), Page(DEMO), b"public, max-age=1"),
        (UnknownRoom(), Playlist(DEMO, Directives()), b"public, max-age=4"),
        (TooFarAhead(), Playlist(DEMO, Directives(9)), b"no-store"),
        (BadSlug(), None, b"no-store"),
        (NotReady(), Front(), b"no-store"),
    ],
)
def test_refusals_are_kept_for_as_long_as_they_are_true(
    error: Refused, asked: Ask | None, cache: bytes
) -> None:
    assert b"Cache-Control: " + cache + b"\r\n" in refuse(error, asked, FORM)


@pytest.mark.parametrize("target", ["/demo", "/demo/state.json"])
def test_a_page_is_made_once_until_the_room_has_something_new(target: str) -> None:
    """A third of a second later, or with news, or for another kind of asker, it is another."""
    some = rooms()
    one, room = Desk(some, Web()), some.get(DEMO)

    def said(now: Micros = START, *, close: bool = False) -> bytes:
        room.advance(now)
        outcome = one.answer(read("GET", target, []), Form(now, close=close))
        assert isinstance(outcome, Reply)
        return outcome.raw

    first = said()
    assert said(Micros(START + 1000)) is first
    assert b"Connection: close" in said(close=True)
    later = Micros(START + SECOND)
    assert said(later) != first
    room.tell(news(revision=2).model_copy(update={"title": "New"}), START)
    assert b"New" in said(later)


def test_a_line_without_room_refuses_streams_and_nothing_else() -> None:
    one = Desk(rooms(), Web())
    one.short = Limit.EGRESS
    with pytest.raises(Full) as refused:
        one.answer(read("GET", "/demo/live.mp4", []), FORM)
    assert refused.value.limit is Limit.EGRESS
    for method, target in (
        ("GET", "/demo"),
        ("GET", "/demo/state.json"),
        ("HEAD", "/demo/live.aac"),
    ):
        assert isinstance(one.answer(read(method, target, []), FORM), Reply)


def test_an_edge_proves_that_it_knows_the_rehearsals_token() -> None:
    """The number and the name that were asked go into the proof; the token never goes out."""
    nonce = "0123456789abcdef" * 2
    raw = ask(f"{proof.PATH}?nonce={nonce}", headers=[(b"Host", b"Radio.Example:8000")])
    told = json.loads(raw.partition(b"\r\n\r\n")[2])
    assert told == {"proof": proof.proof("north", nonce, "radio.example")}
    assert b"north" not in raw


def test_an_edge_without_a_rehearsals_token_proves_nothing() -> None:
    """With an empty token everybody could prove to be anybody."""
    request = read("GET", f"{proof.PATH}?nonce={'0' * 32}", [(b"Host", b"a")])
    with pytest.raises(NoSuchPage):
        Desk(rooms(), Web()).answer(request, FORM)


KEY = "abcdefghijklmnopqrstuvwxyz"


def invited() -> Desk:
    some = Rooms(FILLER, 400, lambda slug: 0)
    entry = hashlib.sha256(KEY.encode()).hexdigest()
    told = news().model_copy(update={"entry": entry, "house": "https://house.example"})
    some.open(some.begin(told, START))
    some.complete = True
    return Desk(some, Web())


KEYED = (
    ("GET", "/demo"),
    ("GET", "/demo/state.json"),
    ("GET", "/demo/live.mp4"),
    ("HEAD", "/demo/live.aac"),
    ("GET", "/demo/hls/live.m3u8"),
    ("GET", "/demo/hls/aac-init.mp4"),
    ("POST", "/demo/beat"),
    ("POST", "/demo/hand"),
)
JSON_TYPE = [(b"content-type", b"application/json")]


@pytest.mark.parametrize(("method", "path"), KEYED)
@pytest.mark.parametrize(
    "key", ["", "?key=", f"?key={KEY[::-1]}", "?key=x", f"?key={KEY}&key={KEY}"]
)
def test_an_invited_room_is_shut_without_its_key(method: str, path: str, key: str) -> None:
    with pytest.raises(Uninvited):
        invited().answer(read(method, path + key, JSON_TYPE), FORM)


@pytest.mark.parametrize(("method", "path"), KEYED[:-1])
def test_an_invited_room_is_open_to_who_brings_its_key(method: str, path: str) -> None:
    outcome = invited().answer(read(method, f"{path}?key={KEY}", JSON_TYPE), FORM)
    assert isinstance(outcome, Reply | Join)
    assert b"public" not in outcome.raw


def test_an_invited_page_passes_its_key_on() -> None:
    desk = invited()
    for path, piece in (
        ("/demo", f'src="/demo/live.aac?key={KEY}"'),
        ("/demo/state.json", f'"/demo/live.mp4?key={KEY}"'),
        ("/demo/hls/live.m3u8", f'URI="aac-init.mp4?key={KEY}"'),
    ):
        outcome = desk.answer(read("GET", f"{path}?key={KEY}", []), FORM)
        assert isinstance(outcome, Reply)
        assert piece.encode() in outcome.raw
        assert b"Cache-Control: private" in outcome.raw


def test_who_has_no_key_reads_what_to_do() -> None:
    raw = refuse(Uninvited(), Page(DEMO), FORM, for_people=True)
    assert raw.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert b"Open the link that you were given." in raw
    assert b"no-store" in raw


def test_an_open_room_says_the_same_whatever_key_is_brought() -> None:
    assert ask(f"/demo?key={KEY}") == ask("/demo")
    assert KEY.encode() not in ask(f"/demo/state.json?key={KEY}")


def test_a_page_may_speak_to_its_house_and_to_no_other() -> None:
    outcome = invited().answer(read("GET", f"/demo?key={KEY}", []), FORM)
    assert isinstance(outcome, Reply)
    assert b"connect-src 'self' https://house.example;" in outcome.raw
    assert b"microphone=(self)" in outcome.raw
    assert b"microphone=()" in ask("/demo")


@pytest.mark.parametrize("house", ["https://a.example; script-src *", "javascript:1", "x" * 200])
def test_no_address_of_a_house_loosens_the_policy(house: str) -> None:
    assert b"script-src *" not in answers.page(FORM, b"", house=house)
    assert b"microphone=()" in answers.page(FORM, b"", house=house)


def raised(desk: Desk, body: bytes) -> Outcome:
    asked = read("POST", "/demo/hand", JSON_TYPE)
    assert isinstance(asked.ask, Hand)
    return desk.answer(replace(asked, ask=replace(asked.ask, body=body)), FORM)


def test_a_hand_goes_to_the_house() -> None:
    outcome = raised(desk(), b'{"hand":"0123456789abcdef","name":"Ana","up":true}')
    assert isinstance(outcome, Raise)
    assert (outcome.hand.name, outcome.hand.up) == ("Ana", True)


def test_while_no_hands_are_taken_they_can_still_be_lowered() -> None:
    some = Rooms(FILLER, 400, lambda slug: 0)
    some.open(some.begin(news().model_copy(update={"hands_open": False}), START))
    shut = Desk(some, Web())
    with pytest.raises(HandsClosed):
        raised(shut, b'{"hand":"0123456789abcdef"}')
    assert isinstance(raised(shut, b'{"hand":"0123456789abcdef","up":false}'), Raise)


def test_no_page_of_another_origin_raises_hands() -> None:
    """Without this type a browser asks first, and is told of no permission."""
    with pytest.raises(NotJson):
        read("POST", "/demo/hand", [(b"content-type", b"text/plain")])
    outcome = desk().answer(read("OPTIONS", "/demo/hand", []), FORM)
    assert isinstance(outcome, Reply)
    assert b"access-control-allow-origin" not in outcome.raw.lower()
