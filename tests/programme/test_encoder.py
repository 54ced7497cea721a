"""Encoders: exact in samples, and unheard where one takes over from another."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullhouse.media import PACKET_SAMPLES, PACKETS_PER_PART, Part, Pcm, Rendition
from fullhouse.programme import adts, ogg
from fullhouse.programme.cmaf import AAC_CONFIG, init_segment, media_part
from fullhouse.programme.encoder import WARM_SAMPLES, Encoder, PartEncoder
from fullhouse.programme.filler import Filler, FillerKind
from fullhouse.programme.hold import compose_hold
from fullhouse.units import Micros, PartNumber
from tests.coded_noise import find
from tests.players import decode, play
from tests.programme.conftest import FIRST, encode

SKIPPED = {Rendition.AAC: 0, Rendition.OPUS: 312}
"""Samples that players leave out at the beginning of a stream."""


def tone(seconds: float) -> Pcm:
    at = np.arange(round(seconds * 48_000)) / 48_000
    return (0.3 * np.sin(2 * np.pi * 440 * at)).astype(np.float32)


def film(rendition: Rendition, parts: list[Part]) -> bytes:
    """Return a CMAF stream of these parts."""
    written = (media_part(rendition, part.number, part.packets[rendition]) for part in parts)
    return init_segment(rendition) + b"".join(written)


def test_the_containers_say_what_the_encoders_say() -> None:
    """AudioSpecificConfig and pre-skip are constants of ours; the encoders agree."""
    assert Encoder(Rendition.AAC).config == AAC_CONFIG
    head = Encoder(Rendition.OPUS).config
    assert head[:8] == b"OpusHead"
    assert struct.unpack_from("<H", head, 10) == (ogg.PRE_SKIP,)


@settings(max_examples=10)
@given(st.lists(st.integers(0, 3000), max_size=12))
@pytest.mark.parametrize("rendition", list(Rendition))
def test_it_does_not_matter_in_what_pieces_sound_comes(
    rendition: Rendition, sizes: list[int]
) -> None:
    sound = tone(1)[: sum(sizes)]
    edges = np.cumsum(sizes)[:-1] if sizes else np.array([], int)
    whole, pieces = Encoder(rendition), Encoder(rendition)
    split = [packet for pcm in np.split(sound, edges) for packet in pieces.encode(pcm)]
    assert split == whole.encode(sound)


def test_a_part_is_whole_three_frames_after_its_last(sent: Pcm) -> None:
    """AAC answers late; from then on there is a part every 16 frames, numbered one by one."""
    encoder = PartEncoder(Micros(9), FIRST)
    frames = sent[: 80 * 960].reshape(80, 960)
    came = {tick: part for tick, frame in enumerate(frames, 1) if (part := encoder.feed(frame))}
    assert list(came) == [19, 35, 51, 67]
    assert [part.number for part in came.values()] == [FIRST + index for index in range(4)]
    for part in came.values():
        assert part.epoch == 9
        assert {each: len(packets) for each, packets in part.packets.items()} == PACKETS_PER_PART


def test_an_event_rides_in_the_part_that_holds_its_frame() -> None:
    """Also while that part's end still waits for the slower encoder."""
    encoder = PartEncoder(Micros(0), PartNumber(0))
    silence = np.zeros(960, np.float32)
    fed = [encoder.feed(silence, [b"%d" % tick]) for tick in range(60)]
    events = [part.events for part in fed if part is not None]
    assert events == [
        tuple(b"%d" % tick for tick in range(first, first + 16)) for first in (0, 16, 32)
    ]


@pytest.mark.parametrize("shape", [(0,), (959,), (1, 960), (961,)])
def test_a_frame_has_960_samples(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        PartEncoder(Micros(0), PartNumber(0)).feed(np.zeros(shape, np.float32))


@pytest.mark.parametrize(("rendition", "most"), [(Rendition.AAC, 66_000), (Rendition.OPUS, 34_000)])
def test_a_tone_and_noise_keep_to_their_bit_rate(
    rendition: Rendition, most: int, sent: Pcm
) -> None:
    for sound in (tone(3), sent[:144_000]):
        packets = Encoder(rendition).encode(sound)
        seconds = len(packets) * PACKET_SAMPLES[rendition] / 48_000
        assert sum(map(len, packets)) * 8 / seconds < most


SEAM = 6


def seam(rendition: Rendition, sound: Pcm, warm: int) -> tuple[float, float]:
    """Let a second encoder take over part `SEAM`, `warm` samples warm, and decode.

    Returns:
        how far the level falls there, and the steepest step, both against one encoder alone.
    """
    at = SEAM * 15_360
    alone = encode(sound)
    parts = alone[:SEAM] + encode(
        sound[at:], PartNumber(FIRST + SEAM), sound[at - warm : at] if warm else None
    )
    heard, wanted = decode(film(rendition, parts), "mp4"), decode(film(rendition, alone), "mp4")
    assert len(heard) == len(parts) * 15_360 - SKIPPED[rendition]
    near = slice(at - 3000, at + 3000)
    levels = [np.sqrt(np.convolve(pcm**2, np.ones(240) / 240, "same")) for pcm in (heard, wanted)]
    dip = (levels[0][near] / np.maximum(levels[1][near], 0.02)).min()
    steepest = np.abs(np.diff(wanted))[20_000:].max()
    return float(dip), float(np.abs(np.diff(heard))[near].max() / steepest)


@pytest.mark.parametrize("rendition", list(Rendition))
def test_a_new_encoder_takes_over_a_voice_unheard(rendition: Rendition, sent: Pcm) -> None:
    """Three packets' worth of warmth: no dip below 0.7, no click, no sample more or less."""
    dip, click = seam(rendition, sent, 3 * 1024)
    assert dip > 0.7
    assert click < 1.15


@pytest.mark.parametrize("rendition", list(Rendition))
def test_a_new_encoder_takes_over_a_tone_unheard(rendition: Rendition) -> None:
    """Opus takes all for speech at first: a steady tone needs longer warmth than a voice."""
    dip, click = seam(rendition, tone(4.5), WARM_SAMPLES)
    assert dip > 0.7
    assert click < 1.15


@pytest.mark.parametrize("rendition", list(Rendition))
def test_a_cold_encoder_is_heard(rendition: Rendition) -> None:
    """What the warmth is for."""
    dip, click = seam(rendition, tone(4.5), 0)
    assert dip < 0.6 or click > 1.5


def filled(filler: Filler, kind: FillerKind, first: int, count: int) -> list[Part]:
    numbers = [PartNumber(first + index) for index in range(count)]
    return [
        Part(Micros(0), number, {r: filler.packets(kind, r, number) for r in Rendition})
        for number in numbers
    ]


@pytest.mark.parametrize("rendition", list(Rendition))
def test_sound_between_filler_plays_without_an_error(
    rendition: Rendition, filler: Filler, sent: Pcm
) -> None:
    """Hold, sound, silence, hold: one stream to a player, and the sound is all there."""
    parts = filled(filler, FillerKind.HOLD, FIRST - 5, 5)
    parts += encode(sent)[:10]
    parts += filled(filler, FillerKind.SILENCE, FIRST + 10, 3)
    parts += filled(filler, FillerKind.HOLD, FIRST + 13, 3)
    raw = film(rendition, parts)
    for heard in (decode(raw, "mp4"), play(raw)):
        assert len(heard) == 21 * 15_360 - SKIPPED[rendition]
        found = find(sent, heard[5 * 15_360 : 15 * 15_360 - 1920], hop=1920)
        assert found.share >= 0.98
        assert found.jumps == ()
        assert np.abs(heard[16 * 15_360 : 17 * 15_360]).max() < 1e-3


def test_the_same_stream_plays_as_adts_and_ogg(filler: Filler) -> None:
    parts = filled(filler, FillerKind.HOLD, 3, 2) + filled(filler, FillerKind.SILENCE, 5, 2)
    aac = b"".join(adts.frames(part.packets[Rendition.AAC]) for part in parts)
    opus = b"".join(ogg.page(1, part.number, part.packets[Rendition.OPUS]) for part in parts)
    assert len(play(aac, "-f", "aac")) == 4 * 15_360
    assert len(play(ogg.headers(1) + opus, "-f", "ogg")) == 4 * 15_360 - 312


@pytest.mark.parametrize("rendition", list(Rendition))
def test_the_hold_loop_goes_around_without_a_seam(rendition: Rendition, filler: Filler) -> None:
    """Where the loop begins again, the codec is as true to the music as elsewhere, within 4 dB."""
    heard = decode(film(rendition, filled(filler, FillerKind.HOLD, 96 - 8, 16)), "mp4")
    seam = 8 * 15_360
    music = np.roll(compose_hold(), seam)[: len(heard)]
    elsewhere = fidelity(music, heard, 20_000, 60_000)
    for start in range(seam - 4096, seam + 4096, 1024):
        assert fidelity(music, heard, start, start + 2048) > elsewhere - 4


def fidelity(wanted: Pcm, heard: Pcm, start: int, stop: int) -> float:
    """Return how many decibels the sound is above its error."""
    sound, error = wanted[start:stop], wanted[start:stop] - heard[start:stop]
    return float(10 * np.log10(np.sum(sound**2) / np.sum(error**2)))
