"""The table of symptoms."""

from dataclasses import replace

import pytest

from fullhouse.rehearsal.findings import Second, Trouble, WorkerFound
from fullhouse.rehearsal.symptoms import (
    IN_WORDS,
    INSIDE,
    OUTSIDE,
    SYMPTOMS,
    many,
    silence,
    symptoms,
)
from fullhouse.rehearsal.verdict import CAUSES, Bars
from tests.rehearsal import made


def test_every_trouble_is_counted_once_and_can_be_said() -> None:
    """None is forgotten when troubles are added: it would be a GO that is none."""
    assert {*OUTSIDE, *INSIDE, Trouble.OUR_OWN} == set(Trouble) == set(IN_WORDS)
    assert not set(OUTSIDE) & set(INSIDE)


def test_each_symptom_has_its_own_word_and_none_is_a_cause() -> None:
    """What was noticed is not what is behind it."""
    kinds = [symptom.kind for symptom in SYMPTOMS]
    assert len(set(kinds)) == len(kinds)
    assert not CAUSES & set(kinds)


def test_a_value_at_its_bar_is_good_enough() -> None:
    """The bar itself is allowed."""
    assert not list(symptoms(made.found(), Bars(first_sound=made.found().first_sound.p99)))


def test_symptoms_say_how_many_and_what_happened_to_them() -> None:
    """The sentence stands by itself: no table is needed to understand it."""
    troubles = {Trouble.REFUSED: 12, Trouble.NO_ANSWER: 3}
    findings = replace(made.found(), troubles=troubles, timeline=[Second(0, troubled=15)])
    (reason,) = symptoms(findings, Bars())
    assert reason.sentence == (
        "0.75 % of 2,000 listeners were turned away: 12 were refused a connection, 3 got no answer."
    )


@pytest.mark.parametrize(
    ("since", "until", "lasts"), [(None, None, 0.0), (40.0, None, 20.0), (40.0, 41.5, 1.5)]
)
def test_a_silence_without_an_end_lasts_to_the_end(
    since: float | None, until: float | None, lasts: float
) -> None:
    """A worker that never comes back is not forgiven for that."""
    worker = WorkerFound("edge-0", 10, silent_from=since, silent_to=until)
    assert silence(worker, 60.0) == lasts


def test_one_part_in_two_thousand_may_be_lost() -> None:
    """Counted against all parts that were to come, at those who were followed."""
    well = made.found()
    assert well.parts_expected == 16_000
    assert not list(symptoms(replace(well, parts_missing=8), Bars()))
    assert list(symptoms(replace(well, parts_missing=9), Bars()))


def test_a_listener_with_two_troubles_is_one_listener() -> None:
    """Who was told that all is full and was refused on coming back was turned away once."""
    twice = replace(made.file_limit(1_900), troubles={Trouble.FULL: 100, Trouble.REFUSED: 60})
    assert many(twice, OUTSIDE) == 100
    assert many(replace(twice, timeline=()), (Trouble.REFUSED, Trouble.ENDED)) == 60
