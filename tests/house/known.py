"""People and their database, with a clock that a test moves."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from argon2 import PasswordHasher

from fullhouse.clock import Clock
from fullhouse.house.account_rows import add_account
from fullhouse.house.accounts import Account, AccountKind
from fullhouse.house.database import Database
from fullhouse.house.passwords import Passwords
from fullhouse.house.people import NewAccount, People
from fullhouse.units import SECOND, Micros
from tests.house.databases import lay_down

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
KEY = bytes(range(32))
DAY = Micros(86_400 * SECOND)


class Told(Clock):
    """A clock that stands until it is told to go on."""

    def __init__(self) -> None:
        self.at = Micros(1_800_000_000 * SECOND)

    def now(self) -> Micros:
        return self.at

    def passes(self, micros: int) -> None:
        self.at = Micros(self.at + micros)


@contextmanager
def people_in(folder: Path, clock: Clock) -> Iterator[tuple[People, Database]]:
    """People in a database of their own."""
    lay_down(folder / "house.db")
    database = Database.open(f"sqlite:///{folder / 'house.db'}")
    try:
        yield People(database, clock, KEY, Passwords(CHEAP)), database
    finally:
        database.close()


def asked(login: str = "ana", name: str = "Ana", password: str = PASSWORD) -> NewAccount:
    """What somebody says who makes an account."""
    return NewAccount(login, name, password)


async def a_host(people: People, database: Database, login: str = "ben") -> Account:
    """An account that was made by invitation."""
    row = await people.new_row(asked(login, login.title()), AccountKind.HOST)
    return await database.write(
        lambda session: add_account(session, row(f"a-{login}"), RuntimeError())  # type: ignore[arg-type] # never raised
    )


def hears(told: list[str]) -> Callable[[str], Awaitable[None]]:
    """Return who notes of which accounts something has ended."""

    async def hear(account: str) -> None:
        told.append(account)

    return hear
