"""Plain AAC, frame by frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.media import Part, Pcm, Rendition
from fullhouse.programme import adts
from tests.coded_noise import find
from tests.players import decode, play


def read(raw: bytes) -> list[bytes]:
    """Return the packets of ADTS frames; every bit of each header is checked."""
    packets = []
    while raw:
        bits = int.from_bytes(raw[:7], "big")
        size = bits >> 13 & 0x1FFF
        fields = [
            (0xFFF, bits >> 44 & 0xFFF),  # sync word
            (0b0001, bits >> 40 & 0xF),  # MPEG-4, layer 0, no checksum
            (1, bits >> 38 & 0b11),  # profile: object type 2, LC, less one
            (3, bits >> 34 & 0xF),  # 48 kHz
            (0, bits >> 33 & 1),  # private
            (1, bits >> 30 & 0b111),  # one channel
            (0, bits >> 26 & 0xF),  # original, home, copyright bits
            (0x7FF, bits >> 2 & 0x7FF),  # buffer: variable rate
            (0, bits & 0b11),  # one block
        ]
        assert all(wanted == got for wanted, got in fields), fields
        assert 7 <= size <= len(raw)
        packets.append(raw[7:size])
        raw = raw[size:]
    return packets


@given(st.lists(st.binary(max_size=900), max_size=20))
def test_frames_hold_the_packets_as_they_were(packets: list[bytes]) -> None:
    assert read(adts.frames(packets)) == packets


def test_a_packet_that_no_header_can_say_is_refused() -> None:
    assert read(adts.frames([bytes(8184)])) == [bytes(8184)]
    with pytest.raises(ValueError, match="8185"):
        adts.frames([bytes(8185)])


@pytest.mark.parametrize("joined", [0, 7])
def test_a_player_may_join_at_any_part(joined: int, parts: list[Part], sent: Pcm) -> None:
    """Coded noise is found in what the players hear, sample for sample where it was sent."""
    raw = b"".join(adts.frames(part.packets[Rendition.AAC]) for part in parts[joined:])
    for heard in (decode(raw, "aac"), play(raw, "-f", "aac")):
        assert len(heard) == (len(parts) - joined) * 15_360
        found = find(sent, heard, hop=1920)
        assert found.share >= 0.99
        assert found.jumps == ()
        assert round((found.place - found.first) * 48_000) == joined * 15_360
