"""What is measured and what is assumed is said, each under its own name."""

from dataclasses import replace

from fullhouse.capacity.figures import TYPICAL
from fullhouse.capacity.plan import Audience, Edge, plan
from fullhouse.capacity.words import assumed, calibrated, measured_lines
from tests.capacity.made import FIGURES

EDGE = Edge(cores=2.0, gbit=1.0, memory=24_000_000_000, open_files=20_000)
AUDIENCE = Audience(1_000_000, 60, "aac")


def test_it_is_said_when_and_on_what_was_measured() -> None:
    said = " ".join(calibrated(FIGURES, "/data/calibration.json"))
    for word in (FIGURES.measured, "A processor", "3,000 sockets", "/data/calibration.json"):
        assert word in said


def test_doubts_are_said() -> None:
    doubtful = replace(FIGURES, doubts=("the machine was busy",))
    assert "Doubt: the machine was busy." in calibrated(doubtful, "")


def test_figures_that_were_not_measured_here_are_not_said_to_be() -> None:
    assert "not measured here" in measured_lines(TYPICAL)[0]
    assert FIGURES.measured in measured_lines(FIGURES)[0]


def test_margins_tls_cards_and_phones_are_named_as_assumed() -> None:
    said = " ".join(assumed(plan(AUDIENCE, FIGURES, EDGE), FIGURES))
    for word in ("70%", "80%", "TLS", "network cards", "phones", "2 × the average"):
        assert word in said


def test_a_send_that_may_not_fit_its_buffer_is_told() -> None:
    """With the buffer that would do."""
    aac, low = (
        plan(replace(AUDIENCE, rendition=name), FIGURES, EDGE) for name in ("aac", "opus-low")
    )
    assert any("--send-buffer 53118" in line for line in assumed(aac, FIGURES))
    assert not any("--send-buffer" in line for line in assumed(low, FIGURES))
