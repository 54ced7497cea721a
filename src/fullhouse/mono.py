"""A shell: decoded sound of any rate, format and number of channels as mono at 48 kHz."""

from collections.abc import Iterable, Iterator

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


def _rest(resampler: av.AudioResampler | None) -> Iterator[Pcm]:
    if resampler is not None:
        yield from map(_mean, resampler.resample(None))


def _mean(frame: av.AudioFrame) -> Pcm:
    # libav would sum two equal channels to 3 dB more than either.
    mean: Pcm = frame.to_ndarray().mean(axis=0, dtype=np.float32)
    return mean
