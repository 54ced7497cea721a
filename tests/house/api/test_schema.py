"""Whatever fits the interface's own description, and whatever does not, is answered as it says.

Requests are made up from `/api/openapi.json` of a real house, for each of its operations. What
they say of rooms, people and secrets is, half of the time, what is there. Each comes from a
network of its own: how often one may ask is judged elsewhere, and would hide what we look for.
FULLHOUSE_EXAMPLES=200 makes up more; `make fuzz` does.
"""

import asyncio
import itertools
import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

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

from tests.house.known import PASSWORD
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
_NETWORKS = itertools.count(1 << 8, 1 << 8)
Operation = APIOperation[Any, Any, Any, Any]


@dataclass
class There:
    """A house that runs, its description, and an owner who signs in.

    Attributes:
        cookie: the owner's.
    """

    url: str
    session: requests.Session
    operations: dict[str, Any] = field(default_factory=dict)
    cookie: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, token: str, **asked: str) -> dict[str, Any]:
        """Ask something that is answered."""
        self.session.cookies.clear()
        headers = bearer(token) | elsewhere()
        answer = self.session.post(self.url + path, json=asked, headers=headers, timeout=10)
        assert answer.ok, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def invite(self) -> dict[str, Any]:
        """Make a link to an account; those that were made up before have filled the list."""
        headers, path = bearer(ADMIN), f"{self.url}/api/accounts"
        listed = self.session.get(path, headers=headers, timeout=10).json()["invitations"]
        for one in listed if len(listed) > 99 else ():
            self.session.delete(f"{path}/invitations/{one['id']}", headers=headers, timeout=10)
        return self.post("/api/accounts", ADMIN)

    def sign_in(self) -> dict[str, str]:
        """Return the headers of an owner's page; another owner's, should that one be no more."""
        page = {"Origin": self.url} | self.cookie
        self.session.cookies.clear()
        if not self.session.get(f"{self.url}/api/account", headers=page, timeout=10).ok:
            link = self.post("/api/owner-link", ADMIN)["link"].partition("#")[2]
            way, _, secret = link.partition("=")
            asked = {"secret": secret, "login": new_slug("owner"), "name": "Ana"}
            path = "/api/first" if way == "first" else "/api/accounts/accept"
            self.post(path, "", **asked, password=PASSWORD)
            cookies = "; ".join(f"{name}={value}" for name, value in self.session.cookies.items())
            self.cookie = {"Cookie": cookies}
        return {"Origin": self.url} | self.cookie


def elsewhere() -> dict[str, str]:
    """Return what a proxy on this machine says of somebody in a network of their own."""
    number = next(_NETWORKS)
    return {"X-Forwarded-For": f"11.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


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
    with house(tmp_path, nats_url, database_url) as url, requests.Session() as session:
        described = session.get(f"{url}/api/openapi.json", timeout=10).text
        yield There(url, session, operations_of(described))


@cache
def operations_of(described: str) -> dict[str, Any]:
    """Return all that a house can be asked, by what it is called."""
    found = list(schemathesis.openapi.from_dict(json.loads(described)).get_all_operations())
    ours = [each.ok() for each in found if isinstance(each, Ok)]
    assert len(ours) == len(found)
    return {one.label: one for one in ours if one.path not in FOR_EVER}


def known(there: There) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """Make a room with a member; return what requests may name of it, and who asks how."""
    slug = new_slug("described")
    links = there.post("/api/rooms", ADMIN, slug=slug, title="A room")
    room = f"/api/rooms/{slug}"
    entered = there.post(f"{room}/enter", host_token(links), name="Ana")
    signed_in = there.sign_in()
    invited = there.invite()
    there.session.cookies.clear()
    account = there.session.get(f"{there.url}/api/account", headers=signed_in, timeout=10).json()
    names = {
        "slug": slug, "member": entered["member"], "seat": entered["seat"], "kind": "host",
        "account": account["id"], "invitation": invited["id"], "login": account["login"],
        "password": PASSWORD, "old_password": PASSWORD, "secret": invited["link"].partition("=")[2],
    }  # fmt: skip
    asking = {
        "the admin": bearer(ADMIN), "a member": bearer(entered["token"]), "an owner": signed_in,
        "nobody": {},
    }  # fmt: skip
    return names, asking


def made_real(case: Any, names: dict[str, Any]) -> None:
    """Put what is there in the place of what was made up."""
    for said in (case.path_parameters, case.body):
        if isinstance(said, dict):
            for name in set(said) & set(names):
                said[name] = names[name]


def try_out(there: There, operation: Operation) -> Counter[int]:
    """Ask one operation all kinds of things as all kinds of people; return the answers."""
    names, asking = known(there)
    answers: Counter[int] = Counter()
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
        if real:
            made_real(case, names)
        for who, headers in asking.items():
            there.session.cookies.clear()
            more = headers | elsewhere()
            answer = case.call(base_url=there.url, headers=more, session=there.session, timeout=60)
            answers[answer.status_code] += 1
            assert answer.status_code < 500 or answer.status_code in BUSY, (who, answer.text)
            case.validate_response(answer, checks=CHECKS)

    ask()
    return answers


@pytest.mark.long(20)
@pytest.mark.timeout(7200 if "FULLHOUSE_EXAMPLES" in os.environ else 300)
def test_every_answer_is_as_the_interface_describes_it(there: There) -> None:
    """No request of an admin, a member, an owner's page or a stranger breaks house or word."""
    wrong, answers = {}, dict[str, Counter[int]]()
    for label, operation in there.operations.items():
        try:
            answers[label] = try_out(there, operation)
        except (Exception, FailureGroup) as error:  # all that is wrong is told at once
            wrong[label] = str(error)
    for label, statuses in answers.items():
        print(label, dict(sorted(statuses.items())))
    assert not wrong, "\n\n".join(f"{label}: {why}" for label, why in wrong.items())
    assert not [label for label, statuses in answers.items() if set(statuses) == {429}]
    assert sum(map(Counter.total, answers.values())) > 3 * len(there.operations)
