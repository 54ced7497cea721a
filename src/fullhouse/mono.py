"""A shell: decoded sound of any rate, format and number of channels as mono at 48 kHz."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

import av
import numpy as np

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE


def mono(frames: Iterable[av.AudioFrame]) -> Iterator[Pcm]:
    """Yield the frames' sound as 48 kHz mono; their form may change in the middle."""
    form: tuple[object, ...] = ()
    resampler: av.AudioResampler | None = None
    for frame in frames:
        if form != (form := (frame.sample_rate, frame.layout.name, frame.format.name)):
            yield from _rest(resampler)
            layout = "mono" if frame.layout.nb_channels == 1 else "stereo"
            resampler = av.AudioResampler("fltp", layout, SAMPLE_RATE)
        assert resampler is not None
        frame.pts = None
        yield from map(_mean, resampler.resample(frame))
    yield from _rest(resampler)


def first_sound(container: av.container.InputContainer) -> Iterator[Pcm]:
    """Yield a container's first sound as 48 kHz mono; nothing, if it holds none."""
    if container.streams.audio:
        yield from mono(container.decode(audio=0))


def decoded(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    """Yield the frames of a container's first sound, but for packets that cannot be decoded."""
    if not container.streams.audio:
        return
    track = container.streams.audio[0]
    track.codec_context.thread_count = 1
    for packet in container.demux(track):
        frames: list[av.AudioFrame] = []
        with suppress(av.error.FFmpegError):
            frames = [frame for frame in packet.decode() if isinstance(frame, av.AudioFrame)]
        yield from frames


def _rest(resampler: av.AudioResampler | None) -> Iterator[Pcm]:
    if resampler is not None:
        yield from map(_mean, resampler.resample(None))


def _mean(frame: av.AudioFrame) -> Pcm:
    # libav would sum two equal channels to 3 dB more than either.
    mean: Pcm = frame.to_ndarray().mean(axis=0, dtype=np.float32)
    return mean
