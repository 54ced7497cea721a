"""What holds in every test of the house."""

import asyncio
import logging
from collections.abc import Callable, Iterator

import pytest
import uvloop

from tests.house.databases import database, database_url, empty_url, postgresql

__all__ = ["database", "database_url", "empty_url", "postgresql"]
"""Fixtures; pytest finds them by their names here."""


@pytest.fixture(autouse=True)
def nothing_at_error_level(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a caller does, no library under us logs an error, nor asyncio a lost exception."""
    yield
    records = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    assert [one.getMessage() for one in records if one.levelno >= logging.ERROR] == []


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Test on the loop that the house runs on: it cuts connections in its own way."""
    return {"uvloop": uvloop.new_event_loop}
