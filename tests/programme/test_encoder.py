"""Encoders: exact in samples, and unheard where one takes over from another."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fullhouse.media import (
    BIT_RATE,
    CODEC,
    PACKET_SAMPLES,
    PACKETS_PER_PART,
    Codec,
    Part,
    Pcm,
    Rendition,
)
from fullhouse.programme import adts, ogg
from fullhouse.programme.cmaf import AAC_CONFIG, init_segment, media_part
from fullhouse.programme.encoder import WARM_SAMPLES, Encoder, PartEncoder
from fullhouse.programme.filler import Filler, FillerKind
from fullhouse.programme.hold import compose_hold
from fullhouse.programme.opus import mode_of
from fullhouse.units import Micros, PartNumber
from tests.coded_noise import coded_noise, find
from tests.players import decode, play
from tests.programme.conftest import FIRST, encode

SKIPPED = {rendition: 0 if CODEC[rendition] is Codec.AAC else 312 for rendition in Rendition}
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


@pytest.mark.parametrize("rendition", list(Rendition))
def test_a_tone_and_noise_keep_to_their_bit_rate(rendition: Rendition, sent: Pcm) -> None:
    for sound in (tone(3), sent[:144_000]):
        packets = Encoder(rendition).encode(sound)
        seconds = len(packets) * PACKET_SAMPLES[rendition] / 48_000
        assert sum(map(len, packets)) * 8 / seconds < BIT_RATE[rendition] + 2_000


def voice(seconds: float) -> Pcm:
    """Return something like speech: a buzz with formants, in syllables, with hisses between."""
    at = np.arange(round(seconds * 48_000)) / 48_000
    pitch = 2 * np.pi * np.cumsum(120 + 20 * np.sin(2 * np.pi * 0.7 * at)) / 48_000
    buzz = sum(
        np.sin(number * pitch)
        / (1 + abs(number * 120 - 600) / 300 + abs(number * 120 - 1800) / 900)
        for number in range(1, 40)
    )
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * at), 0, 1) ** 0.5
    hiss = np.random.default_rng(4).standard_normal(len(at)) * 0.3
    hisses = np.clip(np.sin(2 * np.pi * 3.1 * at + 2.6), 0, 1) * (np.sin(2 * np.pi * 0.9 * at) > 0)
    mixed = buzz * syllables + hiss * hisses
    return np.asarray(0.6 * mixed / np.abs(mixed).max(), np.float32)


def music(seconds: float) -> Pcm:
    sound = compose_hold()[: round(seconds * 48_000)]
    return np.asarray(0.5 * sound / np.abs(sound).max(), np.float32)


SOUNDS = {
    "a voice": voice(5),
    "music": music(5),
    "a voice over music": voice(5) + 0.4 * music(5),
    "noise": coded_noise(5),
    "a tone": tone(5),
}
WINDOW = 960


def levels(pcm: Pcm, window: int = WINDOW) -> NDArray[np.float64]:
    """Return the RMS level of every 20 ms, from each sample on."""
    energy = np.concatenate([[0.0], np.cumsum(pcm.astype(np.float64) ** 2)])
    return np.asarray(np.sqrt(np.maximum(0, energy[window:] - energy[:-window]) / window))


def dip_and_click(sent: Pcm, alone: Pcm, heard: Pcm, seam: int) -> tuple[float, float]:
    """Return how far the level falls around a seam, and the steepest step there.

    Both are against one encoder alone. Where that is louder than what was sent, which two
    encoders never agree on, the level is against what was sent.
    """
    near = slice(max(0, seam - 3000), seam + 6000)
    wanted = np.minimum(levels(alone[near]), levels(sent[near]))
    ratio = np.where(wanted < 0.02, 1.0, levels(heard[near]) / np.maximum(wanted, 0.02))
    steepest = max(0.02, float(np.abs(np.diff(alone[near])).max()))
    return float(ratio.min()), float(np.abs(np.diff(heard[near])).max()) / steepest


def with_seams(sound: Pcm, ticks: set[int]) -> list[Part]:
    """Encode, and replace all encoders after each of these ticks."""
    encoder, parts = PartEncoder(Micros(0), FIRST), []
    for tick, frame in enumerate(sound[: len(sound) // 960 * 960].reshape(-1, 960)):
        parts += [part] if (part := encoder.feed(frame)) else []
        for rendition in Rendition if tick in ticks else ():
            encoder.replace(rendition)
    assert encoder.replaced == len(Rendition) * len(ticks)
    return parts


@pytest.mark.parametrize("name", list(SOUNDS))
def test_encoders_are_replaced_in_mid_sentence_unheard(name: str) -> None:
    """At any tick of a part: no dip below 0.7, no click, no sample more or less."""
    sound = SOUNDS[name]
    seams = set(range(70, len(sound) // 960 - 25, 19))
    alone, replaced = with_seams(sound, set()), with_seams(sound, seams)
    for rendition in Rendition:
        wanted, heard = (decode(film(rendition, parts), "mp4") for parts in (alone, replaced))
        assert len(heard) == len(wanted) == len(alone) * 15_360 - SKIPPED[rendition]
        for seam in seams:
            dip, click = dip_and_click(sound, wanted, heard, seam * 960)
            assert dip > 0.7, (rendition, seam)
            assert click < 2, (rendition, seam)


@pytest.mark.parametrize("rendition", list(Rendition))
def test_a_stage_that_was_held_up_goes_on_with_other_encoders_unheard(
    rendition: Rendition, sent: Pcm
) -> None:
    """It skips parts: the new encoders are warmed with what the old ones heard."""
    before = PartEncoder(Micros(0), FIRST)
    frames = sent[: 240 * 960].reshape(-1, 960)
    parts = [part for frame in frames[:96] if (part := before.feed(frame))]
    after = PartEncoder(Micros(0), PartNumber(FIRST + 6), before.heard())
    parts += [part for frame in frames[96:] if (part := after.feed(frame))]
    assert [part.number - FIRST for part in parts][:8] == [0, 1, 2, 3, 4, 6, 7, 8]
    heard = decode(film(rendition, parts[5:]), "mp4")
    found = find(sent, heard[2000:])
    assert found.share > 0.98
    assert found.jumps == ()


class Broken:
    """An encoder that fails."""

    config = b""

    def encode(self, pcm: Pcm) -> list[bytes]:
        raise RuntimeError("libav stumbles")


@pytest.mark.parametrize("rendition", list(Rendition))
def test_an_encoder_that_fails_costs_no_part_and_is_not_heard(
    rendition: Rendition, sent: Pcm
) -> None:
    encoder, parts = PartEncoder(Micros(0), FIRST), []
    for tick, frame in enumerate(sent[: 240 * 960].reshape(-1, 960)):
        if tick in (100, 101, 150):
            encoder._encoders[rendition]._codec = Broken()  # type: ignore[assignment]  # it fails by itself
        parts += [part] if (part := encoder.feed(frame)) else []
    assert encoder.replaced == 3
    assert [part.number - FIRST for part in parts] == list(range(len(encode(sent[: 240 * 960]))))
    heard = decode(film(rendition, parts), "mp4")
    wanted = decode(film(rendition, encode(sent)), "mp4")
    for seam in (100, 150):
        dip, click = dip_and_click(sent, wanted, heard, seam * 960)
        assert dip > 0.7
        assert click < 2


def test_sound_that_no_encoder_takes_is_silence() -> None:
    """AAC's refuses what is no number; the part comes out all the same."""
    encoder = PartEncoder(Micros(0), FIRST)
    frames = coded_noise(1)[: 48 * 960].reshape(-1, 960)
    frames[20] = np.nan
    parts = [part for frame in frames if (part := encoder.feed(frame))]
    assert len(parts) == 2
    for rendition in Rendition:
        assert np.isfinite(decode(film(rendition, parts), "mp4")).all()


@pytest.mark.parametrize("rendition", list(Rendition))
def test_another_stage_begins_without_a_click(rendition: Rendition, filler: Filler) -> None:
    """After a gap that edges fill; its speakers come in with the desk's fade of 10 ms."""
    sound = voice(4)
    fade = np.ones(len(sound), np.float32)
    fade[:480] = np.linspace(0, 1, 480)
    old = encode(sound)[:4]
    new = encode(sound[19_200:] * fade[: len(sound) - 19_200], PartNumber(FIRST + 6))
    silence = filled(filler, FillerKind.SILENCE, FIRST + 4, 2)
    heard = decode(film(rendition, old + silence + new), "mp4")
    alone = decode(film(rendition, encode(sound)), "mp4")
    begins = 6 * 15_360
    steepest = np.abs(np.diff(alone)).max()
    assert np.abs(np.diff(heard[begins - 3000 : begins + 6000])).max() < 1.5 * steepest
    level = levels(heard[begins + 1440 : begins + 20_000])
    same = slice(19_200 + 1440, 19_200 + 20_000)
    wanted = np.minimum(levels(sound[same]), levels(alone[same]))  # few bits leave less of a hiss
    loud = wanted > 0.02
    assert (level[loud] / wanted[loud]).min() > 0.7


SEAM = 6


@pytest.mark.parametrize("rendition", list(Rendition))
def test_a_cold_encoder_is_heard(rendition: Rendition) -> None:
    """What the warmth is for."""
    sound, at = tone(4.5), SEAM * 15_360
    alone = encode(sound)
    parts = alone[:SEAM] + encode(sound[at:], PartNumber(FIRST + SEAM))
    heard, wanted = (decode(film(rendition, each), "mp4") for each in (parts, alone))
    near = slice(at - 3000, at + 3000)
    dip = (levels(heard[near], 240) / levels(wanted[near], 240)).min()
    _, click = dip_and_click(sound, wanted, heard, at)
    assert dip < 0.6 or click > 1.5


def test_opus_goes_on_in_the_mode_of_the_packet_before() -> None:
    """A new encoder that thinks otherwise would tear the sound: its decoder cannot follow."""
    sound = coded_noise(4)
    before = Encoder(Rendition.OPUS).encode(sound)
    modes = set()
    for at in range(70 * 960, 190 * 960, 10 * 960):
        warm, rest = sound[at - WARM_SAMPLES : at], sound[at : at + 960]
        last = before[at // 960 - 1]
        (packet,) = Encoder(Rendition.OPUS, warm, last).encode(rest)
        assert mode_of(packet) == mode_of(last)
        modes.add(mode_of(Encoder(Rendition.OPUS, warm).encode(rest)[0]) == mode_of(last))
    assert False in modes


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
