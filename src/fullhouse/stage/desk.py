"""A core: one tick of a stage: from everybody's frames to the mix, and who is how loud."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from fullhouse.media import Pcm
from fullhouse.stage.level import (
    NOTHING_DB,
    Loudness,
    Speakers,
    VoiceDetector,
    decibels,
    power,
)
from fullhouse.stage.mixer import Mixer


@dataclass(slots=True)
class _Channel:
    loudness: Loudness = field(default_factory=Loudness)
    detector: VoiceDetector = field(default_factory=VoiceDetector)


@dataclass(frozen=True, slots=True)
class Mixed:
    """One tick's result.

    Attributes:
        began: how many ticks ago the voice in the mix began, or None: it holds no voice.
    """

    pcm: Pcm
    began: int | None


class Desk:
    """The mixing desk of one room."""

    def __init__(self) -> None:
        self._mixer = Mixer()
        self._speakers = Speakers()
        self._channels: dict[str, _Channel] = {}
        self._mix = _Channel()

    def tick(self, frames: Mapping[str, Pcm | None], muted: Set[str]) -> Mixed:
        """Mix one frame of every seat.

        Args:
            frames: every seat's 960 samples, or None where nothing came.
            muted: seats that are not heard.
        """
        self._channels = {seat: self._channels.get(seat, _Channel()) for seat in frames}
        levels: dict[str, float] = {}
        voices: list[str] = []
        for seat, pcm in frames.items():
            channel = self._channels[seat]
            mean_square = 0.0 if pcm is None else power(pcm)
            channel.loudness.add(mean_square)
            if channel.detector.add(mean_square) is not None and seat not in muted:
                voices.append(seat)
            if seat not in muted:
                levels[seat] = decibels(mean_square)
        self._speakers.add(levels, voices)
        mix = self._mixer.mix({s: pcm for s, pcm in frames.items() if pcm is not None}, muted)
        mean_square = power(mix)
        self._mix.loudness.add(mean_square)
        return Mixed(mix, self._mix.detector.add(mean_square))

    def level_db(self, seat: str) -> float:
        """Return the loudness of a seat's last 200 ms, muted or not."""
        channel = self._channels.get(seat)
        return NOTHING_DB if channel is None else channel.loudness.db

    @property
    def mix_db(self) -> float:
        """The loudness of the mix's last 200 ms."""
        return self._mix.loudness.db

    def speaking(self) -> tuple[str, ...]:
        """Return the seats that speak now, loudest first."""
        return self._speakers.speaking()
