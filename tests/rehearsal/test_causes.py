"""What is behind the symptoms: each fault is named, and not mistaken for another."""

from dataclasses import replace

import pytest

from fullhouse.rehearsal.causes import DETECTORS, buffering, causes
from fullhouse.rehearsal.findings import Findings, Spread, Trouble, WorkerFound
from fullhouse.rehearsal.score import judge
from fullhouse.rehearsal.verdict import CAUSES, Bars, Kind, Reason
from tests.rehearsal import made


def only(findings: Findings) -> Reason:
    """Return the one cause that is found."""
    (reason,) = causes(findings, Bars())
    assert reason.kind in CAUSES
    return reason


def test_nothing_is_behind_a_rehearsal_that_went_well() -> None:
    """No detector sees what is not there, not even one that is asked without need."""
    assert [d(made.found(), Bars()) for d in DETECTORS] == [None] * len(DETECTORS)
    assert not list(causes(made.found(), Bars()))


def test_a_file_limit_is_named_with_the_number_that_got_in() -> None:
    """Refusals name it: from how many on, and how many were turned away."""
    reason = only(made.file_limit(900))
    assert reason.sentence == (
        "The edge may open no more files: from 900 listeners on, 1,100 of 2,000 were turned away."
    )
    assert "LimitNOFILE" in reason.advice


def test_the_number_that_got_in_is_that_at_the_end_of_the_second() -> None:
    """Troubles are told once a second: who still got in within that second counts."""
    early = replace(made.file_limit(900), first_trouble={Trouble.FULL: 760})
    assert "from 900 listeners on" in only(early).sentence


def test_a_silence_that_lasts_into_the_last_second_lasts_to_the_end() -> None:
    """Whether it would have ended nobody can say."""
    assert "until the end" in only(made.stopped(40.0, 59.0)).sentence


def test_an_egress_ceiling_is_named() -> None:
    """The other limit that a refusal can name."""
    findings = replace(made.file_limit(900), limits={"egress": 1_100})
    assert only(findings).kind is Kind.EGRESS_LIMIT


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.NO_ANSWER])
def test_a_limit_that_nobody_names_shows_in_who_gets_in(trouble: Trouble) -> None:
    """As many as before hear on, and well; nobody else gets in: so files look from outside."""
    reason = only(made.file_limit(900, told=False, trouble=trouble))
    assert reason.kind is Kind.FILE_LIMIT
    assert "Nobody gets in beyond 900 listeners" in reason.sentence


def test_few_refusals_are_an_accident_and_no_limit() -> None:
    """Nine in a crowd, with everybody else inside: no number is told from that."""
    for turned, found in ((9, 0), (10, 1)):
        few = made.file_limit(2_000 - turned, told=False, trouble=Trouble.REFUSED)
        assert len(list(causes(few, Bars()))) == found


def test_a_limit_does_not_harm_those_inside() -> None:
    """Where they suffer as well it is too much of something, and not a number."""
    limit = made.file_limit(900, told=False, trouble=Trouble.REFUSED)
    harmed = replace(limit, troubles={**limit.troubles, Trouble.STARVED: 120})
    assert Kind.FILE_LIMIT not in [reason.kind for reason in causes(harmed, Bars())]


def test_the_limit_that_is_named_more_often_is_told() -> None:
    """Workers may reach different ones."""
    both = replace(made.file_limit(900), limits={"egress": 800, "files": 300})
    assert only(both).kind is Kind.EGRESS_LIMIT


def test_refusals_while_others_still_get_in_are_no_limit() -> None:
    """A limit is a number that stays; an overload lets some in and some not."""
    well = made.found()
    seconds = [
        replace(
            s, joined=s.arrived // 2, troubled=s.arrived - s.arrived // 2, hearing=s.hearing // 2
        )
        for s in well.timeline
    ]
    findings = replace(well, timeline=seconds, joined=1_000, troubles={Trouble.REFUSED: 1_000})
    assert not list(causes(findings, Bars()))


def test_a_serial_lock_is_named_with_its_length() -> None:
    """Joins come evenly and as many each second as ever, however many wait."""
    reason = only(made.serial(0.2))
    assert reason.sentence.startswith(
        "Joins are served one after another, 0.2 s each: at most 5 a second, while up to "
    )


def test_those_who_gave_up_in_a_queue_are_no_limit() -> None:
    """Beyond their patience nobody else gets in, and those inside hear well: it is the lock."""
    lock = made.serial(0.2)
    given_up, last = 36, lock.timeline[-1]
    seconds = [*lock.timeline, *[replace(last, arrived=0, joined=0, troubled=given_up)] * 3]
    findings = replace(lock, timeline=seconds, troubles={Trouble.NO_ANSWER: given_up})
    assert only(findings).kind is Kind.SERIAL_JOINS


def test_a_lock_is_named_though_not_every_turn_is_a_listeners() -> None:
    """Somebody else asks now and then, too: then a turn is missing, and the rate a little less."""
    lock = replace(made.serial(0.2), between_joins=made.spread(44, 0.199, 0.397, 0.405))
    assert "0.2 s each: at most 5 a second" in only(lock).sentence


def test_joins_that_come_by_chance_are_no_lock() -> None:
    """As far apart as dice would have them."""
    chance = replace(made.serial(0.2), between_joins=made.spread(300, 0.138, 0.6, 0.92))
    assert only(chance).kind is Kind.JOIN_LIMIT


def test_joins_at_the_processors_limit_are_no_lock() -> None:
    """Hundreds in a second that do not come evenly are work, not waiting."""
    lock = made.serial(0.02)
    uneven = replace(lock, between_joins=made.spread(900, 0.001, 0.08, 0.1))
    assert only(uneven).kind is Kind.JOIN_LIMIT


def test_connections_that_nobody_answers_are_no_queue() -> None:
    """Half of the listeners are answered at once, the others never: nobody stands in line."""
    well = made.found()
    seconds = [
        replace(s, joined=s.arrived // 2, hearing=s.hearing // 2, waiting=s.hearing // 2)
        for s in well.timeline
    ]
    silent = {Trouble.NO_ANSWER: 1_000}
    findings = replace(well, timeline=seconds, joined=1_000, troubles=silent)
    assert not [r for r in causes(findings, Bars()) if r.kind is Kind.JOIN_LIMIT]


def test_a_stopped_worker_is_named_with_its_second() -> None:
    """All of one worker's listeners fall silent together, and the others hear on."""
    reason = only(made.stopped(40.0))
    assert reason.sentence == (
        "edge-0 stopped: from 40 s on none of its 1,000 listeners got anything until the end, "
        "while 1,000 on other workers were served."
    )


def test_a_worker_that_goes_on_again_is_named_with_how_long_it_was_away() -> None:
    """Who was stopped for five seconds was stopped."""
    assert "got anything for 5 s, while" in only(made.stopped(40.0, 45.0)).sentence


def test_new_connections_to_a_stopped_worker_are_told_with_it() -> None:
    """The kernel takes them, and nobody answers."""
    findings = replace(made.stopped(), troubles={Trouble.STARVED: 1_000, Trouble.NO_ANSWER: 37})
    assert "; 37 new connections got no answer." in only(findings).sentence


def test_a_stopped_worker_shows_where_answers_name_none() -> None:
    """Half of the listeners fall silent in one second, and the others hear on."""
    well = made.found()
    seconds = [replace(s, gaps=900 if s.at >= 41 else 0) for s in well.timeline]
    silent = replace(
        well,
        workers=(WorkerFound("", 2_000),),
        troubles={Trouble.STARVED: 900},
        timeline=seconds,
        longest_gap=made.spread(2_000, 0.4, 20, 20),
    )
    assert "900 of 2,000 listeners fell silent together" in only(silent).sentence
    assert only(silent).kind is Kind.WORKER_STOPPED
    told = replace(silent, first_trouble={Trouble.STARVED: 2_000})
    assert "2,000 were hearing then" in judge(told).limit.sentence
    slowly = [replace(s, gaps=15 * s.at) for s in well.timeline]
    assert only(replace(silent, timeline=slowly)).kind is Kind.FALLING_BEHIND
    named = replace(silent, workers=well.workers)
    assert only(named).kind is Kind.FALLING_BEHIND


def test_the_only_worker_that_stops_is_a_stopped_worker() -> None:
    """With one worker, nothing tells it from all of them."""
    findings = made.stopped()
    alone = replace(findings, workers=findings.workers[:1])
    assert only(alone).kind is Kind.WORKER_STOPPED


def test_a_buffering_proxy_is_named_with_what_answers_say() -> None:
    """Sound in lumps longer than the announced cadence, and who stands between."""
    reason = only(made.buffered(7.7))
    assert "(the answers name nginx/1.22.1)" in reason.sentence
    assert "It comes in lumps of 7.7 s, where the server sends 0.32 s." in reason.sentence
    assert "First sound comes 3.83 s after the answer began." in reason.sentence
    assert "proxy_buffering off" in reason.advice


def test_the_wait_between_two_lumps_is_no_stopped_worker() -> None:
    """All who listen through one proxy get nothing until its next lump."""
    findings = made.buffered()
    [worker, *others] = findings.workers
    waits = replace(worker, silent_from=8.0, silent_to=8.0 + findings.lumps.p50 + 1)
    assert buffering(replace(findings, workers=[waits, *others]), Bars()) is not None
    stopped = replace(worker, silent_from=8.0, silent_to=8.0 + 3 * findings.lumps.p50)
    assert buffering(replace(findings, workers=[stopped, *others]), Bars()) is None


def test_a_buffering_proxy_is_named_where_nobody_followed_the_parts() -> None:
    """Then it shows in how long everybody waited between two arrivals."""
    findings = replace(made.buffered(), lumps=Spread(), answered=Spread(), between={})
    reason = only(findings)
    assert "(the answers do not say who)" in reason.sentence
    assert "It comes every 7.7 s at the slowest." in reason.sentence


def test_a_server_that_falls_behind_is_named_with_what_it_says() -> None:
    """Nothing else explains it: then it has too much to do."""
    reason = only(made.behind())
    assert reason.kind is Kind.FALLING_BEHIND
    assert "It says: Sound comes in larger pieces" in reason.sentence


def test_few_who_starve_on_one_worker_are_no_server_that_falls_behind() -> None:
    """A worker that is spared has not too much to do; with late sound it is said for whom."""
    behind = made.behind()
    workers = [behind.workers[0], replace(behind.workers[1], troubles={})]
    late = replace(behind, workers=workers)
    assert "comes late to many listeners" in only(late).sentence
    well = made.found()
    few = replace(late, late_by=well.late_by, longest_gap=well.longest_gap)
    assert not list(causes(few, Bars()))
    both = replace(few, workers=behind.workers)
    assert "listeners of every worker" in only(both).sentence
