"""Who may not come in, for how long, and by what they are known again."""

import pytest

from fullhouse.house.bans import (
    MINUTE,
    Ban,
    BanKind,
    Banned,
    banning,
    ends_at,
    known_by,
    must_not_be_banned,
    prefix_mark,
)
from fullhouse.units import SECOND, Micros

NOW = Micros(1_800_000_000_000_000)
KEY = bytes(32)


def ban(kind: BanKind, whom: str, minutes: int | None = None) -> Ban:
    return Ban(f"{kind}-{minutes}", kind, whom, "Ana", "host", NOW, ends_at(minutes, now=NOW))


@pytest.mark.parametrize("kind", list(BanKind))
def test_whoever_is_known_again_is_kept_out(kind: BanKind) -> None:
    bans = [ban(kind, "one")]
    with pytest.raises(Banned):
        must_not_be_banned(bans, [(kind, "one")], now=NOW)
    must_not_be_banned(bans, [(kind, "other")], now=NOW)
    must_not_be_banned(bans, [(one, "one") for one in BanKind if one is not kind], now=NOW)


def test_a_ban_runs_out_and_says_when() -> None:
    bans = [ban(BanKind.HAND, "one", 10)]
    with pytest.raises(Banned) as refusal:
        must_not_be_banned(bans, known_by(hand="one"), now=Micros(NOW + 30 * SECOND))
    assert (refusal.value.retry_after, "10 minutes" in refusal.value.message) == (600, True)
    must_not_be_banned(bans, known_by(hand="one"), now=Micros(NOW + 10 * MINUTE))


def test_the_longest_ban_is_told_of() -> None:
    bans = [ban(BanKind.HAND, "one", 10), ban(BanKind.ACCOUNT, "two"), ban(BanKind.HAND, "one", 5)]
    assert banning(bans, known_by(hand="one", account="two"), now=NOW) is bans[1]
    assert banning(bans, known_by(hand="one"), now=NOW) is bans[0]


def test_what_is_not_known_bans_nobody() -> None:
    assert known_by() == ()
    assert banning([ban(BanKind.PREFIX, "")], known_by(prefix=""), now=NOW) is None


def test_a_mark_does_not_tell_the_address_to_who_has_not_the_key() -> None:
    mark = prefix_mark(KEY, "192.0.2.0/24")
    assert len(mark) == 64
    assert mark != prefix_mark(bytes([1] * 32), "192.0.2.0/24")
    assert mark != prefix_mark(KEY, "192.0.3.0/24")
    assert prefix_mark(KEY, "") == ""
