"""Links and offers hold an address that others can go to."""

import pytest

from fullhouse.commands.outward import outward_address


def test_an_address_of_the_machines_own_is_shown_as_it_is() -> None:
    assert outward_address("127.0.0.1") == "127.0.0.1"
    assert outward_address("192.0.2.1") == "192.0.2.1"


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::"])
def test_for_everywhere_an_address_is_shown_that_others_can_use(everywhere: str) -> None:
    assert outward_address(everywhere) not in ("", "0.0.0.0", "::")
