"""A shell: the roles as commands. Each runs one process's part until it is told to end."""

from __future__ import annotations

import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING

import click

import fullhouse
from fullhouse.addresses import address
from fullhouse.commands.frame import SettingsCommand, first_cause
from fullhouse.commands.loop import run_until_told
from fullhouse.commands.outward import outward_address
from fullhouse.errors import Refused
from fullhouse.networks import proxies_of

if TYPE_CHECKING:
    from fullhouse.house.reminding import Mailing
    from fullhouse.settings import Settings

MAIL_KNOBS = (
    "smtp_host", "smtp_port", "smtp_tls", "smtp_user", "smtp_from", "mail_per_second",
    "remind_minutes",
)  # fmt: skip


def run_role(role: str, serve: Callable[[], Coroutine[object, object, None]]) -> None:
    """Run a role until it is told to end; all its log lines say who it is.

    Raises:
        Exception: what `serve` raises: a refusal, or a bug.
    """
    import structlog

    structlog.contextvars.bind_contextvars(role=role)
    try:
        run_until_told(serve)
    except Exception as error:
        if not isinstance(first_cause(error), Refused | OSError):
            structlog.get_logger().exception("ended by a bug")
        raise


def bus_of(settings: Settings) -> str:
    """Return the bus's URL.

    Raises:
        Refused: none is named: a role alone does not start one.
    """
    if not settings.bus:
        raise Refused("Name the bus with --bus or FULLHOUSE_BUS: nats://…", code="no_bus")
    return settings.bus


def node_of(settings: Settings) -> str:
    """Return this machine's name on the bus: the same after a restart."""
    return settings.node or socket.gethostname()


def web_folder() -> Path:
    """Return the folder of the built pages."""
    return Path(fullhouse.__file__).parent / "web"


@click.command(
    cls=SettingsCommand,
    knobs=("host", "edge_port", "house_port", "source_port", "house_admin_port", "bus",
           "public_edge", "public_house", "public_source", "media_host", "media_ports",
           "turn_urls", "turn_ttl", "near_seats", "give_up_hours",
           "trusted_proxies", *MAIL_KNOBS),
)  # fmt: skip
def house(settings: Settings) -> None:
    """Run the house alone (one role, for many machines): rooms, studio, API, WHIP, WHEP.

    The token that opens it to commands is FULLHOUSE_ADMIN_TOKEN. --media-host and --media-ports
    are those of the stages: the house only tells them to people whose network blocks them.
    """
    from fullhouse.house.api.door import Media
    from fullhouse.house.app import serve
    from fullhouse.house.relays import Relays, ice_urls
    from fullhouse.units import SECOND, Micros

    host = outward_address(settings.host)
    run_role(
        "house",
        lambda: serve(
            bus_url=bus_of(settings),
            data=settings.data.expanduser(),
            host=settings.host,
            port=settings.house_port,
            admin_token=settings.admin_token,
            public_edge=address(settings.public_edge, host, settings.edge_port),
            public_house=address(settings.public_house, host, settings.house_port),
            public_source=address(settings.public_source, host, settings.source_port),
            web_folder=web_folder(),
            admin_port=settings.house_admin_at,
            relays=Relays(ice_urls(settings.turn_urls), settings.turn_secret, settings.turn_ttl),
            media=Media(settings.media_host or host, _shown_ports(settings.media_ports)),
            database=settings.database,
            near_seats=settings.near_seats,
            given_up_after=Micros(settings.give_up_hours * 3_600 * SECOND),
            mailing=mailing_of(settings),
            proxies=proxies_of(settings.trusted_proxies),
        ),
    )


def mailing_of(settings: Settings) -> Mailing | None:
    """Return how reminders are mailed; None: there is no mail server."""
    from fullhouse.house.reminding import Mailing

    if not settings.smtp_host:
        return None
    return Mailing(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_from,
        user=settings.smtp_user,
        password=settings.smtp_password,
        tls=settings.smtp_tls,
        per_second=settings.mail_per_second,
        before=settings.remind_minutes,
    )


def _shown_ports(ports: str) -> str:
    return "" if ports == "0" else ports


@click.command(
    cls=SettingsCommand,
    knobs=("host", "bus", "node", "media_host", "media_ports", "seats"),
)
def stage(settings: Settings) -> None:
    """Run a stage node alone (one role, for many machines): a process per live room."""
    from fullhouse.settings import media_port_range
    from fullhouse.stage.node import serve

    run_role(
        "stage",
        lambda: serve(
            bus_url=bus_of(settings),
            node=node_of(settings),
            media_host=settings.media_host or outward_address(settings.host),
            media_ports=media_port_range(settings.media_ports),
            seats=settings.seats,
            log_format=settings.log_format,
            log_level=settings.log_level,
        ),
    )


@click.command(cls=SettingsCommand, knobs=("host", "source_port", "bus"))
def source(settings: Settings) -> None:
    """Run the port for Icecast sources alone (one role, for many machines)."""
    from fullhouse.stage.source import serve

    run_role(
        "source",
        lambda: serve(bus_url=bus_of(settings), host=settings.host, port=settings.source_port),
    )


@click.command(
    cls=SettingsCommand,
    knobs=("host", "edge_port", "admin_port", "bus", "node", "rewind_minutes", "send_buffer",
           "sender", "workers", "cadence_least", "cadence_most", "egress_mbit", "trusted_proxies"),
)  # fmt: skip
@click.option(
    "--index", type=click.IntRange(0, 255), default=0, show_default=True,
    help="Which of this machine's workers it is; they share the port.",
)  # fmt: skip
def edge(settings: Settings, index: int) -> None:
    """Run one edge worker alone (one role, for many machines): the listeners' side.

    --workers is how many of them share this machine's line.
    """
    from fullhouse.edge.cadence import Cadences
    from fullhouse.edge.measured import share
    from fullhouse.edge.server import serve
    from fullhouse.up.filler_file import kept_filler

    filler = kept_filler(settings.data.expanduser())
    cadences = Cadences(settings.cadence_least, settings.cadence_most, settings.send_buffer)
    run_role(
        f"edge-{index}",
        lambda: serve(
            bus_url=bus_of(settings),
            edge_name=f"{node_of(settings)}-{index}",
            host=settings.host,
            port=settings.edge_port,
            admin_port=settings.admin_port + index,
            rewind_minutes=settings.rewind_minutes,
            send_buffer=settings.send_buffer,
            filler=filler,
            web_folder=web_folder(),
            sender=settings.sender,
            rehearsal_token=settings.rehearsal_token,
            cadences=cadences,
            egress_bits=share(settings.egress_mbit, settings.workers),
            proxies=proxies_of(settings.trusted_proxies),
        ),
    )
