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
    powerful = [one for one in here if one.caller(acting=one.id == acting).may(May.GO_LIVE)]
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
