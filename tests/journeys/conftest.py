"""Fixtures of the whole ways through."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    """What drives the browsers. It runs an event loop, so it must be gone with the test."""
    with sync_playwright() as driver:
        yield driver
