"""Options and the manual say what the settings say, neither more nor less."""

from pathlib import Path

from fullhouse.options import Knob, knobs, settings_page
from fullhouse.settings import Settings

ROOT = Path(__file__).parents[1]
ALL = knobs(Settings.model_fields, "FULLHOUSE_")
BY_NAME = {knob.name: knob for knob in ALL}


def test_every_setting_is_a_knob_with_a_sentence() -> None:
    assert [knob.name for knob in ALL] == list(Settings.model_fields)
    assert all(knob.about.endswith(".") for knob in ALL)


def test_a_knob_says_its_flag_variable_form_and_default() -> None:
    assert BY_NAME["edge_port"] == Knob(
        "edge_port", "--edge-port", "FULLHOUSE_EDGE_PORT", "0..65535", "8000",
        "Port of the listeners' pages and streams.",
    )  # fmt: skip


def test_a_knob_says_what_may_be_given() -> None:
    assert BY_NAME["log_format"].form == "auto|human|json"
    assert BY_NAME["cadence_least"].form == "1|3|12|30"
    assert (BY_NAME["egress_mbit"].form, BY_NAME["egress_mbit"].default) == ("1..10000000", "")
    assert BY_NAME["data"].form == "PATH"
    assert BY_NAME["bus"].form == "TEXT"


def test_a_secret_is_never_an_option() -> None:
    """Everyone on the machine can read command lines."""
    assert [knob.name for knob in ALL if not knob.flag] == [
        "database",
        "turn_secret",
        "admin_token",
        "smtp_password",
        "rehearsal_token",
    ]


def test_the_default_folder_is_said_without_anybodys_home() -> None:
    """The manual is the same on every machine."""
    assert BY_NAME["data"].default == "~/.local/share/fullhouse"


def test_the_manual_is_what_the_program_says() -> None:
    """When this fails: make docs."""
    assert (ROOT / "docs" / "settings.md").read_text() == settings_page(ALL)


def test_no_sign_in_a_form_breaks_the_table() -> None:
    rows = settings_page(ALL).splitlines()[-len(ALL) :]
    assert all(row.count("|") == 6 for row in rows)
