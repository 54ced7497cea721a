"""What a tired person reads: the answer first, then one table, then what to type."""

from collections.abc import Sequence

from rich.console import Console, RenderableType

from fullhouse.capacity.check import Check, ceiling, fine, not_checked, ranked, warning
from fullhouse.capacity.figures import TYPICAL
from fullhouse.capacity.plan import Audience, Edge, plan
from fullhouse.capacity.tables import diagnosis, headline, picture
from tests.capacity.made import FIGURES

CHECKS = (
    fine("disk", "80 GB free"),
    not_checked("front", "no address"),
    warning("clock", "unsynchronised", "apt install chrony"),
    ceiling("memory", 900_000, "20 GB", "a larger machine"),
    ceiling("files", 35_100, "20,000 each", "ulimit -n 1048576", "sysctl -w fs.nr_open=9"),
)


def read(shown: RenderableType, width: int = 120) -> str:
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: SIM115 # nowhere
    console.print(shown)
    return console.export_text()


def seen(checks: Sequence[Check], listeners: int, width: int = 120) -> str:
    return read(diagnosis(checks, listeners, TYPICAL), width)


def test_the_first_line_is_the_answer() -> None:
    assert headline(ranked(CHECKS), 50_000) == (
        "This machine does not carry 50,000 listeners as it is set."
        " The first thing to stop it: files, at 35,100."
    )
    assert headline(ranked(CHECKS), 100).startswith("Nothing that was checked stops 100 listeners.")
    assert headline(ranked(CHECKS), 0).startswith("Nobody listens now")
    nobody = headline([ceiling("public address", 0, "nobody answers")], 0)
    assert nobody.startswith("This machine does not carry anybody as it is set.")


def test_checks_stand_worst_first() -> None:
    text = seen(CHECKS, 50_000)
    table = text[text.index("stops at") :]
    places = [table.index(word) for word in ("35,100", "900,000", "clock", "front", "80 GB")]
    assert places == sorted(places)


def test_what_to_type_stands_in_lines_of_its_own() -> None:
    lines = [line.strip() for line in seen(CHECKS, 50_000).splitlines()]
    assert "ulimit -n 1048576" in lines
    assert "apt install chrony" in lines
    assert "a larger machine" not in lines  # nothing needs it yet
    assert "a larger machine" in [line.strip() for line in seen(CHECKS, 10**6).splitlines()]


def test_it_fits_a_narrow_terminal() -> None:
    assert max(map(len, seen(CHECKS, 50_000, width=80).splitlines())) <= 80


def test_a_plan_fits_a_narrow_terminal_and_nothing_of_its_table_is_cut() -> None:
    made = plan(Audience(9_000_000, 60, "aac"), FIGURES, Edge(2.0, 1.0, 24_000_000_000, 20_000))
    text = read(picture(made, FIGURES, ""), 80)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_a_plan_shows_every_cadence_and_names_what_is_short() -> None:
    made = plan(Audience(1_000_000, 60, "aac"), FIGURES, Edge(2.0, 1.0, 24_000_000_000, 20_000))
    text = read(picture(made, FIGURES, ""), 140)
    assert text.startswith("1,000,000 listeners of aac who arrive within 60 s: ")
    for word in ("0.32 s", "0.96 s", "3.84 s", "9.60 s", "network card", "Measured", "Assumed"):
        assert word in text
