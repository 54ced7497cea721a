"""How many wait, and how many leave per minute."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.audience_flow import MOST, Flow, Leaving, flows
from fullhouse.units import SECOND, Micros, PartNumber, RoomSlug
from fullhouse.wire import EdgeNews, EdgeRoom, RoomState

EVENING, MORNING = RoomSlug("evening"), RoomSlug("morning")


def news(edge: str, left: int, slug: RoomSlug = EVENING) -> EdgeNews:
    room = EdgeRoom(listeners=1, part=PartNumber(1), playing="hold", left=left)
    return EdgeNews(edge=edge, rooms={slug: room})


def at(second: int) -> Micros:
    return Micros(second * SECOND)


def test_who_left_within_a_minute_is_counted_over_all_edges() -> None:
    leaving = Leaving()
    for edge in ("a", "b"):
        leaving.hear(news(edge, 100), now=at(0))
    assert leaving.per_minute(now=at(0)) == {}, "who left before we listened is not leaving now"
    leaving.hear(news("a", 103), now=at(1))
    leaving.hear(news("b", 104), now=at(30))
    assert leaving.per_minute(now=at(31)) == {EVENING: 7}
    assert leaving.per_minute(now=at(61)) == {EVENING: 4}
    assert leaving.per_minute(now=at(90)) == {}


def test_an_edge_that_starts_again_counts_from_nothing() -> None:
    leaving = Leaving()
    leaving.hear(news("a", 100), now=at(0))
    leaving.hear(news("a", 2), now=at(1))
    assert leaving.per_minute(now=at(1)) == {EVENING: 2}


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(-3, 50)), max_size=60))
def test_nobody_leaves_twice_and_nobody_comes_back_by_leaving(said: list[tuple[str, int]]) -> None:
    leaving = Leaving()
    for second, (edge, left) in enumerate(said):
        leaving.hear(news(edge, left), now=at(second))
        told = leaving.per_minute(now=at(second)).get(EVENING, 0)
        assert 0 <= told <= sum(max(0, one) for _, one in said)


def test_the_memory_is_bounded() -> None:
    leaving = Leaving()
    for number in range(MOST + 5):
        leaving.hear(news(f"edge-{number}", 1), now=at(0))
    assert len(leaving._counters) == MOST


def test_who_listens_before_it_begins_waits() -> None:
    states = {EVENING: RoomState.DOORS, MORNING: RoomState.LIVE}
    assert flows(states, {EVENING: 20, MORNING: 5}, {EVENING: 3}) == {
        EVENING: Flow(20, 20, 3),
        MORNING: Flow(5, 0, 0),
    }
    assert flows({MORNING: RoomState.ENDED}, {}, {}) == {MORNING: Flow()}
