"""A sound file as a microphone gives it."""

import asyncio
import os
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from fullhouse.client.voice import AHEAD, NoFile, NotSound, OpusVoice, voice
from fullhouse.errors import Refused
from fullhouse.media import Pcm
from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE
from tests.coded_noise import coded_noise, find
from tests.stage.sources import ENCODINGS, encoded

NOISE = coded_noise(2)


async def all_frames(file: str, most: int = 1000, loop: bool = False) -> list[Pcm]:
    frames: list[Pcm] = []
    async with voice(file, loop) as sound:
        while len(frames) < most and (frame := await sound.frame()) is not None:
            assert len(frame) == FRAME_SAMPLES
            frames.append(frame)
    return frames


@pytest.mark.parametrize("encoding", ["ogg-opus", "mp3", "flac", "wav"])
async def test_any_sound_file_is_a_voice(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "noise"
    path.write_bytes(encoded(NOISE, *ENCODINGS.get(encoding, ("-ac", "2", "-f", "wav"))))
    heard = np.concatenate(await all_frames(str(path)))
    assert find(NOISE, heard).share >= 0.99
    assert len(heard) == pytest.approx(len(NOISE), abs=0.1 * SAMPLE_RATE)


async def test_stdin_is_a_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is spoken as it comes, not when all of it is there."""
    ours, theirs = os.pipe()
    raw = encoded(NOISE, *ENCODINGS["mp3"])
    with os.fdopen(ours) as stdin, os.fdopen(theirs, "wb", 0) as writer:
        monkeypatch.setattr(sys, "stdin", stdin)
        writer.write(raw[:12_000])
        async with voice("-") as sound:
            heard = [await asyncio.wait_for(sound.frame(), 5)]
            writer.write(raw[12_000:])
            writer.close()
            while heard[-1] is not None:
                heard.append(await sound.frame())
    pcm = np.concatenate([frame for frame in heard if frame is not None])
    assert find(NOISE, pcm).share >= 0.99


async def test_a_loop_begins_again(tmp_path: Path) -> None:
    path = tmp_path / "noise.flac"
    path.write_bytes(encoded(NOISE, *ENCODINGS["flac"]))
    frames = await all_frames(str(path), most=250, loop=True)
    assert len(frames) == 250
    assert np.array_equal(frames[0], frames[100])


async def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("This is not a sound. " * 500)
    empty = tmp_path / "empty"
    empty.touch()
    wrong: list[tuple[str, type[Refused]]] = [
        (str(text), NotSound),
        (str(empty), NotSound),
        (str(tmp_path), NoFile),
        (str(tmp_path / "missing"), NoFile),
    ]
    for file, refused in wrong:
        with pytest.raises(refused) as caught:
            await all_frames(file, loop=True)
        assert file in caught.value.message


async def test_a_file_is_read_only_a_little_ahead(tmp_path: Path) -> None:
    """An hour of sound does not lie in memory."""
    path = tmp_path / "noise.flac"
    path.write_bytes(encoded(coded_noise(4), *ENCODINGS["flac"]))
    async with voice(str(path)) as sound:
        await asyncio.sleep(0.5)
        assert sound.waiting <= AHEAD


def test_a_voice_is_sent_as_opus_of_its_rate() -> None:
    encoder = OpusVoice(40_000)
    frames = NOISE.reshape(-1, FRAME_SAMPLES)
    packets = [packet for frame in frames for packet in encoder.encode(frame)]
    assert len(packets) == len(frames)
    bits = 8 * sum(map(len, packets)) / (len(frames) * 0.02)
    assert 32_000 <= bits <= 48_000
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate = SAMPLE_RATE
    decoder.layout = av.AudioLayout("mono")
    heard = [frame.to_ndarray()[0] for raw in packets for frame in decoder.decode(av.Packet(raw))]
    pcm = np.concatenate(heard)
    scaled = (pcm / 32768 if pcm.dtype == np.int16 else pcm).astype(np.float32)
    assert find(NOISE, scaled).share >= 0.99
