"""A shell: coming into a room over HTTP: by a key, a link or a sign-in; and the links."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from fullhouse.errors import NotAllowed
from fullhouse.house.api.door import API_TOKEN, Asker, Door, Shown, address
from fullhouse.house.api.members import Asked, Name
from fullhouse.house.api.pace import Pace
from fullhouse.house.bans import MINUTE, prefix_mark
from fullhouse.house.changes import Changes, Newcomer, new_id
from fullhouse.house.invitations import SECRET_PREFIX, Invitation, look, new_secret, standing
from fullhouse.house.membership import LEADERS, Member, OutOfReach, leads
from fullhouse.house.membership import SECRET_PREFIX as MEMBER_PREFIX
from fullhouse.house.names import MOST_OF_A_NAME, plain
from fullhouse.house.roles import Caller, May, NotYours, Role, must
from fullhouse.house.room import Room
from fullhouse.networks import network_of
from fullhouse.programme.timeline import rfc3339
from fullhouse.units import SECOND, Micros, room_slug

WEEK: Final = 7 * 24 * 60
MOST_MINUTES: Final = 366 * 24 * 60
MOST_USES: Final = 1_000


class EnterAsked(Asked):
    """How somebody calls themselves; empty: as their link or their account says."""

    name: Name = ""


class Welcome(BaseModel):
    """As what somebody would come in.

    `name` is what their link or their account says, or empty. `known`: who it is needs no asking.
    """

    name: str
    role: Role
    known: bool


class Entered(BaseModel):
    """Who somebody is in a room from now on. Their seat is theirs for ever."""

    member: str
    seat: str
    name: str
    role: Role
    token: str
    acting: bool


class InvitationAsked(Asked):
    """As what somebody is to come, and how many may, for how long. The name is only proposed."""

    role: Literal["host", "cohost", "speaker"] = "speaker"
    name: Name = ""
    uses: Annotated[int, Field(ge=1, le=MOST_USES)] = 1
    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)] = WEEK


class InvitationView(BaseModel):
    """A link that lets somebody in; what is secret of it was shown once."""

    invitation: str
    role: Role
    name: str
    made_by: str
    made_at: str
    ends_at: str
    uses_left: int


class NewInvitation(InvitationView):
    """A new link. It is shown this once: only its hash is kept."""

    link: str


class InvitationList(BaseModel):
    """The links by which somebody may still come."""

    invitations: list[InvitationView]


async def entered(door: Door, member: Member, token: str) -> Entered:
    """Return what somebody gets who has come in, and shows `token` from now on."""
    caller = await door.roll.caller(member)
    return Entered(
        member=member.id,
        seat=member.id,
        name=member.name,
        role=member.role,
        token=token,
        acting=caller.acting,
    )


def entering_router(door: Door, changes: Changes) -> APIRouter:
    """Return the routes by which members come."""
    router = APIRouter(prefix="/api/rooms/{slug}", tags=["people"])
    _add_enter(router, door, changes)
    _add_invitations(router, door, changes)
    return router


def _add_enter(router: APIRouter, door: Door, changes: Changes) -> None:
    # A class of students comes from one address, and all at once.
    enters = Pace(door, every=Micros(SECOND // 10), burst=100)

    @router.get("/enter", summary="As what one would come in by a key, a link or a sign-in")
    async def welcome(slug: str, request: Request, asker: Asker) -> Welcome:
        enters.keep(request)
        room = door.rooms.room(room_slug(slug))
        if not asker.token.startswith(SECRET_PREFIX):
            return _welcome(await door.recognise(asker, room))
        link = await door.rooms.database.read(
            lambda session: look(session, room.slug, asker.token, door.clock.now())
        )
        return Welcome(name=link.name, role=link.role, known=False)

    @router.post("/enter", summary="Become a member, by a key, a link or a sign-in")
    async def enter(
        slug: str,
        request: Request,
        asker: Asker,
        asked: EnterAsked = EnterAsked(),  # noqa: B008 - it is only read
    ) -> Entered:
        enters.keep(request)
        room = door.rooms.room(room_slug(slug))
        prefix = network_of(address(request))
        mark = prefix_mark(door.key, prefix)
        if asker.token.startswith(SECRET_PREFIX):
            by_link = Newcomer(asked.name, Role.SPEAKER, invitation=asker.token, mark=mark)
            member = await changes.enter(room.slug, by_link)
        else:
            caller = await door.recognise(asker, room)
            member = await _known(door, changes, room, caller, asked.name)
        door.roll.note_prefix(room.slug, member.id, prefix)
        return await entered(door, member, await _token(door, asker, member))


def _welcome(caller: Caller) -> Welcome:
    """Return as what whoever is known already would come in."""
    if not caller.member:
        _must_lead(caller)
    known = bool(caller.member or caller.account)
    return Welcome(name=caller.name if known else "", role=caller.role, known=known)


def _must_lead(caller: Caller) -> None:
    if caller.role not in LEADERS:
        raise NotYours("That key is for programs that speak. People come by a link of the host.")


async def _token(door: Door, asker: Shown, member: Member) -> str:
    """Return what a member shows from now on: no more than what they have come by, nor longer."""
    if asker.token.startswith(MEMBER_PREFIX):
        return asker.token
    if asker.cookie or asker.token.startswith(API_TOKEN):
        return await door.members.secret_by(member, asker.cookie or asker.token)
    return door.members.secret(member)


async def _known(door: Door, changes: Changes, room: Room, caller: Caller, name: str) -> Member:
    """Return the membership of whoever is known already: by a key, an account or as a member."""
    if caller.member:
        if name and plain(name, MOST_OF_A_NAME) != caller.name:
            return await changes.rename(room.slug, caller.member, name, caller)
        found = await door.members.one(room.slug, caller.member)
        if found is None:
            raise NotAllowed()
        return found
    _must_lead(caller)
    name = name or (caller.name if caller.account else "")
    wanted = Newcomer(name, caller.role, caller.account)
    return await changes.enter(room.slug, wanted)


def _add_invitations(router: APIRouter, door: Door, changes: Changes) -> None:
    @router.get("/invitations", summary="The links by which somebody may still come")
    async def listed(slug: str, asker: Asker) -> InvitationList:
        room, _ = await door.caller(asker, slug, May.INVITE)
        found = await door.rooms.database.read(
            lambda session: standing(session, room.slug, door.clock.now())
        )
        return InvitationList(invitations=[InvitationView(**_facts(one)) for one in found])

    @router.post("/invitations", status_code=201, summary="Make a link that lets somebody in")
    async def invite(
        slug: str,
        asker: Asker,
        asked: InvitationAsked = InvitationAsked(),  # noqa: B008 - it is only read
    ) -> NewInvitation:
        room, by = await door.caller(asker, slug, May.INVITE)
        wanted, secret = _invitation(door, asked, by), new_secret()
        await changes.invite(room.slug, secret, wanted, by)
        link = f"{door.origins.house}/studio/{room.slug}#{secret}"
        return NewInvitation(**_facts(wanted), link=link)

    @router.delete("/invitations/{invitation}", summary="Take a link back")
    async def revoke(slug: str, invitation: str, asker: Asker) -> InvitationList:
        room, by = await door.caller(asker, slug, May.INVITE)
        await changes.uninvite(room.slug, invitation, by)
        return await listed(slug, asker)


def _invitation(door: Door, asked: InvitationAsked, by: Caller) -> Invitation:
    """Return the invitation that is asked for.

    Raises:
        NotYours: they may not make people of that role.
    """
    role = Role(asked.role)
    if role is not Role.SPEAKER:
        must(by, May.APPOINT)
    if role is Role.HOST and not leads(by):
        raise OutOfReach("Only a host makes hosts.")
    now = door.clock.now()
    return Invitation(
        id=new_id(),
        role=role,
        name=plain(asked.name, MOST_OF_A_NAME),
        made_by=by.name,
        made_at=now,
        ends_at=Micros(now + asked.minutes * MINUTE),
        uses_left=asked.uses,
    )


def _facts(one: Invitation) -> dict[str, object]:
    return {
        "invitation": one.id,
        "role": one.role,
        "name": one.name,
        "made_by": one.made_by,
        "made_at": rfc3339(one.made_at),
        "ends_at": rfc3339(one.ends_at),
        "uses_left": one.uses_left,
    }
