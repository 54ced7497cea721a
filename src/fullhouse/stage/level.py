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
ABOVE_NOISE_DB: Final = 8.0
"""A voice is so much louder than the noise around it."""
NOISIEST_DB: Final = -42.0
"""The noise around a speaker is taken to be no louder than that: music has no pauses either."""
NOISE_FRAMES, NOISE_SECONDS = 50, 3
"""Within so many seconds everybody draws breath; what is heard then is noise."""

BEGIN_FRAMES, BEGIN_WINDOW = 10, 20
"""Who speaks in so many of so many frames has begun to: a cough has not."""
HANG_FRAMES: Final = 25
"""Who has spoken within the last half second still speaks: breath is not an end."""
RELEASE_DB: Final = 0.2
"""How fast a speaker's rank sinks in a pause, dB per frame."""
RISE: Final = 0.1
"""How much of the way to a louder frame it rises at once."""
OVERTAKES_DB: Final = 3.0
"""Who is so much louder comes first: two who are equally loud do not change places."""


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

    def add(self, mean_square: float, floor_db: float = VOICE_DB) -> int | None:
        """Take a frame's power, and the level over which frames may be a voice.

        Returns:
            how many frames ago the voice began (0 to 4), or None: this is no voice.
        """
        self._loud.append(decibels(mean_square) > floor_db)
        if sum(self._loud) < VOICE_FRAMES:
            return None
        return len(self._loud) - 1 - self._loud.index(True)


class NoiseFloor:
    """How loud it is around a speaker: the softest frame of the last seconds."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=NOISE_SECONDS)
        self._softest, self._frames = math.inf, 0

    def add(self, mean_square: float) -> None:
        """Take the power of a frame that came; frames in which nothing came say nothing."""
        self._softest = min(self._softest, mean_square)
        self._frames += 1
        if self._frames == NOISE_FRAMES:
            self._seconds.append(self._softest)
            self._softest, self._frames = math.inf, 0

    @property
    def voice_db(self) -> float:
        """Return over which level sound may be a voice: noise must not speak for ever."""
        noise = decibels(min(self._seconds, default=0.0))
        return max(VOICE_DB, min(noise, NOISIEST_DB) + ABOVE_NOISE_DB)


@dataclass(slots=True)
class _Rank:
    level: float = NOTHING_DB
    quiet: int = HANG_FRAMES
    voiced: deque[bool] = field(default_factory=lambda: deque(maxlen=BEGIN_WINDOW))

    def add(self, level: float, voiced: bool) -> None:
        rise = RISE * (level - self.level)
        self.level = max(self.level + rise, self.level - RELEASE_DB)
        self.voiced.append(voiced)
        speaks = self.quiet < HANG_FRAMES
        begins = voiced and (speaks or sum(self.voiced) >= BEGIN_FRAMES)
        self.quiet = 0 if begins else self.quiet + 1


class Speakers:
    """Who speaks now, without flicker."""

    def __init__(self) -> None:
        self._ranks: dict[str, _Rank] = {}
        self._order: list[str] = []

    def add(self, levels: Mapping[str, float], voices: Iterable[str]) -> None:
        """Take one frame of everybody: each seat's level, and the seats that hold a voice."""
        heard = set(voices)
        self._ranks = {seat: self._ranks.get(seat, _Rank()) for seat in levels}
        for seat, rank in self._ranks.items():
            rank.add(levels[seat], seat in heard)
        speak = {seat for seat, rank in self._ranks.items() if rank.quiet < HANG_FRAMES}
        stay = [seat for seat in self._order if seat in speak]
        self._order = self._sorted(stay + sorted(speak - set(stay)))

    def _sorted(self, order: list[str]) -> list[str]:
        """Return the order in which nobody stands behind one who is far softer."""
        done: list[str] = []
        for seat in order:
            place = len(done)
            while place and self._overtakes(seat, done[place - 1]):
                place -= 1
            done.insert(place, seat)
        return done

    def _overtakes(self, seat: str, other: str) -> bool:
        return self._ranks[seat].level > self._ranks[other].level + OVERTAKES_DB

    def speaking(self) -> tuple[str, ...]:
        """Return the seats that speak now, loudest first."""
        return tuple(self._order)
