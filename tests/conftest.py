"""Fixtures that every test may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.servers import nats_server

# A machine that is busy with other things makes no test wrong.
settings.register_profile("fullhouse", deadline=None)
settings.load_profile("fullhouse")


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real nats-server that all tests of this run share."""
    folder: Path = tmp_path_factory.mktemp("nats")
    with nats_server(folder) as url:
        yield url
