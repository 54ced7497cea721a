"""CMAF, read back box by box, and played."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import PACKET_SAMPLES, Part, Pcm, Rendition
from fullhouse.programme.cmaf import AAC_CONFIG, init_segment, media_part
from fullhouse.programme.events import SCHEME
from fullhouse.units import PartNumber
from tests.boxes import boxes, chunk
from tests.coded_noise import find
from tests.players import decode, play

BOTH = st.sampled_from(list(Rendition))
PACKETS = st.lists(st.binary(max_size=700), max_size=20)
EVENTS = st.lists(st.binary(max_size=300), max_size=16)


@given(BOTH, st.integers(0, 2**48), PACKETS, EVENTS)
def test_a_part_says_which_it_is_and_what_it_holds(
    rendition: Rendition, number: int, packets: list[bytes], events: list[bytes]
) -> None:
    """Its time is exact in 64 bits; its fragment number is the part's, as far as 32 bits go."""
    found = chunk(media_part(rendition, PartNumber(number), packets, events))
    assert found.packets == tuple(packets)
    assert found.time == number * 15_360
    assert found.duration == PACKET_SAMPLES[rendition]
    assert found.sequence == number % 2**32
    assert [event.payload for event in found.events] == events
    for index, event in enumerate(found.events):
        assert (event.scheme, event.value, event.timescale) == (SCHEME, "", 48_000)
        assert (event.time, event.duration) == (number * 15_360, 15_360)
        assert event.name == (number * 16 + index) % 2**32


@pytest.mark.parametrize("rendition", list(Rendition))
def test_the_init_segment_describes_one_mono_track_without_an_end(rendition: Rendition) -> None:
    kind, movie = boxes(init_segment(rendition))
    assert kind.body == b"cmfc" + bytes(4) + b"iso6cmfcmp41"
    assert movie.find("mvhd").number(12, 4) == 48_000
    assert movie.find("mvhd").number(16, 4) == 0
    media = movie.find("trak/mdia")
    assert media.find("mdhd").number(12, 4) == 48_000
    assert media.find("hdlr").body[8:12] == b"soun"
    for table in ("stts", "stsc", "stco"):
        assert media.find(f"minf/stbl/{table}").number(4, 4) == 0
    assert movie.find("mvex/trex").number(4, 4) == movie.find("trak/tkhd").number(12, 4) == 1


def test_the_aac_entry_holds_the_decoders_configuration() -> None:
    entries = boxes(init_segment(Rendition.AAC))[1].find("trak/mdia/minf/stbl/stsd")
    (entry,) = boxes(entries.body[8:])
    assert entry.name == "mp4a"
    assert (entry.number(16, 2), entry.number(18, 2), entry.number(24, 4)) == (1, 16, 48_000 << 16)
    (esds,) = boxes(entry.body[28:])
    assert (esds.name, AAC_CONFIG in esds.body) == ("esds", True)


def test_the_opus_entry_says_how_much_the_decoder_skips() -> None:
    entries = boxes(init_segment(Rendition.OPUS))[1].find("trak/mdia/minf/stbl/stsd")
    (entry,) = boxes(entries.body[8:])
    (config,) = boxes(entry.body[28:])
    assert (entry.name, config.name) == ("Opus", "dOps")
    assert [config.number(*place) for place in ((0, 1), (1, 1), (2, 2), (4, 4))] == [
        *(0, 1, 312, 48_000)
    ]


@pytest.mark.parametrize("joined", [0, 7])
@pytest.mark.parametrize(("rendition", "skipped"), [(Rendition.AAC, 0), (Rendition.OPUS, 312)])
def test_a_player_may_join_at_any_part(
    rendition: Rendition, skipped: int, joined: int, parts: list[Part], sent: Pcm
) -> None:
    """Init and parts from the middle of a room's life make a stream, events and all."""
    raw = init_segment(rendition) + b"".join(
        media_part(rendition, part.number, part.packets[rendition], (b'{"type":"x"}',))
        for part in parts[joined:]
    )
    for heard in (decode(raw, "mp4"), play(raw)):
        assert len(heard) == (len(parts) - joined) * 15_360 - skipped
        found = find(sent, heard, hop=1920)
        assert found.share >= 0.99
        assert found.jumps == ()
        assert round((found.place - found.first) * 48_000) == joined * 15_360
