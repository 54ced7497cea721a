"""What bytes are, and where a new stream begins in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.stage.container import (
    PROBE_BYTES,
    Container,
    Links,
    adts_length,
    mp3_length,
    probe,
)
from fullhouse.stage.icecast import NotAudio

ADTS = bytes.fromhex("fff14c40 0a1ffc".replace(" ", ""))  # 48 kHz, mono, 80 bytes
MP3 = bytes.fromhex("fffb94c4")  # MPEG 1 layer III, 128 kbit/s, 48 kHz: 384 bytes


def page(flags: int, granule: int, payload: bytes) -> bytes:
    head = b"OggS\0" + bytes([flags]) + granule.to_bytes(8, "little") + bytes(12)
    sizes = [255] * (len(payload) // 255) + [len(payload) % 255]
    return head + bytes([len(sizes), *sizes]) + payload


@pytest.mark.parametrize("content_type", ["audio/mpeg", "", "text/plain"])
@pytest.mark.parametrize(
    ("head", "container"),
    [
        (page(2, 0, b"OpusHead"), Container.OGG),
        (b"fLaC\0\0\0\x22" + bytes(34), Container.FLAC),
        (b"\x1a\x45\xdf\xa3\x9f", Container.WEBM),
        (ADTS + bytes(73) + ADTS, Container.AAC),
        (MP3 + bytes(380) + MP3, Container.MP3),
        (b"middle of a frame" + MP3 + bytes(380) + MP3, Container.MP3),
    ],
)
def test_the_bytes_decide_what_they_are(
    head: bytes, container: Container, content_type: str
) -> None:
    """ffmpeg says audio/mpeg of everything."""
    assert probe(head, content_type) is container


def test_behind_a_tag_the_content_type_decides() -> None:
    assert probe(b"ID3\x04", "audio/aac") is Container.AAC
    assert probe(b"ID3\x04", "audio/mpeg") is Container.MP3
    assert probe(b"ID3\x04", "") is Container.MP3


@pytest.mark.parametrize("head", [b"", b"O", b"Ogg", b"\x1a", MP3, MP3 + bytes(380)])
def test_more_bytes_are_waited_for(head: bytes) -> None:
    assert probe(head, "audio/mpeg") is None


@pytest.mark.parametrize(
    ("head", "ended"),
    [
        (b"", True),
        (b"Ogg", True),
        (MP3, True),
        (bytes(PROBE_BYTES), False),
        (b"<html><body>Hello</body></html>", False),
        (b"RIFF\x00\x00\x00\x00WAVE", True),
        (b"#EXTM3U\nhttp://169.254.169.254/\n", True),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", True),
    ],
)
def test_what_is_no_sound_is_refused(head: bytes, ended: bool) -> None:
    """Playlists above all, for which libav would open files."""
    with pytest.raises(NotAudio):
        probe(head, "audio/mpeg", ended)


@given(st.binary(max_size=100), st.booleans())
def test_any_bytes_are_judged(head: bytes, ended: bool) -> None:
    try:
        found = probe(head, "", ended)
    except NotAudio:
        return
    assert found is not None or not ended


@given(st.binary(max_size=8))
def test_a_frame_is_longer_than_its_head_or_none(head: bytes) -> None:
    assert adts_length(head) == 0 or adts_length(head) > 7
    assert mp3_length(head) == 0 or mp3_length(head) > 4


def test_a_frame_says_its_length() -> None:
    assert adts_length(ADTS) == 80
    assert mp3_length(MP3) == 384


def links(container: Container, raw: bytes, size: int) -> list[bytes]:
    """Return the links that a stream is cut into if it comes `size` bytes at a time."""
    cutter = Links(container)
    found = [b""]
    for at in range(0, len(raw), size):
        first, *more = cutter.feed(raw[at : at + size])
        found[-1] += first
        found += more
    found[-1] += cutter.flush()
    return found


TRACK = page(2, 0, b"\x01vorbis" + bytes(300)) + page(0, 48000, b"sound") + page(4, 96000, b"end")
FLAC_TRACK = b"fLaC\0\0\0\x22" + bytes(34) + b"sound"


@given(st.integers(1, 400), st.integers(1, 3))
def test_each_track_of_an_ogg_stream_is_a_link(size: int, tracks: int) -> None:
    assert links(Container.OGG, TRACK * tracks, size) == [TRACK] * tracks


@given(st.integers(1, 60))
def test_each_track_of_a_flac_stream_is_a_link(size: int) -> None:
    assert links(Container.FLAC, FLAC_TRACK * 3, size) == [FLAC_TRACK] * 3


@given(st.integers(1, 400))
def test_streams_that_begin_together_are_one_link(size: int) -> None:
    """Sound beside a skeleton or a picture: their first pages stand together."""
    both = page(2, 0, b"fishead") + TRACK
    assert links(Container.OGG, both + both, size) == [both, both]


@given(st.binary(max_size=300), st.sampled_from(Container), st.integers(1, 50))
def test_cutting_loses_no_byte(raw: bytes, container: Container, size: int) -> None:
    assert b"".join(links(container, raw, size)) == raw


@given(st.lists(st.sampled_from([TRACK, b"OggS\0\x02", bytes(8), b"OggS", b"x"]), max_size=9))
def test_cutting_is_the_same_in_whatever_pieces_bytes_come(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    assert [x for x in links(Container.OGG, raw, 7) if x] == [
        x for x in links(Container.OGG, raw, 1000) if x
    ]
