"""A shell: from a stream's bytes to sound, and to a WAV file.

libav reads in a thread of its own, through a bounded queue: whoever fetches waits while it is
full.
"""

import queue
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import av
import numpy as np

from fullhouse.client.links import Format
from fullhouse.client.meter import Meter
from fullhouse.errors import Refused
from fullhouse.media import Pcm
from fullhouse.mono import first_sound
from fullhouse.units import SAMPLE_RATE

DEMUXERS: Final = {
    Format.MP4: "mp4",
    Format.OPUS: "mp4",
    Format.AAC: "aac",
    Format.OGG: "ogg",
    Format.HLS: "hls",
}
QUEUED: Final = 256
"""Pieces of the stream that wait to be decoded."""
HLS_SECONDS: Final = 15.0


class NotWritable(Refused):
    code = "not_writable"


class Recording:
    """All that was heard, whatever connections it came by. Made by `recording`.

    Attributes:
        first_sound: monotonic seconds at which the first sample came out.
        full: as much has been heard as was asked for.
    """

    def __init__(self, wav: wave.Wave_write | None, seconds: float | None) -> None:
        self._wav = wav
        self._most = None if seconds is None else round(seconds * SAMPLE_RATE)
        self._samples = 0
        self.meter = Meter()
        self.first_sound: float | None = None
        self.full = threading.Event()

    @property
    def seconds(self) -> float:
        return self._samples / SAMPLE_RATE

    def add(self, pcm: Pcm) -> None:
        """Keep what was heard, as far as it was asked for."""
        if self._most is not None:
            pcm = pcm[: self._most - self._samples]
        if not len(pcm):
            return
        if self.first_sound is None:
            self.first_sound = time.monotonic()
        self._samples += len(pcm)
        self.meter.add(pcm)
        if self._wav is not None:
            scaled = np.clip(np.rint(pcm * 32767.0), -32768, 32767)
            self._wav.writeframesraw(scaled.astype("<i2").tobytes())
        if self._samples == self._most:
            self.full.set()


@contextmanager
def recording(out: Path | None, seconds: float | None) -> Iterator[Recording]:
    """Count what is heard, and write it to a WAV file if one is named.

    Raises:
        NotWritable: the file cannot be written.
    """
    if out is None:
        yield Recording(None, seconds)
        return
    try:
        file = out.open("wb")
    except OSError as error:
        raise NotWritable(f"Cannot write {out}: {error.strerror}.") from error
    with file, wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(SAMPLE_RATE)
        yield Recording(wav, seconds)


class Hearing:
    """Decodes one connection's bytes into a recording."""

    def __init__(self, format: Format, into: Recording) -> None:
        self._format = format
        self._into = into
        self._pieces: queue.Queue[bytes] = queue.Queue(QUEUED)
        self._rest = b""
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)
        self._thread.start()

    def feed(self, raw: bytes, seconds: float = 10.0) -> bool:
        """Give bytes of the stream; call it off the event loop, it may wait.

        Returns:
            False: the decoder takes no more.
        """
        end = time.monotonic() + seconds
        while self._thread.is_alive() and time.monotonic() < end:
            try:
                self._pieces.put(raw, timeout=0.2)
                return True
            except queue.Full:
                continue
        return False

    def finish(self) -> None:
        """Decode what is left, and end; call it off the event loop."""
        self.feed(b"", 2)
        self._thread.join(5)

    def read(self, size: int) -> bytes:
        """Return some bytes to libav, none at the end."""
        if not self._rest and not self._ended:
            self._rest = self._pieces.get()
            self._ended = not self._rest
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def _run(self) -> None:
        try:
            with av.open(
                self,
                "r",
                format=DEMUXERS[self._format],
                buffer_size=4096,
                options={"probesize": "4096", "analyzeduration": "0"},
            ) as container:
                for pcm in first_sound(container):
                    self._into.add(pcm)
                    if self._into.full.is_set():
                        return
        except (av.error.FFmpegError, ValueError):
            return


def hear_playlist(url: str, into: Recording, over: threading.Event) -> None:
    """Play HLS into a recording until it is full, `over` is set, or the stream breaks.

    Call it off the event loop: it blocks.
    """
    options = {"live_start_index": "-3", "http_persistent": "0"}
    try:
        with av.open(url, "r", format="hls", options=options, timeout=HLS_SECONDS) as container:
            for pcm in first_sound(container):
                into.add(pcm)
                if into.full.is_set() or over.is_set():
                    return
    except (av.error.FFmpegError, ValueError, OSError):
        return
