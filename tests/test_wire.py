"""Messages: what is packed comes back, and what does not fit raises Malformed alone."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse import wire
from fullhouse.errors import Malformed
from fullhouse.units import RoomSlug
from fullhouse.wire import (
    ON_AIR,
    AccountNews,
    Counts,
    EdgeNews,
    EdgeRoom,
    Hands,
    HandsTaken,
    HouseNews,
    Message,
    Present,
    QualityNews,
    RaisedHand,
    Recall,
    RoomNews,
    RoomState,
    SeatNews,
    SourceCheck,
    SourceVerdict,
    SpeakerQuality,
    StageNews,
    TakeSeat,
    WhipCall,
    WhipReply,
)

SLUG = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
SEAT = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)
TEXT = st.text(max_size=200)
LONG = st.text(max_size=2000)
NUMBER = st.integers(0, 2**63)
DECIBEL = st.floats(-200, 20)
COUNTS = st.dictionaries(SLUG, NUMBER, max_size=5)

SEAT_NEWS = st.builds(
    SeatNews,
    seat=SEAT,
    name=TEXT,
    kind=st.sampled_from(["whip", "source"]),
    level_db=DECIBEL,
    muted=st.booleans(),
    connected=st.booleans(),
    hears=st.booleans(),
    gain_db=DECIBEL,
)
FRAMES = st.integers(0, 50)
SHARE = st.floats(0, 1)
MILLIS = st.floats(0, 5000)
SPEAKER_QUALITY = st.builds(
    SpeakerQuality,
    seat=SEAT,
    packets=NUMBER,
    loss=SHARE,
    real=FRAMES,
    late_recovered=FRAMES,
    fec=FRAMES,
    concealed=FRAMES,
    comfort=FRAMES,
    silent=FRAMES,
    refused=NUMBER,
    trims=FRAMES,
    jitter_ms=MILLIS,
    depth_ms=MILLIS,
    drift_ppm=st.floats(-1000, 1000),
    level_db=DECIBEL,
    clipping=SHARE,
    return_loss=st.none() | SHARE,
    round_trip_ms=st.none() | MILLIS,
)
EDGE_ROOM = st.builds(
    EdgeRoom,
    listeners=NUMBER,
    part=NUMBER,
    playing=st.sampled_from(["sound", "hold", "silence"]),
    skew_ms=st.floats(-5000, 5000),
    filled=NUMBER,
    late=NUMBER,
    skipped=NUMBER,
)
MEMBER = st.from_regex(r"m-[a-z2-7]{10}", fullmatch=True)
RAISED = st.builds(
    RaisedHand,
    slug=SLUG,
    hand=st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    name=TEXT,
    up=st.booleans(),
    prefix=st.sampled_from(["", "192.0.2.0/24", "2001:db8::/48"]),
)
MESSAGES: dict[type[Message], st.SearchStrategy[Message]] = {
    SeatNews: SEAT_NEWS,
    SpeakerQuality: SPEAKER_QUALITY,
    QualityNews: st.builds(
        QualityNews,
        slug=SLUG,
        instance=TEXT,
        speakers=st.lists(SPEAKER_QUALITY, max_size=5).map(tuple),
    ),
    EdgeRoom: EDGE_ROOM,
    RoomNews: st.builds(
        RoomNews,
        slug=SLUG,
        title=TEXT,
        state=st.sampled_from(list(RoomState)),
        since=NUMBER,
        reason=TEXT,
        next=st.none() | NUMBER,
        epoch=NUMBER,
        session=NUMBER,
        revision=NUMBER,
        armed=st.booleans(),
        wanted=st.booleans(),
        muted=st.lists(SEAT, max_size=5).map(tuple),
        gains=st.dictionaries(SEAT, st.floats(-30, 12), max_size=5),
        listed=st.booleans(),
    ),
    StageNews: st.builds(
        StageNews,
        slug=SLUG,
        instance=TEXT,
        pid=NUMBER,
        node=TEXT,
        part=NUMBER,
        on_air=st.booleans(),
        heard=st.booleans(),
        silent_for=NUMBER,
        level_db=DECIBEL,
        speaking=st.lists(SEAT, max_size=5).map(tuple),
        seats=st.lists(SEAT_NEWS, max_size=5).map(tuple),
        ticks=NUMBER,
        late_ticks=NUMBER,
    ),
    EdgeNews: st.builds(EdgeNews, edge=TEXT, rooms=st.dictionaries(SLUG, EDGE_ROOM, max_size=5)),
    Counts: st.builds(Counts, listeners=COUNTS),
    WhipCall: st.builds(
        WhipCall,
        call=st.sampled_from(["offer", "trickle", "delete"]),
        endpoint=st.sampled_from(["whip", "whep"]),
        session=TEXT,
        seat=TEXT,
        name=TEXT,
        body=LONG,
    ),
    WhipReply: st.builds(
        WhipReply,
        status=st.integers(100, 599),
        code=TEXT,
        message=TEXT,
        body=LONG,
        seat=TEXT,
        retry_after=NUMBER,
    ),
    TakeSeat: st.builds(TakeSeat, seat=SEAT, name=TEXT, leaves=st.booleans()),
    SourceCheck: st.builds(SourceCheck, slug=LONG, user=LONG, key=LONG),
    SourceVerdict: st.builds(SourceVerdict, status=st.integers(100, 599), code=TEXT, message=TEXT),
    RaisedHand: RAISED,
    Hands: st.builds(Hands, edge=TEXT, hands=st.lists(RAISED, max_size=5).map(tuple)),
    HandsTaken: st.builds(
        HandsTaken,
        verdicts=st.lists(TEXT, max_size=5).map(tuple),
        places=st.lists(NUMBER, max_size=5).map(tuple),
    ),
    HouseNews: st.builds(
        HouseNews,
        slug=SLUG,
        house=TEXT,
        what=st.lists(TEXT, max_size=5).map(tuple),
        to=TEXT,
        notice=TEXT,
        by=TEXT,
    ),
    AccountNews: st.builds(AccountNews, house=TEXT, account=TEXT),
    Present: st.builds(
        Present,
        house=TEXT,
        rooms=st.dictionaries(SLUG, st.lists(MEMBER, max_size=5).map(tuple), max_size=5),
    ),
    Recall: st.builds(Recall, before=NUMBER, most=st.integers(1, 400)),
}
KINDS = st.sampled_from(list(MESSAGES))


def test_every_message_of_the_bus_is_tried_here() -> None:
    kinds = {kind for kind in Message.__subclasses__() if kind.__module__ == wire.__name__}
    assert set(MESSAGES) == kinds


@given(st.one_of(*MESSAGES.values()))
def test_what_is_packed_comes_back(message: Message) -> None:
    assert type(message).unpack(message.pack()) == message


@given(st.one_of(*MESSAGES.values()))
def test_a_newer_versions_keys_are_let_through(message: Message) -> None:
    """Versions run side by side while a cluster is renewed."""
    raw = json.loads(message.pack()) | {"from_the_future": [1, {"a": None}]}
    assert type(message).unpack(json.dumps(raw).encode()) == message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@given(KINDS, st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_garbage_is_malformed(kind: type[Message], raw: bytes) -> None:
    """Also garbage that is JSON."""
    try:
        found = kind.unpack(raw)
    except Malformed:
        return
    assert set(json.loads(raw)) & set(type(found).model_fields)


def test_a_refusal_says_where_and_repeats_nothing_of_what_came() -> None:
    with pytest.raises(Malformed) as refused:
        TakeSeat.unpack(b'{"seat": "THE-SECRET", "name": ""}')
    assert refused.value.message.startswith("TakeSeat: seat ")
    assert "SECRET" not in refused.value.message


@given(st.one_of(*MESSAGES.values()), st.data())
def test_a_message_with_one_wrong_value_never_does_worse_than_malformed(
    message: Message, data: st.DataObject
) -> None:
    raw = json.loads(message.pack())
    raw[data.draw(st.sampled_from(sorted(raw)))] = data.draw(JSON)
    try:
        found = type(message).unpack(json.dumps(raw).encode())
    except Malformed:
        return
    assert type(found) is type(message)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"edge": ' + b"9" * 100_000 + b"}", b"\xff"])
def test_hostile_json_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        EdgeNews.unpack(raw)


@pytest.mark.parametrize("seat", ["", "A", "a.b", "a>", "*", "x" * 41, "a b"])
def test_a_seat_that_would_change_a_subject_is_malformed(seat: str) -> None:
    with pytest.raises(Malformed):
        TakeSeat.unpack(json.dumps({"seat": seat, "name": ""}).encode())


def test_each_message_has_a_subject_of_its_own() -> None:
    """No two subjects can be taken for one another, whatever a room is called."""
    demo = RoomSlug("demo")
    named = [
        wire.subject_room(demo),
        wire.subject_part(demo),
        wire.subject_stage(demo),
        wire.subject_whip(demo),
        wire.subject_seat(demo),
        wire.subject_recall(demo),
        wire.subject_voice(demo, "ana"),
        wire.subject_edge("demo"),
        wire.SUBJECT_COUNT,
        wire.SUBJECT_SOURCE_CHECK,
    ]
    assert len(set(named)) == len(named)
    assert all(name.startswith("fh.") and " " not in name for name in named)
    assert wire.subject_part("*") == "fh.part.*"


def test_sound_goes_out_while_a_room_is_on_air() -> None:
    assert set(RoomState) - ON_AIR == {RoomState.SCHEDULED, RoomState.DOORS, RoomState.ENDED}
