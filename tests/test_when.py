"""A time is understood as it is meant, or turned down."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import Refused
from fullhouse.units import SECOND, Micros
from fullhouse.when import parse_when

NOW = Micros(1_000_000 * SECOND)
HERE = timezone(timedelta(hours=1))


def seconds(text: str) -> float:
    return parse_when(text, now=NOW, here=HERE) / SECOND


@pytest.mark.parametrize(
    ("text", "wait"), [("+0s", 0), ("+90s", 90), ("+10m", 600), ("+2h", 7200), ("+1d", 86_400)]
)
def test_from_now(text: str, wait: int) -> None:
    assert seconds(text) == NOW // SECOND + wait


@pytest.mark.parametrize(
    "text",
    ["2026-12-01 20:00", "2026-12-01T20:00:00", "2026-12-01T19:00:00Z", "2026-12-01T21:00+02:00"],
)
def test_the_same_moment_in_many_ways(text: str) -> None:
    """Without a zone, local time is meant."""
    assert seconds(text) == datetime(2026, 12, 1, 19, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text", ["", "soon", "+10", "+m", "-10m", "2026-12-01", "2026-13-01 20:00", "20:00", "+²m"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(Refused, match="is not a time"):
        seconds(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_comes_back_exactly(moment: datetime) -> None:
    micros = parse_when(moment.isoformat(), now=NOW, here=HERE)
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros) == moment


@given(st.text())
def test_any_other_text_is_refused_and_nothing_else_goes_wrong(text: str) -> None:
    with suppress(Refused):
        seconds(text)
