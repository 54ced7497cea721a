"""Time as clocks on walls show it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import Refused
from fullhouse.units import Micros
from fullhouse.zones import (
    NoSuchTime,
    TimeComesTwice,
    UnknownZone,
    clock_time,
    instant,
    local_time,
    said,
    zone_named,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLACES = (
    "UTC", "Europe/Berlin", "Asia/Jakarta", "America/New_York", "Australia/Lord_Howe",
    "Africa/Casablanca", "Asia/Kathmandu", "America/Argentina/Buenos_Aires", "Pacific/Apia",
    "Etc/GMT+12", "Europe/Dublin",
)  # fmt: skip
SECONDS = st.integers(1_600_000_000, 1_900_000_000)


def micros(iso: str) -> Micros:
    return Micros((datetime.fromisoformat(iso) - EPOCH) // timedelta(microseconds=1))


@given(SECONDS, st.sampled_from(PLACES))
def test_what_a_clock_shows_names_its_instant_or_is_asked_about(second: int, place: str) -> None:
    """Every instant's local time leads back to it, unless clocks show that time twice."""
    at = Micros(second * 1_000_000)
    shown = local_time(at, place).replace(tzinfo=None, fold=0)
    try:
        assert instant(shown, zone_named(place)) == at
    except TimeComesTwice as refusal:
        words = refusal.message.replace(",", "").split()
        choices = {micros(word) for word in words if word[10:11] == "T"}
        assert at in choices
        assert len(choices) == 2


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.sampled_from(PLACES))
def test_no_local_time_is_read_as_another(local: datetime, place: str) -> None:
    local = local.replace(microsecond=0)
    with suppress(NoSuchTime, TimeComesTwice):
        assert local_time(instant(local, zone_named(place)), place).replace(tzinfo=None) == local


@pytest.mark.parametrize(
    ("local", "place", "choices"),
    [
        ("2026-03-29T02:30", "Europe/Berlin", ("2026-03-29 01:30", "2026-03-29 03:30")),
        ("2026-03-08T02:00", "America/New_York", ("2026-03-08 01:00", "2026-03-08 03:00")),
        ("2026-10-04T02:15", "Australia/Lord_Howe", ("2026-10-04 01:45", "2026-10-04 02:45")),
        ("2011-12-30T12:00", "Pacific/Apia", ("2011-12-29 12:00", "2011-12-31 12:00")),
    ],
)
def test_a_time_that_is_skipped_is_refused_with_its_neighbours(
    local: str, place: str, choices: tuple[str, str]
) -> None:
    with pytest.raises(NoSuchTime) as caught:
        instant(datetime.fromisoformat(local), zone_named(place))
    assert caught.value.message.endswith(f"Please choose {choices[0]} or {choices[1]}.")


def test_a_time_that_comes_twice_is_asked_about() -> None:
    with pytest.raises(TimeComesTwice) as caught:
        instant(datetime(2026, 10, 25, 2, 30), zone_named("Europe/Berlin"))
    assert "2026-10-25T02:30:00+02:00 is the first" in caught.value.message
    assert "2026-10-25T02:30:00+01:00 the second" in caught.value.message


@pytest.mark.parametrize(
    "name",
    [
        "", "Mars/Olympus", "europe/berlin", "America", "../etc/passwd", "/etc/localtime",
        "Europe/../../etc/passwd", "Europe/Berlin\0", "localtime", "posix/Europe/Berlin",
        "right/Europe/Berlin", "Factory", "tzdata.zi", "zone.tab", "A" * 65, "Европа", "UTC\n",
        "Europe/Berlin ", "GMT+25:00",
    ],
)  # fmt: skip
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone_named(name)


@given(st.text(max_size=80))
def test_any_name_is_a_zone_or_refused(name: str) -> None:
    with suppress(UnknownZone):
        assert zone_named(name).key == name


def test_a_moment_is_said_as_clocks_there_show_it() -> None:
    at = micros("2026-12-01T13:00:00+00:00")
    assert said(at, "Asia/Jakarta") == "Tuesday 1 December 2026, 20:00 (Asia/Jakarta)"
    assert said(at, "Asia/Jakarta", "id") == "Selasa, 1 Desember 2026 pukul 20.00 (Asia/Jakarta)"
    assert clock_time(at, "Europe/Berlin") == "14:00"
    assert clock_time(at, "Europe/Berlin", "id") == "14.00"


def test_an_hour_that_comes_twice_is_said_so_that_one_knows_which() -> None:
    first, second = (micros(f"2026-10-25T02:30:00{offset}") for offset in ("+02:00", "+01:00"))
    assert said(first, "Europe/Berlin").endswith("02:30 (Europe/Berlin, UTC+02:00)")
    assert said(second, "Europe/Berlin").endswith("02:30 (Europe/Berlin, UTC+01:00)")


@given(st.integers(-(2**62), 2**62), st.text(max_size=70))
def test_whatever_comes_over_the_bus_can_be_said(at: int, zone: str) -> None:
    """An edge shows what a house says; a zone that it does not know becomes UTC."""
    assert said(Micros(at), zone).endswith(")")


def test_each_refusal_has_a_code_of_its_own() -> None:
    refusals: list[type[Refused]] = [UnknownZone, NoSuchTime, TimeComesTwice]
    assert [one.code for one in refusals] == ["unknown_zone", "no_such_time", "time_comes_twice"]
