"""A shell: raised hands over HTTP: the queue, invitations, draws, and listeners' answers."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from fullhouse.house.api.door import Asker, Door, address
from fullhouse.house.api.entering import Entered, entered
from fullhouse.house.api.pace import Pace
from fullhouse.house.hand_queue import HandQueue
from fullhouse.house.hands import Hand, HandState
from fullhouse.house.raised import Draw, Queue
from fullhouse.house.roles import May
from fullhouse.house.seatings import MOST_CALLED
from fullhouse.networks import network_of
from fullhouse.programme.timeline import rfc3339
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import HandId, HouseNews

Secret = Annotated[str, Field(min_length=16, max_length=100)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class HandsAsked(_Asked):
    """Whether hands are taken."""

    open: bool


class InviteAsked(_Asked):
    """Near: to hear the stage with low latency, not to speak."""

    near: bool = False


class DrawAsked(_Asked):
    """How many hands are to be drawn."""

    count: int = Field(ge=1, le=MOST_CALLED)


class AnswerAsked(_Asked):
    """What somebody says who was asked to come on stage. The secret is that of their hand."""

    secret: Secret
    accept: bool


class HandView(BaseModel):
    """One hand. `number` is its place in the order of arrival."""

    hand: str
    name: str
    state: HandState
    number: int
    near: bool


class HandsView(BaseModel):
    """A room's hands: how many are up, and the first fifty of those that wait."""

    open: bool
    count: int
    hands: list[HandView]
    promise: str


class DrawView(BaseModel):
    """A draw, with all that it takes to repeat it."""

    number: int
    at: str
    seed: str
    promise: str
    hands: tuple[str, ...]
    drawn: tuple[str, ...]


class DrawsView(BaseModel):
    """The newest draws, and the promise of the next one: the SHA-256 of its seed."""

    promise: str
    draws: list[DrawView]


def hands_view(queue: Queue, *, open_: bool) -> HandsView:
    """Return a room's hands as pages and programs get them."""
    return HandsView(
        open=open_,
        count=queue.count,
        hands=[hand_view(one) for one in queue.hands],
        promise=queue.promise,
    )


def hand_view(one: Hand) -> HandView:
    """Return a hand as pages and programs get it."""
    return HandView(hand=one.hand, name=one.name, state=one.state, number=one.number, near=one.near)


def draw_view(one: Draw) -> DrawView:
    """Return a draw as everybody gets it."""
    return DrawView(
        number=one.number,
        at=rfc3339(one.at),
        seed=one.seed,
        promise=one.promise,
        hands=one.hands,
        drawn=one.drawn,
    )


async def tell_hands(door: Door, slug: RoomSlug, queue: Queue, ours: bool) -> None:
    """Tell a room's pages of its hands; the other houses, too, where the change is ours."""
    open_ = door.rooms.room(slug).hands_open
    door.feeds.tell_hands(slug, hands_view(queue, open_=open_).model_dump_json())
    if ours:
        news = HouseNews(slug=slug, house=door.newsroom.house, what=("hands",))
        await door.newsroom.say_house(news)


def hands_router(door: Door, hands: HandQueue) -> APIRouter:
    """Return the routes of raised hands."""
    router = APIRouter(prefix="/api/rooms/{slug}/hands", tags=["hands"])
    _add_looks(router, door, hands)
    _add_host(router, door, hands)
    _add_answer(router, door, hands)
    return router


def _add_looks(router: APIRouter, door: Door, hands: HandQueue) -> None:
    @router.get("", summary="The hands that wait")
    async def waiting(slug: str, asker: Asker) -> HandsView:
        room, _ = await door.caller(asker, slug, May.SEE_HANDS)
        return hands_view(await hands.queue(room.slug), open_=room.hands_open)

    @router.get("/draws", summary="The draws, for everybody to repeat")
    async def draws(slug: str) -> DrawsView:
        room = door.known(slug)
        queue = await hands.queue(room)
        return DrawsView(
            promise=queue.promise, draws=[draw_view(one) for one in await hands.draws(room)]
        )


def _add_host(router: APIRouter, door: Door, hands: HandQueue) -> None:
    @router.patch("", summary="Take hands, or take none")
    async def take(slug: str, asked: HandsAsked, asker: Asker) -> HandsView:
        room, caller = await door.caller(asker, slug, May.INVITE)
        await hands.open(room.slug, asked.open, caller.name)
        return hands_view(await hands.queue(room.slug), open_=asked.open)

    @router.post("/draw", summary="Draw among the hands that are up, and invite those drawn")
    async def draw(slug: str, asked: DrawAsked, asker: Asker) -> DrawView:
        room, caller = await door.caller(asker, slug, May.INVITE)
        return draw_view(await hands.draw(room.slug, asked.count, caller.name))

    @router.post("/{hand}/invite", summary="Invite a listener to speak, or nearer")
    async def invite(
        slug: str,
        hand: HandId,
        asker: Asker,
        asked: InviteAsked = InviteAsked(),  # noqa: B008 - frozen by its use
    ) -> HandView:
        room, caller = await door.caller(asker, slug, May.INVITE)
        return hand_view(await hands.invite(room.slug, hand, caller.name, near=asked.near))

    @router.post("/{hand}/lower", summary="Take a hand down")
    async def lower(slug: str, hand: HandId, asker: Asker) -> HandView:
        room, caller = await door.caller(asker, slug, May.INVITE)
        return hand_view(await hands.lower(room.slug, hand, caller.name))


def _add_answer(router: APIRouter, door: Door, hands: HandQueue) -> None:
    answers = Pace(door, every=Micros(SECOND), burst=20)

    @router.post(
        "/{hand}/answer",
        summary="Accept or decline, with the secret of the hand",
        response_model=Entered,
        responses={204: {"description": "Declined."}},
    )
    async def answer(
        slug: str, hand: HandId, asked: AnswerAsked, request: Request
    ) -> Entered | Response:
        answers.keep(request)
        room = door.known(slug)
        if not asked.accept:
            await hands.decline(room, hand, asked.secret)
            await door.roll.changed(room)
            return Response(status_code=204)
        member = await hands.accept(room, hand, asked.secret)
        await door.roll.changed(room)
        door.roll.note_prefix(room, member.id, network_of(address(request)))
        return await entered(door, member, door.members.secret(member))
