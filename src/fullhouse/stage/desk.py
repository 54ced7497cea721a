"""A core: one tick of a stage: from everybody's frames to the mixes, and who is how loud."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from fullhouse.media import Pcm
from fullhouse.stage.frame import Frame
from fullhouse.stage.level import (
    NOTHING_DB,
    Loudness,
    Speakers,
    VoiceDetector,
    decibels,
    power,
)
from fullhouse.stage.mixer import Mix, Mixer
from fullhouse.stage.strip import Strip

QUIET_DB: Final = -60.0
QUIET_TICKS: Final = 50


@dataclass(slots=True)
class _Channel:
    strip: Strip = field(default_factory=Strip)
    loudness: Loudness = field(default_factory=Loudness)
    detector: VoiceDetector = field(default_factory=VoiceDetector)
    quiet_ticks: int = QUIET_TICKS


@dataclass(frozen=True, slots=True)
class Mixed:
    """One tick's result.

    Attributes:
        began: how many ticks ago the voice in the mix began, or None: it holds no voice.
        quiet: seats that have put nothing louder than -60 dBFS into the mix for a second.
    """

    mix: Mix
    began: int | None
    quiet: frozenset[str]

    @property
    def pcm(self) -> Pcm:
        """The programme: everybody, 960 samples."""
        return self.mix.pcm

    def without(self, seat: str) -> Pcm:
        """Return what this seat should hear: everybody else, 960 samples."""
        return self.mix.without(seat)


class Desk:
    """The mixing desk of one room."""

    def __init__(self) -> None:
        self._mixer = Mixer()
        self._speakers = Speakers()
        self._channels: dict[str, _Channel] = {}
        self._mix = _Channel()

    def tick(
        self,
        frames: Mapping[str, Frame],
        muted: Set[str],
        gains: Mapping[str, float] | None = None,
    ) -> Mixed:
        """Mix one frame of every seat.

        Args:
            frames: every seat's. A seat that was in the last tick and is not in this one leaves.
            muted: seats that are not heard.
            gains: how much a seat is turned up or down, in dB; 0 where it is not named.
        """
        gains = gains or {}
        ends = {s: c.strip.end() for s, c in self._channels.items() if s not in frames}
        self._channels = {seat: self._channels.get(seat, _Channel()) for seat in frames}
        voices = {seat: pcm for seat, pcm in ends.items() if pcm is not None}
        levels: dict[str, float] = {}
        speaking: list[str] = []
        for seat, frame in frames.items():
            channel = self._channels[seat]
            mean_square = 0.0 if frame.pcm is None else power(frame.pcm)
            channel.loudness.add(mean_square)
            if channel.detector.add(mean_square) is not None and seat not in muted:
                speaking.append(seat)
            if seat not in muted:
                levels[seat] = decibels(mean_square)
            heard = channel.strip.take(frame.pcm, seat in muted, gains.get(seat, 0.0))
            if heard is not None:
                voices[seat] = heard
            loud = heard is not None and decibels(power(heard)) > QUIET_DB
            channel.quiet_ticks = 0 if loud else channel.quiet_ticks + 1
        self._speakers.add(levels, speaking)
        mix = self._mixer.mix(voices)
        mean_square = power(mix.pcm)
        self._mix.loudness.add(mean_square)
        quiet = {s for s, c in self._channels.items() if c.quiet_ticks >= QUIET_TICKS}
        return Mixed(mix, self._mix.detector.add(mean_square), frozenset(quiet))

    def level_db(self, seat: str) -> float:
        """Return the loudness of a seat's last 200 ms, muted or not."""
        channel = self._channels.get(seat)
        return NOTHING_DB if channel is None else channel.loudness.db

    def quality(self, seat: str) -> tuple[float, float]:
        """Return a seat's level in dBFS RMS and share of clipped samples since it was asked."""
        return self.level_db(seat), 0.0

    @property
    def mix_db(self) -> float:
        """The loudness of the mix's last 200 ms."""
        return self._mix.loudness.db

    def speaking(self) -> tuple[str, ...]:
        """Return the seats that speak now, loudest first."""
        return self._speakers.speaking()
