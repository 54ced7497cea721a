"""What holds in every test of the house."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def nothing_at_error_level(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a caller does, no library under us logs an error, nor asyncio a lost exception."""
    yield
    records = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    assert [one.getMessage() for one in records if one.levelno >= logging.ERROR] == []
