"""The house's interface, asked with a room's host key."""

from typing import Any

import httpx

from tests.journeys.running import Running


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
