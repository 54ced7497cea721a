"""Sound that several tests of the programme read, encoded once."""

import pytest

from fullhouse.media import Part, Pcm
from fullhouse.programme.encoder import PartEncoder, make_filler
from fullhouse.programme.filler import Filler
from fullhouse.units import FRAME_SAMPLES, Micros, PartNumber
from tests.coded_noise import coded_noise

FIRST = PartNumber(5_000_000_000)
"""Far into a room's life, past what 32 bits count: 50 years."""


def encode(pcm: Pcm, first: PartNumber = FIRST, warm: Pcm | None = None) -> list[Part]:
    """Return the parts that a stage would make of `pcm`."""
    encoder = PartEncoder(Micros(0), first, warm)
    ticks = len(pcm) // FRAME_SAMPLES
    fed = (encoder.feed(frame) for frame in pcm[: ticks * FRAME_SAMPLES].reshape(ticks, -1))
    return [part for part in fed if part is not None]


@pytest.fixture(scope="session")
def sent() -> Pcm:
    """Five seconds of coded noise."""
    return coded_noise(5)


@pytest.fixture(scope="session")
def parts(sent: Pcm) -> list[Part]:
    """The parts of `sent`, the first numbered `FIRST`."""
    return encode(sent)


@pytest.fixture(scope="session")
def filler() -> Filler:
    return make_filler()
