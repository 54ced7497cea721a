"""A shell: passwords, hashed with argon2id in threads, so few at once that no sound is late for it.

Source: OWASP, Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane.
"""

import asyncio
import secrets
from collections.abc import Callable
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fullhouse.errors import NotReady

AT_ONCE: Final = 2
MOST_WAITING: Final = 50

T = TypeVar("T")


class Busy(NotReady):
    code = "busy"
    message = "Too many people sign in at this moment. Please try again in a few seconds."


class Passwords:
    """Hashes passwords, and checks them: as long for a login that is not there as for any other."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(24))
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Return what is stored of a password.

        Raises:
            Busy: too many wait for theirs.
        """
        return await self._in_turn(lambda: self._hasher.hash(password))

    async def fits(self, stored: str | None, password: str) -> bool:
        """Tell whether it is the password; nobody's is that of an account that has none.

        Raises:
            Busy: too many wait for theirs.
        """

        def look() -> bool:
            # The same work whether there is such an account or not: time tells nothing.
            try:
                self._hasher.verify(stored or self._nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
            return stored is not None

        return await self._in_turn(look)

    def is_old(self, stored: str) -> bool:
        """Tell whether a password was hashed with other costs than today's."""
        return self._hasher.check_needs_rehash(stored)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise Busy(retry_after=5)
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
