"""Points in time as people write them."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullhouse.errors import Refused
from fullhouse.house.schedule import FARTHEST, BadStart, read_plan, read_start
from fullhouse.units import SECOND, Micros
from fullhouse.zones import NoSuchTime, TimeComesTwice, UnknownZone, zone_named

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


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("tomorrow", "bad_start", "such as 2030-05-01T20:00."),
        ("2027-02-30T20:00", "bad_start", "a time that calendars have"),
        ("2027-01-15T07:59", "start_over", "over already"),
        ("2027-01-15T08:00", "start_over", "over already"),
        ("2027-01-15T07:59:59Z", "start_over", "over already"),
        ("0001-01-01T00:00", "start_over", "over already"),
        ("2033-01-15T08:00", "start_too_far", "up to five years"),
        ("2033-01-15T08:00:00Z", "start_too_far", "up to five years"),
        ("9999-12-31T23:59", "start_too_far", "up to five years"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Africa/Abidjan"])
def test_each_refusal_of_a_start_says_what_is_true(
    text: str, code: str, words: str, zone: str
) -> None:
    with pytest.raises(BadStart) as refusal:
        read_plan(text, zone, now=NOW)
    assert (refusal.value.code, words in refusal.value.message) == (code, True)


CHANGING = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "America/Santiago",
    "Africa/Cairo",
)  # fmt: skip


def changes_of(place: str) -> list[datetime]:
    """Return the minutes, in UTC, at which clocks in a zone are changed within three years."""
    zone, found = zone_named(place), list[datetime]()
    at = datetime(2027, 2, 1, tzinfo=UTC)
    while at.year < 2030:
        then = at + timedelta(hours=6)
        if at.astimezone(zone).utcoffset() != then.astimezone(zone).utcoffset():
            found.append(at)
        at = then
    return found


CHANGES = {place: changes_of(place) for place in CHANGING}


def test_clocks_are_changed_twice_a_year_where_we_look() -> None:
    assert all(len(found) in (5, 6) for found in CHANGES.values())


@settings(max_examples=400)
@given(st.data())
def test_around_every_change_of_clocks_a_time_is_read_refused_or_asked_about(
    data: st.DataObject,
) -> None:
    """What clocks show is tried against every instant of the day: never, once, or twice."""
    place = data.draw(st.sampled_from(CHANGING))
    change = data.draw(st.sampled_from(CHANGES[place]))
    minutes = data.draw(st.integers(-120, 600))
    zone = zone_named(place)
    local = (change.astimezone(zone) + timedelta(minutes=minutes)).replace(tzinfo=None, fold=0)
    shown = [
        utc
        for quarters in range(-14 * 4, 15 * 4)
        if (utc := local.replace(tzinfo=UTC) - timedelta(minutes=15 * quarters))
        .astimezone(zone)
        .replace(tzinfo=None, fold=0)
        == local
    ]
    text = local.isoformat(timespec="minutes")
    match len(shown):
        case 0:
            with pytest.raises(NoSuchTime) as skipped:
                read_plan(text, place, now=NOW)
            for choice in re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", skipped.value.message)[1:]:
                read_plan(choice, place, now=NOW)
        case 1:
            assert read_plan(text, place, now=NOW) == _micros(shown[0])
        case 2:
            with pytest.raises(TimeComesTwice) as twice:
                read_plan(text, place, now=NOW)
            choices = re.findall(r"\S+T\S+[+-]\d\d:\d\d", twice.value.message)
            read = {read_plan(choice, place, now=NOW) for choice in choices}
            assert read == {_micros(utc) for utc in shown}
        case more:
            raise AssertionError(more)


def _micros(utc: datetime) -> Micros:
    return Micros((utc - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadStart):
        assert read_start(text, now=NOW) > NOW


@pytest.mark.parametrize("text", ["2027-07-01T20:00", "2027-07-01 20:00", "2027-07-01t20:00:00"])
def test_a_local_time_is_read_in_its_zone(text: str) -> None:
    at = read_plan(text, "Europe/Berlin", now=NOW)
    assert datetime.fromtimestamp(at / 1e6, UTC).isoformat() == "2027-07-01T18:00:00+00:00"


def test_an_offset_counts_before_the_zone() -> None:
    """So an hour that comes twice can be told apart."""
    first = read_plan("2027-10-31T02:30:00+02:00", "Europe/Berlin", now=NOW)
    second = read_plan("2027-10-31T02:30:00+01:00", "Europe/Berlin", now=NOW)
    assert second - first == 3600 * SECOND
    with pytest.raises(TimeComesTwice):
        read_plan("2027-10-31T02:30", "Europe/Berlin", now=NOW)


def test_an_hour_that_is_skipped_is_refused() -> None:
    with pytest.raises(NoSuchTime):
        read_plan("2027-03-28T02:30", "Europe/Berlin", now=NOW)


def test_the_same_local_time_every_week_is_an_hour_off_in_utc_over_a_change() -> None:
    before = read_plan("2027-03-21T20:00", "Europe/Berlin", now=NOW)
    after = read_plan("2027-03-28T20:00", "Europe/Berlin", now=NOW)
    assert after - before == (7 * 24 - 1) * 3600 * SECOND


@pytest.mark.parametrize(
    ("text", "zone", "refusal"),
    [
        ("2027-07-01T20:00", "Mars/Olympus", UnknownZone),
        ("2027-07-01T20:00:00Z", "", UnknownZone),
        ("2027-01-15T08:00", "UTC", BadStart),
        ("2027-13-01T20:00", "UTC", BadStart),
        ("2040-07-01T20:00", "UTC", BadStart),
        ("9999-12-31T23:59", "Pacific/Apia", BadStart),
        ("0001-01-01T00:00", "Asia/Jakarta", BadStart),
        ("20:00", "UTC", BadStart),
    ],
)
def test_what_is_no_plan_is_refused(text: str, zone: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read_plan(text, zone, now=NOW)


@given(st.text(max_size=30), st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia"]))
def test_any_plan_is_read_or_refused(text: str, zone: str) -> None:
    with suppress(Refused):
        assert read_plan(text, zone, now=NOW) > NOW


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))
def test_any_local_time_is_read_or_refused(local: datetime) -> None:
    with suppress(Refused):
        text = local.isoformat(timespec="minutes")
        assert NOW < read_plan(text, "Australia/Lord_Howe", now=NOW) <= NOW + FARTHEST
