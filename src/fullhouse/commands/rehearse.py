"""A shell: `fullhouse rehearse`: a crowd of real listeners, the day before the real ones come."""

from __future__ import annotations

import json
import math
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fullhouse.commands.frame import SettingsCommand
from fullhouse.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fullhouse.rehearsal.findings import Findings
    from fullhouse.rehearsal.target import Link, Target
    from fullhouse.rehearsal.teller import Teller
    from fullhouse.settings import Settings

STORIES: Final = ("launch", "steady", "return-storm", "edge-kill")
MOST: Final = 2_000_000
MOST_PROCESSES: Final = 512


class Span(click.ParamType[float]):
    """A span of time, such as 90s, 5m or 1h."""

    name = "TIME"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        from fullhouse.rehearsal.script import span

        try:
            return value if isinstance(value, float) else span(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


class Share(click.FloatRange):
    """A number from 0 to 1, and not the one that is no number."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        share = float(super().convert(value, param, ctx))
        if math.isnan(share):
            self.fail("a share is a number from 0 to 1.", param, ctx)
        return share


SHARE: Final = Share(0, 1)


@click.command(cls=SettingsCommand)
@click.argument("url")
@click.option("--listeners", type=click.IntRange(1, MOST), required=True, help="How many come.")
@click.option(
    "--arrive-within",
    type=Span(),
    default="60s",
    show_default=True,
    help="All of them, within so long.",
)
@click.option("--hold", type=Span(), default="5m", show_default=True, help="How long they stay.")
@click.option(
    "--story",
    type=click.Choice(STORIES),
    default="launch",
    show_default=True,
    help="launch: doors, the top of the hour, a push after the host's post. "
    "steady: evenly. return-storm: all go at once and come back within seconds. "
    "edge-kill: an edge worker of this machine is killed.",
)
@click.option("--speak", is_flag=True, help="Speak coded noise into the room, and look for it.")
@click.option(
    "--pages",
    type=SHARE,
    default=0.1,
    show_default=True,
    metavar="SHARE",
    help="Share of listeners who open the page first.",
)
@click.option(
    "--hls",
    type=SHARE,
    default=0.02,
    show_default=True,
    metavar="SHARE",
    help="Share of listeners with an HLS player.",
)
@click.option(
    "--stalled",
    type=SHARE,
    default=0.01,
    show_default=True,
    metavar="SHARE",
    help="Share of phones that stop reading and stay connected.",
)
@click.option(
    "--stream", metavar="NAME", help="Which endless stream; else that of the URL, or live.mp4."
)
@click.option(
    "--processes",
    type=click.IntRange(1, MOST_PROCESSES),
    help="Of the crowd; else as many as it takes.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for the report; else the current one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON.")
@click.option(
    "--seed",
    type=click.IntRange(0, 1_000_000),
    default=0,
    show_default=True,
    help="Another number makes another crowd.",
)
@click.option("--house", metavar="URL", help="The house elsewhere, for --speak.")
@click.option("--token", metavar="TOKEN", help="What opens the house at --house.")
def rehearse(
    *, settings: Settings, url: str, listeners: int, arrive_within: float, hold: float,
    story: str, speak: bool, pages: float, hls: float, stalled: float, stream: str | None,
    processes: int | None, out: Path | None, as_json: bool, seed: int, house: str | None,
    token: str | None,
) -> None:  # fmt: skip
    """Let a crowd of real listeners come, and say whether all would hear.

    URL is the room's link, or that of one of its streams. The crowd only goes where the host
    proves that it is yours: on the machine of `fullhouse up` name its folder with --data; for an
    edge elsewhere put its rehearsal token into FULLHOUSE_REHEARSAL_TOKEN (it is in the file
    rehearsal.token of its data folder).

    Ends with GO, NO-GO or VOID, and writes a report as a page and as JSON. VOID says that the
    rehearsing machine itself was too slow or was stopped early: rehearse from more machines, or
    with more --processes. What --speak speaks is heard by all who listen: rehearse in a room
    of its own.

    Exit codes: 0 GO, 3 NO-GO, 4 VOID or stopped early, 1 refused, 2 not understood.

    \b
    Examples:
      fullhouse rehearse http://127.0.0.1:8000/demo --listeners 1000 --hold 30s
      fullhouse rehearse http://192.0.2.10/evening --listeners 100000 --story return-storm
      fullhouse rehearse http://127.0.0.1:8000/test --listeners 20000 --speak --out report
    """
    if hls + stalled > 1:
        raise click.UsageError("--hls and --stalled together are more than all listeners.")
    from fullhouse.rehearsal.conduct import Plan, conduct
    from fullhouse.rehearsal.live import watching
    from fullhouse.rehearsal.script import Script, Story

    folder = _folder(out)
    link, target = _target(settings, url, stream)
    script = Script(listeners, arrive_within, hold, Story(story), pages, hls, stalled, seed)
    plan = Plan(
        url=url,
        link=link,
        target=target,
        script=script,
        processes=processes or 0,
        speak=_speaker(settings, link.slug, seed, house, token) if speak else None,
        kill=_killer(settings, link) if story == "edge-kill" else None,
    )
    with watching(url, quiet=as_json) as show:
        findings = conduct(plan, show)
    sys.exit(_tell(findings, folder, as_json))


def _folder(out: Path | None) -> Path:
    """Return the report's folder, made if it is missing.

    Raises:
        Refused: nothing can be written there: better known now than after the rehearsal.
    """
    folder = (out or Path()).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise Refused(f"Cannot write to {folder}: {error.strerror}.", code="unwritable") from error
    return folder


def _run_file(settings: Settings) -> Mapping[str, Any]:
    """Return what `up` says of itself; nothing where none runs."""
    try:
        facts = json.loads((settings.data.expanduser() / "run.json").read_text())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _target(settings: Settings, url: str, stream: str | None) -> tuple[Link, Target]:
    """Return where to aim, once the host has proved whose it is.

    Raises:
        Refused: it is none of the operator's, nobody answers, or there is no such room.
    """
    from fullhouse.rehearsal.door import check, is_local, resolve, room
    from fullhouse.rehearsal.target import HLS, Target, chosen_stream, read_link

    link = read_link(url)
    token = settings.rehearsal_token or str(_run_file(settings).get("rehearsal_token", ""))
    if not token:
        raise Refused(
            "There is no rehearsal token: name the folder of the `fullhouse up` with --data, or "
            "set FULLHOUSE_REHEARSAL_TOKEN.",
            code="no_token",
        )
    address = resolve(link)
    check(link, token)
    said = room(link)
    path = chosen_stream(link, stream or "", said.streams)
    return link, Target(
        address=address,
        local=is_local(address[0]),
        host=link.netloc,
        room=f"/{link.slug}",
        path=path,
        playlist=f"/{link.slug}/{HLS}",
        epoch=said.epoch,
        cadence=said.cadence,
    )


def _killer(settings: Settings, link: Link) -> Callable[[], object]:
    """Return what kills an edge worker.

    Raises:
        Refused: there is no `up` on this machine that has one.
    """
    from fullhouse.rehearsal.kill import NoWorker, edge_workers, kill_worker

    facts = _run_file(settings)
    up = facts.get("pid")
    port = str(facts.get("edge", "")).rpartition(":")[2]
    if not isinstance(up, int) or port != str(link.port) or not edge_workers(up):
        raise NoWorker(
            "edge-kill kills an edge worker of the `fullhouse up` on this machine: name its "
            "folder with --data."
        )
    return lambda: kill_worker(up)


def _speaker(
    settings: Settings, slug: str, seed: int, house: str | None, token: str | None
) -> Callable[[int, Teller], None]:
    """Return what speaks coded noise into the room, in a process of its own.

    Raises:
        Refused: the house says no.
    """
    from fullhouse.commands.asking import house_of

    links = house_of(settings, house, token, 5).room(slug)
    whip, key = str(links["whip"]), str(links["whip_token"])

    def play(over: int, parent: Teller) -> None:
        from fullhouse.commands.noise import speak_noise

        speak_noise(whip, key, seed, over, parent.tell)

    return play


def _tell(findings: Findings, folder: Path, as_json: bool) -> int:
    """Write the report, print the verdict; return the exit code."""
    from fullhouse.rehearsal.record import record
    from fullhouse.rehearsal.report import page
    from fullhouse.rehearsal.score import judge
    from fullhouse.rehearsal.summary import summary

    verdict = judge(findings)
    repeat = shlex.join(["fullhouse", *_without_token(sys.argv[1:])])
    told = record(findings, verdict, repeat)
    html, raw = folder / "rehearsal.html", folder / "rehearsal.json"
    html.write_text(page(findings, verdict, repeat), "utf-8")
    raw.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    if as_json:
        click.echo(json.dumps(told))
    else:
        for line in summary(verdict):
            click.echo(line)
        click.echo(f"Report: {html}")
    return verdict.call.exit_code


def _without_token(words: list[str]) -> list[str]:
    """Return a command line that may be shown to others."""
    shown = ["--token=…" if word.startswith("--token=") else word for word in words]
    if "--token" in words[:-1]:
        shown[words.index("--token") + 1] = "…"
    return shown
