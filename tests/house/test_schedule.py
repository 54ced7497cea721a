"""Points in time as people write them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.schedule import FARTHEST, BadStart, read_start
from fullhouse.units import Micros

NOW = Micros(1_800_000_000_000_000)  # 2027-01-15T08:00:00Z


@given(st.integers(1, FARTHEST))
def test_what_is_written_is_read_again(ahead: int) -> None:
    at = Micros(NOW + ahead)
    text = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).isoformat()
    assert read_start(text, now=NOW) == at


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2027-05-01T20:00:00+02:00", "2027-05-01T18:00:00+00:00"),
        ("2027-05-01t20:00:00z", "2027-05-01T20:00:00+00:00"),
        ("2027-05-01 20:00:00.5Z", "2027-05-01T20:00:00.500000+00:00"),
        ("2027-05-01T20:00:00.123456789-03:30", "2027-05-01T23:30:00.123456+00:00"),
    ],
)
def test_all_of_rfc_3339_is_understood(text: str, iso: str) -> None:
    at = read_start(text, now=NOW)
    assert datetime.fromtimestamp(at / 1e6, UTC).isoformat() == iso


@pytest.mark.parametrize(
    "text",
    [
        "", "tomorrow", "2027-05-01", "2027-05-01T20:00:00", "2027-13-01T20:00:00Z",
        "2027-02-30T20:00:00Z", "2027-05-01T25:00:00Z", "2027-05-01T20:00:00+99:00", "1800000001",
        "2027-01-15T07:59:59Z", "2027-01-15T08:00:00Z", "9999-12-31T23:59:59-23:59",
        "２０２７-05-01T20:00:00Z", "2027-05-01T20:00:60Z",
    ],
)  # fmt: skip
def test_what_is_no_time_to_come_is_refused(text: str) -> None:
    """A start needs its zone, and lies ahead."""
    with pytest.raises(BadStart):
        read_start(text, now=NOW)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadStart):
        assert read_start(text, now=NOW) > NOW
