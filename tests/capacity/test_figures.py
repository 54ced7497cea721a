"""Figures come back from their file as they were, and a file that holds none is turned down."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.capacity.figures import TYPICAL, Figures, pack, rising, unpack
from fullhouse.errors import Malformed
from tests.capacity.made import FIGURES, figures


@given(figures())
def test_figures_come_back_from_their_file(some: Figures) -> None:
    assert unpack(pack(some)) == some


@given(st.text())
def test_any_other_file_is_turned_down(text: str) -> None:
    with pytest.raises(Malformed):
        unpack(text)


@given(
    st.sampled_from(sorted(json.loads(pack(FIGURES)))),
    st.one_of(
        st.none(), st.text(), st.just(-1), st.just(float("nan")), st.just([]), st.just([[1]]),
    ),
)  # fmt: skip
def test_a_file_with_one_thing_wrong_is_turned_down_or_sound(name: str, wrong: object) -> None:
    kept = json.loads(pack(FIGURES)) | {name: wrong}
    try:
        found = unpack(json.dumps(kept))
    except Malformed:
        return
    assert found.send(10_000) > 0
    assert found.join >= 0


@given(figures(), st.integers(1, 200_000), st.integers(1, 200_000))
def test_more_bytes_never_cost_less(some: Figures, one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert 0 < some.send(small) <= some.send(large) * (1 + 1e-9)


@given(figures())
def test_a_measured_size_costs_what_was_measured(some: Figures) -> None:
    for size, cost in some.sends:
        assert some.send(size) == pytest.approx(cost)


@pytest.mark.parametrize("sends", [[], [[10, 5.0], [20, 4.0]], [[20, 4.0], [10, 5.0]], [[0, 1.0]]])
def test_costs_that_fall_or_lead_nowhere_are_turned_down(sends: list[list[float]]) -> None:
    with pytest.raises(Malformed):
        unpack(json.dumps(json.loads(pack(FIGURES)) | {"sends": sends}))


def test_a_phone_that_stalls_for_nothing_is_turned_down() -> None:
    """Whatever divides by it would break."""
    with pytest.raises(Malformed):
        unpack(pack(replace(FIGURES, stalled=0)))


def test_noise_is_no_bargain() -> None:
    assert rising({3_000: 10.0, 9_000: 8.0, 80_000: 25.0}) == (
        (3_000, 10.0),
        (9_000, 10.0),
        (80_000, 25.0),
    )


def test_what_is_taken_without_a_measurement_is_sound_itself() -> None:
    assert unpack(pack(TYPICAL)) == TYPICAL
