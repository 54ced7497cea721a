"""Who is here, over two houses on one database; and who stands in for a host who is gone."""

from pathlib import Path

import pytest

from fullhouse.house import succession
from fullhouse.house.roles import May
from fullhouse.units import SECOND, Micros
from tests.house.api.people import Person, hosting, invited
from tests.house.served import becomes_true, served


async def test_two_houses_tell_their_pages_the_same(tmp_path: Path, nats_url: str) -> None:
    async with served(tmp_path, nats_url) as one:
        await one.on_bus()
        host = await hosting(one)
        speaker = await invited(host, "speaker", "Sol")
        async with served(tmp_path, nats_url) as two:
            await two.on_bus()
            async with host.page(), speaker.page(two):
                await host.until(lambda: host.sees(speaker)["present"])
                await host.ask("PATCH", f"/members/{speaker.id}", role="cohost")
                await speaker.until(lambda: speaker.told["me"]["role"] == "cohost")
                await host.ask("POST", f"/members/{speaker.id}/ask-to-unmute")
                await speaker.until(lambda: "asked_to_unmute" in speaker.notices)
                await host.ask("POST", f"/members/{speaker.id}/remove")
                await speaker.until(lambda: speaker.ended)
                assert speaker.notices[-1] == "removed"
            assert (await speaker.ask("GET", "", two)).status_code == 401


async def test_a_co_host_stands_in_for_a_host_who_is_gone_and_steps_back(
    tmp_path: Path, nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifteen seconds are one here, and whoever was seen half a second ago is here."""
    monkeypatch.setattr(succession, "GONE_AFTER", Micros(3 * SECOND // 2))
    monkeypatch.setattr(succession, "LINGERS", Micros(3 * SECOND // 2))
    async with served(tmp_path, nats_url) as house:
        await house.on_bus()
        host = await hosting(house)
        cohost = await invited(host, "cohost", "Ken")
        speaker = await invited(host, "speaker", "Sol")
        async with cohost.page():
            async with host.page():
                assert not cohost.told["me"]["acting"]
                assert (await cohost.ask("POST", "/open")).status_code == 403
            await cohost.until(lambda: cohost.told["me"]["acting"])
            assert set(cohost.told["me"]["may"]) == set(May)
            answer = await cohost.ask("POST", "/open")
            assert (answer.json()["state"], "host" in answer.json()) == ("doors", True)
            assert (await cohost.ask("POST", "/keys/host")).status_code == 403
            assert (await cohost.ask("POST", "/keys/whip")).status_code == 200
            assert (await cohost.ask("POST", f"/members/{host.id}/ban")).status_code == 403
            made = await cohost.ask("PATCH", f"/members/{speaker.id}", role="host")
            assert made.json()["role"] == "host"
            async with host.page():
                assert host.sees(cohost)["acting"] is False
                assert (await cohost.ask("POST", "/end")).status_code == 403
                assert (await host.ask("POST", "/end")).status_code == 200
                await cohost.until(lambda: not cohost.told["me"]["acting"])
                assert host.sees(speaker)["role"] == "host", "what was given stays"

                async def noted() -> bool:
                    return await succession_of(host) == ["", cohost.id]

                await becomes_true(noted)
            assert cohost.notices == ["acting", "not_acting"]


async def succession_of(host: Person) -> list[str]:
    """Return who acted by the log, newest first."""
    lines = (await host.ask("GET", "/log")).json()["lines"]
    assert all(one["who"] == "house" for one in lines if one["what"] == "succession")
    return [one["details"]["acting"] for one in lines if one["what"] == "succession"]


async def test_people_on_stage_are_here_without_a_page(tmp_path: Path, nats_url: str) -> None:
    from fullhouse.units import PartNumber, RoomSlug
    from fullhouse.wire import SeatNews, StageNews, subject_stage
    from tests.house.served import stage_of

    async with served(tmp_path, nats_url) as house:
        await house.on_bus()
        host = await hosting(house)
        speaker = await invited(host, "speaker", "Sol")
        async with stage_of(nats_url, host.slug) as stage, host.page():
            seat = SeatNews(seat=speaker.id, name="Sol", kind="whip", level_db=-20)
            news = StageNews(
                slug=RoomSlug(host.slug), instance="one", pid=1, node="here", part=PartNumber(1),
                on_air=False, heard=False, silent_for=Micros(0), level_db=-20, seats=(seat,),
            )  # fmt: skip

            async def seen() -> bool:
                await stage.bus.publish(subject_stage(news.slug), news.pack())
                shown = host.sees(speaker)
                return bool(shown["present"] and shown["on_stage"])

            await becomes_true(seen)
