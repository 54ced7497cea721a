"""A shell: one's own account over HTTP: name, password, sign-ins, passkeys, programs' tokens."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from fullhouse.house.account_rows import NotThere
from fullhouse.house.api.cookies import Found
from fullhouse.house.api.desk import AccountView, Body, Desk, Name, Password, browser, view
from fullhouse.house.api.signing_in import OptionsView
from fullhouse.house.api_tokens import ApiToken
from fullhouse.house.passkeys import Passkey
from fullhouse.programme.timeline import rfc3339
from fullhouse.units import Micros

MOST_DAYS = 3_650


class AccountChange(Body):
    """What is to be changed of one's account; a new password needs the old one."""

    name: Name | None = None
    password: Password | None = None
    old_password: Password = ""


class SignInView(BaseModel):
    """A browser in which one is signed in. `this`: the one that asks."""

    id: str
    browser: str
    made_at: str
    used_at: str
    this: bool


class SignIns(BaseModel):
    """Where one is signed in."""

    sign_ins: list[SignInView]


class PasswordSaid(Body):
    """One's password once more, for what opens the account to a new key."""

    password: Password = ""


class NewPasskey(Body):
    """A passkey that the browser has made, as JSON, and what it is called."""

    credential: dict[str, Any]
    label: Name


class PasskeyView(BaseModel):
    """A passkey."""

    id: str
    label: str
    made_at: str
    used_at: str | None


class PasskeyList(BaseModel):
    """One's passkeys."""

    passkeys: list[PasskeyView]


class NewToken(Body):
    """A token to be made. `days`: how long it holds; None: until it is ended."""

    label: Name
    scopes: Annotated[list[str], Field(max_length=20)]
    days: int | None = Field(None, ge=1, le=MOST_DAYS)


class TokenView(BaseModel):
    """A program's token, without its secret."""

    id: str
    label: str
    scopes: list[str]
    made_at: str
    used_at: str | None
    ends_at: str | None


class MadeToken(TokenView):
    """A token that has just been made: its secret is shown this once."""

    token: str


class TokenList(BaseModel):
    """One's tokens."""

    tokens: list[TokenView]


def _when(at: Micros | None) -> str | None:
    return None if at is None else rfc3339(at)


def _passkey(one: Passkey) -> PasskeyView:
    return PasskeyView(
        id=one.id, label=one.label, made_at=rfc3339(one.made_at), used_at=_when(one.used_at)
    )


def _token(one: ApiToken) -> TokenView:
    return TokenView(
        id=one.id,
        label=one.label,
        scopes=[scope.value for scope in one.scopes],
        made_at=rfc3339(one.made_at),
        used_at=_when(one.used_at),
        ends_at=_when(one.ends_at),
    )


def account_router(desk: Desk) -> APIRouter:
    """Return the routes of one's own account. Only people come in here, no program's token."""
    router = APIRouter(prefix="/api/account", tags=["accounts"])

    @router.get("", summary="Show one's account")
    async def show(cookie: Found) -> AccountView:
        account, _ = await desk.whose(cookie)
        return view(account)

    @router.patch("", summary="Change one's name or password")
    async def change(
        asked: AccountChange, request: Request, response: Response, cookie: Found
    ) -> AccountView:
        account, _ = await desk.whose(cookie)
        if asked.password is not None:
            desk.keep_pace(request, account.login)
            changed = await desk.people.change_password(
                account, asked.old_password, asked.password, browser(request)
            )
            desk.cookie.give(response, changed.token)
        if asked.name is not None:
            account = await desk.people.rename(account, asked.name)
        return view(account)

    @router.get("/sign-ins", summary="List where one is signed in")
    async def sign_ins(cookie: Found) -> SignIns:
        account, this = await desk.whose(cookie)
        return SignIns(
            sign_ins=[
                SignInView(
                    id=one.id,
                    browser=one.browser,
                    made_at=rfc3339(one.made_at),
                    used_at=rfc3339(one.used_at),
                    this=one.id == this,
                )
                for one in await desk.people.sign_ins(account)
            ]
        )

    @router.delete("/sign-ins", status_code=204, summary="Sign out everywhere else")
    async def end_others(cookie: Found) -> None:
        account, this = await desk.whose(cookie)
        await desk.people.end_other_sign_ins(account, but=this)

    @router.delete("/sign-ins/{sign_in}", status_code=204, summary="Sign out somewhere")
    async def end_one(sign_in: str, cookie: Found) -> None:
        account, _ = await desk.whose(cookie)
        if not await desk.people.end_sign_in(account, sign_in):
            raise NotThere()

    _add_passkeys(router, desk)
    return router


def _add_passkeys(router: APIRouter, desk: Desk) -> None:
    @router.get("/passkeys", summary="List one's passkeys")
    async def passkeys(cookie: Found) -> PasskeyList:
        account, _ = await desk.whose(cookie)
        return PasskeyList(passkeys=[_passkey(one) for one in await desk.passkeys.all(account)])

    @router.post("/passkeys/options", summary="Begin to make a passkey")
    async def options(asked: PasswordSaid, request: Request, cookie: Found) -> OptionsView:
        account, _ = await desk.whose(cookie)
        desk.keep_pace(request, account.login)
        await desk.people.check_password(account, asked.password)
        return OptionsView(options=await desk.passkeys.options_to_make(account))

    @router.post("/passkeys", status_code=201, summary="Keep a passkey")
    async def make(asked: NewPasskey, cookie: Found) -> PasskeyView:
        account, _ = await desk.whose(cookie)
        return _passkey(await desk.passkeys.make(account, asked.credential, asked.label))

    @router.delete("/passkeys/{passkey}", status_code=204, summary="Forget a passkey")
    async def end(passkey: str, cookie: Found) -> None:
        account, _ = await desk.whose(cookie)
        if not await desk.passkeys.end(account, passkey):
            raise NotThere()


def tokens_router(desk: Desk) -> APIRouter:
    """Return the routes of programs' tokens. No token makes tokens."""
    router = APIRouter(prefix="/api/tokens", tags=["accounts"])

    @router.get("", summary="List one's tokens")
    async def tokens(cookie: Found) -> TokenList:
        account, _ = await desk.whose(cookie)
        return TokenList(tokens=[_token(one) for one in await desk.people.tokens.all(account)])

    @router.post("", status_code=201, summary="Make a token for a program")
    async def make(asked: NewToken, cookie: Found) -> MadeToken:
        account, _ = await desk.whose(cookie)
        made, secret = await desk.people.tokens.make(account, asked.label, asked.scopes, asked.days)
        return MadeToken(**_token(made).model_dump(), token=secret)

    @router.delete("/{token}", status_code=204, summary="End a token")
    async def end(token: str, cookie: Found) -> None:
        account, _ = await desk.whose(cookie)
        if not await desk.people.end_token(account, token):
            raise NotThere()

    return router
