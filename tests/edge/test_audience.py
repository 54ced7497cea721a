"""Ears outside the event loop. Everything here holds for every sender."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fullhouse.edge import audience as audience_module
from fullhouse.edge import cohorts, pace
from fullhouse.edge.audience import HANGUPS, Audience
from fullhouse.edge.cadence import STEPS
from fullhouse.edge.containers import RESUME_PARTS
from fullhouse.edge.listener import MISSED_AT_MOST
from fullhouse.edge.request import Format
from fullhouse.edge.sender import Sender
from fullhouse.units import PartNumber, RoomSlug
from tests.edge.pairs import SENDERS, heard
from tests.edge.stand import until
from tests.edge.turns import Turns

DEMO, MP4 = RoomSlug("demo"), Format.MP4


def part(format_: Format, number: PartNumber, size: int = 0) -> bytes:
    return f"{number} ".encode().ljust(size, b"-")


def big_part(format_: Format, number: PartNumber) -> bytes:
    return part(format_, number, 1000)


class Ear:
    """The other end of a listener's line. Parts go on from `head`."""

    def __init__(
        self,
        audience: Audience,
        head: int = 1,
        burst: bytes = b"burst ",
        space: int = 4096,
        *,
        brought: str = "",
        slug: RoomSlug = DEMO,
    ) -> None:
        ours, self.line = socket.socketpair()
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, space)
        self.line.setblocking(False)
        number = PartNumber(head - 1)
        audience.join(os.dup(ours.fileno()), slug, MP4, burst, number, brought=brought)
        ours.close()

    def heard(self) -> bytes:
        """Return all that has come; what ends with `.` has ended."""
        return heard(self.line)


class Cadence:
    """Parts per send, as the test wants it."""

    def __init__(self) -> None:
        self.parts = 1

    def of(self, slug: RoomSlug, format_: Format, head: PartNumber) -> int:
        return self.parts


@pytest.fixture(params=SENDERS, ids=lambda sender: sender.name)
def make_sender(request: pytest.FixtureRequest) -> type[Sender]:
    made: type[Sender] = request.param
    return made


@pytest.fixture
def turns() -> Turns:
    return Turns()


@pytest.fixture
def cadence() -> Cadence:
    return Cadence()


@pytest.fixture
def audience(make_sender: type[Sender], turns: Turns, cadence: Cadence) -> Iterator[Audience]:
    one = Audience(turns.as_loop(), make_sender(), cadence.of)
    yield one
    one.close()


def short_turns(patch: pytest.MonkeyPatch, sends: int) -> None:
    """Let a turn be one step of so many sends."""
    patch.setattr(pace, "MOST", sends)
    patch.setattr(audience_module, "TURN_TIME", 0)


def play(audience: Audience, turns: Turns, *heads: int, size: int = 0) -> None:
    """Let the head move on, each time until everything is out."""
    for head in heads:
        audience.advance(DEMO, MP4, PartNumber(head), big_part if size else part)
        turns.settle()


def test_everybody_hears_everything_in_order(audience: Audience, turns: Turns) -> None:
    ears = [Ear(audience) for _ in range(3)]
    play(audience, turns, 2, 3, 4)
    assert [ear.heard() for ear in ears] == [b"burst 1 2 3 "] * 3
    assert audience.ears(DEMO) == audience.ears(DEMO, MP4) == len(audience) == 3
    assert audience.ears(DEMO, Format.AAC) == audience.ears(RoomSlug("other")) == 0
    assert audience.formats(DEMO) == [MP4]
    assert (audience.counts.sends, audience.counts.bytes) == (9, 18)


def test_several_parts_go_out_with_one_send(
    audience: Audience, turns: Turns, cadence: Cadence
) -> None:
    """They are the same bytes."""
    cadence.parts = 3
    ear = Ear(audience, head=3)
    play(audience, turns, 4, 5)
    assert ear.heard() == b"burst "
    play(audience, turns, 6)
    assert ear.heard() == b"3 4 5 "
    play(audience, turns, 7, 8, 9)
    assert ear.heard() == b"6 7 8 "
    assert audience.counts.sends == 2


def test_who_joins_while_a_part_goes_out_hears_it_once(audience: Audience, turns: Turns) -> None:
    """It is in their burst."""
    early = Ear(audience)
    audience.advance(DEMO, MP4, PartNumber(2), part)
    late = Ear(audience, head=2, burst=b"burst-with-1 ")
    turns.settle()
    play(audience, turns, 3)
    assert (early.heard(), late.heard()) == (b"burst 1 2 ", b"burst-with-1 2 ")


def test_a_large_crowd_does_not_hold_up_the_loop(
    audience: Audience, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two slices the loop runs."""
    short_turns(monkeypatch, 40)
    crowd = [Ear(audience) for _ in range(100)]
    audience.advance(DEMO, MP4, PartNumber(2), part)
    told = []
    while turns.turn():
        told.append(audience.counts.sends)
    assert told == [40, 80, 100]
    for ear in crowd:
        assert ear.heard() == b"burst 1 "
        ear.line.close()


def test_who_leaves_while_a_part_goes_out_disturbs_nobody(
    audience: Audience, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the system gives the number of their socket to somebody else at once."""
    short_turns(monkeypatch, 40)
    crowd = [Ear(audience) for _ in range(50)]
    audience.advance(DEMO, MP4, PartNumber(2), part)
    turns.turn()
    crowd[-1].line.close()
    crowd[3].line.close()
    audience._hangups()
    assert len(audience) == 48
    fresh = Ear(audience, head=2, burst=b"fresh ")
    turns.settle()
    assert fresh.heard() == b"fresh "
    assert crowd[-2].heard() == b"burst 1 "
    play(audience, turns, 3)
    assert fresh.heard() == b"2 "
    assert [ear.heard() for ear in crowd[4:-2]] == [b"burst 1 2 "] * 44
    for ear in (*crowd, fresh):
        ear.line.close()


def test_hang_ups_are_noticed_and_files_given_back(audience: Audience, turns: Turns) -> None:
    before = len(os.listdir("/proc/self/fd"))
    ears = [Ear(audience) for _ in range(50)]
    for ear in ears:
        ear.line.close()
    turns.settle()
    assert len(audience) == 0
    assert audience.counts.left == audience.left(DEMO) == 50
    assert audience.formats(DEMO) == []
    assert len(os.listdir("/proc/self/fd")) == before


def test_many_who_hang_up_at_once_do_not_hold_up_the_loop(audience: Audience, turns: Turns) -> None:
    ears = [Ear(audience) for _ in range(HANGUPS + 10)]
    for ear in ears:
        ear.line.close()
    turns.turn()
    assert len(audience) == 10
    turns.turn()
    assert len(audience) == 0


def test_who_has_gone_before_joining_is_let_go(audience: Audience) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    audience.join(ours.detach(), DEMO, MP4, b"burst", PartNumber(0))
    assert (len(audience), audience.counts.left) == (0, 1)


def test_a_slow_listener_skips_to_the_newest_parts(audience: Audience, turns: Turns) -> None:
    """It gets whole parts only, and others do not notice."""
    slow, well = Ear(audience), Ear(audience)
    others = b""
    for head in range(2, 32):
        play(audience, turns, head, size=1000)
        others += well.heard()
    assert audience.skipped(DEMO) > 5
    first = slow.heard()
    play(audience, turns, 32, size=1000)
    second = slow.heard()
    assert others + well.heard() == b"burst " + b"".join(
        big_part(MP4, PartNumber(number)) for number in range(1, 32)
    )
    parts = (first + second).removeprefix(b"burst ")
    assert len(parts) % 1000 == 0
    numbers = [int(parts[at : at + 1000].split(b" ")[0]) for at in range(0, len(parts), 1000)]
    assert (numbers[0], numbers[-1]) == (1, 31)
    assert len(numbers) + audience.skipped(DEMO) == 31
    assert numbers == sorted(set(numbers))


def test_a_slow_listener_who_reads_again_is_an_ear_like_others(
    audience: Audience, turns: Turns
) -> None:
    slow = Ear(audience)
    play(audience, turns, *range(2, 32), size=1000)
    for head in range(32, 102):
        slow.heard()
        play(audience, turns, head, size=1000)
    crowd = audience._crowds[DEMO][MP4]
    assert [len(cohort.roster) for cohort in crowd.cohorts.values()] == [1]
    assert not crowd.apart


def test_a_chunk_that_does_not_fit_at_once_is_no_misfortune(
    audience: Audience, turns: Turns, cadence: Cadence
) -> None:
    """The rest follows with the next part, and the listener stands among the others again."""
    cadence.parts = 12
    ear = Ear(audience)
    play(audience, turns, 12, size=1000)
    crowd = audience._crowds[DEMO][MP4]
    assert len(crowd.apart) == 1
    raw = ear.heard()
    for head in range(13, 24):
        play(audience, turns, head, size=1000)
        raw += ear.heard()
    assert not crowd.apart
    assert raw == b"burst " + b"".join(big_part(MP4, PartNumber(n)) for n in range(1, 12))
    assert audience.skipped(DEMO) == 0


def test_who_never_reads_is_closed(audience: Audience, turns: Turns) -> None:
    stalled, well = Ear(audience), Ear(audience)
    for head in range(2, MISSED_AT_MOST + 30):
        play(audience, turns, head, size=1000)
        well.heard()
    assert (len(audience), audience.counts.closed_slow) == (1, 1)
    assert stalled.heard().endswith(b".")


def test_a_burst_that_does_not_fit_is_finished_first(audience: Audience, turns: Turns) -> None:
    ear = Ear(audience, head=4, burst=b"x" * 20_000)
    first = ear.heard()
    assert 0 < len(first) < 20_000
    for head in range(5, 15):
        play(audience, turns, head)
        first += ear.heard()
    assert first.startswith(b"x" * 20_000)
    assert first.endswith(b"12 13 ")


def test_a_pass_that_overruns_takes_along_what_is_new(audience: Audience, turns: Turns) -> None:
    """Fewer sends, nothing lost, and nothing waits in a row."""
    ear = Ear(audience, space=100_000)
    for head in range(2, RESUME_PARTS + 2):
        audience.advance(DEMO, MP4, PartNumber(head), part)
    turns.settle()
    assert list(map(int, ear.heard().split()[1:])) == list(range(1, RESUME_PARTS + 1))
    assert (audience.counts.sends, audience.skipped(DEMO)) == (1, 0)


def test_what_became_due_during_a_pass_goes_out_right_after_it(
    audience: Audience, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_turns(monkeypatch, 40)
    ears = [Ear(audience) for _ in range(50)]
    audience.advance(DEMO, MP4, PartNumber(2), part)
    turns.turn()
    audience.advance(DEMO, MP4, PartNumber(3), part)
    turns.settle()
    assert [ear.heard() for ear in ears] == [b"burst 1 2 "] * 50
    for ear in ears:
        ear.line.close()


def test_how_long_a_pass_takes_is_known_while_it_lasts_and_for_a_second(
    audience: Audience, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_turns(monkeypatch, 40)
    ears = [Ear(audience) for _ in range(50)]
    turns.now = 100.0
    assert audience.pass_seconds == 0
    audience.advance(DEMO, MP4, PartNumber(2), part)
    turns.turn()
    turns.now = 100.25
    assert audience.pass_seconds == 0.25
    turns.settle()
    assert audience.pass_seconds == 0.25
    turns.now = 101.5
    assert audience.pass_seconds == 0
    for ear in ears:
        ear.line.close()


def test_what_has_waited_for_ten_seconds_is_skipped_and_counted(
    audience: Audience, turns: Turns
) -> None:
    ear = Ear(audience, space=100_000)
    play(audience, turns, RESUME_PARTS + 6)
    assert ear.heard().startswith(b"burst 6 7 ")
    assert audience.skipped(DEMO) == 5
    play(audience, turns, RESUME_PARTS + 7)
    assert ear.heard() == b"%d " % (RESUME_PARTS + 6)


def test_a_rooms_listeners_can_be_sent_away(audience: Audience, turns: Turns) -> None:
    """Those who come after that begin a crowd of their own, even while a part goes out."""
    ears = [Ear(audience) for _ in range(HANGUPS + 10)]
    stalled = Ear(audience, burst=b"x" * 20_000)
    audience.send_away(RoomSlug("other"))
    assert len(audience) == len(ears) + 1
    audience.advance(DEMO, MP4, PartNumber(2), part)
    audience.send_away(DEMO)
    assert len(audience) == 11
    other = Ear(audience, head=-50)
    turns.settle()
    assert [ear.heard() for ear in ears] == [b"burst ."] * len(ears)
    assert stalled.heard().endswith(b"x.")
    play(audience, turns, -49)
    assert other.heard() == b"burst -50 "
    assert (len(audience), audience.ears(DEMO)) == (1, 1)


def test_when_a_room_takes_a_key_who_came_without_it_is_let_go(
    audience: Audience, turns: Turns
) -> None:
    """However many they are; whoever has the key hears every part, and so do other rooms."""
    strangers = [Ear(audience, brought=key) for key in ("", "b") for _ in range(HANGUPS)]
    stalled = Ear(audience, burst=b"x" * 20_000)
    friends = [Ear(audience, brought="a") for _ in range(3)]
    elsewhere = Ear(audience, slug=RoomSlug("other"))
    audience.let_stay(DEMO, "a")
    turns.settle()
    play(audience, turns, 2)
    assert {ear.heard() for ear in strangers} == {b"burst ."}
    assert stalled.heard().endswith(b"x.")
    assert [ear.heard() for ear in friends] == [b"burst 1 "] * 3
    assert elsewhere.heard() == b"burst "
    assert (len(audience), audience.ears(DEMO)) == (4, 3)
    audience.let_stay(DEMO, "c")
    turns.settle()
    assert [ear.heard() for ear in friends] == [b"."] * 3, "the key was renewed"
    assert not audience._brought


def test_whoever_got_a_strangers_number_meanwhile_may_stay(
    audience: Audience, turns: Turns
) -> None:
    strangers = [Ear(audience) for _ in range(HANGUPS + 3)]
    audience.let_stay(DEMO, "a")
    for ear in strangers:
        ear.line.close()
    audience._hangups()
    fresh = [Ear(audience, brought="a") for _ in range(3)]
    turns.settle()
    assert [ear.heard() for ear in fresh] == [b"burst "] * 3


def test_a_number_that_was_given_to_somebody_else_is_not_seen_off(
    audience: Audience, turns: Turns
) -> None:
    """They came after their room had begun anew."""
    ears = [Ear(audience) for _ in range(HANGUPS + 3)]
    numbers = set(audience._place_of)
    audience.send_away(DEMO)
    for ear in ears:
        ear.line.close()
    audience._hangups()
    fresh = [Ear(audience) for _ in range(3)]
    assert set(audience._place_of) <= numbers
    turns.settle()
    assert [ear.heard() for ear in fresh] == [b"burst "] * 3


@pytest.fixture
async def live(make_sender: type[Sender]) -> AsyncIterator[Audience]:
    one = Audience(asyncio.get_running_loop(), make_sender())
    yield one
    one.close()


async def test_a_hang_up_over_tcp_is_noticed_before_the_next_part(live: Audience) -> None:
    """On a real loop."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
        ours.setblocking(False)
        live.join(ours.detach(), DEMO, MP4, b"burst", PartNumber(0))
        assert listener.recv(100) == b"burst"
        live.advance(DEMO, MP4, PartNumber(2), part)
        assert live.pass_seconds >= 0
        assert await asyncio.get_running_loop().run_in_executor(None, listener.recv, 100) == b"1 "
        listener.close()
        await until(lambda: len(live) == 0)


STEP = st.one_of(
    st.tuples(st.just("join"), st.integers(1, 7)),
    st.tuples(st.just("leave"), st.integers(0, 99)),
    st.tuples(st.just("stall"), st.integers(0, 99)),
    st.tuples(st.just("wake"), st.integers(0, 99)),
    st.tuples(st.just("tight"), st.integers(1, 3)),
    st.tuples(st.just("cadence"), st.sampled_from(STEPS)),
    st.tuples(st.just("parts"), st.integers(1, 9)),
    st.tuples(st.just("turns"), st.integers(1, 4)),
)


def words(format_: Format, number: PartNumber) -> bytes:
    """Return a part of 100 to 300 bytes that can be told from others."""
    return b"%d" % number + b"-" * (100 + number * 37 % 200) + b" "


class Walk:
    """An audience, and what its listeners must hear."""

    def __init__(self, make_sender: type[Sender]) -> None:
        self.turns, self.cadence = Turns(), Cadence()
        self.audience = Audience(self.turns.as_loop(), make_sender(), self.cadence.of)
        self.head, self.settled = 100, 100
        self.there: list[tuple[Ear, int]] = []
        self.raw: dict[Ear, bytes] = {}
        self.stalled: list[Ear] = []
        self.stalled_ever: set[Ear] = set()

    def step(self, what: str, count: int) -> None:
        match what:
            case "join" | "tight":
                for _ in range(count):
                    self._join(4096 if what == "tight" else 1 << 18)
            case "leave" if self.there:
                ear, _ = self.there.pop(count % len(self.there))
                ear.line.close()
            case "stall" if self.there:
                ear, _ = self.there[count % len(self.there)]
                self.stalled.append(ear)
                self.stalled_ever.add(ear)
            case "wake" if self.stalled:
                self.stalled.pop(count % len(self.stalled))
            case "cadence":
                self.cadence.parts = count
            case "parts":
                for _ in range(count):
                    self._part()
            case "turns":
                for _ in range(count):
                    self.turns.turn()

    def _join(self, space: int) -> None:
        first = self.head - 2
        burst = b"".join(words(MP4, PartNumber(n)) for n in range(first, self.head))
        ear = Ear(self.audience, self.head, burst, space)
        self.there.append((ear, first))
        self.raw[ear] = b""

    def _part(self) -> None:
        """One part more; a loop that turns not once in twenty parts is not what is tested."""
        self.head += 1
        self.audience.advance(DEMO, MP4, PartNumber(self.head), words)
        if self.head - self.settled > 20:
            self.turns.settle()
        if not self.audience._going:
            self.settled = self.head
            crowds = self.audience._crowds.get(DEMO, {}).values()
            for cohort in (cohort for crowd in crowds for cohort in crowd.cohorts.values()):
                assert self.head - cohort.next < max(1, self.cadence.parts) or not cohort.roster
        self.listen()

    def listen(self) -> None:
        for ear, _ in self.there:
            if ear not in self.stalled:
                self.raw[ear] += ear.heard()

    def end(self) -> None:
        """Let everything out that is due at a cadence of one."""
        self.stalled.clear()
        self.cadence.parts = 1
        for _ in range(4):
            self.turns.settle()
            self._part()
        self.turns.settle()
        self.listen()

    def judge(self) -> None:
        for ear, first in self.there:
            raw = self.raw[ear]
            numbers = [int(word.rstrip(b"-")) for word in raw.split(b" ")[:-1]]
            assert raw == b"".join(words(MP4, PartNumber(number)) for number in numbers)
            assert numbers[-1] == self.head - 1
            if ear in self.stalled_ever:
                assert numbers == sorted(set(numbers))
            else:
                assert numbers == list(range(first, self.head))
        assert len(self.audience) == len(self.there)

    def close(self) -> None:
        self.audience.close()
        for ear in self.raw:
            ear.line.close()


@pytest.mark.parametrize("make_sender", SENDERS, ids=lambda sender: sender.name)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, min_size=5, max_size=60))
def test_who_never_stalls_hears_every_part_once_and_in_order(
    steps: list[tuple[str, int]], make_sender: type[Sender]
) -> None:
    """Whatever others do. Who does stall hears whole parts, none twice, and the newest at last."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "LEAST", 2)
        short_turns(patch, 3)
        patch.setattr(cohorts, "COHORT", 2)
        walk = Walk(make_sender)
        try:
            for what, count in steps:
                walk.step(what, count)
            walk.end()
            walk.judge()
        finally:
            walk.close()
