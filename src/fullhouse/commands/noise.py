"""A shell: speaks the coded noise of a rehearsal into its room, by the product's own client."""

import asyncio
import tempfile
import time
import wave
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from fullhouse.client.speak import Speaking, speak
from fullhouse.errors import Refused
from fullhouse.media import Pcm
from fullhouse.rehearsal.conduct import noise
from fullhouse.units import SAMPLE_RATE

Tell = Callable[[dict[str, Any]], None]

NAME = "Rehearsal"


def write_wave(pcm: Pcm, file: Path) -> None:
    """Write sound as a wave file: mono, 16 bits."""
    with wave.open(str(file), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(SAMPLE_RATE)
        writer.writeframes((np.clip(pcm, -1, 1) * 32_767).astype("<i2").tobytes())


def speak_noise(whip: str, key: str, seed: int, over: int, tell: Tell) -> None:
    """Speak until `over` can be read; tell since when, by the monotonic clock, or why not."""
    with tempfile.TemporaryDirectory(prefix="fullhouse-") as folder:
        file = Path(folder) / "noise.wav"
        write_wave(noise(seed), file)
        try:
            asyncio.run(_speak(whip, key, file, over, tell))
        except Refused as refused:
            tell({"kind": "mute", "why": refused.message, "code": refused.code})


async def _speak(whip: str, key: str, file: Path, over: int, tell: Tell) -> None:
    loop = asyncio.get_running_loop()
    began: list[float] = []

    def note(speaking: Speaking) -> None:
        if speaking.state == "speaking" and speaking.seconds >= 1 and not began:
            began.append(time.monotonic() - speaking.seconds)
            tell({"kind": "spoke", "began": began[0]})

    talking = asyncio.create_task(
        speak(whip_url=whip, token=key, file=str(file), name=NAME, loop=True, on_progress=note)
    )
    loop.add_reader(over, talking.cancel)
    with suppress(asyncio.CancelledError):
        await talking
    loop.remove_reader(over)
