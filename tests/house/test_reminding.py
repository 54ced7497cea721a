"""Who is mailed what, and when."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.commands import (
    CallOff,
    Command,
    End,
    GoLive,
    OpenDoors,
    Plan,
    StartPassed,
    VoiceHeard,
)
from fullhouse.house.reminding import (
    DAY,
    MINUTE,
    RETRIES,
    USELESS_AFTER,
    BadAddress,
    Kind,
    Mailing,
    again_after,
    away_for,
    begin_at,
    has_served,
    mail_name,
    news_of,
    read_address,
    remind_at,
    reminder_of,
    spread,
    still_true,
    token_of,
)
from fullhouse.house.room import Room
from fullhouse.units import SECOND, Micros, RoomSlug

NOW = Micros(1_800_000_000_000_000)
START = Micros(NOW + 60 * MINUTE)
MAILING = Mailing("mail.example", 25, "a@b.example", password="hidden", per_second=10, before=15)
KEY = b"k" * 32


def room(*commands: Command, starts: Micros | None = START) -> Room:
    made = Room.new(RoomSlug("evening"), "Evening", starts, now=NOW)
    for command in commands:
        made, _ = made.handle(command, now=NOW)
    return made


LIVE = (GoLive(), VoiceHeard())
MOVED = Plan(Micros(START + 30 * MINUTE))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ana@ear.example", "ana@ear.example"),
        ("  ana@ear.example ", "ana@ear.example"),
        ("Ana.B+x_1@EAR.Example", "Ana.B+x_1@ear.example"),
        ("o'hara@a-b.co.uk", "o'hara@a-b.co.uk"),
    ],
)
def test_an_address_is_read(text: str, address: str) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "ana", "ana@", "@ear.example", "ana@ear", "a b@ear.example", "ana@ear..example",
        ".ana@ear.example", "ana.@ear.example", "a..b@ear.example", "ana@-ear.example",
        "ana@ear.example\nBcc: x@y.example", "ana@ear.example\r", "ana@ear.example,b@c.example",
        "<ana@ear.example>", "Ana <ana@ear.example>", '"a b"@ear.example', "ana@[127.0.0.1]",
        "ána@ear.example", "ana@éar.example", "a" * 65 + "@ear.example",
        "a@" + "b." * 126 + "example", "ana@ear.example\0", "ana@ear.example\tx",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        read_address(text)


@given(st.text(max_size=300) | st.from_regex(r"[\w.\r\n ]+@[\w.\r\n ]+", fullmatch=True))
def test_no_address_that_is_read_can_carry_more_than_itself(text: str) -> None:
    with suppress(BadAddress):
        read = read_address(text)
        assert read.isascii()
        assert read.isprintable()
        assert not set(read) & set(' <>,;:"()[]\\')
        assert len(read) <= 254


def test_a_token_opens_one_reminder_and_cannot_be_made_up() -> None:
    name = "0123456789abcdef"
    token = token_of(KEY, name)
    assert reminder_of(KEY, token) == name
    for other in (token[:-1], token + "a", "f" + token[1:], token.upper(), "", name):
        assert reminder_of(KEY, other) is None
    assert reminder_of(b"x" * 32, token) is None


@given(st.text(max_size=60))
def test_any_token_is_refused_that_is_not_ours(text: str) -> None:
    assert reminder_of(KEY, text) is None


def test_two_houses_call_the_same_mail_the_same() -> None:
    names = {mail_name(one, kind, schedule) for one in "ab" for kind in Kind for schedule in (1, 2)}
    assert len(names) == 2 * len(Kind) * 2
    assert all(len(name) == 32 for name in names)


@pytest.mark.parametrize(
    ("commands", "kind"),
    [
        ((), Kind.MOVED),
        ((MOVED,), Kind.MOVED),
        ((OpenDoors(), StartPassed()), Kind.MOVED),
        ((CallOff(),), Kind.CALLED_OFF),
        ((CallOff(), MOVED), Kind.MOVED),
        (LIVE, None),
        ((*LIVE, End()), None),
    ],
)
def test_what_those_are_told_who_know_an_older_plan(
    commands: tuple[Command, ...], kind: Kind | None
) -> None:
    assert news_of(room(*commands)) is kind
    assert news_of(room(starts=None)) is None


def test_reminders_have_gone_out_so_many_minutes_before() -> None:
    assert remind_at(room(), MAILING) == START - 15 * MINUTE
    for over in (room(CallOff()), room(*LIVE), room(starts=None)):
        assert remind_at(over, MAILING) is None


@given(st.integers(0, 5_000), st.integers(1, 1_000))
def test_mails_are_spread_so_that_no_second_has_more_than_its_share(
    count: int, per_second: int
) -> None:
    mailing = Mailing("mail.example", 25, "a@b.example", per_second=per_second)
    begin = begin_at(START, count, mailing)
    dues = list(spread(begin, count, mailing))
    assert dues == sorted(dues)
    assert all(begin <= due <= START for due in dues)
    for first, later in zip(dues, dues[per_second:], strict=False):
        assert later - first >= SECOND


def sends(kind: Kind, one: Room | None, schedule: int = 0, confirmed: bool = True) -> bool:
    return still_true(kind, schedule, confirmed=confirmed, room=one, now=NOW)


def test_what_has_been_overtaken_is_not_sent() -> None:
    assert sends(Kind.REMINDER, room())
    assert sends(Kind.REMINDER, room(*LIVE)), "it has begun early: come"
    assert not sends(Kind.REMINDER, room(MOVED)), "of another start"
    assert not sends(Kind.REMINDER, room(CallOff()), 1)
    assert not sends(Kind.REMINDER, room(*LIVE, End()))
    assert not sends(Kind.REMINDER, room(), confirmed=False)
    assert not sends(Kind.REMINDER, None)
    assert sends(Kind.MOVED, room(MOVED), 1)
    assert not sends(Kind.MOVED, room(MOVED, CallOff()), 1)
    assert sends(Kind.CALLED_OFF, room(CallOff()), 1)
    assert not sends(Kind.CALLED_OFF, room(CallOff(), MOVED), 1)
    assert sends(Kind.CONFIRM, room(), confirmed=False)
    assert not sends(Kind.CONFIRM, room(), confirmed=True)
    assert not sends(Kind.CONFIRM, room(CallOff()), confirmed=False)
    late = Micros(START + USELESS_AFTER)
    assert not still_true(Kind.REMINDER, 0, confirmed=True, room=room(), now=late)


def test_a_mail_is_tried_again_after_longer_and_longer_and_given_up() -> None:
    waits = [again_after(tries) for tries in range(1, len(RETRIES) + 1)]
    assert waits == sorted(RETRIES)
    assert again_after(len(RETRIES) + 1) is None
    away = [away_for(failures) for failures in range(1, 99)]
    assert away == sorted(away)
    assert (away[0], away[-1]) == (5 * SECOND, 5 * MINUTE)


def test_addresses_are_kept_until_the_session_is_over_and_no_longer() -> None:
    def served(one: Room | None, days: float) -> bool:
        return has_served(one, Micros(NOW + int(days * DAY)))

    assert not served(room(), 100)
    assert not served(room(*LIVE, End()), 0.9)
    assert served(room(*LIVE, End()), 1.1)
    assert not served(room(CallOff()), 29)
    assert served(room(CallOff()), 31)
    assert served(None, 0)


def test_the_password_is_not_shown() -> None:
    assert "hidden" not in repr(MAILING)
