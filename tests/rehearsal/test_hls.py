"""A plain HLS player: three segments back, one after the other, and what it misses."""

import pytest

from fullhouse.programme.playlist import render
from fullhouse.rehearsal.hls import Fetched, Player
from fullhouse.rehearsal.sound import Memory, NotSound, Part
from fullhouse.units import Micros, PartNumber
from tests.rehearsal.streams import INIT, mp4


def playlist(first: int, newest: int) -> bytes:
    return render(Micros(0), PartNumber(first * 12), PartNumber(newest * 12 + 11))


def segment(number: int) -> bytes:
    return b"".join(mp4(number * 12 + at) for at in range(12))


def test_a_player_begins_three_segments_back_and_goes_on() -> None:
    player = Player("/demo/hls/live.m3u8", Memory())
    assert player.path() == "/demo/hls/live.m3u8"
    assert player.fetched(playlist(0, 9)) == Fetched()
    assert player.path() == "/demo/hls/aac-init.mp4"
    assert player.fetched(INIT) == Fetched()
    for number, wait in ((7, 0), (8, 0), (9, 4)):
        assert player.path() == f"/demo/hls/aac-{number}.mp4"
        fetched = player.fetched(segment(number))
        assert fetched.parts == tuple(Part(number * 12 + at) for at in range(12))
        assert fetched.wait == wait
    assert player.path() == "/demo/hls/live.m3u8"
    assert player.fetched(playlist(0, 9)) == Fetched(wait=2)
    assert player.path() == "/demo/hls/live.m3u8"
    assert player.fetched(playlist(0, 10)) == Fetched()
    assert player.path() == "/demo/hls/aac-10.mp4"


def test_a_player_that_is_away_too_long_has_lost_segments() -> None:
    player = Player("/demo/hls/live.m3u8", Memory())
    player.path()
    player.fetched(playlist(0, 9))
    while player.path() != "/demo/hls/live.m3u8":
        player.fetched(segment(9))
    assert player.fetched(playlist(12, 15)).lost == 2
    assert player.path() == "/demo/hls/aac-12.mp4"


def test_a_room_that_was_made_anew_is_begun_anew() -> None:
    player = Player("/demo/hls/live.m3u8", Memory())
    player.path()
    player.fetched(playlist(1_000, 1_009))
    while player.path() != "/demo/hls/live.m3u8":
        player.fetched(segment(9))
    assert player.fetched(playlist(0, 3)).lost == 0
    assert player.path() == "/demo/hls/aac-1.mp4"


def test_what_is_no_sound_is_told() -> None:
    player = Player("/demo/hls/live.m3u8", Memory())
    player.path()
    with pytest.raises(NotSound):
        player.fetched(b"<html>")
    player.fetched(playlist(0, 9))
    player.path()
    with pytest.raises(NotSound):
        player.fetched(b"")


def test_what_was_asked_for_is_asked_for_again_on_another_connection() -> None:
    player = Player("/demo/hls/live.m3u8", Memory())
    player.path()
    player.fetched(playlist(0, 9))
    assert player.path() == player.path() == "/demo/hls/aac-init.mp4"
    player.fetched(INIT)
    assert player.path() == "/demo/hls/aac-7.mp4"
