"""A shell: `fullhouse doctor`, which finds the hidden ceilings of this machine."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from fullhouse.commands.frame import SettingsCommand
from fullhouse.commands.outward import outward_address
from fullhouse.commands.spans import seconds

if TYPE_CHECKING:
    from fullhouse.capacity.check import Check
    from fullhouse.capacity.figures import Figures
    from fullhouse.capacity.outside import Look
    from fullhouse.capacity.running import Running
    from fullhouse.settings import Settings

STOPPED = 3


@click.command(
    cls=SettingsCommand, knobs=("host", "workers", "media_host", "media_ports", "egress_mbit")
)
@click.option(
    "--listeners", type=click.IntRange(1, 1_000_000_000), metavar="N",
    help="The audience to judge. Without it: those who listen now.",
)  # fmt: skip
@click.option(
    "--arrive-within", callback=seconds, default="60s", show_default=True, metavar="SPAN",
    help="The time in which they all come: 60s, 5m.",
)  # fmt: skip
@click.option("--url", metavar="URL", help="A room's public address: look at what stands in front.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(
    *, settings: Settings, listeners: int | None, arrive_within: float, url: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Find what would stop this machine, and at how many listeners.

    Worst first, with the line to type for each. Changes nothing. Exit code 3 where something
    stops the audience of --listeners.

    \b
    Examples:
      fullhouse doctor
      fullhouse doctor --listeners 100000 --arrive-within 60s
      fullhouse doctor --url https://radio.example.org/evening
    """
    from fullhouse.capacity.check import as_object, stops
    from fullhouse.capacity.tables import diagnosis, show

    look = _look(url)
    checks, count, figures = _all(settings, listeners, arrive_within, look)
    if as_json:
        click.echo(json.dumps(as_object(checks, count)))
    else:
        show(diagnosis(checks, count, figures))
    if any(stops(check, count) for check in checks):
        sys.exit(STOPPED)


def _look(url: str | None) -> Look | None:
    from fullhouse.capacity.outside import look

    if url is None:
        return None
    try:
        return look(url)
    except ValueError as error:
        raise click.UsageError(f"--url: {error}.") from None


def _all(
    settings: Settings, listeners: int | None, arrive_within: float, look: Look | None
) -> tuple[list[Check], int, Figures]:
    """Return all checks, the audience they are for, and what a listener was taken to cost."""
    from fullhouse.capacity.ceilings import Use, machine_checks
    from fullhouse.capacity.check import not_checked
    from fullhouse.capacity.figures import TYPICAL
    from fullhouse.capacity.front import front_checks
    from fullhouse.capacity.keeping import kept_figures
    from fullhouse.capacity.reading import read_machine
    from fullhouse.capacity.running import find_running
    from fullhouse.capacity.workers import NAME, workers_checks
    from fullhouse.capacity.workers import listeners as heard_by

    data = settings.data.expanduser()
    found = find_running(data)
    running = None if isinstance(found, str) else found
    already = heard_by(running.workers) if running else 0
    count = already if listeners is None else listeners
    workers = len(running.workers) if running else settings.workers
    outward = outward_address(settings.host)
    machine = read_machine(running.pid if running else None, outward)
    use = Use(
        workers=workers,
        arrive_within=arrive_within,
        listeners=count,
        already=already,
        places=sum(one.places for one in running.workers if one) if running else 0,
        egress_mbit=settings.egress_mbit,
    )
    figures = kept_figures(data, machine.hardware()) or TYPICAL
    checks = machine_checks(machine, figures, use)
    checks += workers_checks(running.workers) if running else [not_checked(NAME, str(found))]
    checks += _tried(settings, running, look)
    if look is None:
        checks.append(not_checked("what stands in front", "no public address: --url URL"))
    else:
        checks += front_checks(look.seen)
    return checks, count, figures


def _tried(settings: Settings, running: Running | None, look: Look | None) -> list[Check]:
    """Try what can only be found out by trying."""
    from fullhouse.capacity import local, probes
    from fullhouse.settings import media_port_range

    status, error = probes.ask_clock()
    skews = [one.skew for one in running.workers if one and one.skew is not None] if running else []
    told = local.Timekeeping(
        status, error, max(skews, key=abs, default=None), look.clock if look else None
    )
    ports = media_port_range(settings.media_ports) or range(0)
    own = settings.media_host or outward_address(settings.host)
    checks = [
        local.ring(probes.try_ring()),
        *local.clock(told),
        local.disk(probes.try_disk(settings.data.expanduser().absolute())),
        local.udp(probes.try_udp(own, ports)),
    ]
    if look is not None and look.address not in {"", own}:
        checks.append(local.udp(probes.try_udp(look.address, ports, outside=True)))
    return checks
