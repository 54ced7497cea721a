"""Who ends comes back, who says why it cannot run is believed once, and all ends in order."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fullhouse.units import SECOND, Micros
from fullhouse.up.children import (
    CUT_AFTER,
    KILL_AFTER,
    AllReady,
    Children,
    CutLifeline,
    GaveUp,
    KillAll,
    Order,
    Start,
    Terminate,
)

NEEDS = {"nats": (), "house": ("nats",), "stage": ("nats",), "speaker": ("house",)}
START = Micros(1000 * SECOND)
KILLED = -9


def family() -> Children:
    """Return nats, a house and an edge that need it, all started."""
    children = Children()
    children.add("nats", now=START)
    children.add("house", needs=["nats"], now=START)
    children.add("edge", needs=["nats"], now=START)
    assert children.tick(START) == [Start("nats"), Start("house"), Start("edge")]
    return children


def ready_family() -> Children:
    children = family()
    for name in ("nats", "house", "edge"):
        children.answered(name)
    return children


def later(micros: int) -> Micros:
    return Micros(START + micros)


def test_all_start_at_once_and_nothing_starts_twice() -> None:
    children = family()
    assert children.running == ("nats", "house", "edge")
    assert children.tick(later(SECOND)) == []
    assert children.deadline() is None


def test_all_is_ready_once_when_the_last_one_answers() -> None:
    children = family()
    assert children.answered("edge") == []
    assert children.answered("nats") == []
    assert children.waiting_for == ("house",)
    assert children.answered("house") == [AllReady()]
    assert children.answered("house") == []


def test_one_that_was_killed_comes_back_and_the_others_never_notice() -> None:
    children = ready_family()
    assert children.ended("house", KILLED, later(0)) == []
    assert children.deadline() == later(0)
    assert children.tick(later(0)) == [Start("house")]


def test_one_that_keeps_ending_comes_back_ever_more_slowly() -> None:
    children = ready_family()
    children.ended("edge", KILLED, later(0))
    children.tick(later(0))
    children.ended("edge", KILLED, later(0))
    assert children.tick(later(0)) == []
    assert children.deadline() == later(200_000)
    assert children.tick(later(200_000)) == [Start("edge")]


def test_a_refusal_to_start_stops_all() -> None:
    """A taken port, a folder that cannot be written: the child has said so in one line."""
    children = family()
    orders = children.ended("edge", 1, later(0))
    assert orders == [GaveUp("edge"), Terminate("house")]
    assert children.stopping


def test_a_crash_before_all_is_ready_is_not_a_refusal() -> None:
    children = family()
    assert children.ended("edge", KILLED, later(0)) == []


def test_once_all_was_ready_no_exit_code_stops_the_rest() -> None:
    children = ready_family()
    assert children.ended("edge", 1, later(0)) == []
    assert not children.stopping


def test_nothing_waits_for_one_that_is_not_vital() -> None:
    children = family()
    children.add("speaker", vital=False, now=START)
    children.tick(START)
    assert children.ended("speaker", 1, later(0)) == []
    children.answered("nats")
    children.answered("house")
    assert children.answered("edge") == [AllReady()]


def test_the_stop_goes_against_the_order_of_need() -> None:
    """What lives on the bus may still say a last word; then what we left behind; then the bus."""
    children = ready_family()
    assert children.stop(later(0)) == [Terminate("edge"), Terminate("house")]
    assert children.ended("edge", 0, later(1)) == []
    assert children.ended("house", 0, later(2)) == [CutLifeline(), Terminate("nats")]
    assert children.ended("nats", 0, later(3)) == []


def test_who_does_not_end_is_told_by_the_lifeline_and_then_killed() -> None:
    children = ready_family()
    children.stop(later(0))
    assert children.tick(later(CUT_AFTER - 1)) == []
    assert children.deadline() == later(CUT_AFTER)
    assert children.tick(later(CUT_AFTER)) == [CutLifeline()]
    assert children.deadline() == later(KILL_AFTER)
    assert children.tick(later(KILL_AFTER)) == [KillAll()]
    assert children.deadline() is None


def test_a_stop_before_anything_started_starts_nothing() -> None:
    children = Children()
    children.add("nats", now=START)
    assert children.stop(START) == [CutLifeline()]
    assert children.tick(later(1)) == []


def test_asking_to_stop_twice_changes_nothing() -> None:
    children = ready_family()
    children.stop(later(0))
    assert children.stop(later(1)) == []


class Life(RuleBasedStateMachine):
    """Whatever happens, in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.children = Children()
        self.now = START
        self.running: set[str] = set()
        self.asked: list[str] = []
        for name, needs in NEEDS.items():
            self.children.add(name, needs=needs, vital=name != "speaker", now=START)

    def carry_out(self, orders: list[Order]) -> None:
        for order in orders:
            match order:
                case Start(name):
                    assert name not in self.running
                    assert not self.children.stopping
                    self.running.add(name)
                case Terminate(name):
                    assert name in self.running
                    assert name not in self.asked
                    assert not any(name in NEEDS[other] for other in self.running)
                    self.asked.append(name)
                case AllReady():
                    assert not self.children.waiting_for
                case CutLifeline() | KillAll() | GaveUp():
                    assert self.children.stopping

    @rule(wait=st.integers(0, 70 * SECOND))
    def time_goes_by(self, wait: int) -> None:
        self.now = Micros(self.now + wait)
        self.carry_out(self.children.tick(self.now))

    @precondition(lambda self: self.running)
    @rule(pick=st.integers(0), code=st.sampled_from([0, 1, 2, -9, -15]))
    def one_ends(self, pick: int, code: int) -> None:
        name = sorted(self.running)[pick % len(self.running)]
        self.running.discard(name)
        self.carry_out(self.children.ended(name, code, self.now))

    @precondition(lambda self: self.running)
    @rule(pick=st.integers(0))
    def one_answers(self, pick: int) -> None:
        self.carry_out(self.children.answered(sorted(self.running)[pick % len(self.running)]))

    @rule()
    def stop(self) -> None:
        self.carry_out(self.children.stop(self.now))

    @invariant()
    def it_knows_who_runs(self) -> None:
        assert set(self.children.running) == self.running

    @invariant()
    def whoever_is_away_will_come_back(self) -> None:
        """While nothing stops, there is always a time at which the missing one starts."""
        if not self.children.stopping and self.running != set(NEEDS):
            assert self.children.deadline() is not None

    @invariant()
    def a_stop_always_goes_on(self) -> None:
        """Somebody who runs has been asked to end, or there is a deadline for all."""
        if self.children.stopping and self.running:
            assert self.running & set(self.asked)


TestLife = Life.TestCase


@given(st.lists(st.sampled_from(["nats", "house", "edge"]), unique=True, min_size=3))
def test_the_lifeline_is_cut_exactly_once(order: list[str]) -> None:
    children = ready_family()
    orders = children.stop(later(0))
    for name in order:
        orders += children.ended(name, 0, later(1))
    orders += children.tick(later(CUT_AFTER)) + children.tick(later(KILL_AFTER))
    assert orders.count(CutLifeline()) == 1
