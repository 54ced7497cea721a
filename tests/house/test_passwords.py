"""Passwords: hashed well, few at once, and the same work for everybody."""

import asyncio
from typing import Literal

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from fullhouse.house import passwords as the_shell
from fullhouse.house.passwords import Busy, Passwords
from tests.house.known import CHEAP


class Counted(PasswordHasher):
    """Keeps what it has really checked: a hash that is none is refused without work."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.checked: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        try:
            return super().verify(hash, password)
        except VerifyMismatchError:
            self.checked.append(str(hash))
            raise


async def test_a_password_fits_what_was_kept_of_it_and_nothing_else() -> None:
    passwords = Passwords(CHEAP)
    stored = await passwords.hash("correct horse")
    assert stored.startswith("$argon2id$")
    assert await passwords.fits(stored, "correct horse")
    assert not await passwords.fits(stored, "correct horse ")
    assert not await passwords.fits(None, "correct horse")
    assert not await passwords.fits("nonsense", "correct horse")
    assert await passwords.hash("correct horse") != stored


async def test_a_login_that_does_not_exist_costs_the_same_work() -> None:
    """Each answer takes exactly one check, of a hash with the same costs."""
    hasher = Counted()
    passwords = Passwords(hasher)
    stored = await passwords.hash("correct horse")
    for one in (stored, None):
        assert not await passwords.fits(one, "wrong")
    somebodys, nobodys = hasher.checked
    assert somebodys == stored
    assert nobodys.split("$")[1:4] == stored.split("$")[1:4]


async def test_the_costs_are_those_that_are_recommended() -> None:
    assert "$m=19456,t=2,p=1$" in await Passwords().hash("correct horse")
    assert Passwords().is_old(CHEAP.hash("correct horse"))


async def test_two_are_checked_at_once_and_too_many_are_sent_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(the_shell, "MOST_WAITING", 3)
    passwords = Passwords(CHEAP)
    asked = [asyncio.create_task(passwords.hash("correct horse")) for _ in range(5)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(one, Busy) for one in done] == [False] * 3 + [True] * 2
    assert (await passwords.hash("correct horse")).startswith("$argon2id$")
