"""Whatever fits the interface's own description, and whatever does not, is answered as it says.

Requests are made up from `/api/openapi.json` of a real house, for each of its operations. What
they say of rooms and people is, half of the time, of a room and a member that are there.
FULLHOUSE_EXAMPLES=200 makes up more; `make fuzz` does.
"""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CheckFunction
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.house.served import ADMIN, bearer, host_token, new_slug, served

EXAMPLES = int(os.environ.get("FULLHOUSE_EXAMPLES", "3"))
FOR_EVER = ("/api/rooms/{slug}/events",)
"""An answer that goes on and on is none for this test."""
CHECKS: list[CheckFunction] = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
BUSY = (429, 503)
Operation = APIOperation[Any, Any, Any, Any]


@dataclass(frozen=True)
class There:
    """A house that runs, and its description."""

    url: str
    operations: dict[str, Any]

    def post(self, path: str, token: str, **asked: object) -> dict[str, Any]:
        """Ask something that is answered."""
        answer = httpx.post(self.url + path, json=asked, headers=bearer(token), timeout=10)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told


@contextmanager
def house(folder: Path, bus_url: str, database: str) -> Iterator[str]:
    """Serve a house in a thread of its own, for the requests are made without a loop."""
    ready, url, over = threading.Event(), [""], list[asyncio.Event]()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        over.append(asyncio.Event())
        async with served(folder, bus_url, database=database) as one:
            await one.on_bus()
            url[0] = f"http://127.0.0.1:{one.port}"
            ready.set()
            await over[0].wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(20)
        yield url[0]
    finally:
        loop.call_soon_threadsafe(over[0].set)
        thread.join(20)
        loop.close()


@pytest.fixture
def there(database_url: str, tmp_path: Path, nats_url: str) -> Iterator[There]:
    with house(tmp_path, nats_url, database_url) as url:
        described = httpx.get(f"{url}/api/openapi.json", timeout=10).json()
        schema = schemathesis.openapi.from_dict(described)
        found = list(schema.get_all_operations())
        ours = [each.ok() for each in found if isinstance(each, Ok)]
        assert len(ours) == len(found)
        yield There(url, {one.label: one for one in ours if one.path not in FOR_EVER})


def known(there: There) -> tuple[dict[str, Any], dict[str, str]]:
    """Make a room with a member; return what paths may name of it, and whose token is whose."""
    slug = new_slug("described")
    links = there.post("/api/rooms", ADMIN, slug=slug, title="A room")
    entered = there.post(f"/api/rooms/{slug}/enter", host_token(links), name="Ana")
    names = {"slug": slug, "member": entered["member"], "seat": entered["seat"], "kind": "host"}
    return names, {"the admin": ADMIN, "a member": entered["token"], "nobody": ""}


def try_out(there: There, operation: Operation) -> int:
    """Ask one operation all kinds of things as all kinds of people; return how often."""
    names, tokens = known(there)
    count = 0
    by_mode = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize="FULLHOUSE_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=st.one_of(by_mode), real=st.sampled_from([True, True, False]))
    def ask(case: Any, real: bool) -> None:
        nonlocal count
        for name in set(case.path_parameters or {}) & set(names):
            if real:
                case.path_parameters[name] = names[name]
        for who, token in tokens.items():
            count += 1
            headers = bearer(token) if token else {}
            answer = case.call(base_url=there.url, headers=headers, session=session, timeout=20)
            assert answer.status_code < 500 or answer.status_code in BUSY, (who, answer.text)
            case.validate_response(answer, checks=CHECKS)

    with requests.Session() as session:
        ask()
    return count


@pytest.mark.long(20)
@pytest.mark.timeout(3600 if "FULLHOUSE_EXAMPLES" in os.environ else 120)
def test_every_answer_is_as_the_interface_describes_it(there: There) -> None:
    """No request of an admin, a member or a stranger breaks the house or its word."""
    wrong, asked = {}, 0
    for label, operation in there.operations.items():
        try:
            asked += try_out(there, operation)
        except (Exception, FailureGroup) as error:  # all that is wrong is told at once
            wrong[label] = str(error)
    print(f"{asked} requests to {len(there.operations)} operations")
    assert not wrong, "\n\n".join(f"{label}: {why}" for label, why in wrong.items())
    assert asked > 2 * len(there.operations)
