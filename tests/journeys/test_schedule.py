"""A room is planned, moved, late and called off: the page, the calendar and the mails say so."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import icalendar
import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.house.mailbox import SENDER, Mailbox, mail_server
from tests.journeys.browsers import chromium, press_listen
from tests.journeys.running import Running, fullhouse_up

pytestmark = pytest.mark.patient


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, box: Mailbox) -> Iterator[Running]:
    mail = {
        "FULLHOUSE_SMTP_HOST": "127.0.0.1", "FULLHOUSE_SMTP_PORT": str(box.port),
        "FULLHOUSE_SMTP_TLS": "none", "FULLHOUSE_SMTP_FROM": SENDER,
    }  # fmt: skip
    with fullhouse_up(tmp_path_factory.mktemp("schedule"), environment=mail) as up:
        yield up


def event(running: Running) -> icalendar.Event:
    """Return what a calendar reads of the room."""
    answer = httpx.get(f"{running.edge}/evening/event.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return icalendar.Calendar.from_ical(answer.content).events[0]


def let_a_minute_pass(running: Running) -> None:
    """As if the start had been a minute ago, and the house had been killed meanwhile."""
    with sqlite3.connect(running.data / "rooms.db", timeout=5) as database:
        database.execute("UPDATE rooms SET starts = ?", (time.time_ns() // 1000 - 59_000_000,))
    assert running.kill("fullhouse", "house")


def remind_me(page: Page, box: Mailbox) -> None:
    """Leave an address on the page, and press the button behind the link in the mail."""
    page.get_by_text("Remind me by e-mail").click()
    page.get_by_label("Your e-mail address").fill("ana@ear.example")
    page.get_by_role("button", name="Remind me").click()
    expect(page.get_by_text("Look into your mailbox")).to_be_visible()
    end = time.monotonic() + 5
    while not box.mails:
        assert time.monotonic() < end
        time.sleep(0.05)
    page.context.new_page().goto(box.links()[0])
    confirm = page.context.pages[-1]
    confirm.get_by_role("button", name="Yes, remind me").click()
    expect(confirm.get_by_role("heading", name="Done")).to_be_visible()
    confirm.close()


def test_a_plan_is_seen_moved_late_and_called_off(
    running: Running, box: Mailbox, playwright: Playwright, tmp_path: Path
) -> None:
    links = running.room("evening", "--title", "An evening", "--starts", "+30m",
                         "--zone", "Asia/Jakarta")  # fmt: skip
    first = event(running)
    with chromium(playwright, tmp_path / "listener", csp=True) as listener:
        page = listener.pages[0]
        berlin = {"timezoneId": "Europe/Berlin"}
        listener.new_cdp_session(page).send("Emulation.setTimezoneOverride", berlin)
        page.goto(links["listen"])
        soon = page.locator("#soon")
        expect(page.locator("#countdown")).to_contain_text("00:29:")
        expect(soon).to_contain_text("in Asia/Jakarta")
        soon.get_by_text("Add to calendar").click()
        expect(soon.get_by_role("link", name="Calendar file")).to_have_attribute(
            "href", "/evening/event.ics"
        )
        remind_me(page, box)
        page.screenshot(path=tmp_path / "scheduled.png", full_page=True)
        press_listen(page, links["listen"])
        running.run("room", "plan", "evening", "--starts", "+20m", "--doors", "30")
        expect(page.locator("#badge")).to_have_text("Doors open")
        expect(soon).to_contain_text("New time:")
        let_a_minute_pass(running)
        expect(page.locator("#badge")).to_have_text("Late", timeout=10_000)
        running.run("room", "late", "evening", "--why", "Our train stands still.")
        expect(soon).to_contain_text("It is late. It was to start")
        expect(soon).to_contain_text("Our train stands still.")
        page.screenshot(path=tmp_path / "late.png", full_page=True)
        assert str(event(running)["SUMMARY"]) == "Late: An evening"
        running.run("room", "call-off", "evening")
        expect(page.locator("#badge")).to_have_text("Called off", timeout=10_000)
        page.screenshot(path=tmp_path / "called-off.png", full_page=True)
    last = event(running)
    assert (last["STATUS"], last["UID"]) == ("CANCELLED", first["UID"])
    assert last["SEQUENCE"] > first["SEQUENCE"]
    assert running.errors() == []
