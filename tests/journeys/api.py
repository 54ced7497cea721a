"""The house's interface, asked with a room's host key."""

import json
from typing import Any

import httpx

from tests.journeys.running import Running


def made(running: Running, slug: str, **more: str) -> dict[str, str]:
    """Make a room, as `room create` does, but sooner; return its links and keys."""
    token = json.loads((running.data / "run.json").read_text())["token"]
    answer = httpx.post(
        f"{running.house}/api/rooms",
        json={"slug": slug} | more,
        headers={"Authorization": f"Bearer {token}"},
        timeout=15,
    )
    assert answer.status_code < 300, answer.text
    links: dict[str, str] = answer.json()
    return links


class Api:
    """One room."""

    def __init__(self, running: Running, links: dict[str, str]) -> None:
        self.room = f"{running.house}/api/rooms/{links['slug']}"
        key = links["host"].partition("#")[2]
        self.client = httpx.Client(
            headers={"Authorization": f"Bearer {key}"},
            timeout=15,
        )

    def ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self.client.request(method, self.room + path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def hands(self) -> Any:
        return self.ask("GET", "/hands")
