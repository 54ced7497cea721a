"""What can be asked of a room."""

from typing import get_args

import pytest

from fullhouse.house.commands import Command


@pytest.mark.parametrize("command", get_args(Command), ids=lambda one: str(one.__name__))
def test_every_command_says_in_words_what_a_room_would_do(command: type[Command]) -> None:
    assert command.words
    assert command.words == command.words.lower()
