"""Who holds a room's powers while its host is gone: never two, and the host at once."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from fullhouse.house.membership import LEADERS, Member
from fullhouse.house.roles import May, Role
from fullhouse.house.succession import GONE_AFTER, LINGERS, MOST_SEEN, Succession
from fullhouse.units import SECOND, Micros, RoomSlug

EVENING = RoomSlug("evening")
START = Micros(1_000 * SECOND)


def member(name: str, role: Role, place: int = 0) -> Member:
    return Member(f"m-{name}", EVENING, name, role, Micros(0), place=place)


HOST = member("host", Role.HOST)
FIRST, SECOND_ = member("first", Role.COHOST, 1), member("second", Role.COHOST, 2)
EVERYBODY = (HOST, SECOND_, FIRST, member("speaker", Role.SPEAKER))


def after(seconds: float) -> Micros:
    return Micros(START + int(seconds * SECOND))


def walk_of(*seen: tuple[Member, float, float]) -> Succession:
    """Return what is known where each was seen once a second from one time to another."""
    succession = Succession(START)
    moments = sorted(
        (second, one.id) for one, first, last in seen for second in range(int(first), int(last) + 1)
    )
    for second, one in moments:
        succession.see(one, now=after(second))
    return succession


def test_a_host_who_is_gone_for_fifteen_seconds_is_stood_in_for() -> None:
    succession = walk_of((HOST, 0, 100), (FIRST, 0, 115), (SECOND_, 0, 115))
    assert succession.acting(EVERYBODY, now=after(114.9)) == ""
    assert succession.acting(EVERYBODY, now=after(115)) == FIRST.id


def test_the_first_who_is_present_stands_in() -> None:
    succession = walk_of((HOST, 0, 100), (FIRST, 0, 100), (SECOND_, 0, 116))
    assert succession.acting(EVERYBODY, now=after(116)) == SECOND_.id


def test_a_host_who_is_back_leads_at_once() -> None:
    succession = walk_of((HOST, 0, 1), (FIRST, 0, 60))
    assert succession.acting(EVERYBODY, now=after(60)) == FIRST.id
    succession.see(HOST.id, now=after(60.1))
    assert succession.acting(EVERYBODY, now=after(60.1)) == ""


def test_a_host_who_never_came_is_gone_since_we_look() -> None:
    succession = walk_of((FIRST, 0, 15))
    assert succession.acting(EVERYBODY, now=after(14.9)) == ""
    assert succession.acting(EVERYBODY, now=after(15)) == FIRST.id


def test_a_time_in_which_we_saw_nobody_is_not_counted() -> None:
    succession = walk_of((HOST, 0, 10), (FIRST, 0, 10))
    succession.excuse(Micros(60 * SECOND))
    assert succession.acting(EVERYBODY, now=after(71)) == ""
    assert FIRST.id in succession.present(now=after(71))


def test_a_page_that_is_loaded_again_does_not_change_who_acts() -> None:
    succession = walk_of((FIRST, 0, 30), (SECOND_, 0, 33))
    assert succession.acting(EVERYBODY, now=after(33)) == FIRST.id
    assert succession.acting(EVERYBODY, now=Micros(after(30) + LINGERS)) == SECOND_.id


def test_what_is_remembered_is_bounded() -> None:
    succession = Succession(START)
    for number in range(MOST_SEEN + 10):
        succession.see(f"m-{number}", now=START)
    assert len(succession.present(now=START)) == MOST_SEEN


NAMES = ("a", "b", "c", "d")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("seen"), st.sampled_from(NAMES)),
        st.tuples(st.just("page"), st.sampled_from(NAMES)),
        st.tuples(st.just("away"), st.sampled_from(NAMES)),
        st.tuples(st.sampled_from([*Role]), st.sampled_from(NAMES)),
        st.tuples(st.just("gone"), st.sampled_from(NAMES)),
        st.tuples(st.just("time"), st.sampled_from(["1", "5", "16"])),
    ),
    max_size=40,
)


@settings(max_examples=300)
@given(STEPS)
def test_on_any_walk_one_person_leads_and_never_two(steps: list[tuple[str, str]]) -> None:
    """Whoever comes, goes, and changes role: at most one acts, and none beside a host."""
    people = {
        name: member(name, role, place)
        for name, role, place in zip(
            NAMES, (Role.HOST, Role.COHOST, Role.COHOST, Role.SPEAKER), (0, 1, 2, 0), strict=True
        )
    }
    succession, now, pages = Succession(START), START, set[str]()
    seen = dict[str, Micros]()
    for what, whom in steps:
        match what:
            case "seen":
                succession.see(f"m-{whom}", now=now)
                seen[whom] = now
            case "page":
                pages.add(whom)
            case "away":
                pages.discard(whom)
            case "gone":
                people[whom] = replace(people[whom], gone=True)
            case "time":
                for _ in range(int(whom)):
                    now = Micros(now + SECOND)
                    for page in sorted(pages):
                        succession.see(f"m-{page}", now=now)
                        seen[page] = now
            case role:
                people[whom] = people[whom].becomes(Role(role), people.values())
        _judge(people, seen, succession.acting(people.values(), now=now), now)


def _judge(people: dict[str, Member], seen: dict[str, Micros], acting: str, now: Micros) -> None:
    here = [one for one in people.values() if not one.gone]
    leaders = [one for one in here if one.role in LEADERS]
    led = max([START, *(seen.get(one.name, START) for one in leaders)])
    powerful = [
        one for one in here if one.caller(acting=one.id == acting).powers() == frozenset(May)
    ]
    assert set(powerful) - {one for one in here if one.id == acting} == set(leaders)
    if not acting:
        return
    (who,) = (one for one in here if one.id == acting)
    assert who.role is Role.COHOST
    assert now - seen[who.name] < LINGERS
    assert now - led >= GONE_AFTER
    for other in here:
        if other.role is Role.COHOST and other.place < who.place:
            assert now - seen.get(other.name, Micros(0)) >= LINGERS


HOSTS = (HOST, member("hostess", Role.HOST))
COHOSTS = (FIRST, SECOND_)
PLACES = st.sampled_from(["", "a", "b"])
EVENINGS = st.lists(
    st.tuples(
        st.fixed_dictionaries({one.id: PLACES for one in (*HOSTS, *COHOSTS)}),
        st.sampled_from([1, 2, 5, 16, 25]),
    ),
    min_size=1,
    max_size=10,
)
SETTLED = 22
"""Seconds after which everybody knows who is where: 15, those who linger, and a look."""


@settings(max_examples=300)
@given(EVENINGS)
def test_two_houses_never_split_a_room_whoever_comes_and_goes_at_once(
    evening: list[tuple[dict[str, str], int]],
) -> None:
    """Each house sees its own pages, and hears of the other's a moment later.

    Whoever leads, both say the same; and a host who is back leads at the first look.
    """
    houses = {"a": Succession(START), "b": Succession(START)}
    looks = {"a": 0.0, "b": 0.3}
    second, people = 0, (*HOSTS, *COHOSTS)
    for places, seconds in evening:
        for steady in range(seconds):
            for house, offset in looks.items():
                here = [one for one, place in places.items() if place == house]
                other = "b" if house == "a" else "a"
                for one in here:
                    houses[house].see(one, now=after(second + offset))
                    houses[other].see(one, now=after(second + offset + 0.05))
            said = {one.acting(people, now=after(second + 0.5)) for one in houses.values()}
            assert len(said) == 1, "the room is split"
            (acting,) = said
            if any(places[one.id] for one in HOSTS):
                assert acting == ""
            elif steady >= SETTLED:
                expected = next((one.id for one in COHOSTS if places[one.id]), "")
                assert acting == expected
            second += 1


def test_two_co_hosts_who_come_as_the_other_goes_hand_over_without_a_gap_or_a_double() -> None:
    """At the very second: the one who went lingers, then the other acts, never both."""
    succession = walk_of((FIRST, 0, 30), (SECOND_, 31, 60))
    assert succession.acting(EVERYBODY, now=after(60)) == SECOND_.id
    succession.see(FIRST.id, now=after(60))
    assert succession.acting(EVERYBODY, now=after(60)) == FIRST.id
    succession.see(HOST.id, now=after(60))
    assert succession.acting(EVERYBODY, now=after(60)) == ""


def test_whom_the_acting_one_made_a_host_leads_from_then_on() -> None:
    """A role that was given stays: the new host leads, and the co-host acts no more."""
    speaker = EVERYBODY[-1]
    succession = walk_of((FIRST, 0, 30), (speaker, 0, 30))
    assert succession.acting(EVERYBODY, now=after(30)) == FIRST.id
    made = (*EVERYBODY[:-1], speaker.becomes(Role.HOST, EVERYBODY))
    assert succession.acting(made, now=after(30)) == ""


def test_it_takes_the_fifteen_seconds_to_know_whether_anybody_acts() -> None:
    succession = Succession(START)
    assert not succession.is_settled(now=after(14.9))
    assert succession.is_settled(now=after(15))
