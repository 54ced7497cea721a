"""Who gets which encode, by what is done to encoders, and by what their packets decode to."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from fullhouse.media import Pcm
from fullhouse.stage.encodes import EVERYBODY, HANG_TICKS, Encodes
from fullhouse.stage.opus import OpusDecoder
from fullhouse.stage.opus_encoder import OpusEncoder
from tests.coded_noise import coded_noise, find


@dataclass
class Voices:
    """A mix that says whose voices are in it, and counts what is asked of it."""

    heard: dict[str, Pcm]
    asked: list[str] = field(default_factory=list)

    @property
    def pcm(self) -> Pcm:
        return self._sum(None)

    def without(self, seat: str) -> Pcm:
        self.asked.append(seat)
        return self._sum(seat)

    def _sum(self, left_out: str | None) -> Pcm:
        kept = [pcm for seat, pcm in self.heard.items() if seat != left_out]
        total = np.zeros(960, np.float32)
        for pcm in kept:
            total += pcm
        return total


class Notebook:
    """An encoder that writes what it was given into its packets."""

    def __init__(self, past: str = "") -> None:
        self.past = past
        self.loss = 0

    def encode(self, pcm: Pcm) -> bytes:
        self.past += f"{pcm[0]:.0f}"
        return self.past.encode()

    def expect_loss(self, percent: int) -> None:
        self.loss = percent

    def fork(self) -> "Notebook":
        return Notebook(self.past)


def mix(**levels: int) -> Voices:
    return Voices({seat: np.full(960, level, np.float32) for seat, level in levels.items()})


def test_nobody_listens_and_nothing_is_encoded() -> None:
    encodes = Encodes(Notebook)
    assert encodes.tick(mix(a=1), {"a"}, {}) == {}
    assert encodes.count == 0


def test_who_is_silent_shares_one_encode_of_everybody() -> None:
    encodes = Encodes(Notebook)
    sound = mix(a=1, b=2)
    packets = encodes.tick(sound, frozenset(), {"a": 0, "b": 0, EVERYBODY: 0})
    assert packets == {"a": b"3", "b": b"3", EVERYBODY: b"3"}
    assert packets["a"] is packets["b"] is packets[EVERYBODY]
    assert encodes.count == 1
    assert sound.asked == []


def test_who_speaks_hears_the_others_from_the_first_tick_on() -> None:
    """The own encode begins with the shared one's past, so that nothing breaks off."""
    encodes = Encodes(Notebook)
    wanted = {"a": 0, "b": 0}
    encodes.tick(mix(a=0, b=2), frozenset(), wanted)
    packets = encodes.tick(mix(a=5, b=2), {"a"}, wanted)
    assert packets == {"a": b"22", "b": b"27"}


def test_who_falls_silent_shares_again_after_a_while() -> None:
    encodes = Encodes(Notebook)
    encodes.tick(mix(a=5), {"a"}, {"a": 0})
    counts = []
    for _ in range(HANG_TICKS + 1):
        encodes.tick(mix(a=0), frozenset(), {"a": 0})
        counts.append(encodes.count)
    assert counts == [2] * HANG_TICKS + [1]


def test_a_talker_who_does_not_listen_costs_no_encode() -> None:
    encodes = Encodes(Notebook)
    encodes.tick(mix(a=5, b=1), {"a", "b"}, {"b": 0})
    assert encodes.count == 2
    encodes.tick(mix(a=5, b=1), {"a", "b"}, {EVERYBODY: 0})
    assert encodes.count == 1


def test_each_encode_expects_its_own_listeners_loss() -> None:
    made: list[Notebook] = []

    def make() -> Notebook:
        made.append(Notebook())
        return made[-1]

    encodes = Encodes(make)
    encodes.tick(mix(a=1, b=1, c=1), {"a"}, {"a": 20, "b": 3, "c": 7, EVERYBODY: 0})
    assert made[0].loss == 7
    encodes.tick(mix(a=1, b=1, c=1), {"a", "b", "c"}, {"a": 20, "b": 3, "c": 7})
    assert made[0].loss == 0


def talk(seconds: float, seed: int) -> Iterator[Pcm]:
    """Noise on a soft background that is always there."""
    return iter(coded_noise(seconds, seed, 0.3).reshape(-1, 960))


@pytest.mark.parametrize("background", ["noise", "tone", "silence"])
def test_passing_between_the_encodes_is_unheard(background: str) -> None:
    """Speaker a speaks now and then; what a hears of b has no click and no hole.

    A click is a step that b's sound does not have when nobody passes anywhere.
    """
    ticks = 600
    samples = np.arange(ticks * 960)
    other = {
        "noise": coded_noise(ticks * 0.02, 3, 0.3),
        "tone": (0.3 * np.sin(2 * np.pi * 440 * samples / 48_000)).astype(np.float32),
        "silence": np.zeros(ticks * 960, np.float32),
    }[background]
    own = coded_noise(ticks * 0.02, 4, 0.3)
    encodes, decoder, plain, steady = Encodes(OpusEncoder), OpusDecoder(), OpusEncoder(), []
    undisturbed, heard, counts, quiet = OpusDecoder(), [], set(), 50
    for tick in range(ticks):
        now = slice(tick * 960, tick * 960 + 960)
        speaks = tick // 100 % 2 == 1
        voices = {"b": other[now], "a": own[now] if speaks else np.zeros(960, np.float32)}
        quiet = 0 if speaks else quiet + 1
        talking = {"a", "b"} if quiet < 50 else {"b"}
        packets = encodes.tick(Voices(voices), talking, {"a": 0})
        heard.append(decoder.decode(packets["a"]))
        steady.append(undisturbed.decode(plain.encode(other[now])))
        counts.add(encodes.count)
    assert counts == {1, 2}
    sound, without = np.concatenate(heard), np.concatenate(steady)
    steps = np.abs(np.diff(sound)).max()
    assert steps <= 1.2 * np.abs(np.diff(without)).max() + 1e-3
    if background == "noise":
        found = find(other, sound)
        assert found.share > 0.97
        assert found.worst_jump() == 0
    if background == "tone":
        levels = np.sqrt((sound[48_000:].reshape(-1, 480) ** 2).mean(axis=1))
        assert levels.min() > 0.85 * np.median(levels)
