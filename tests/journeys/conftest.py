"""Fixtures of the whole ways through."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers; one for the run."""
    with sync_playwright() as driver:
        yield driver
