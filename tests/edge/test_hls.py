"""What HLS requests get of a room."""

import pytest

from fullhouse.edge.cadence import Cadences
from fullhouse.edge.hls import (
    BLOCKED_AGE,
    INIT_AGE,
    KEPT_LONGER,
    MEDIA_AGE,
    PLAYLIST_AGE,
    Ready,
    Wait,
)
from fullhouse.edge.room import Room
from fullhouse.media import Rendition
from fullhouse.programme.playlist import Directives, MediaFile, NoSuchFile, TooFarAhead
from fullhouse.units import PartNumber
from tests.edge.made import EPOCH, FILLER, HEAD, news, play, room

MSN = HEAD // 12
"""The segment that is to come next."""


def text(answer: Ready | Wait) -> list[str]:
    assert isinstance(answer, Ready)
    return answer.body.decode().splitlines()


def file(first: int, count: int) -> MediaFile:
    return MediaFile(Rendition.AAC, range(first, first + count))


def test_a_playlist_is_there_at_once() -> None:
    answer = room().hls.playlist(Directives())
    assert isinstance(answer, Ready)
    assert answer.max_age == PLAYLIST_AGE
    assert f"aac-{MSN - 1}.mp4" in text(answer)


def test_a_reload_waits_for_the_part_it_names() -> None:
    one = room()
    asked = Directives(MSN, 0)
    assert one.hls.playlist(asked) == Wait(PartNumber(HEAD + 2))
    play(one, 3)
    answer = one.hls.playlist(asked)
    assert isinstance(answer, Ready)
    assert answer.max_age == BLOCKED_AGE
    assert any(f"aac-{MSN}.0.mp4" in line for line in text(answer))


def test_a_reload_without_a_part_waits_for_the_segment() -> None:
    assert room().hls.playlist(Directives(MSN)) == Wait(PartNumber(HEAD + 11))


def test_what_is_far_ahead_is_refused() -> None:
    with pytest.raises(TooFarAhead):
        room().hls.playlist(Directives(MSN + 3))


def test_the_playlist_stays_the_same_from_one_hls_part_to_the_next() -> None:
    one = room()
    play(one, 3)
    first = one.hls.playlist(Directives())
    play(one, 2, HEAD + 3)
    assert one.hls.playlist(Directives()) == first
    play(one, 1, HEAD + 5)
    assert one.hls.playlist(Directives()) != first


def test_a_delta_update_skips() -> None:
    one = room()
    skipping = text(one.hls.playlist(Directives(skip=True)))
    assert any(line.startswith("#EXT-X-SKIP") for line in skipping)
    assert len(skipping) < len(text(one.hls.playlist(Directives())))


def test_the_oldest_listed_segment_can_be_had_for_another_minute() -> None:
    one = room(kept_parts=400)
    listed = next(line for line in text(one.hls.playlist(Directives())) if line.endswith(".mp4"))
    msn = int(listed.removeprefix("aac-").removesuffix(".mp4"))
    play(one, KEPT_LONGER - 12)
    assert isinstance(one.hls.file(file(msn * 12, 12)), Ready)
    play(one, 24, HEAD + KEPT_LONGER - 12)
    with pytest.raises(NoSuchFile):
        one.hls.file(file(msn * 12, 12))


def test_a_room_that_has_just_been_made_waits_for_its_first_segment() -> None:
    one = Room(news(), EPOCH, filler=FILLER, kept_parts=400, ears=lambda: 0, cadences=Cadences())
    assert one.hls.playlist(Directives()) == Wait(PartNumber(11))


def test_a_hinted_file_is_waited_for_and_then_whole() -> None:
    one = room()
    hinted = file(HEAD, 3)
    assert one.hls.file(hinted) == Wait(PartNumber(HEAD + 2))
    play(one, 3)
    answer = one.hls.file(hinted)
    assert isinstance(answer, Ready)
    assert answer.max_age == MEDIA_AGE


@pytest.mark.parametrize("first", [0, HEAD + 24, 10**12])
def test_files_out_of_reach_are_refused(first: int) -> None:
    with pytest.raises(NoSuchFile):
        room().hls.file(file(first, 12))


def test_the_init_segment_keeps_longer() -> None:
    answer = room().hls.file(MediaFile(Rendition.OPUS, range(0)))
    assert isinstance(answer, Ready)
    assert answer.max_age == INIT_AGE


def test_a_segment_is_its_parts_one_after_the_other() -> None:
    one = room()
    play(one, 12)
    whole = one.hls.file(file(HEAD, 12))
    pieces = [one.hls.file(file(HEAD + at, 3)) for at in (0, 3, 6, 9)]
    assert isinstance(whole, Ready)
    assert whole.body == b"".join(piece.body for piece in pieces if isinstance(piece, Ready))


def test_what_is_kept_is_bounded() -> None:
    one = room()
    for number in range(HEAD, HEAD + 200):
        play(one, 1, number)
        one.hls.playlist(Directives())
        one.hls.file(file(number - 3, 3))
    assert len(one.hls._rendered) <= 4
    assert len(one.hls._files) <= 8
    one.hls.forget()
    assert not one.hls._files
