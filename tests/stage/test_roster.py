"""Which rooms need a stage, and when one is started again."""

from fullhouse.stage.roster import (
    BUS_SETTLES,
    HANGS_AFTER,
    HEARD_LATELY,
    LISTENS_FIRST,
    STARTS_WITHIN,
    Roster,
)
from fullhouse.units import SECOND, Micros, PartNumber, RoomSlug
from fullhouse.wire import RoomNews, RoomState, StageNews

START = Micros(50 * SECOND)
READY = Micros(START + LISTENS_FIRST)
LONG_AGO = Micros(0)
SLUG = RoomSlug("r")


def room(*, wanted: bool = True, revision: int = 1) -> RoomNews:
    return RoomNews(
        slug=SLUG,
        title="R",
        state=RoomState.LIVE,
        since=Micros(0),
        epoch=Micros(0),
        revision=revision,
        wanted=wanted,
    )


def said(pid: int, node: str = "here") -> StageNews:
    return StageNews(
        slug=SLUG,
        instance="i",
        pid=pid,
        node=node,
        part=PartNumber(1),
        on_air=True,
        heard=True,
        silent_for=Micros(0),
        level_db=-20,
    )


def roster(*news: RoomNews) -> Roster:
    made = Roster("here", START)
    for each in news:
        made.follow(each)
    return made


def later(micros: int, than: Micros = READY) -> Micros:
    return Micros(than + micros)


def test_a_wanted_room_gets_a_stage_and_another_does_not() -> None:
    assert roster(room()).to_start(READY) == [SLUG]
    assert roster(room(wanted=False)).to_start(READY) == []


def test_a_node_listens_before_it_starts_anything() -> None:
    """The stages of its former life may still run."""
    assert roster(room()).to_start(Micros(READY - 1)) == []


def test_a_stage_of_a_former_node_is_adopted_and_not_doubled() -> None:
    node = roster(room())
    assert node.heard(said(77), START) == 77
    node.started(SLUG, 77, START)
    assert node.to_start(READY) == []
    assert node.heard(said(77), later(1)) is None


def test_a_stage_on_another_node_is_left_alone_while_it_speaks() -> None:
    node = roster(room())
    assert node.heard(said(5, "elsewhere"), READY) is None
    assert node.to_start(later(HEARD_LATELY)) == []
    assert node.to_start(later(HEARD_LATELY + 1)) == [SLUG]


def test_a_running_stage_is_not_started_again() -> None:
    node = roster(room())
    node.started(SLUG, 7, READY)
    assert node.to_start(later(SECOND)) == []


def test_a_dead_stage_is_replaced_at_once_and_then_more_slowly() -> None:
    node = roster(room())
    waits = []
    now = READY
    for pid in range(4):
        node.started(SLUG, pid, now)
        node.heard(said(pid), now)
        node.ended(SLUG, pid, now)
        ended = now
        while node.to_start(now) == []:
            now = later(50_000, now)
        waits.append(now - ended)
    assert waits[0] == 0
    assert waits[1:] == sorted(waits[1:])
    assert waits[-1] > waits[1] > 0


def test_a_room_that_is_wanted_anew_starts_at_once() -> None:
    """Stages that left because the room had ended are no failures."""
    node = roster(room())
    for pid in range(3):
        node.started(SLUG, pid, READY)
        node.ended(SLUG, pid, READY)
    assert node.to_start(READY) == []
    node.follow(room(wanted=False, revision=2))
    node.follow(room(revision=3))
    assert node.to_start(READY) == [SLUG]


def test_older_news_is_left_out() -> None:
    node = roster(room(revision=5), room(wanted=False, revision=4))
    assert node.to_start(READY) == [SLUG]
    assert node.news(SLUG).revision == 5


def test_a_stage_that_falls_silent_hangs() -> None:
    node = roster(room())
    node.started(SLUG, 7, READY)
    node.heard(said(7), READY)
    assert node.hanging(later(HANGS_AFTER), LONG_AGO) == []
    assert node.hanging(later(HANGS_AFTER + 1), LONG_AGO) == [7]


def test_a_stage_that_is_starting_has_more_time() -> None:
    node = roster(room())
    node.started(SLUG, 7, READY)
    assert node.hanging(later(STARTS_WITHIN), LONG_AGO) == []
    assert node.hanging(later(STARTS_WITHIN + 1), LONG_AGO) == [7]


def test_silence_while_the_bus_is_unwell_is_nobodys_fault() -> None:
    """Killing every stage because the bus was away would be the worst of answers."""
    node = roster(room())
    node.started(SLUG, 7, READY)
    now = later(STARTS_WITHIN + SECOND)
    assert node.hanging(now, Micros(now - BUS_SETTLES + 1)) == []


def test_what_stages_of_unknown_rooms_say_is_left_out() -> None:
    assert roster().heard(said(7), READY) is None
