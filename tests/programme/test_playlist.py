"""Playlists, read back by a small reader of their own, and by ffmpeg."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Part, Pcm, Rendition
from fullhouse.programme.cmaf import init_segment, media_part
from fullhouse.programme.playlist import (
    BadDirective,
    Directives,
    NoSuchFile,
    TooFarAhead,
    awaited,
    parse_directives,
    parse_file_name,
    render,
)
from fullhouse.units import Micros, PartNumber
from tests.coded_noise import find
from tests.players import play
from tests.programme.conftest import encode

EPOCH = Micros(1_777_660_200_000_000)
FIRSTS = st.integers(0, 2**36)
LENGTHS = st.integers(36, 2500)


@dataclass
class Playlist:
    """What a player gathers from a media playlist.

    Attributes:
        sequence: EXT-X-MEDIA-SEQUENCE.
        skipped: segments left out.
        tags: name and value of every tag that stands once.
        segments: (name, seconds) of whole segments.
        parts: names of HLS parts, with how many whole segments stand before each.
    """

    sequence: int = -1
    skipped: int = 0
    tags: dict[str, str] = field(default_factory=dict)
    segments: list[tuple[str, float]] = field(default_factory=list)
    parts: list[tuple[str, int]] = field(default_factory=list)

    def value(self, tag: str, name: str) -> str:
        found = re.search(rf'(?:^|,){name}=("?)([^",]+)\1', self.tags[tag])
        assert found is not None, (tag, name)
        return found[2]

    @property
    def end(self) -> float:
        """Seconds from the first segment, skipped or not, to the end of the last part."""
        behind = [name for name, before in self.parts if before == len(self.segments)]
        return (self.skipped + len(self.segments)) * 3.84 + len(behind) * 0.96


def read(raw: bytes) -> Playlist:
    lines = raw.decode("ascii").splitlines()
    assert lines[0] == "#EXTM3U"
    found = Playlist()
    seconds = None
    for line in lines[1:]:
        tag, _, value = line.partition(":")
        match tag:
            case "#EXTINF":
                assert seconds is None
                seconds = float(value.removesuffix(","))
            case "#EXT-X-PART":
                part = re.fullmatch(r'DURATION=0.96,URI="([^"]+)",INDEPENDENT=YES', value)
                assert part is not None, line
                found.parts.append((part[1], len(found.segments)))
            case _ if tag.startswith("#"):
                assert tag not in found.tags, line
                found.tags[tag] = value
            case _:
                assert seconds is not None
                found.segments.append((line, seconds))
                seconds = None
    found.sequence = int(found.tags["#EXT-X-MEDIA-SEQUENCE"])
    if "#EXT-X-SKIP" in found.tags:
        found.skipped = int(found.value("#EXT-X-SKIP", "SKIPPED-SEGMENTS"))
    return found


def playlist(first: int, newest: int, *, skip: bool = False) -> Playlist:
    return read(render(EPOCH, PartNumber(first), PartNumber(newest), skip=skip))


@given(FIRSTS, LENGTHS)
def test_every_whole_segment_is_listed_once_and_in_order(first: int, length: int) -> None:
    found = playlist(first, first + length - 1)
    oldest, whole = (first + 11) // 12, (first + length) // 12
    assert found.sequence == oldest
    assert found.segments == [(f"aac-{msn}.mp4", 3.84) for msn in range(oldest, whole)]


@given(FIRSTS, LENGTHS)
def test_parts_are_listed_for_the_last_three_segments_and_the_next(first: int, length: int) -> None:
    """And the one after them is hinted: the first of which not all is decided."""
    found = playlist(first, first + length - 1)
    pieces = (first + length) // 3
    whole = pieces // 4
    begin = max((first + 11) // 12, whole - 3)
    assert found.parts == [
        (f"aac-{piece // 4}.{piece % 4}.mp4", piece // 4 - found.sequence)
        for piece in range(begin * 4, pieces)
    ]
    assert found.value("#EXT-X-PRELOAD-HINT", "TYPE") == "PART"
    hint = found.value("#EXT-X-PRELOAD-HINT", "URI")
    assert hint == f"aac-{pieces // 4}.{pieces % 4}.mp4"


@given(FIRSTS, LENGTHS, st.booleans())
def test_the_first_segment_says_when_it_was_spoken(first: int, length: int, skip: bool) -> None:
    found = playlist(first, first + length - 1, skip=skip)
    said = datetime.fromisoformat(found.tags["#EXT-X-PROGRAM-DATE-TIME"])
    msn = found.sequence + found.skipped
    assert round(said.timestamp() * 1000) == EPOCH // 1000 + msn * 3840


@given(FIRSTS, LENGTHS)
def test_a_delta_update_leaves_out_only_what_is_old(first: int, length: int) -> None:
    """What is within CAN-SKIP-UNTIL of the end stays; with the skipped it is the whole list."""
    whole, delta = (playlist(first, first + length - 1, skip=skip) for skip in (False, True))
    assert (delta.sequence, delta.end) == (whole.sequence, whole.end)
    assert delta.segments == whole.segments[delta.skipped :]
    assert [name for name, _ in delta.parts] == [name for name, _ in whole.parts]
    until = float(delta.value("#EXT-X-SERVER-CONTROL", "CAN-SKIP-UNTIL"))
    assert delta.skipped == 0 or delta.end - delta.skipped * 3.84 >= until
    assert len(delta.segments) <= 7
    assert ("#EXT-X-SKIP" in delta.tags) == (delta.skipped > 0)


def test_a_player_is_told_how_to_ask() -> None:
    """The draft's relations between the durations hold."""
    found = playlist(0, 400)
    assert found.tags["#EXT-X-VERSION"] == "9"
    target = int(found.tags["#EXT-X-TARGETDURATION"])
    assert round(3.84) == target
    part = float(found.value("#EXT-X-PART-INF", "PART-TARGET"))
    control = "#EXT-X-SERVER-CONTROL"
    assert found.value(control, "CAN-BLOCK-RELOAD") == "YES"
    assert float(found.value(control, "PART-HOLD-BACK")) >= 3 * part
    assert float(found.value(control, "HOLD-BACK")) >= 3 * target
    assert float(found.value(control, "CAN-SKIP-UNTIL")) >= 6 * target
    assert found.value("#EXT-X-MAP", "URI") == "aac-init.mp4"


@given(FIRSTS, LENGTHS)
def test_a_playlist_changes_only_where_an_hls_part_ends(first: int, length: int) -> None:
    newest = first + length - 1
    before, after = (
        render(EPOCH, PartNumber(first), PartNumber(number)) for number in (newest, newest + 1)
    )
    assert (before == after) == ((newest + 2) % 3 != 0)


def test_a_room_that_has_just_begun_has_a_playlist_too() -> None:
    assert playlist(0, 2).parts == [("aac-0.0.mp4", 0)]
    assert playlist(5, 7).parts == []
    assert playlist(5, 7).value("#EXT-X-PRELOAD-HINT", "URI") == "aac-1.0.mp4"


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", Directives()),
        ("_HLS_msn=12", Directives(12)),
        ("_HLS_msn=12&_HLS_part=0", Directives(12, 0)),
        ("_HLS_skip=YES&_HLS_part=3&_HLS_msn=0", Directives(0, 3, True)),
        ("_HLS_skip=v2", Directives(skip=True)),
        ("token=%ff&_HLS_msn=7&x", Directives(7)),
        ("_HLS_push=1", Directives()),
    ],
)
def test_directives_are_read(query: str, asked: Directives) -> None:
    assert parse_directives(query) == asked


@pytest.mark.parametrize(
    "query",
    [
        "_HLS_part=1", "_HLS_msn=", "_HLS_msn", "_HLS_msn=-1", "_HLS_msn=1.0", "_HLS_msn=+1",
        "_HLS_msn=1&_HLS_msn=1", "_HLS_msn=1&_HLS_part=x", "_HLS_msn=%D9%A1", "_HLS_skip=",
        "_HLS_skip=NO", "_HLS_msn=" + "9" * 16, "_HLS_msn=1" + "&x" * 200,
    ],
)  # fmt: skip
def test_directives_that_make_no_sense_are_refused(query: str) -> None:
    with pytest.raises(BadDirective) as refused:
        parse_directives(query)
    assert refused.value.status == 400


@given(st.text(max_size=300) | st.text("_HLSmsnpartskip=&0123456789YES%", max_size=60))
def test_any_query_is_read_or_refused(query: str) -> None:
    try:
        asked = parse_directives(query)
    except BadDirective:
        return
    assert asked.piece is None or asked.msn is not None


NEWEST = PartNumber(1200 + 12 + 4)
"""Segment 100 is whole; of 101 there is the first HLS part, and two of our parts more."""


@pytest.mark.parametrize(
    ("msn", "piece", "until"),
    [
        (None, None, None),  # no directive: now
        (3, None, None),  # long there
        (100, None, None),  # the last whole one
        (100, 3, None),
        (101, 0, None),
        (101, 1, 1217),  # the hinted part
        (101, 2, 1220),
        (101, 3, 1223),
        (101, None, 1223),  # alone, it means the whole segment
        (100, 4, None),  # after the last part of 100 comes part 0 of 101, which is there
        (100, 9, None),
        (101, 4, 1226),  # and after that of 101 part 0 of 102
        (102, 0, 1226),
        (102, None, 1235),
    ],
)
def test_a_request_waits_for_what_it_names(
    msn: int | None, piece: int | None, until: int | None
) -> None:
    assert awaited(Directives(msn, piece), NEWEST) == until


@pytest.mark.parametrize(
    ("msn", "piece"), [(103, None), (103, 0), (102, 1), (101, 5), (10**15 - 1, None), (102, 99)]
)
def test_what_is_too_far_ahead_is_refused(msn: int, piece: int | None) -> None:
    with pytest.raises(TooFarAhead) as refused:
        awaited(Directives(msn, piece), NEWEST)
    assert refused.value.status == 400


@given(FIRSTS, st.integers(-1, 3), st.none() | st.integers(0, 9))
def test_nobody_waits_long_and_nobody_gets_what_they_have(
    newest: int, ahead: int, piece: int | None
) -> None:
    """Who waits waits at most two segments, and the answer holds the part that they named."""
    now = PartNumber(newest)
    msn = max(0, (newest + 1) // 12 + ahead)
    try:
        until = awaited(Directives(msn, piece), now)
    except TooFarAhead:
        return
    if until is None:
        return
    assert newest < until <= newest + 24
    first = PartNumber(max(0, newest - 60))
    assert render(EPOCH, first, now) != render(EPOCH, first, until)
    assert awaited(Directives(msn, piece), until) is None


@pytest.mark.parametrize(
    ("name", "rendition", "parts"),
    [
        ("aac-init.mp4", Rendition.AAC, range(0)),
        ("opus-init.mp4", Rendition.OPUS, range(0)),
        ("aac-0.mp4", Rendition.AAC, range(12)),
        ("aac-101.mp4", Rendition.AAC, range(1212, 1224)),
        ("aac-101.0.mp4", Rendition.AAC, range(1212, 1215)),
        ("opus-101.3.mp4", Rendition.OPUS, range(1221, 1224)),
    ],
)
def test_a_file_name_says_which_parts_it_holds(
    name: str, rendition: Rendition, parts: range
) -> None:
    found = parse_file_name(name)
    assert (found.rendition, found.parts) == (rendition, parts)


@given(
    st.text(max_size=40)
    | st.sampled_from(
        [
            *("", "aac-.mp4", "aac-1.4.mp4", "aac-1.mp4\n", "mp3-1.mp4", "aac-+1.mp4"),
            *(f"aac-{10**15}.mp4", "aac-\u0661.mp4", "../aac-1.mp4", "AAC-1.mp4", "aac--1.mp4"),
        ]
    )
)
def test_other_names_are_no_files(name: str) -> None:
    with pytest.raises(NoSuchFile) as refused:
        parse_file_name(name)
    assert refused.value.status == 404


@given(FIRSTS, LENGTHS)
def test_every_name_in_a_playlist_is_a_file_of_decided_parts(first: int, length: int) -> None:
    newest = first + length - 1
    found = playlist(first, newest)
    for name in [*dict(found.segments), *dict(found.parts)]:
        parts = parse_file_name(name).parts
        assert first <= parts[0]
        assert parts[-1] <= newest


def test_ffmpeg_plays_what_a_playlist_names(tmp_path: Path, sent: Pcm) -> None:
    """From the middle of a room's life, without a gap where one file ends."""
    first = PartNumber(6000)
    parts: list[Part] = encode(np.tile(sent, 4), first)
    written = [
        media_part(Rendition.AAC, part.number, part.packets[Rendition.AAC]) for part in parts
    ]
    names = render(EPOCH, first, parts[-1].number)
    found = read(names)
    (tmp_path / "aac-init.mp4").write_bytes(init_segment(Rendition.AAC))
    for name, _ in found.segments:
        at = parse_file_name(name).parts
        (tmp_path / name).write_bytes(b"".join(written[at[0] - first : at[-1] + 1 - first]))
    (tmp_path / "live.m3u8").write_bytes(names + b"#EXT-X-ENDLIST\n")
    heard = play(tmp_path / "live.m3u8")
    assert len(heard) == len(found.segments) * 12 * 15_360
    assert find(sent, heard[: len(sent)], hop=1920).worst_jump() == 0
