"""A shell: asks a running house, for commands on a shell and for `up`.

Small on purpose: a command that asks one thing should not import a whole HTTP client for it.
"""

import http.client
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from fullhouse import __version__
from fullhouse.errors import NotReady, Refused

PATIENCE: Final = 10.0
UPLOAD_PATIENCE: Final = 900.0
"""Seconds; a hold of ten minutes is half a minute's work, and others may come first."""

Facts = Mapping[str, object]


class NoHouse(NotReady):
    """There is no house to ask."""

    code = "no_house"


class House:
    """A running house, and the token that lets us in."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self._token = token

    def ask(self, method: str, path: str, body: Facts | None = None) -> Facts:
        """Return the house's answer, one JSON object.

        Raises:
            Refused: the house says no; with its code and sentence. `NotReady`: not yet.
            NoHouse: nobody answers there.
        """
        text = None if body is None else json.dumps(body)
        return self._call(method, path, text, "application/json", PATIENCE)

    def send(self, method: str, path: str, raw: bytes) -> Facts:
        """Send a file, and return the house's answer; it may take minutes. Errors as `ask`."""
        return self._call(method, path, raw, "application/octet-stream", UPLOAD_PATIENCE)

    def _call(
        self, method: str, path: str, body: str | bytes | None, kind: str, patience: float
    ) -> Facts:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": kind,
            "User-Agent": f"fullhouse/{__version__}",
        }
        parts = urlsplit(self.url)
        secure = parts.scheme == "https"
        opened = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = opened(parts.hostname or "", parts.port, timeout=patience)
        try:
            connection.request(method, parts.path + path, body, headers)
            answer = connection.getresponse()
            return _understood(answer.status, answer.read())
        except (OSError, http.client.HTTPException) as error:
            raise NoHouse(f"No Fullhouse answers at {self.url}.") from error
        finally:
            connection.close()

    def room(self, slug: str) -> Facts:
        """Return all that a host may know of a room, links included."""
        return self.ask("GET", f"/api/rooms/{quote(slug, safe='')}")


def _understood(status: int, raw: bytes) -> Facts:
    try:
        said = json.loads(raw) if raw else {}
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Refused("The answer is not a house's. Is it the right address?", code="no_house")
    if status >= 400:
        fallback = f"The house answers {status}."
        kind = NotReady if status == NotReady.status else Refused
        raise kind(
            str(said.get("message", fallback)), code=str(said.get("code", "refused")), status=status
        )
    return said


def running_house(data: Path, *, patience: float = 0.0) -> House:
    """Return the house that an `up` on this machine runs, found by its data folder.

    Args:
        patience: seconds to wait for an `up` that has just been started.

    Raises:
        NoHouse: no `up` runs on that folder.
        Refused: its run.json is not for us to read.
    """
    end = time.monotonic() + patience
    while True:
        try:
            facts = json.loads((data / "run.json").read_text())
            return House(facts["house"], facts["token"])
        except PermissionError as error:
            raise Refused(f"{data / 'run.json'} is not yours to read.", code="not_yours") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            if time.monotonic() >= end:
                raise NoHouse(
                    f"No fullhouse up runs on {data}. Name its folder with --data, "
                    "or a house elsewhere with --house and --token."
                ) from error
        time.sleep(0.1)
