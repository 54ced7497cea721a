"""A shell: the child process that decodes one source, `python -m fullhouse.stage.decode ogg`.

Bytes of strangers meet libav here and nowhere else: in a process of its own that may open no
file, take no more memory and no more time than sound needs, and whose death costs one source.
Reads the source on stdin, writes frames of 960 16-bit samples, little end first, to stdout.
"""

import io
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from fullhouse.mono import decoded, mono
from fullhouse.stage.container import Container, Links
from fullhouse.units import FRAME_SAMPLES

NO_SOUND: Final = 65
"""Exit code: not one frame could be decoded. Source: EX_DATAERR of sysexits.h."""
READ_BYTES: Final = 4096
MEMORY_BYTES: Final = 1 << 30
CPU_SECONDS: Final = 10
"""How much computing may pass without a second of sound coming out."""
BAD_LINKS: Final = 5
"""So many failures in a row without sound between them end the source."""
PROBING: Final = {"probesize": "4096", "analyzeduration": "0"}
"""libav needs one frame to begin; by default it would wait for a second and more."""

Read = Callable[[int], bytes]


class Link:
    """One stream within the source's bytes, as the file that libav reads."""

    def __init__(self, read: Read, container: Container) -> None:
        self._read = read
        self._links = Links(container)
        self._pieces: list[bytes] = []
        self._ended = False
        self.over = False
        """The source has ended, and all of it has been read."""

    def read(self, size: int) -> bytes:
        """Return some bytes, as soon as there are any; none at the end of this link."""
        while not self._pieces or (self._pieces[0] == b"" and len(self._pieces) == 1):
            if self._ended:
                self.over = True
                return b""
            raw = self._read(READ_BYTES)
            self._ended = not raw
            cut = self._links.feed(raw) if raw else [self._links.flush()]
            self._pieces = [*self._pieces[:-1], (self._pieces or [b""])[-1] + cut[0], *cut[1:]]
        piece = self._pieces[0]
        self._pieces[0] = piece[size:]
        return piece[:size]

    def next(self) -> None:
        """Let the bytes of the next link be read, where this one has ended."""
        if len(self._pieces) > 1 and not self._pieces[0]:
            self._pieces.pop(0)


def sound(read: Read, container: Container) -> Iterator[NDArray[np.int16]]:
    """Yield the source's sound in frames of 960 samples, the last one filled with silence.

    Args:
        read: returns some bytes, at most as many as asked for; none at the end.
        container: what the bytes are.
    """
    waiting = np.zeros(0, np.float32)
    for samples in _samples(Link(read, container), container):
        waiting = np.concatenate((waiting, samples))
        whole = len(waiting) // FRAME_SAMPLES * FRAME_SAMPLES
        yield from _as_frames(waiting[:whole])
        waiting = waiting[whole:]
    if len(waiting):
        yield from _as_frames(np.pad(waiting, (0, FRAME_SAMPLES - len(waiting))))


def _as_frames(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    scaled = np.nan_to_num(samples * np.float32(32767.0), posinf=32767, neginf=-32767)
    whole: NDArray[np.int16] = np.clip(np.rint(scaled), -32767, 32767).astype("<i2")
    return whole.reshape(-1, FRAME_SAMPLES)


def _samples(link: Link, container: Container) -> Iterator[NDArray[np.float32]]:
    failures = 0
    while not link.over and failures < BAD_LINKS:
        failures += 1
        with suppress(av.error.FFmpegError, ValueError), _open(link, container) as stream:
            for samples in mono(decoded(stream)):
                failures = 0
                yield samples
        link.next()


def _open(link: Link, container: Container) -> av.container.InputContainer:
    return av.open(link, "r", format=container.value, buffer_size=READ_BYTES, options=PROBING)


def warm_up() -> None:
    """Decode a little silence, so that nothing needs to be imported once files are out of reach."""
    written = io.BytesIO()
    with av.open(written, "w", format="flac") as file:
        track = file.add_stream("flac", rate=44_100, layout="stereo")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 8820), np.int16), "s16", "stereo")
        silence.sample_rate = 44_100
        file.mux([*track.encode(silence), *track.encode(None)])
    written.seek(0)
    assert list(sound(written.read, Container.FLAC))


def confine() -> None:
    """Give up what decoding does not need: files, children, core dumps, more memory.

    What is open stays open: the two pipes.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def grant_time() -> None:
    """Allow ten more seconds of computing from now on; past that the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


def main(container: Container) -> int:
    """Decode stdin to stdout until either end is closed; return the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and that ends us
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    av.logging.set_level(None)
    count = 0
    warm_up()
    grant_time()
    confine()
    for frame in sound(lambda size: os.read(0, size), container):
        raw = frame.tobytes()
        while raw:
            raw = raw[os.write(1, raw) :]
        count += 1
        if count % 50 == 0:
            grant_time()
    return 0 if count else NO_SOUND


if __name__ == "__main__":
    sys.exit(main(Container(sys.argv[1])))
