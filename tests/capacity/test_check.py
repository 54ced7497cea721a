"""Of all that was found, what stops the machine first comes first."""

import json

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.capacity.check import (
    Check,
    Verdict,
    as_object,
    ceiling,
    fine,
    not_checked,
    ranked,
    stops,
    warning,
)

CHECKS = st.one_of(
    st.builds(fine, st.text(), st.text()),
    st.builds(warning, st.text(), st.text()),
    st.builds(not_checked, st.text(), st.text()),
    st.builds(ceiling, st.text(), st.floats(-1e12, 1e12), st.text(), st.text()),
)


@given(st.lists(CHECKS))
def test_the_lowest_ceiling_comes_first_and_what_is_well_last(checks: list[Check]) -> None:
    order = ranked(checks)
    ceilings = [check.at for check in order if check.at is not None]
    assert ceilings == sorted(ceilings)
    assert all(check.verdict is Verdict.CEILING for check in order[: len(ceilings)])
    assert sorted(map(str, order)) == sorted(map(str, checks))


@given(CHECKS, st.integers(0, 10**9), st.integers(0, 10**9))
def test_what_stops_some_stops_more(check: Check, some: int, more: int) -> None:
    if stops(check, min(some, more)):
        assert stops(check, max(some, more))


def test_only_a_ceiling_below_the_audience_stops_it() -> None:
    assert stops(ceiling("files", 99.9, ""), 100)
    assert stops(ceiling("address", 0, ""), 0)
    assert not stops(ceiling("files", 100, ""), 100)
    assert not stops(warning("clock", ""), 10**9)


def test_programs_read_the_same() -> None:
    checks = [fine("a", "well"), ceiling("b", 50, "few", "more"), ceiling("c", 20, "fewer")]
    told = json.loads(json.dumps(as_object(checks, 30)))
    assert told["first_ceiling"] == {"name": "c", "at": 20}
    assert told["carried"] is False
    assert [check["stops"] for check in told["checks"]] == [True, False, False]
    assert told["checks"][1]["remedy"] == ["more"]
    assert as_object([fine("a", "well")], 10**9)["carried"] is True
