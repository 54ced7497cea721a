"""A playlist is read as a plain player reads it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.programme.playlist import render
from fullhouse.rehearsal.playlist import MediaPlaylist, NotPlaylist, read
from fullhouse.units import Micros, PartNumber


@given(st.integers(0, 1 << 36), st.integers(0, 400))
def test_every_playlist_of_an_edge_can_be_read(first: int, count: int) -> None:
    """Whole segments are seen, low-latency parts are not."""
    found = read(render(Micros(0), PartNumber(first), PartNumber(first + count)))
    oldest, end = -(-first // 12), (first + count + 1) // 12
    names = tuple(f"aac-{number}.mp4" for number in range(oldest, end))
    assert found == MediaPlaylist(oldest, names, "aac-init.mp4", 4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        "#EXTM3U\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:x\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\nsegment-without-length.mp4\n",
        "#EXTM3U\n" * 20_001,
    ],
)
def test_what_is_no_playlist(text: str) -> None:
    with pytest.raises(NotPlaylist):
        read(text.encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_a_playlist_or_none(raw: bytes) -> None:
    with suppress(NotPlaylist):
        assert read(b"#EXTM3U\n" + raw).target >= 1
