"""A core: one tick of a stage: from everybody's frames to the mixes, and who is how loud."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from fullhouse.media import Pcm
from fullhouse.stage.frame import Frame
from fullhouse.stage.level import (
    NOTHING_DB,
    Loudness,
    NoiseFloor,
    Speakers,
    VoiceDetector,
    decibels,
    power,
)
from fullhouse.stage.mixer import Mix, Mixer
from fullhouse.stage.strip import Strip

_QUIET_POWER: Final = 1e-6
"""-60 dBFS: what is softer need not be kept from its own speaker's ear."""
QUIET_TICKS: Final = 50


@dataclass(slots=True)
class _Channel:
    """One seat: its strip, and what is measured behind it.

    Attributes:
        voiced: it holds a voice, muted or not.
        quiet_ticks: for how long it has put nothing loud into the mix.
    """

    strip: Strip = field(default_factory=Strip)
    loudness: Loudness = field(default_factory=Loudness)
    voiced: bool = False
    quiet_ticks: int = QUIET_TICKS
    _noise: NoiseFloor = field(default_factory=NoiseFloor)
    _detector: VoiceDetector = field(default_factory=VoiceDetector)

    def take(self, pcm: Pcm | None, muted: bool, gain_db: float) -> Pcm | None:
        """Take the next frame; return what goes into the mix."""
        heard = self.strip.take(pcm, muted, gain_db)
        mean_square = self.strip.power
        self.loudness.add(mean_square)
        if pcm is not None:
            self._noise.add(mean_square)
        self.voiced = self._detector.add(mean_square, self._noise.voice_db) is not None
        loud = heard is not None and power(heard) > _QUIET_POWER
        self.quiet_ticks = 0 if loud else self.quiet_ticks + 1
        return heard


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
        self._loudness = Loudness()
        self._detector = VoiceDetector()

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
        ends = {s: c.strip.end() for s, c in self._channels.items() if s not in frames}
        self._channels = {seat: self._channels.get(seat) or _Channel() for seat in frames}
        voices = {seat: pcm for seat, pcm in ends.items() if pcm is not None}
        for seat, frame in frames.items():
            heard = self._channels[seat].take(frame.pcm, seat in muted, (gains or {}).get(seat, 0))
            if heard is not None:
                voices[seat] = heard
        open_channels = {s: c for s, c in self._channels.items() if s not in muted}
        self._speakers.add(
            {seat: decibels(channel.strip.power) for seat, channel in open_channels.items()},
            [seat for seat, channel in open_channels.items() if channel.voiced],
        )
        mix = self._mixer.mix(voices)
        mean_square = power(mix.pcm)
        self._loudness.add(mean_square)
        quiet = {s for s, c in self._channels.items() if c.quiet_ticks >= QUIET_TICKS}
        return Mixed(mix, self._detector.add(mean_square), frozenset(quiet))

    def level_db(self, seat: str) -> float:
        """Return the loudness of a seat's last 200 ms at its gain, muted or not."""
        channel = self._channels.get(seat)
        return NOTHING_DB if channel is None else channel.loudness.db

    def quality(self, seat: str) -> tuple[float, float]:
        """Return a seat's level in dBFS RMS and its share of clipped samples, since asked last.

        Both are of what the speaker sent, muted or not, without the seat's gain.
        """
        channel = self._channels.get(seat)
        return (NOTHING_DB, 0.0) if channel is None else channel.strip.second()

    @property
    def mix_db(self) -> float:
        """The loudness of the mix's last 200 ms."""
        return self._loudness.db

    def speaking(self) -> tuple[str, ...]:
        """Return the seats that speak now, loudest first."""
        return self._speakers.speaking()
