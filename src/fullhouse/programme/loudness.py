"""A core: how loud sound is to people, and sound made as loud as it should be.

Source: ITU-R BS.1770-5: the K-weighting of its figures 2 and 4, the gates of its annex 1, the
oversampling filter of its annex 2. All mono at 48 kHz; LUFS is its LKFS.
"""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE

SILENCE: Final = -math.inf
"""What has nothing over the absolute gate has no loudness."""
STEP: Final = SAMPLE_RATE // 10
"""Gating blocks are four steps long and overlap by three."""
_ABSOLUTE_GATE: Final = -70.0
_RELATIVE_GATE: Final = -10.0
_OFFSET: Final = -0.691
"""So that 997 Hz at full scale in one channel is -3.01 LKFS."""

_SHELF: Final = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
"""The head as a sphere: a shelf above 2 kHz."""
_HIGH_PASS: Final = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_LEAD: Final = STEP
"""Both filters have forgotten what was so long ago to within -200 dB."""
_SLICE: Final = 12 * STEP

_PHASE: Final = (
    0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000,
    -0.0594482421875, 0.1373291015625, 0.9721679687500, -0.1022949218750,
    0.0476074218750, -0.0266113281250, 0.0148925781250, -0.0083007812500,
)  # fmt: skip
_OTHER_PHASE: Final = (
    -0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250,
    -0.1665039062500, 0.4650878906250, 0.7797851562500, -0.2003173828125,
    0.1015625000000, -0.0582275390625, 0.0330810546875, -0.0189208984375,
)  # fmt: skip
_PHASES: Final = tuple(
    np.array(taps, np.float32) for taps in (_PHASE, _OTHER_PHASE, _OTHER_PHASE[::-1], _PHASE[::-1])
)
"""The two others are these two, turned round."""

BLOCK: Final = SAMPLE_RATE // 1000
"""The limiter looks at one millisecond at a time."""
_REACH, _SMOOTH = 6, 4
"""Blocks to each side that a peak turns down, and over which that is made smooth; the former is
larger, so that the gain at a peak is never more than what the peak allows."""


def loudness(pcm: Pcm) -> float:
    """Return the gated loudness of the whole sound in LUFS, `SILENCE` for nothing."""
    steps = np.concatenate(list(_weighted_powers(pcm)))
    if len(steps) < 4:
        return SILENCE
    sums = np.concatenate(([0.0], np.cumsum(steps)))
    powers = np.maximum(sums[4:] - sums[:-4], 0.0) / 4
    powers = powers[powers > _power(_ABSOLUTE_GATE)]
    if not len(powers):
        return SILENCE
    gate = _power(_lufs(float(powers.mean())) + _RELATIVE_GATE)
    return _lufs(float(powers[powers > gate].mean()))


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET) / 10))


def _lufs(power: float) -> float:
    return _OFFSET + 10 * math.log10(power)


def _weighted_powers(pcm: Pcm) -> Iterator[NDArray[np.float64]]:
    """Yield the mean square of each 100 ms after the K-weighting; a rest is left out."""
    size = _LEAD + _SLICE
    weighting = _response(_SHELF, size) * _response(_HIGH_PASS, size)
    before = np.zeros(_LEAD, np.float64)
    yield np.zeros(0)
    for at in range(0, len(pcm) // STEP * STEP, _SLICE):
        fresh = pcm[at : at + _SLICE].astype(np.float64)
        block = np.zeros(size)
        block[:_LEAD] = before
        block[_LEAD : _LEAD + len(fresh)] = fresh
        heard = np.fft.irfft(np.fft.rfft(block) * weighting, size)[_LEAD : _LEAD + len(fresh)]
        whole = len(fresh) // STEP * STEP
        yield (heard[:whole].reshape(-1, STEP) ** 2).mean(axis=1)
        before = fresh[-_LEAD:] if len(fresh) >= _LEAD else before


def _response(
    biquad: tuple[tuple[float, ...], tuple[float, ...]], size: int
) -> NDArray[np.complex128]:
    """Return what a filter of second order does to each frequency of a spectrum."""
    turn = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    above, below = (c[0] + c[1] * turn + c[2] * turn**2 for c in biquad)
    ratio: NDArray[np.complex128] = above / below
    return ratio


def true_peak(pcm: Pcm) -> float:
    """Return the highest peak between the samples in dBTP, `SILENCE` for nothing."""
    peak = float(_peaks(pcm).max(initial=0.0))
    return 20 * math.log10(peak) if peak > 0 else SILENCE


def _peaks(pcm: Pcm) -> NDArray[np.float32]:
    """Return the true peak of each millisecond, the last one shorter."""
    peaks = np.zeros(-(-len(pcm) // BLOCK), np.float32)
    taps = len(_PHASE)
    for at in range(0, len(pcm), _SLICE):
        piece = pcm[max(0, at - taps) : at + _SLICE + taps]
        first = at - max(0, at - taps)
        highest = np.abs(piece)
        for phase in _PHASES:
            between = np.abs(np.convolve(piece, phase))
            # Its 12 taps stand around the sample: what belongs to it comes six samples later.
            np.maximum(highest, between[taps // 2 : taps // 2 + len(piece)], out=highest)
        own = highest[first : first + min(_SLICE, len(pcm) - at)]
        padded = np.zeros(-(-len(own) // BLOCK) * BLOCK, np.float32)
        padded[: len(own)] = own
        peaks[at // BLOCK : at // BLOCK + len(padded) // BLOCK] = padded.reshape(-1, BLOCK).max(1)
    return peaks


def turn(pcm: Pcm, decibels: float, ceiling: float) -> None:
    """Make a loop louder or softer, in place, with no true peak over `ceiling` (dBTP).

    What would go over it is turned down before it comes, over ten milliseconds; around the end,
    too, which is followed by the beginning.
    """
    gain = 10 ** (decibels / 20)
    most = 10 ** (ceiling / 20)
    peaks = _peaks(pcm) * np.float32(gain)
    allowed = gain * np.minimum(1.0, most / np.maximum(peaks, 1e-9))
    smooth = np.pad(_averaged(_least(allowed, _REACH), _SMOOTH), 1, mode="wrap")
    middles = (np.arange(len(smooth)) - 0.5) * BLOCK
    for at in range(0, len(pcm), _SLICE):
        piece = pcm[at : at + _SLICE]
        piece *= np.interp(np.arange(at, at + len(piece)), middles, smooth).astype(np.float32)


def _least(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Return the least of each value and its neighbours."""
    padded = np.pad(values, reach, mode="wrap")
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    least: NDArray[np.float64] = views.min(axis=1)
    return least


def _averaged(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    padded = np.pad(values, reach, mode="wrap")
    mean: NDArray[np.float64] = np.convolve(
        padded, np.full(2 * reach + 1, 1 / (2 * reach + 1)), mode="valid"
    )
    return mean


TARGET: Final = -21.5
"""LUFS: with what limiting takes away, a hold is between -23 and -20."""
SOFTEST: Final = -23.0
CEILING: Final = -2.0
"""dBTP: codecs add a little to peaks."""
_ROUNDS: Final = 4


def level(pcm: Pcm, measured: float) -> None:
    """Make a loop as loud as a hold should be, in place.

    Where nearly all of it lies in a few peaks, it stays softer than it should be.

    Args:
        measured: its loudness.
    """
    turn(pcm, TARGET - measured, CEILING)
    for _ in range(_ROUNDS):
        short = TARGET - loudness(pcm)
        if short <= TARGET - SOFTEST:
            return
        turn(pcm, short, CEILING)
