"""The verdict: what makes a GO, what ends it, and that more trouble never makes one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rehearsal.findings import EarFound, Findings, Spread, Trouble
from fullhouse.rehearsal.score import judge
from fullhouse.rehearsal.verdict import Bars, Call, Kind
from tests.rehearsal import made


def kinds(findings: Findings) -> list[Kind]:
    """Return what speaks against a GO, in order."""
    return [reason.kind for reason in judge(findings).reasons]


def test_a_rehearsal_in_which_all_goes_well_is_a_go() -> None:
    """Nothing speaks against it, and the sentence says how it was."""
    verdict = judge(made.found())
    assert (verdict.call, verdict.reasons) == (Call.GO, ())
    assert verdict.sentence == (
        "2,000 listeners came within 30 s and all of them heard it: half within 60 ms, "
        "99 of 100 within 0.12 s, and nobody heard a gap."
    )


@pytest.mark.parametrize(
    ("findings", "first"),
    [
        (made.file_limit(), Kind.FILE_LIMIT),
        (made.file_limit(told=False, trouble=Trouble.REFUSED), Kind.FILE_LIMIT),
        (made.file_limit(told=False, trouble=Trouble.NO_ANSWER), Kind.FILE_LIMIT),
        (made.file_limit(told=False), Kind.PLACES_FULL),
        (made.serial(), Kind.SERIAL_JOINS),
        (made.stopped(), Kind.WORKER_STOPPED),
        (made.stopped(all_of_them=True), Kind.ALL_STOPPED),
        (made.buffered(), Kind.BUFFERING),
        (made.behind(), Kind.FALLING_BEHIND),
    ],
)
def test_each_fault_is_a_no_go_and_named_first(findings: Findings, first: Kind) -> None:
    """What is behind it stands before what was noticed, and exactly one cause is named."""
    verdict = judge(findings)
    assert (verdict.call, verdict.reasons[0].kind) == (Call.NO_GO, first)
    assert verdict.sentence == verdict.reasons[0].sentence
    assert verdict.reasons[0].figures
    assert verdict.reasons[0].advice
    assert len([r for r in verdict.reasons if r.advice]) == 1


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"troubles": {Trouble.STATUS: 3}, "joined": 1_997}, Kind.TURNED_AWAY),
        ({"joined": 1_997}, Kind.UNHEARD),
        ({"troubles": {Trouble.ENDED: 3}}, Kind.TROUBLED),
        ({"parts_missing": 9}, Kind.PARTS_LOST),
        ({"first_sound": made.spread(2_000, 0.1, 1, 2.1)}, Kind.LATE_START),
        ({"page": made.spread(200, 0.1, 1, 2.1)}, Kind.LATE_PAGE),
        ({"longest_gap": made.spread(2_000, 0.4, 0.5, 1.4)}, Kind.LONG_GAPS),
        ({"late_by": made.spread(100, 0.4, 0.5, 1.4)}, Kind.LATE_SOUND),
        ({"lumps": made.spread(100, 1.1, 1.1, 1.1)}, Kind.LUMPS),
        ({"ears": (EarFound("/a", 100, 89, 1.0, 1.0),)}, Kind.EARS_DEAF),
    ],
)
def test_each_bar_alone_ends_a_go(change: dict[str, object], kind: Kind) -> None:
    """A little below its bar nothing is said; a little above it is a NO-GO with figures."""
    findings = replace(made.found(), **change)  # type: ignore[arg-type]  # a table of any field
    verdict = judge(findings)
    assert verdict.call is Call.NO_GO
    (reason,) = (reason for reason in verdict.reasons if reason.kind is kind)
    assert reason.figures[0].bar is not None
    assert reason.figures[0].value > reason.figures[0].bar


def test_two_of_two_thousand_are_forgiven() -> None:
    """The bar is one in a thousand: phones go through tunnels."""
    findings = replace(made.found(), troubles={Trouble.ENDED: 2})
    verdict = judge(findings)
    assert verdict.call is Call.GO
    assert "0.1 % came to some harm" in verdict.sentence


def test_a_long_cadence_that_was_announced_is_no_gap() -> None:
    """Players were told to hold more in store: waits are measured from there."""
    waits = made.spread(2_000, 3.9, 4.0, 4.2)
    long = replace(made.found(), longest_gap=waits, lumps=waits, late_by=waits)
    assert judge(long).call is Call.NO_GO
    assert judge(replace(long, cadence=12)).call is Call.GO


def test_a_crowd_that_was_late_itself_proves_nothing() -> None:
    """20 ms at p99 is the most: then neither GO nor NO-GO is to be trusted."""
    verdict = judge(made.lagging())
    assert verdict.call is Call.VOID
    assert verdict.sentence.startswith("This rehearsal proves nothing. The machine that rehearsed")
    assert "85 ms" in verdict.sentence
    assert "proves nothing" in verdict.limit.sentence


def test_a_crowd_that_could_not_be_made_proves_nothing() -> None:
    """Who never came was never served: a GO for 2,000 would be a lie."""
    assert kinds(replace(made.found(), troubles={Trouble.OUR_OWN: 40})) == [Kind.OWN_LIMIT]
    assert kinds(replace(made.found(), asked=2_100)) == [Kind.OWN_LIMIT]


def test_what_is_wrong_with_the_rehearsal_comes_before_what_is_wrong_with_the_server() -> None:
    """Void beats all, and what was seen is still told."""
    both = replace(made.file_limit(), own_lag=made.lagging().own_lag)
    assert judge(both).call is Call.VOID
    assert kinds(both)[:2] == [Kind.OWN_LAG, Kind.FILE_LIMIT]


def test_one_that_was_stopped_early_is_partial_unless_something_was_wrong() -> None:
    """Half a rehearsal is no GO; but what broke in it broke."""
    early = replace(made.found(), complete=False, arrived=700, joined=700)
    verdict = judge(early)
    assert verdict.call is Call.PARTIAL
    assert verdict.sentence.endswith("700 listeners of 2,000. Until then nothing was wrong.")
    assert judge(replace(made.file_limit(), complete=False)).call is Call.NO_GO


def test_who_kills_an_edge_forgives_that_its_streams_end() -> None:
    """Its listeners come back: what counts is how long they heard nothing."""
    ended = replace(made.found(), troubles={Trouble.ENDED: 1_000})
    assert judge(ended).call is Call.NO_GO
    assert judge(replace(ended, story="edge-kill")).call is Call.GO
    lost = {Trouble.ENDED: 1_000, Trouble.PARTS_MISSING: 7}
    (reason,) = judge(replace(ended, story="edge-kill", troubles=lost)).reasons
    assert reason.sentence.endswith("were interrupted: 7 lost a part of the programme.")
    slow = replace(ended, story="edge-kill", longest_gap=made.spread(2_000, 0.4, 6, 7))
    assert judge(slow).call is Call.NO_GO


def test_each_call_has_its_exit_code() -> None:
    """Scripts go on at 0 alone; 3 is a NO-GO, 4 says nothing."""
    assert {call: call.exit_code for call in Call} == {
        Call.GO: 0,
        Call.NO_GO: 3,
        Call.VOID: 4,
        Call.PARTIAL: 4,
    }


def worse(spread: Spread, by: float) -> Spread:
    """Return a spread in which everybody waits longer."""
    return Spread(spread.count, spread.p50 + by, spread.p95 + by, spread.p99 + by, spread.most + by)


more = st.integers(0, 2_000)
longer = st.floats(0, 20)


@given(
    st.sampled_from([made.found(), *made.faulty(), made.growing(), made.lagging()]),
    st.dictionaries(st.sampled_from(Trouble), more),
    st.tuples(more, more),
    st.tuples(longer, longer, longer, longer, longer, longer, st.floats(0, 60)),
)
def test_more_trouble_never_makes_a_go(
    findings: Findings,
    troubles: dict[Trouble, int],
    losses: tuple[int, int],
    waits: tuple[float, ...],
) -> None:
    """Whatever is added to what went wrong: no NO-GO, and no VOID, turns into a GO."""
    unheard, parts = losses
    first, page, gap, late, lumps, lag, silent = waits
    one, *others = findings.workers
    since = silent if one.silent_from is None else min(silent, one.silent_from)
    added = replace(
        findings,
        troubles={
            t: findings.troubles.get(t, 0) + troubles.get(t, 0)
            for t in findings.troubles.keys() | troubles
        },
        joined=max(0, findings.joined - unheard),
        parts_missing=findings.parts_missing + parts,
        first_sound=worse(findings.first_sound, first),
        page=worse(findings.page, page),
        longest_gap=worse(findings.longest_gap, gap),
        late_by=worse(findings.late_by, late),
        lumps=worse(findings.lumps, lumps),
        own_lag=worse(findings.own_lag, lag / 100),
        workers=(replace(one, silent_from=since), *others),
    )
    if judge(findings).call is not Call.GO:
        assert judge(added).call is not Call.GO


@given(st.integers(1, 5_000), st.floats(0, 1), st.sampled_from(["launch", "edge-kill"]))
def test_every_verdict_has_a_sentence(listeners: int, heard: float, story: str) -> None:
    """However few came and however few of them heard: a verdict is found and can be read."""
    findings = replace(made.found(listeners), joined=int(listeners * heard), story=story)
    verdict = judge(findings, Bars.of(story))
    assert verdict.sentence.endswith(".")
    assert verdict.limit.sentence.endswith(".")
