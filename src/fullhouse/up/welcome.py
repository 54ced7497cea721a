"""A shell: what `up` prints once everything answers: where to listen, where to speak, how to stop.

On stdout; log lines go to stderr.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import segno
from rich.console import Console
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Welcome:
    """What there is to say.

    Attributes:
        links: for each link what it is for, in the order in which they are shown.
        qr: the link that a phone is to open.
        hints: sentences below the links.
    """

    links: Mapping[str, str]
    qr: str
    hints: tuple[str, ...]


def show(welcome: Welcome, console: Console) -> None:
    """Print the welcome; its picture for phones only on a terminal that is wide enough."""
    console.print(Text("\nFullhouse is up.\n", style="bold"))
    width = max(map(len, welcome.links))
    for what, link in welcome.links.items():
        line = Text("  ").append(what.ljust(width + 2), style="bold").append(link, style="cyan")
        # A link that is broken into two lines cannot be clicked.
        console.print(line, soft_wrap=True)
    if console.is_terminal:
        picture = qr_code(welcome.qr)
        if max(map(len, picture.splitlines())) <= console.width:
            console.print(Text("\n" + picture), soft_wrap=True)
    console.print()
    for hint in welcome.hints:
        console.print(Text(f"  {hint}"), soft_wrap=True)
    console.print()


def qr_code(link: str) -> str:
    """Return the link as a picture of half blocks, dark on light."""
    with io.StringIO() as text:
        segno.make(link, error="l", boost_error=False).terminal(text, compact=True, border=2)
        return text.getvalue()


def program_name(started_as: str, on_path: bool) -> str:
    """Return how the person at the terminal can call this program again."""
    if on_path:
        return "fullhouse"
    return "python -m fullhouse" if started_as.endswith("__main__.py") else started_as
