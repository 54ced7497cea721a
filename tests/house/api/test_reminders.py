"""Asking for a reminder, and the pages that links in mails open."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from tests.house.mailbox import Mailbox, mail_server
from tests.house.served import House, becomes_true, code_of, served, told, tomorrow

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOBODY = {"Authorization": ""}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory, nats_url: str, box: Mailbox
) -> AsyncIterator[House]:
    """One house for the tests of this file that keep within its limits."""
    folder = tmp_path_factory.mktemp("house")
    async with served(folder, nats_url, mailing=box.mailing()) as house:
        yield house


async def ask(house: House, slug: str, **body: object) -> httpx.Response:
    return await house.client.post(f"/api/rooms/{slug}/reminders", json=body, headers=NOBODY)


async def mailed(box: Mailbox, count: int) -> None:
    async def there() -> bool:
        return len(box.mails) >= count

    await becomes_true(there)


async def test_an_address_is_confirmed_by_a_button_and_leaves_by_one(
    house: House, box: Mailbox
) -> None:
    """A machine that opens links in mails confirms nothing and stops nothing."""
    links = await house.make(starts=tomorrow(), title="<b>An evening</b>")
    answer = await ask(house, links["slug"], address="ana@ear.example", language="id")
    assert answer.status_code == 202
    assert answer.headers["access-control-allow-origin"] == "*", "the page is the edge's"
    await mailed(box, 1)
    confirm = box.links()[0]
    path = httpx.URL(confirm).path
    for _ in range(2):
        page = await house.client.get(path, headers=NOBODY)
        assert "Ya, ingatkan saya" in page.text
        assert "&lt;b&gt;An evening" in page.text
        assert '<html lang="id">' in page.text
        assert "form-action 'self'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
    done = await house.client.post(path, headers=NOBODY | FORM)
    assert "Selesai" in done.text
    stop = path.replace("/confirm", "/stop")
    assert "Hentikan pengingat" in (await house.client.get(stop, headers=NOBODY)).text
    one_click = await house.client.post(
        stop, content="List-Unsubscribe=One-Click", headers=NOBODY | FORM
    )
    assert one_click.status_code == 200
    assert "surel lagi" in one_click.text
    gone = await house.client.post(path, headers=NOBODY | FORM)
    assert "no more mails" in gone.text


async def test_a_link_that_was_made_up_opens_nothing(house: House) -> None:
    for token in ("x", "0" * 16 + "-" + "a" * 26, "..%2f..", "a" * 500):
        for what in ("confirm", "stop"):
            page = await house.client.get(f"/reminders/{token}/{what}", headers=NOBODY)
            assert "<form" not in page.text
            assert (await house.client.post(f"/reminders/{token}/{what}")).status_code in (200, 404)


async def test_what_cannot_be_reminded_of_is_refused(house: House) -> None:
    planned = (await house.make(starts=tomorrow()))["slug"]
    by_voice = (await house.make())["slug"]
    invited = (await house.make(starts=tomorrow(), visibility="invited"))["slug"]
    for slug, address, status, code in (
        (planned, "nobody", 422, "bad_address"),
        (planned, "a@b.example\nBcc: c@d.example", 422, "bad_address"),
        (planned, "x" * 255, 422, "invalid"),
        (by_voice, "a@b.example", 409, "nothing_planned"),
        (invited, "a@b.example", 403, "uninvited"),
        ("no-such-room", "a@b.example", 404, "unknown_room"),
    ):
        answer = await ask(house, slug, address=address)
        assert (answer.status_code, code_of(answer)) == (status, code), address


async def test_a_house_without_mail_offers_none(
    tmp_path_factory: pytest.TempPathFactory, nats_url: str
) -> None:
    async with (
        served(tmp_path_factory.mktemp("house"), nats_url) as house,
        told(nats_url) as heard,
    ):
        links = await house.make(starts=tomorrow())
        answer = await ask(house, links["slug"], address="a@b.example")
        assert (answer.status_code, code_of(answer)) == (404, "no_mail")
        await house.on_bus()
        async with asyncio.timeout(8):
            while (news := await heard.get()).slug != links["slug"]:
                pass
        assert not news.reminds


async def test_nobody_fills_somebody_elses_mailbox(
    tmp_path_factory: pytest.TempPathFactory, nats_url: str
) -> None:
    with mail_server() as box:
        folder = tmp_path_factory.mktemp("house")
        async with served(folder, nats_url, mailing=box.mailing()) as house:
            slug = (await house.make(starts=tomorrow()))["slug"]
            answers = [await ask(house, slug, address="ana@ear.example") for _ in range(4)]
            assert [one.status_code for one in answers] == [202, 202, 202, 429]
            assert int(answers[-1].headers["retry-after"]) > 60
            others = [await ask(house, slug, address=f"{n}@ear.example") for n in "bc"]
            assert others[0].status_code == 202
            other = others[1]
            assert (other.status_code, code_of(other)) == (429, "too_often"), "from one address"
            await mailed(box, 1)
