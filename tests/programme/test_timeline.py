"""The timeline: numbers, times and samples say the same thing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.programme.timeline import media_time, part_at, rfc3339, starts_at
from fullhouse.units import PART_MICROS, Micros, PartNumber

EPOCHS = st.integers(0, 4 * 10**15).map(Micros)
NUMBERS = st.integers(0, 2**40).map(PartNumber)


@given(EPOCHS, NUMBERS, st.integers(0, PART_MICROS - 1))
def test_every_moment_lies_in_the_part_that_began_last(
    epoch: Micros, number: PartNumber, into: int
) -> None:
    assert part_at(epoch, Micros(starts_at(epoch, number) + into)) == number


@given(EPOCHS, st.integers(1, 10**9))
def test_before_the_epoch_there_is_part_0(epoch: Micros, early: int) -> None:
    assert part_at(epoch, Micros(epoch - early)) == 0


@given(NUMBERS)
def test_a_part_is_as_long_in_samples_as_in_time(number: PartNumber) -> None:
    """0.32 s are 15,360 samples at 48 kHz, without a remainder that could add up."""
    assert media_time(number) * 1_000_000 == starts_at(Micros(0), number) * 48_000


@given(EPOCHS)
def test_a_time_is_read_back_to_the_millisecond(at: Micros) -> None:
    text = rfc3339(at)
    assert text.endswith("Z")
    read = datetime.fromisoformat(text)
    assert read.tzinfo == UTC
    assert round(read.timestamp() * 1000) == at // 1000


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_777_660_200_320_999, "2026-05-01T18:30:00.320Z"),
    ],
)
def test_times_are_written_in_one_form(at: int, text: str) -> None:
    assert rfc3339(Micros(at)) == text
