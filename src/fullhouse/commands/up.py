"""A shell: `fullhouse up`, the whole thing on one machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from fullhouse.commands.frame import SettingsCommand
from fullhouse.commands.outward import outward_address
from fullhouse.commands.roles import MAIL_KNOBS

if TYPE_CHECKING:
    from fullhouse.settings import Settings

KNOBS = (
    "host", "edge_port", "house_port", "source_port", "admin_port", "house_admin_port", "workers",
    "bus", "nats_server", "public_edge", "public_house", "public_source", "media_host",
    "media_ports", "turn_urls", "turn_ttl", "seats", "near_seats", "give_up_hours",
    "rewind_minutes",
    "send_buffer", "sender", "cadence_least", "cadence_most", "egress_mbit", "trusted_proxies",
    *MAIL_KNOBS,
)  # fmt: skip


@click.command(cls=SettingsCommand, knobs=KNOBS)
@click.option("--demo", is_flag=True, help="Open a room 'demo' where a voice already speaks.")
def up(settings: Settings, demo: bool) -> None:
    """Run all of Fullhouse on this machine, until Ctrl-C.

    Prints the link for listeners, the link to the studio, and how to stop. Give --host the
    address that listeners reach this machine under; the default is for this machine alone.

    \b
    Examples:
      fullhouse up --demo
      fullhouse up --host 192.0.2.10 --data /var/lib/fullhouse
    """
    from fullhouse.options import knobs
    from fullhouse.up.up import Plan, run

    settings = settings.model_copy(update={"data": settings.data.expanduser().absolute()})
    environment = {
        knob.variable: "" if (value := getattr(settings, knob.name)) is None else str(value)
        for knob in knobs(type(settings).model_fields, settings.model_config["env_prefix"])
    }
    plan = Plan(
        data=settings.data,
        host=settings.host,
        shown=outward_address(settings.host),
        edge_port=settings.edge_port,
        house_port=settings.house_port,
        source_port=settings.source_port,
        admin_port=settings.admin_port,
        house_admin_port=settings.house_admin_at,
        workers=settings.workers,
        bus=settings.bus,
        nats_server=settings.nats_server,
        demo=demo,
        public_edge=settings.public_edge,
        public_house=settings.public_house,
        environment=environment,
    )
    sys.exit(run(plan))
