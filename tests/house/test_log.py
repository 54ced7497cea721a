"""The log's chain: whatever is done to a line afterwards shows."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.commands import GoLive, Mute, Renew, SetGain, Show
from fullhouse.house.log import FIRST, Line, Link, broken_at, chain, linked, told
from fullhouse.house.tokens import Kind
from fullhouse.units import Micros
from fullhouse.wire import Visibility

DETAILS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=9), max_size=3
)


def chained(count: int, details: dict[str, Any] | None = None) -> list[Link]:
    links: list[Link] = []
    for number in range(1, count + 1):
        line = Line(number, Micros(number * 10), "Ana", "evening", "end", details or {})
        links.append(linked(links[-1] if links else None, line))
    return links


def test_each_line_carries_the_hash_of_the_one_before() -> None:
    links = chained(3)
    assert links[0].before == FIRST
    assert all(later.before == earlier.hash for earlier, later in pairwise(links))
    assert broken_at(links) is None
    assert broken_at(links[1:], links[0]) is None
    assert broken_at([]) is None


@given(st.data())
def test_no_field_of_a_line_can_be_changed_unseen(data: st.DataObject) -> None:
    links = chained(4, data.draw(DETAILS))
    at = data.draw(st.integers(0, 3))
    line = links[at].line
    other = data.draw(
        st.sampled_from(
            [
                replace(line, at=Micros(line.at + 1)),
                replace(line, who=line.who + "x"),
                replace(line, room="morning"),
                replace(line, what="live"),
                replace(line, details={**line.details, "more": 1}),
                replace(line, number=line.number + 1),
            ]
        )
    )
    links[at] = replace(links[at], line=other)
    assert broken_at(links) == at + 1


@given(st.integers(0, 4), st.integers(0, 4))
def test_lines_left_out_or_moved_show(one: int, other: int) -> None:
    links = chained(6)
    assert broken_at(links[:one] + links[one + 1 :]) == one + 1
    if one != other:
        links[one], links[other] = links[other], links[one]
        assert broken_at(links) == min(one, other) + 1


def test_a_line_put_in_with_a_hash_of_its_own_breaks_the_next() -> None:
    """Who changes one line must make all later ones anew, and the newest hash is another."""
    links = chained(3)
    forged = linked(links[0], replace(links[1].line, who="Eve"))
    assert broken_at([links[0], forged, links[2]]) == 3


def test_the_hash_is_the_same_everywhere_and_for_ever() -> None:
    """Written down, so that no later version reads older logs as broken."""
    line = Line(1, Micros(2), "Anã", "evening", "mute", {"seat": "s-1", "b": 1.5, "a": None})
    assert chain(FIRST, line) == (
        "a38a677d152e3d5cd2c73c95e2e0b9532b52bcae8d3151c75bfc52b423d2eb1d"
    )


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        chain(FIRST, Line(1, Micros(2), "", "", "x", {"gain": float("nan")}))


def test_commands_are_told_without_what_nobody_asked_for() -> None:
    assert told(GoLive()) == ("go_live", {})
    assert told(Mute("s-1", ("s-1", "s-2"))) == ("mute", {"seat": "s-1"})
    assert told(SetGain("s-1", -3.0)) == ("set_gain", {"seat": "s-1", "gain_db": -3.0})
    assert told(Renew(Kind.HOST)) == ("renew", {"kind": "host"})
    assert told(Show(Visibility.UNLISTED)) == ("show", {"visibility": "unlisted"})
