"""A shell: bans and reports of a room over HTTP."""

from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from fullhouse.house.api.door import Asker, Door
from fullhouse.house.api.members import Asked
from fullhouse.house.api.pace import Pace
from fullhouse.house.ban_rows import Report, bans_of, reports_of
from fullhouse.house.bans import Ban, BanKind
from fullhouse.house.changes import Changes, new_id
from fullhouse.house.names import MOST_OF_A_NAME, plain
from fullhouse.house.roles import May
from fullhouse.programme.timeline import rfc3339
from fullhouse.units import SECOND, Micros, RoomSlug

MOST_OF_WHY: Final = 500


class ReportAsked(Asked):
    """Whom somebody finds to do harm (a member, or a name), and how."""

    whom: Annotated[str, Field(min_length=1, max_length=MOST_OF_A_NAME)]
    why: Annotated[str, Field(max_length=MOST_OF_WHY)] = ""


class BanView(BaseModel):
    """A ban. `by` is what it knows them by; without `ends_at` it does not run out."""

    ban: str
    name: str
    by: list[BanKind]
    made_by: str
    made_at: str
    ends_at: str | None


class BanList(BaseModel):
    """The bans that stand."""

    bans: list[BanView]


class ReportView(BaseModel):
    """What somebody finds."""

    report: str
    whom: str
    why: str
    made_by: str
    made_at: str


class ReportList(BaseModel):
    """What nobody has dealt with yet."""

    reports: list[ReportView]


def bans_router(door: Door, changes: Changes) -> APIRouter:
    """Return the routes of bans and reports."""
    router = APIRouter(prefix="/api/rooms/{slug}", tags=["people"])
    _add_bans(router, door, changes)
    _add_reports(router, door, changes)
    return router


def _add_bans(router: APIRouter, door: Door, changes: Changes) -> None:
    async def standing(slug: RoomSlug) -> BanList:
        now = door.clock.now()
        found = await door.rooms.database.read(lambda session: bans_of(session, slug, now))
        return BanList(bans=_views(found))

    @router.get("/bans", summary="The bans that stand")
    async def listed(slug: str, asker: Asker) -> BanList:
        room, _ = await door.caller(asker, slug, May.REMOVE)
        return await standing(room.slug)

    @router.delete("/bans/{ban}", summary="Lift a ban")
    async def lift(slug: str, ban: str, asker: Asker) -> BanList:
        room, by = await door.caller(asker, slug, May.REMOVE)
        await changes.unban(room.slug, ban, by)
        return await standing(room.slug)


def _views(bans: list[Ban]) -> list[BanView]:
    """Return one view for each ban, whatever it knows somebody by."""
    views: dict[str, BanView] = {}
    for one in bans:
        view = views.setdefault(
            one.id,
            BanView(
                ban=one.id,
                name=one.name,
                by=[],
                made_by=one.made_by,
                made_at=rfc3339(one.made_at),
                ends_at=None if one.ends_at is None else rfc3339(one.ends_at),
            ),
        )
        view.by.append(one.kind)
    return list(views.values())


def _add_reports(router: APIRouter, door: Door, changes: Changes) -> None:
    posts = Pace(door, every=Micros(10 * SECOND), burst=10)

    async def waiting(slug: RoomSlug) -> ReportList:
        found = await door.rooms.database.read(lambda session: reports_of(session, slug))
        return ReportList(
            reports=[
                ReportView(
                    report=one.id,
                    whom=one.whom,
                    why=one.why,
                    made_by=one.made_by,
                    made_at=rfc3339(one.made_at),
                )
                for one in found
            ]
        )

    @router.get("/reports", summary="What people have reported")
    async def listed(slug: str, asker: Asker) -> ReportList:
        room, _ = await door.caller(asker, slug, May.REMOVE)
        return await waiting(room.slug)

    @router.post("/reports", status_code=204, summary="Report somebody to the hosts")
    async def report(slug: str, asked: ReportAsked, request: Request, asker: Asker) -> None:
        posts.keep(request)
        room, by = await posts.admit(asker, slug, May.REPORT)
        people, _ = await door.roll.here(room.slug)
        names = {one.id: one.name for one in people}
        whom = names.get(asked.whom) or plain(asked.whom, MOST_OF_A_NAME)
        why = plain(asked.why, MOST_OF_WHY)
        hosts = [one.id for one in people if one.caller().may(May.REMOVE) and one.id != by.member]
        one = Report(new_id(), whom, why, by.name, door.clock.now())
        await changes.report(room.slug, one, hosts)

    @router.delete("/reports/{report}", summary="Put a report aside")
    async def close(slug: str, report: str, asker: Asker) -> ReportList:
        room, by = await door.caller(asker, slug, May.REMOVE)
        await changes.close_report(room.slug, report, by)
        return await waiting(room.slug)
