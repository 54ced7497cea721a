"""What a rehearsal speaks, and how it says that it could not."""

import os
import wave
from pathlib import Path
from typing import Any

import numpy as np

from fullhouse.commands.noise import speak_noise, write_wave
from fullhouse.rehearsal.conduct import NOISE_SECONDS, noise


def test_the_file_holds_the_noise(tmp_path: Path) -> None:
    pcm = noise(0)
    assert len(pcm) == NOISE_SECONDS * 48_000
    write_wave(pcm, tmp_path / "n.wav")
    with wave.open(str(tmp_path / "n.wav")) as reader:
        assert (reader.getframerate(), reader.getnchannels()) == (48_000, 1)
        raw = np.frombuffer(reader.readframes(len(pcm)), "<i2")
    assert np.allclose(raw / 32_767, pcm, atol=1e-4)


def test_who_cannot_speak_says_why() -> None:
    told: list[dict[str, Any]] = []
    read, write = os.pipe()
    speak_noise("http://127.0.0.1:1/whip/demo", "key", 0, read, told.append)
    os.close(read)
    os.close(write)
    assert [(one["kind"], one["code"]) for one in told] == [("mute", "unreachable")]
