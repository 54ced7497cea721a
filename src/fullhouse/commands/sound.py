"""A shell: `fullhouse speak` and `fullhouse listen`."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

import fullhouse
from fullhouse.commands.asking import house_of
from fullhouse.commands.frame import SettingsCommand
from fullhouse.commands.loop import run_until_told
from fullhouse.errors import NotReady, Refused

if TYPE_CHECKING:
    from fullhouse.calls import Facts
    from fullhouse.settings import Settings

DEMO_VOICE: Final = Path(fullhouse.__file__).parent / "client" / "demo.ogg"
FORMATS: Final = ("mp4", "opus", "aac", "ogg", "hls")
STARTING_SECONDS: Final = 5.0
DEMO_SECONDS: Final = 60.0


@click.command(cls=SettingsCommand)
@click.argument("room", metavar="SLUG-or-URL")
@click.argument("file", required=False)
@click.option("--name", default="Speaker", show_default=True, help="What listeners read.")
@click.option("--loop", is_flag=True, help="Begin again at the end of the file, for ever.")
@click.option("--token", metavar="TOKEN", help="The room's speaker token, for a URL.")
@click.option("--house", metavar="URL", help="A house elsewhere, for a SLUG; with its --token.")
@click.option("--json", "as_json", is_flag=True, help="Print at the end what came of it.")
@click.option("--demo", is_flag=True, hidden=True)
def speak(
    *, settings: Settings, room: str, file: str | None, name: str, loop: bool,
    token: str | None, house: str | None, as_json: bool, demo: bool,
) -> None:  # fmt: skip
    """Speak a sound file into a room, in real time.

    Of a room on this machine its SLUG is enough, of any other its WHIP or studio link. FILE is
    any sound file, or - for what comes in on stdin.

    \b
    Examples:
      fullhouse speak hello talk.mp3
      fullhouse speak hello jingle.wav --loop --name Jingle
      arecord -f cd | fullhouse speak hello -
      fullhouse speak http://192.0.2.10:8001/whip/hello talk.mp3 --token TOKEN
    """
    if file is None and not demo:
        raise click.UsageError("Name a sound file, or - for stdin.")
    if "://" in room:
        url, key = room, token or ""
    else:
        if demo:
            import_module("fullhouse.client.speak")  # now, while the house starts, too
        links = _demo_room(settings, room) if demo else _room(settings, room, house, token)
        url, key = str(links["whip"]), str(links["whip_token"])
    from fullhouse.client.display import speaking_display
    from fullhouse.client.speak import speak as speak_into

    # The demo voice runs under `up`: the terminal is for its links.
    with nullcontext() if demo else speaking_display(room, name) as progress:
        spoken = run_until_told(
            lambda: speak_into(
                whip_url=url,
                token=key,
                file=file or str(DEMO_VOICE),
                name=name,
                loop=loop or demo,
                on_progress=progress,
            )
        )
    if spoken is not None:
        _tell(asdict(spoken), as_json, f"Spoke {spoken.seconds:.0f} s into {spoken.room}.")


@click.command(cls=SettingsCommand)
@click.argument("room", metavar="URL-or-SLUG")
@click.option("--seconds", type=click.FloatRange(min=0.1), help="Stop after so much sound.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.wav", help="Keep the sound.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Which of the room's streams.")
@click.option("--json", "as_json", is_flag=True, help="Print at the end what was heard.")
def listen(
    *, settings: Settings, room: str, seconds: float | None, out: Path | None,
    form: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Listen to a room in the terminal.

    Shows its state, who speaks, the level and how late the sound is; with --out it is kept.

    \b
    Examples:
      fullhouse listen http://127.0.0.1:8000/hello
      fullhouse listen hello --seconds 60 --out hello.wav
      fullhouse listen hello --format hls
      fullhouse listen "https://live.example.org/hello?key=KEY"
    """
    from fullhouse.client.display import listening_display
    from fullhouse.client.links import Format
    from fullhouse.client.listen import listen as listen_to

    url = room if "://" in room else str(_room(settings, room, None, None)["listen"])
    with listening_display(url.partition("?")[0]) as progress:
        heard = run_until_told(
            lambda: listen_to(
                url=url,
                format=Format(form) if form else None,
                seconds=seconds,
                out=out,
                on_progress=progress,
            )
        )
    if heard is not None:
        line = f"Heard {heard.seconds:.1f} s at {heard.level_db:.1f} dB, {heard.holes} gaps."
        _tell(asdict(heard), as_json, line)


def _tell(facts: dict[str, object], as_json: bool, line: str) -> None:
    click.echo(json.dumps(facts) if as_json else line)


def _room(settings: Settings, slug: str, url: str | None, token: str | None) -> Facts:
    """Return the room's links, from a house that may just be starting."""
    end = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            return house_of(settings, url, token, STARTING_SECONDS).room(slug)
        except NotReady:
            if url is not None or time.monotonic() > end:
                raise
        time.sleep(0.1)


def _demo_room(settings: Settings, slug: str) -> Facts:
    """Make the demo room where there is none yet, once the house is there; return its links."""
    from fullhouse.calls import running_house

    end = time.monotonic() + DEMO_SECONDS
    while True:
        try:
            house = running_house(settings.data.expanduser(), patience=DEMO_SECONDS)
            return house.ask("POST", "/api/rooms", {"slug": slug, "title": "Demo"})
        except Refused as refusal:
            if refusal.code == "room_exists":
                return house.room(slug)
            if not isinstance(refusal, NotReady) or time.monotonic() > end:
                raise
        time.sleep(0.05)
