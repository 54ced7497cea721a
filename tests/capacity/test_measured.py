"""The worker that is measured is the product's own, and ends with whoever measures it."""

from pathlib import Path

import pytest

from fullhouse.capacity.measured import measured_worker
from fullhouse.errors import Refused


def test_a_worker_that_does_not_start_is_a_refusal_with_its_own_words(tmp_path: Path) -> None:
    """A send buffer that no edge takes."""
    with (
        pytest.raises(Refused, match=r"does not start: .*SEND_BUFFER"),
        measured_worker(tmp_path, ("sleep", "60"), "nats://127.0.0.1:1", tmp_path, 1),
    ):
        pass
