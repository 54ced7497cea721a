"""From an empty house to a room, on the house's own pages: link, passkey, password, form."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.journeys.axe import barriers
from tests.journeys.browsers import chromium
from tests.journeys.running import Running, fullhouse_up

pytestmark = pytest.mark.patient

PASSWORD = "correct horse battery"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def first_link(house: Running) -> str:
    """Return the link that `up` printed; no log line has its secret."""
    lines = house.log.read_text().splitlines()
    (link,) = [found[1] for line in lines if (found := re.search(r"Owner\s+(http\S+)", line))]
    secret = link.partition("#first=")[2]
    assert [line for line in lines if line.startswith("{") and secret in line] == []
    return link


def with_passkeys(context: BrowserContext, page: Page) -> None:
    """Give the browser a device that keeps passkeys, and whose person is always there.

    It is gone as soon as another inspector of the page, such as axe's, is.
    """
    inspector = context.new_cdp_session(page)
    inspector.send("WebAuthn.enable")
    inspector.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def test_a_new_owner_comes_in_by_link_passkey_and_password(
    playwright: Playwright, tmp_path: Path
) -> None:
    with (
        fullhouse_up(tmp_path) as house,
        chromium(playwright, tmp_path / "ana", csp=True) as context,
    ):
        page = context.pages[0]
        expect.set_options(timeout=15_000)
        here = house.house.replace("127.0.0.1", "localhost")
        page.goto(first_link(house).replace("127.0.0.1", "localhost"))
        _becomes_the_owner(page)
        assert "first" not in page.url
        with_passkeys(context, page)
        _adds_a_passkey(page)
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("heading", name="Your rooms")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        _signs_in_with_the_password(page)
        _plans_an_event(page)
        for place in ("rooms", "new", "account", "people"):
            for language in ("en", "id"):
                page.goto(f"{here}/#{place}")
                page.get_by_label(re.compile("Language|Bahasa")).select_option(language)
                expect(page.locator("#place h1")).to_be_visible()
                assert barriers(page) == [], (place, language)
        assert house.state("kopi-sore")["title"] == "Kopi Sore"
        assert house.errors() == []


def _becomes_the_owner(page: Page) -> None:
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Choose a login").fill("ana")
    page.get_by_label("Choose a password", exact=True).fill("short")
    page.get_by_role("button", name="Become the owner").click()
    expect(page.get_by_role("alert")).to_contain_text("10 to 128")
    expect(page.get_by_label("Choose a login")).to_have_value("ana")
    assert barriers(page) == []
    page.get_by_label("Choose a password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Become the owner").click()
    expect(page.get_by_text("No rooms yet")).to_be_visible()


def _adds_a_passkey(page: Page) -> None:
    page.get_by_role("link", name="Account").click()
    card = page.locator("section.card", has=page.get_by_role("heading", name="Passkeys"))
    card.get_by_label("Name of this device").fill("My phone")
    card.get_by_label("Your password, once more").fill(PASSWORD)
    card.get_by_role("button", name="Add a passkey").click()
    expect(card.get_by_text("never used")).to_be_visible()


def _signs_in_with_the_password(page: Page) -> None:
    page.get_by_label("Login").fill("ana")
    page.get_by_label("Password", exact=True).fill("wrong password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="do not fit")).to_be_visible()
    assert barriers(page) == []
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Your rooms")).to_be_visible()


def _plans_an_event(page: Page) -> None:
    page.get_by_role("button", name="New room").click()
    page.get_by_label("Title").fill("Kopi Sore")
    expect(page.get_by_label("Name in the link")).to_have_value("kopi-sore")
    page.get_by_label("Time zone").select_option("Asia/Jakarta")
    page.get_by_label("Day").fill("2029-12-01")
    page.get_by_label("Time", exact=True).fill("20:00")
    expect(page.locator(".preview")).to_contain_text("Saturday 1 December, 20:00 in Jakarta")
    page.get_by_role("button", name="Make the room").click()
    expect(page.get_by_role("heading", name="Kopi Sore is made")).to_be_visible()
    page.get_by_role("button", name="For a speaker: Make a link").click()
    expect(page.get_by_role("textbox", name="Link for one person")).to_have_value(
        re.compile("/studio/kopi-sore#fhi_")
    )
    page.get_by_role("button", name="To your rooms").click()
    expect(page.get_by_text("Planned")).to_be_visible()
