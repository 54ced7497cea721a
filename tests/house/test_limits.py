"""The house counts as everybody does: see `tests/test_rate.py`."""

from fullhouse.house.limits import Limit
from fullhouse.units import SECOND, Micros


def test_whoever_asks_too_often_waits() -> None:
    limit = Limit(Micros(SECOND), 1)
    assert limit.ask("ana", now=Micros(0)) == 0
    assert limit.ask("ana", now=Micros(0)) == SECOND
