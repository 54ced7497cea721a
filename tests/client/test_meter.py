"""How loud it is."""

import numpy as np
import pytest

from fullhouse.client.meter import NOTHING_DB, Meter, bar


def test_a_meter_shows_what_is_now_and_what_was() -> None:
    meter = Meter()
    assert meter.now_db == meter.whole_db == NOTHING_DB
    for _ in range(50):
        meter.add(np.full(960, 0.1, np.float32))
    assert meter.now_db == pytest.approx(-20, abs=0.01)
    for _ in range(50):
        meter.add(np.zeros(960, np.float32))
    assert meter.now_db == NOTHING_DB
    assert meter.whole_db == pytest.approx(-23, abs=0.02)


def test_pieces_of_any_size_are_metered() -> None:
    meter = Meter()
    for size in (1, 96_000, 0, 5):
        meter.add(np.full(size, 1.0, np.float32))
    assert meter.now_db == pytest.approx(0)


@pytest.mark.parametrize(("db", "places"), [(-100, 0), (-60, 0), (-30, 15), (0, 30), (6, 30)])
def test_a_bar_is_full_at_full_scale(db: float, places: int) -> None:
    assert bar(db, 30) == places
