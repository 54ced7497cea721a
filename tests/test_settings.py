"""The settings take what an operator may mean, and turn down the rest with a reason."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from fullhouse.settings import Settings, default_data, media_port_range


def test_the_environment_sets_what_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FULLHOUSE_EDGE_PORT", "80")
    monkeypatch.setenv("FULLHOUSE_WORKERS", "3")
    settings = Settings(workers=4)
    assert (settings.edge_port, settings.workers) == (80, 4)


def test_the_default_folder_is_in_the_users_home() -> None:
    assert Settings().data == default_data() == Path.home() / ".local/share/fullhouse"


@pytest.mark.parametrize("ports", ["0", "40000-40199", "1024-65535", "5000-5000"])
def test_a_range_of_ports(ports: str) -> None:
    assert Settings(media_ports=ports).media_ports == ports


@pytest.mark.parametrize(
    "ports", ["", "-", "5000", "5000-4999", "80-90", "1-x", "5000-70000", "²-³"]
)
def test_what_is_no_range_of_ports(ports: str) -> None:
    with pytest.raises(ValidationError, match="ports"):
        Settings(media_ports=ports)


def test_a_range_holds_its_last_port() -> None:
    assert media_port_range("5000-5001") == range(5000, 5002)
    assert media_port_range("0") is None


def test_a_turn_server_needs_its_secret() -> None:
    """A TURN server that cannot be opened would be found out by the speaker who needs it."""
    settings = Settings(turn_urls="turn:t.example,stun:s.example", turn_secret="north")
    assert settings.turn_urls == "turn:t.example,stun:s.example"
    assert Settings(turn_urls="stun:s.example").turn_secret == ""
    with pytest.raises(ValidationError, match="secret"):
        Settings(turn_urls="turn:t.example")


def test_cadences_and_the_line_are_bounded() -> None:
    assert Settings.model_validate({"cadence_least": "12"}).cadence_most == 30
    assert Settings.model_validate({"egress_mbit": "", "cadence_most": "1"}).egress_mbit is None
    with pytest.raises(ValidationError, match="3 is less than the least cadence, 12"):
        Settings(cadence_least=12, cadence_most=3)


def test_the_houses_admin_port_comes_after_the_edge_workers() -> None:
    assert Settings(admin_port=9000, workers=3).house_admin_at == 9003
    assert Settings(admin_port=9000, workers=3, house_admin_port=9100).house_admin_at == 9100


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "example.org"},
        {"edge_port": 65_536},
        {"workers": 0},
        {"log_level": "loud"},
        {"turn_urls": "example.org"},
        {"turn_ttl": 1},
        {"egress_mbit": "0"},
        {"egress_mbit": "much"},
        {"cadence_least": "2"},
        {"cadence_most": "²"},
    ],
)
def test_what_no_operator_can_mean(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)
