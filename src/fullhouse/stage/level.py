"""A core: how loud sound is, whether it is a voice, and who speaks now."""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fullhouse.media import Pcm

NOTHING_DB: Final = -100.0
"""The level of nothing at all."""
VOICE_DB: Final = -50.0
"""Frames louder than this may be a voice."""
VOICE_FRAMES, VOICE_WINDOW = 3, 5
"""So many of the last so many frames must be loud, so that a click is no voice."""
LOUDNESS_FRAMES: Final = 10
HANG_FRAMES: Final = 25
"""Who has spoken within the last half second still speaks: breath is not an end."""
RELEASE_DB: Final = 0.6
"""How fast a speaker's rank sinks in a pause, dB per frame."""


def power(pcm: Pcm) -> float:
    """Return the mean square of a frame; 1.0 is a full-scale square wave."""
    return float(np.dot(pcm, pcm)) / max(1, len(pcm))


def decibels(mean_square: float) -> float:
    """Return dBFS, -100 at the least."""
    return max(NOTHING_DB, 10 * math.log10(mean_square)) if mean_square > 1e-10 else NOTHING_DB


def rms_db(pcm: Pcm) -> float:
    """Return the frame's RMS level in dBFS."""
    return decibels(power(pcm))


def peak_db(pcm: Pcm) -> float:
    """Return the level of the frame's largest sample in dBFS."""
    peak = float(np.abs(pcm).max(initial=0.0))
    return decibels(peak * peak)


@dataclass(slots=True)
class Loudness:
    """The level of the last 200 ms."""

    _powers: deque[float] = field(default_factory=lambda: deque(maxlen=LOUDNESS_FRAMES))

    def add(self, mean_square: float) -> None:
        self._powers.append(mean_square)

    @property
    def db(self) -> float:
        """Return dBFS RMS, -100 for nothing."""
        return decibels(sum(self._powers) / len(self._powers)) if self._powers else NOTHING_DB


@dataclass(slots=True)
class VoiceDetector:
    """Tells a voice from a click, by level alone."""

    _loud: deque[bool] = field(default_factory=lambda: deque(maxlen=VOICE_WINDOW))

    def add(self, mean_square: float) -> int | None:
        """Take a frame's power.

        Returns:
            how many frames ago the voice began (0 to 4), or None: this is no voice.
        """
        self._loud.append(decibels(mean_square) > VOICE_DB)
        if sum(self._loud) < VOICE_FRAMES:
            return None
        return len(self._loud) - 1 - self._loud.index(True)


@dataclass(slots=True)
class _Rank:
    level: float = NOTHING_DB
    quiet: int = HANG_FRAMES


@dataclass(slots=True)
class Speakers:
    """Who speaks now, without flicker."""

    _ranks: dict[str, _Rank] = field(default_factory=dict)

    def add(self, levels: Mapping[str, float], voices: Iterable[str]) -> None:
        """Take one frame of everybody: each seat's level, and the seats that hold a voice."""
        heard = set(voices)
        self._ranks = {seat: self._ranks.get(seat, _Rank()) for seat in levels}
        for seat, rank in self._ranks.items():
            rank.level = max(levels[seat], rank.level - RELEASE_DB)
            rank.quiet = 0 if seat in heard else rank.quiet + 1

    def speaking(self) -> tuple[str, ...]:
        """Return the seats that speak now, loudest first."""
        now = [seat for seat, rank in self._ranks.items() if rank.quiet < HANG_FRAMES]
        return tuple(sorted(now, key=lambda seat: (-self._ranks[seat].level, seat)))
