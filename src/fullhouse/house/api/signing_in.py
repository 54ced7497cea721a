"""A shell: signing in and out over HTTP, and the links that make accounts."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from fullhouse.house.accounts import AccountKind
from fullhouse.house.api.cookies import Found
from fullhouse.house.api.desk import (
    AccountAsked,
    AccountView,
    Body,
    Desk,
    Login,
    Password,
    browser,
    view,
)
from fullhouse.house.api.door import Token


class PasswordAsked(Body):
    """Who signs in with a password."""

    login: Login
    password: Password


class PasskeyAsked(Body):
    """Who signs in with a passkey: what the browser has signed, as JSON."""

    credential: dict[str, Any]


class WaysIn(BaseModel):
    """How one can sign in here.

    `owned`: the house has an owner. `passkeys`: the address at which passkeys can be used, if any.
    `account`: whose sign-in this browser has already, if it has one.
    """

    owned: bool
    passkeys: str | None
    account: AccountView | None


class OptionsView(BaseModel):
    """What the browser's own function for passkeys is given."""

    options: dict[str, Any]


class InvitationView(BaseModel):
    """What a link that makes an account is for."""

    kind: AccountKind
    name: str
    made_by: str


def signing_in_router(desk: Desk) -> APIRouter:
    """Return the routes by which somebody becomes known."""
    router = APIRouter(prefix="/api", tags=["accounts"])

    @router.get("/sign-in", summary="Tell how one can sign in")
    async def ways(response: Response, cookie: Found) -> WaysIn:
        site, found = desk.passkeys.site, await desk.people.signed_in(cookie)
        if found is not None:
            desk.cookie.give(response, cookie)
        return WaysIn(
            owned=await desk.people.has_owner(),
            passkeys=None if site is None else site.origin,
            account=None if found is None else view(found[0]),
        )

    @router.post("/sign-in", summary="Sign in with a password")
    async def sign_in(
        asked: PasswordAsked, request: Request, response: Response, cookie: Found
    ) -> AccountView:
        desk.keep_pace(request, asked.login)
        signed_in = await desk.people.sign_in(asked.login, asked.password, browser(request))
        return await desk.enter(signed_in, cookie, response)

    @router.post("/sign-in/passkey/options", summary="Begin to sign in with a passkey")
    async def options(request: Request) -> OptionsView:
        desk.keep_pace(request)
        return OptionsView(options=desk.passkeys.options_to_sign_in())

    @router.post("/sign-in/passkey", summary="Sign in with a passkey")
    async def passkey(
        asked: PasskeyAsked, request: Request, response: Response, cookie: Found
    ) -> AccountView:
        desk.keep_pace(request)
        account = await desk.passkeys.whose(asked.credential)
        signed_in = await desk.people.begin(account, browser(request))
        return await desk.enter(signed_in, cookie, response)

    @router.post("/sign-out", status_code=204, summary="Sign out")
    async def sign_out(cookie: Found) -> Response:
        await desk.people.sign_out(cookie)
        response = Response(status_code=204)
        desk.cookie.take(response)
        return response

    _add_links(router, desk)
    return router


def _add_links(router: APIRouter, desk: Desk) -> None:
    @router.post("/first", status_code=201, summary="Become the owner, by the first link")
    async def first(
        asked: AccountAsked, request: Request, response: Response, cookie: Found
    ) -> AccountView:
        desk.keep_pace(request)
        made = await desk.people.make_first(asked.secret, asked.new(), browser(request))
        return await desk.enter(made, cookie, response)

    @router.get("/accounts/invitation", summary="Tell what a link to an account is for")
    async def invited(request: Request, token: Token) -> InvitationView:
        desk.keep_pace(request)
        found = await desk.staff.invited(token)
        return InvitationView(kind=found.kind, name=found.name, made_by=found.made_by)

    @router.post("/accounts/accept", status_code=201, summary="Make an account by a link")
    async def accept(
        asked: AccountAsked, request: Request, response: Response, cookie: Found
    ) -> AccountView:
        desk.keep_pace(request)
        made = await desk.staff.accept(asked.secret, asked.new(), browser(request))
        return await desk.enter(made, cookie, response)
