"""What people call themselves and their rooms is text: on every page, whatever it looks like.

In a real Chromium that holds the pages to their content security policy.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Dialog, Page, Playwright, expect

from tests.journeys.api import Api
from tests.journeys.axe import barriers
from tests.journeys.browsers import chromium
from tests.journeys.running import Running, fullhouse_up

pytestmark = pytest.mark.patient

TEXTS = (
    "<script>ran(1)</script>",
    '"><img src=x onerror=ran(1)>',
    "'><svg onload=ran(1)>",
    "</title><script>ran(1)</script>",
    "</script><script>ran(1)</script><!--",
    '<iframe srcdoc="<script>parent.ran(1)</script>">',
    "<a href=javascript:ran(1)>x</a><base href=//h.test>",
    "{{state_json}}{{title}}{{words}}",
    "{{constructor.constructor('ran(1)')()}}${ran(1)}",
    "&lt;img src=x onerror=ran(1)&gt;",
    r"\u003cimg src=x onerror=ran(1)\u003e\x3c",
    "javascript:ran(1)//`;ran(1)//",
)
TRICKS = {
    "Ad\u200bmi\u2060n\ufeff": "Admin",
    "\u202egnp.exe\u202c \u2066b\u2069": "gnp.exe b",
    "two\nlines\u2028more\x00": "two lines more",
}
"""What is taken out of names: it shows as nothing, or turns the rest around."""
WATCH = """
window.troubles = [];
window.ran = () => troubles.push('a script ran');
document.addEventListener('securitypolicyviolation', (event) =>
  troubles.push(`against the policy: ${event.violatedDirective} ${event.blockedURI}`));
"""
ASK = """
([path, body, method]) => fetch(`/api/${path}`, {
  method: method ?? 'POST', headers: {'Content-Type': 'application/json'},
  body: JSON.stringify(body),
}).then((answer) => answer.status)
"""
ELEMENTS = "document.querySelectorAll('img[src=x], iframe, base, svg[onload], [onerror]').length"


@dataclass
class Stand:
    """A room with people and hands, and the pages that show them.

    Attributes:
        troubles: what a page did that it must not.
    """

    running: Running
    api: Api
    links: dict[str, str]
    client: httpx.Client
    pages: dict[str, Page] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def watched(self, name: str, page: Page, address: str) -> Page:
        """Open a page and note whatever of it goes wrong."""
        page.add_init_script(WATCH)
        page.on("dialog", self.dismiss)
        page.on("pageerror", lambda error: self.troubles.append(f"{name}: {error}"))
        page.goto(address)
        self.pages[name] = page
        return page

    def post(
        self, address: str, json: object = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Ask something as somebody whom nobody knows yet."""
        self.client.cookies.clear()
        return self.client.post(address, json=json, headers=headers)

    def dismiss(self, dialog: Dialog) -> None:
        """Note a window that a script has opened, and close it."""
        self.troubles.append(f"it says: {dialog.message}")
        dialog.dismiss()

    def judge(self) -> list[str]:
        """Return what is wrong with the pages as they are now."""
        found = [
            f"{name}: {one}"
            for name, page in self.pages.items()
            for one in page.evaluate("troubles")
        ]
        made = [
            f"{name}: an element" for name, page in self.pages.items() if page.evaluate(ELEMENTS)
        ]
        return self.troubles + found + made


@pytest.fixture
def stand(playwright: Playwright, tmp_path: Path) -> Iterator[Stand]:
    with ExitStack() as stack:
        running = stack.enter_context(fullhouse_up(tmp_path))
        links = running.room("texts", "--title", "Texts")
        browser = stack.enter_context(chromium(playwright, tmp_path / "browser", csp=True))
        client = stack.enter_context(httpx.Client(timeout=10))
        one = Stand(running, Api(running, links), links, client)
        home = one.watched("home", browser.pages[0], owner_link(running))
        become_owner(home)
        studio = one.watched("studio", browser.new_page(), links["host"])
        studio.get_by_label("Your name").fill("Ana")
        studio.get_by_role("button", name="Enter the studio").click()
        one.watched("listen", browser.new_page(), links["listen"])
        one.watched("front", browser.new_page(), f"{running.edge}/")
        yield one


def owner_link(running: Running) -> str:
    said = re.search(r"Owner +(http\S+)", running.log.read_text())
    assert said
    return said[1]


def become_owner(page: Page) -> None:
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Choose a login").fill("ana")
    page.get_by_label("Choose a password").fill("correct horse battery")
    page.get_by_role("button", name="Become the owner").click()
    expect(page.get_by_role("heading", name="Texts")).to_be_visible()


def call_everything(stand: Stand, text: str, number: int) -> None:
    """Let the room, a member, a hand and the reason for being late be called so."""
    api = stand.api
    api.ask("PATCH", "", {"title": text})
    api.ask("POST", "/why", {"why": text})
    link = api.ask("POST", "/invitations", {"role": "speaker", "name": text})["link"]
    secret = link.partition("#")[2]
    entered = stand.post(
        f"{api.room}/enter", json={"name": text}, headers={"Authorization": f"Bearer {secret}"}
    )
    assert entered.status_code == 200, entered.text
    hand = {"hand": f"{number:016x}", "name": text, "up": True}
    raised = stand.post(f"{stand.running.edge}/texts/hand", json=hand)
    assert raised.status_code == 200, raised.text


def fill_lists(stand: Stand) -> None:
    """Let programs, links to accounts, browsers, reports, bans and links to rooms be called so."""
    home, house, room = stand.pages["home"], stand.running.house, stand.api.room
    for number, text in enumerate(TEXTS):
        for path, body in (
            ("tokens", {"label": text, "scopes": ["log"]}),
            ("accounts", {"name": text}),
        ):
            assert home.evaluate(ASK, [path, body]) == 201, (path, text)
        link = stand.api.ask("POST", "/invitations", {"role": "speaker", "name": text})["link"]
        secret = link.partition("#")[2]
        came = stand.post(f"{room}/enter", json={"name": text}, headers=key(secret))
        banned = f"/members/{came.json()['member']}/ban"
        stand.api.ask("POST", banned, {"minutes": 60})
        stand.api.ask("POST", "/invitations", {"role": "speaker", "name": text})
        reported = stand.post(
            f"{room}/reports",
            json={"whom": text, "why": text},
            headers=dict(stand.api.client.headers) | elsewhere(number),
        )
        assert reported.status_code == 204, reported.text
        signed_in = stand.post(
            f"{house}/api/sign-in",
            json={"login": "ana", "password": "correct horse battery"},
            headers={"User-Agent": text} | elsewhere(number),
        )
        assert signed_in.status_code == 200, signed_in.text


def elsewhere(number: int) -> dict[str, str]:
    """Return what a proxy says of somebody in another network than all before."""
    return {"X-Forwarded-For": f"198.18.{number}.1"}


def key(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def all_secrets(stand: Stand) -> set[str]:
    """Have one of each secret made; return them."""
    house, api = stand.running.house, stand.api
    said = {"login": "ana", "password": "correct horse battery"}
    signed_in = stand.post(f"{house}/api/sign-in", json=said, headers=elsewhere(99))
    cookie = signed_in.cookies["fullhouse"]
    page = {"Origin": house, "Cookie": f"fullhouse={cookie}"}
    asked = {"label": "Wall", "scopes": ["rooms:read"]}
    program = stand.post(f"{house}/api/tokens", json=asked, headers=page).json()
    account = stand.post(f"{house}/api/accounts", json={}, headers=page).json()
    invited = api.ask("POST", "/invitations", {"role": "speaker"})["link"].partition("#")[2]
    links = api.ask("POST", "/visibility", {"visibility": "invited"})
    entered = [
        stand.post(f"{api.room}/enter", json={"name": "Ana"}, headers=shown).json()
        for shown in (page, key(invited), key(program["token"]))
    ]
    return {
        said["password"], cookie, program["token"], account["link"].partition("=")[2], invited,
        links["listen"].partition("=")[2], links["host"].partition("#")[2], links["whip_token"],
        links["source_key"], *(one["token"] for one in entered),
    }  # fmt: skip


def show_secrets(stand: Stand, secrets: set[str]) -> None:
    """Show each at every door, the right ones and the wrong ones, as people do by mistake."""
    edge, house = stand.running.edge, stand.running.house
    for number, secret in enumerate(secrets):
        for address in (
            f"{edge}/texts?key={secret}", f"{edge}/texts/state.json?key={secret}",
            f"{edge}/texts/live-low.ogg?key={secret}x", f"{edge}/{secret}/live.ogg",
            f"{house}/api/rooms/texts?token={secret}", f"{house}/studio/{secret}",
            f"{house}/api/rooms/texts/log", f"{house}/whip/texts",
        ):  # fmt: skip
            with stand.client.stream("GET", address, headers=key(secret)):
                pass
        for path, body in (
            ("sign-in", {"login": secret, "password": secret}),
            ("accounts/accept", {"secret": secret, "login": "a", "name": "a", "password": secret}),
            ("sign-in/passkey", {"credential": {"id": secret}}),
        ):
            headers = elsewhere(100 + number)
            stand.post(f"{house}/api/{path}", json=body, headers=headers)
        stand.post(f"{house}/whip/texts", headers=key(secret))


def logged(stand: Stand) -> str:
    """Return all that was logged by whichever process."""
    files = [stand.running.log, *stand.running.data.rglob("*.log")]
    return "\n".join(file.read_text(errors="replace") for file in files)


def look_at_lists(stand: Stand) -> None:
    """See what is shown by the dozen: in the studio, and on the pages of accounts."""
    studio, home = stand.pages["studio"], stand.pages["home"]
    studio.locator("#kept-out > summary").click()
    for name in ("#invitations", "#bans", "#reports"):
        for text in TEXTS:
            expect(studio.locator(name)).to_contain_text(text)
    for page, texts in (
        ("account", [*TEXTS, *(text.partition("/")[0] for text in TEXTS)]),
        ("people", TEXTS),
    ):
        home.evaluate("page => { location.hash = page }", page)
        home.reload()
        for text in texts:
            expect(home.locator("main")).to_contain_text(text)
    for text in TEXTS:
        assert home.evaluate(ASK, ["account", {"name": text}, "PATCH"]) == 200
        home.reload()
        expect(home.locator("main")).to_contain_text(text)
        assert not stand.judge(), text
    assert [one for page in (studio, home) for one in barriers(page)] == []


def test_nothing_that_people_are_called_is_more_than_text(stand: Stand) -> None:
    """Scripts, tags, templates: shown as they were written, on all pages, and nothing runs."""
    soon = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT20:00}"
    stand.api.ask("POST", "/plan", {"starts": soon, "zone": "Europe/Berlin"})
    studio, listen = stand.pages["studio"], stand.pages["listen"]
    for number, text in enumerate(TEXTS):
        call_everything(stand, text, number)
        expect(studio.locator("#title")).to_have_text(text)
        expect(studio.locator("#people > .list")).to_contain_text(text)
        expect(studio.locator("#hands .list").first).to_contain_text(text)
        for page in (listen, stand.pages["front"], stand.pages["home"]):
            page.reload()
        expect(listen.locator("#title")).to_have_text(text)
        expect(stand.pages["front"].get_by_role("link", name=text, exact=True)).to_be_visible()
        expect(stand.pages["home"].get_by_role("heading", name=text, exact=True)).to_be_visible()
        assert not stand.judge(), text
    assert [one for page in stand.pages.values() for one in barriers(page)] == []
    for written, shown in TRICKS.items():
        stand.api.ask("PATCH", "", {"title": written})
        expect(studio.locator("#title")).to_have_text(shown)
    fill_lists(stand)
    look_at_lists(stand)
    secrets = all_secrets(stand)
    show_secrets(stand, secrets)
    assert len(secrets) == 12
    assert [one for one in secrets if one in logged(stand)] == []
    assert not stand.running.errors()
