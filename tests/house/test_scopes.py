"""What a program's token may do: never more than its scopes say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.roles import May
from fullhouse.house.scopes import (
    TABLE,
    Scope,
    UnknownScope,
    scopes_of,
    within,
)


def test_every_scope_has_its_line_and_everything_has_its_scope() -> None:
    assert set(TABLE) == set(Scope)
    assert within(Scope) == frozenset(May)


def test_reading_changes_nothing() -> None:
    assert within([Scope.ROOMS_READ]) == {May.SEE}
    assert May.APPOINT not in within(set(Scope) - {Scope.PEOPLE})
    assert May.KEYS not in within(set(Scope) - {Scope.KEYS})


@given(st.sets(st.sampled_from(Scope)), st.sets(st.sampled_from(Scope)))
def test_more_scopes_never_take_anything_away(some: set[Scope], more: set[Scope]) -> None:
    assert within(some) <= within(some | more)


@given(st.lists(st.sampled_from(Scope), min_size=1))
def test_scopes_are_kept_once_and_in_order(scopes: list[Scope]) -> None:
    kept = scopes_of(scope.value for scope in scopes)
    assert set(kept) == set(scopes)
    assert scopes_of(kept) == kept


@pytest.mark.parametrize("texts", [[], ["rooms"], ["rooms:read", "ROOMS:READ"], ["*"]])
def test_a_scope_that_is_not_there_is_refused(texts: list[str]) -> None:
    with pytest.raises(UnknownScope):
        scopes_of(texts)
