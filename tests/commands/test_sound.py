"""Speaking and listening from a shell find their room, and say what came of it."""

import av
import numpy as np
import pytest
from click.testing import CliRunner

from fullhouse.cli import cli
from fullhouse.client.links import Format
from fullhouse.commands.sound import DEMO_VOICE, FORMATS
from fullhouse.errors import NotReady, Refused


def test_every_form_can_be_asked_for() -> None:
    assert {str(form) for form in Format} == set(FORMATS)


def test_a_speaker_needs_a_file() -> None:
    result = CliRunner().invoke(cli, ["speak", "hello"])
    assert result.exit_code == 2
    assert "stdin" in result.output


def test_a_link_that_is_none_is_refused() -> None:
    result = CliRunner().invoke(cli, ["speak", "http://h/x", "a.wav", "--token", "t"])
    assert isinstance(result.exception, Refused)


def test_a_rooms_name_without_a_house_says_what_to_do(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fullhouse.commands.sound.STARTING_SECONDS", 0.1)
    result = CliRunner().invoke(cli, ["speak", "hello", "a.wav", "--data", str(tmp_path)])
    assert isinstance(result.exception, NotReady)
    assert "--data" in result.exception.message


def test_the_demo_voice_speaks_without_long_pauses() -> None:
    """Three seconds without a voice, and the room would fall silent."""
    with av.open(str(DEMO_VOICE)) as container:
        pieces = [frame.to_ndarray().ravel() for frame in container.decode(audio=0)]
    sound = np.concatenate(pieces)
    assert 20 < len(sound) / 48_000 < 60
    seconds = np.resize(sound, (len(sound) // 48_000, 48_000))
    loud = np.sqrt((seconds**2).mean(axis=1)) > 0.01
    assert "".join("x" if one else " " for one in np.tile(loud, 2)).find("  ") == -1
    assert np.abs(sound).max() < 1
