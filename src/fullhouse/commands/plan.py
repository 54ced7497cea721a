"""A shell: `fullhouse plan`, which turns an audience into machines by figures measured here."""

from __future__ import annotations

import asyncio
import json
import signal
import tempfile
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from fullhouse.commands.frame import SettingsCommand
from fullhouse.commands.spans import seconds

if TYPE_CHECKING:
    from fullhouse.capacity.figures import Figures
    from fullhouse.capacity.machine import Machine
    from fullhouse.settings import Settings

RENDITIONS: Final = ("aac", "opus", "aac-low", "opus-low")
CADENCES: Final = ("1", "3", "12", "30")
CARD_GBIT: Final = 1.0
"""What is taken for a network card that does not say its speed."""
MOST: Final = 10_000
"""Cores, and Gbit/s, that nobody's machine has."""


def positive(_: click.Context, __: click.Parameter, value: float | None) -> float | None:
    """Let through a number that a machine can have."""
    if value is not None and not (isfinite(value) and 0 < value <= MOST):
        raise click.BadParameter(f"{value:g} is not above 0 and at most {MOST:,}.")
    return value


@click.command(cls=SettingsCommand, knobs=("send_buffer", "nats_server"))
@click.option(
    "--listeners", type=click.IntRange(1, 1_000_000_000), required=True, metavar="N",
    help="The audience.",
)  # fmt: skip
@click.option(
    "--arrive-within", callback=seconds, default="60s", show_default=True, metavar="SPAN",
    help="The time in which they all come: 60s, 5m.",
)  # fmt: skip
@click.option(
    "--rendition", type=click.Choice(RENDITIONS), default="aac", show_default=True,
    help="The stream that they take.",
)  # fmt: skip
@click.option("--cadence", type=click.Choice(CADENCES), help="Parts per send, of 0.32 s each.")
@click.option(
    "--cores", type=float, callback=positive, metavar="N", help="Cores of an edge  [as here]"
)
@click.option(
    "--gbit", type=float, callback=positive, metavar="X", help="Its network card  [as here, or 1]"
)
@click.option("--calibrate", is_flag=True, help="Measure again, though figures are kept.")
@click.option(
    "--no-calibrate", "figures_file", type=click.Path(path_type=Path), metavar="FILE",
    help="Take the figures of this file; measure nothing.",
)  # fmt: skip
@click.option(
    "--calibration-time", callback=seconds, default="20s", show_default=True, metavar="SPAN",
    help="How long measuring may take.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def plan(
    *, settings: Settings, listeners: int, arrive_within: float, rendition: str,
    cadence: str | None, cores: float | None, gbit: float | None, calibrate: bool,
    figures_file: Path | None, calibration_time: float, as_json: bool,
) -> None:  # fmt: skip
    """Turn an audience into machines, by figures measured here.

    The first time, an edge worker of this machine is measured for 20 seconds, beside whatever
    runs: do it while nothing else does. The figures are kept in the data folder.

    \b
    Examples:
      fullhouse plan --listeners 1000000
      fullhouse plan --listeners 200000 --arrive-within 5m --rendition opus
      fullhouse plan --listeners 200000 --cores 16 --gbit 10 --cadence 3
    """
    from dataclasses import asdict

    from fullhouse.capacity.plan import Audience, Edge, as_object
    from fullhouse.capacity.plan import plan as make_plan
    from fullhouse.capacity.reading import read_machine
    from fullhouse.capacity.tables import picture, show

    if calibrate and figures_file is not None:
        raise click.UsageError("--calibrate and --no-calibrate exclude each other.")
    machine = read_machine()
    figures, kept = _figures(settings, machine, calibrate, figures_file, calibration_time)
    edge = Edge(
        cores=cores or machine.cores,
        gbit=gbit or (machine.card_mbit / 1000 if machine.card_mbit else CARD_GBIT),
        memory=machine.memory or 1 << 33,
        open_files=machine.open_files or 1_024,
    )
    audience = Audience(listeners, arrive_within, rendition)
    made = make_plan(audience, figures, edge, int(cadence) if cadence else None)
    if as_json:
        click.echo(json.dumps({**as_object(made), "figures": asdict(figures), "kept": kept}))
    else:
        show(picture(made, figures, kept))


def _figures(
    settings: Settings, machine: Machine, again: bool, file: Path | None, within: float
) -> tuple[Figures, str]:
    """Return what a listener costs, and the file that says so."""
    from fullhouse.capacity.keeping import NAME, keep_figures, kept_figures, read_figures

    data = settings.data.expanduser().absolute()
    if file is not None:
        return read_figures(file), str(file)
    kept = None if again else kept_figures(data, machine.hardware())
    if kept is not None:
        return kept, str(data / NAME)
    measured = _measure(settings, machine, data, within)
    if measured.disturbed:
        click.echo("Other work got in the way: these figures are not kept. Try again.", err=True)
        return measured, ""
    where = keep_figures(data, measured)
    if not where:
        click.echo(f"The figures cannot be kept in {data}.", err=True)
    return measured, where


def _measure(settings: Settings, machine: Machine, data: Path, within: float) -> Figures:
    """Run a bus and an edge worker of their own, and a crowd that listens to them."""
    from fullhouse.capacity.calibrate import calibrate
    from fullhouse.capacity.measured import measured_worker
    from fullhouse.up.filler_file import kept_filler
    from fullhouse.up.nats import nats_server

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # all that we start must end
    click.echo(f"Measuring an edge worker of this machine for {within:g} s:", err=True)
    with tempfile.TemporaryDirectory(prefix="fullhouse-plan-") as name:
        folder = Path(name)
        bus = nats_server(folder, settings.nats_server)
        kept_filler(data)  # a worker that had to make it would be larger than others
        with measured_worker(folder, bus.command, bus.url, data, settings.send_buffer) as worker:
            return asyncio.run(
                calibrate(
                    worker,
                    bus.url,
                    send_buffer=settings.send_buffer,
                    hardware=machine.hardware(),
                    seconds=within,
                    say=lambda step: click.echo(f"  {step}", err=True),
                )
            )
