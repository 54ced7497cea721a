"""Nobody who is muted is ever in the mix, and nobody is unmuted but by themselves."""

from collections import Counter

import pytest

from fullhouse.house.commands import Mute
from tests.mute_model import HEARD, IDS, Model, loudness

ORDERS = 10_000
STEPS = 12


@pytest.mark.parametrize("tenth", range(10))
def test_in_ten_thousand_random_orders_no_muted_frame_is_in_the_mix(tenth: int) -> None:
    """Mute, reconnect, takeover, restart, change of role, move back, re-invite, in any order."""
    happened = Counter[str]()
    for seed in range(tenth * ORDERS // 10, (tenth + 1) * ORDERS // 10):
        model = Model(seed)
        try:
            for _ in range(STEPS):
                happened[model.step()] += 1
            model.deliver()
            model.tick()
            model.tick()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
    assert min(happened.values()) > 100, happened


def test_the_model_hears_whoever_is_not_muted() -> None:
    """Or the test above would prove nothing."""
    model = Model(1)
    for who in IDS:
        model.offer(who, who)
    for _ in range(3):
        mix = model.tick()
    assert all(loudness(mix, who) > HEARD / 2 for who in IDS)
    model.order(Mute(IDS[1]))
    model.deliver()
    for _ in range(2):
        mix = model.tick()
    assert [loudness(mix, who) > HEARD / 2 for who in IDS] == [True, False, True]
