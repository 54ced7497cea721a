"""`fullhouse up` turns settings into a plan, and gives them on to the roles."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from fullhouse.cli import cli
from fullhouse.settings import Settings
from fullhouse.up import up as the_shell
from fullhouse.up.up import Plan


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """Take the plans of all ups in this test; none runs."""
    plans: list[Plan] = []

    def take(plan: Plan) -> int:
        plans.append(plan)
        return 3

    monkeypatch.setattr(the_shell, "run", take)
    return plans


def test_what_is_said_is_planned_and_its_exit_code_passed_on(plans: list[Plan]) -> None:
    result = CliRunner().invoke(cli, ["up", "--demo", "--workers", "4", "--edge-port", "80"])
    assert result.exit_code == 3
    (plan,) = plans
    assert (plan.demo, plan.workers, plan.edge_port) == (True, 4, 80)
    assert plan.house_admin_port == plan.admin_port + 4


def test_every_setting_reaches_the_roles(
    plans: list[Plan], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Through the environment, as they read it themselves; folders as they were meant here."""
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(cli, ["up", "--data", "d", "--seats", "5", "--media-ports", "0"])
    for name, value in plans[0].environment.items():
        monkeypatch.setenv(name, value)
    assert Settings() == Settings(data=tmp_path / "d", seats=5, media_ports="0")
    assert len(plans[0].environment) == len(Settings.model_fields)
