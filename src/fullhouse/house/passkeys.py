"""A shell: passkeys: keys that a device keeps, and signs a challenge with in place of a password.

Source: W3C Web Authentication, level 3; RFC 9052 for the keys' form.

The library is loaded by whoever needs it first: it is an eighth of what a house loads, and one
that was killed is to be back at once.
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fullhouse.clock import Clock
from fullhouse.errors import NotAllowed, Refused
from fullhouse.house.account_rows import TooMany, account_of, count, note, row_of
from fullhouse.house.accounts import Account, name_of
from fullhouse.house.ceremonies import LASTS, NONCE_BYTES, challenge_of, holds
from fullhouse.house.database import Database
from fullhouse.house.origin import PasskeySite
from fullhouse.house.tables import AnsweredRow, PasskeyRow
from fullhouse.units import Micros

MOST_PASSKEYS: Final = 20
ANYBODY: Final = ""
LONGEST_ID: Final = 1_023
"""Source: Web Authentication, 4, Credential ID."""

Credential = Mapping[str, object]
"""What a browser made, as JSON (`PublicKeyCredential.toJSON()`)."""
T = TypeVar("T")

log = structlog.get_logger()


class NoPasskeys(Refused):
    code = "no_passkeys"
    status = 409
    message = "Passkeys need the house at an https address with a name, or at http://localhost."


class BadPasskey(NotAllowed):
    """Whatever does not fit: unknown, forged, too late, of another house."""

    code = "bad_passkey"
    message = "That passkey does not open this house, or it took too long. Please try again."


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of an account. `id` is its credential's, in base64url."""

    id: str
    label: str
    made_at: Micros
    used_at: Micros | None


class Passkeys:
    """All passkeys of all accounts."""

    def __init__(
        self, database: Database, clock: Clock, site: PasskeySite | None, key: bytes
    ) -> None:
        self._database = database
        self._clock = clock
        self._site = site
        self._key = key

    @property
    def site(self) -> PasskeySite | None:
        """Where passkeys can be used; None: nowhere."""
        return self._site

    async def options_to_make(self, account: Account) -> dict[str, Any]:
        """Return what a browser needs to make a passkey.

        Raises:
            NoPasskeys: not at this house's address.
            TooMany: the account has twenty.
        """
        import webauthn
        from webauthn.helpers import structs

        site = self._there()
        have = await self.all(account)
        if len(have) >= MOST_PASSKEYS:
            raise TooMany()
        options = webauthn.generate_registration_options(
            rp_id=site.name,
            rp_name="Fullhouse",
            challenge=self._challenge(account.id),
            user_id=account.id.encode(),
            user_name=account.login,
            user_display_name=account.name,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                structs.PublicKeyCredentialDescriptor(_bytes(one.id)) for one in have
            ],
        )
        return _json(webauthn.options_to_json(options))

    async def make(self, account: Account, made: Credential, label: str) -> Passkey:
        """Keep a passkey that a browser has made.

        Raises:
            BadPasskey: it was not made for this, here and now.
        """
        import webauthn

        site, now, named = self._there(), self._clock.now(), name_of(label)
        challenge = _challenge_in(made)
        if not holds(self._key, challenge, account.id, now=now):
            raise BadPasskey()
        checked = _checked(
            lambda: webauthn.verify_registration_response(
                credential=dict(made),
                expected_challenge=challenge,
                expected_rp_id=site.name,
                expected_origin=site.origin,
                require_user_verification=True,
            )
        )
        if len(checked.credential_id) > LONGEST_ID:
            raise BadPasskey()

        def work(session: Session) -> Passkey:
            _answer(session, challenge, now)
            which = select(PasskeyRow.label).where(PasskeyRow.account == account.id)
            if count(session, which) >= MOST_PASSKEYS:
                raise TooMany()
            if session.get(PasskeyRow, checked.credential_id) is not None:
                raise BadPasskey()
            row = PasskeyRow(
                id=checked.credential_id, account=account.id, label=named, made_at=now,
                public_key=checked.credential_public_key, uses=checked.sign_count, used_at=None,
            )  # fmt: skip
            session.add(row)
            note(session, account, "make_passkey", now, label=named)
            return _passkey(row)

        return await self._database.write(work)

    def options_to_sign_in(self) -> dict[str, Any]:
        """Return what a browser needs to sign in with whichever passkey it has for this house.

        Raises:
            NoPasskeys: not at this house's address.
        """
        import webauthn
        from webauthn.helpers import structs

        options = webauthn.generate_authentication_options(
            rp_id=self._there().name,
            challenge=self._challenge(ANYBODY),
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return _json(webauthn.options_to_json(options))

    async def whose(self, signed: Credential) -> Account:
        """Return the account whose passkey has signed our challenge.

        Raises:
            BadPasskey: it is nobody's, or not signed here and now.
        """
        import webauthn

        site, now, challenge = self._there(), self._clock.now(), _challenge_in(signed)
        if not holds(self._key, challenge, ANYBODY, now=now):
            raise BadPasskey()
        passkey = _checked(lambda: _bytes(str(signed["rawId"])))

        def look(session: Session) -> tuple[bytes, int, Account] | None:
            row = session.get(PasskeyRow, passkey) if len(passkey) <= LONGEST_ID else None
            if row is None:
                return None
            return row.public_key, row.uses, account_of(row_of(session, row.account))

        found = await self._database.read(look)
        if found is None or found[2].off:
            raise BadPasskey()
        public_key, uses, account = found
        checked = _checked(
            lambda: webauthn.verify_authentication_response(
                credential=dict(signed),
                expected_challenge=challenge,
                expected_rp_id=site.name,
                expected_origin=site.origin,
                credential_public_key=public_key,
                credential_current_sign_count=uses,
                require_user_verification=True,
            )
        )

        def count_up(session: Session) -> None:
            _answer(session, challenge, now)
            row = session.get(PasskeyRow, passkey)
            if row is None or row.uses != uses:
                raise BadPasskey()
            row.uses, row.used_at = checked.new_sign_count, now

        await self._database.write(count_up)
        return account

    async def all(self, account: Account) -> list[Passkey]:
        """Return an account's passkeys, the oldest first."""
        which = select(PasskeyRow).where(PasskeyRow.account == account.id)
        ordered = which.order_by(PasskeyRow.made_at, PasskeyRow.label)
        return await self._database.read(lambda s: [_passkey(row) for row in s.scalars(ordered)])

    async def end(self, account: Account, passkey: str) -> bool:
        """Forget one of an account's passkeys; tell whether there was one."""
        which = select(PasskeyRow).where(PasskeyRow.account == account.id)

        def work(session: Session) -> bool:
            for row in session.scalars(which):
                if _text(row.id) == passkey:
                    note(session, account, "end_passkey", self._clock.now(), label=row.label)
                    session.delete(row)
                    return True
            return False

        return await self._database.write(work)

    def _challenge(self, about: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return challenge_of(self._key, about, nonce, now=self._clock.now())

    def _there(self) -> PasskeySite:
        if self._site is None:
            raise NoPasskeys()
        return self._site


def _answer(session: Session, challenge: bytes, now: Micros) -> None:
    """Note that a challenge has been answered, at whichever house.

    Raises:
        BadPasskey: it was before.
    """
    session.execute(delete(AnsweredRow).where(AnsweredRow.ends_at <= now))
    hashed = sha256(challenge).hexdigest()
    if session.get(AnsweredRow, hashed) is not None:
        raise BadPasskey()
    session.add(AnsweredRow(challenge=hashed, ends_at=now + 2 * LASTS))


def _checked(check: Callable[[], T]) -> T:
    """Return what `check` returns; whatever it raises means that it was not a passkey.

    The library parses what strangers send, JSON, CBOR, ASN.1 and keys of ten kinds, and raises
    whatever its parsers raise. None of that is a bug of ours, and none of it may become one.
    """
    try:
        return check()
    except Exception as error:
        log.info("passkey refused", why=type(error).__name__)
        raise BadPasskey() from error


def _challenge_in(credential: Credential) -> bytes:
    """Return the challenge that a browser says it has answered. It is looked up, not believed."""

    def look() -> bytes:
        response = credential["response"]
        assert isinstance(response, Mapping)
        said = json.loads(_bytes(response["clientDataJSON"]))
        return _bytes(said["challenge"])

    return _checked(look)


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _json(text: str) -> dict[str, Any]:
    options: dict[str, Any] = json.loads(text)
    return options


def _passkey(row: PasskeyRow) -> Passkey:
    used_at = None if row.used_at is None else Micros(row.used_at)
    return Passkey(_text(row.id), row.label, Micros(row.made_at), used_at)
