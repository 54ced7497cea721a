"""A mail server as we speak to it: what its answers mean."""

import datetime
import socket
import ssl
from contextlib import closing
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from fullhouse.house.reminding import Mailing
from fullhouse.house.smtp import Outcome, Smtp
from tests.house.mailbox import SENDER, mail_server

MAIL = b"Subject: Hello\r\n\r\nHello\r\n"


def test_a_mail_is_handed_over_and_the_connection_used_again() -> None:
    with mail_server() as box, Smtp(box.mailing()) as server:
        for _ in range(3):
            assert server.send("ana@ear.example", MAIL).outcome is Outcome.SENT
        assert box.envelopes == [("house@ear.example", ["ana@ear.example"])] * 3


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("451 Not now", Outcome.LATER),
        ("552 Too much", Outcome.NEVER),
        ("421 Going", Outcome.AWAY),
    ],
)
def test_what_a_server_says_is_understood(answer: str, outcome: Outcome) -> None:
    with mail_server() as box, Smtp(box.mailing()) as server:
        box.says = [answer]
        assert server.send("ana@ear.example", MAIL).outcome is outcome
        assert server.send("ana@ear.example", MAIL).outcome is Outcome.SENT


def test_nobody_there_is_away() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as line:
        port = line.getsockname()[1]
    with Smtp(Mailing("127.0.0.1", port, SENDER, tls="none")) as server:
        result = server.send("ana@ear.example", MAIL)
    assert (result.outcome, result.why) == (Outcome.AWAY, "ConnectionRefusedError")


def test_a_server_without_tls_gets_neither_password_nor_mail() -> None:
    seen: list[object] = []

    def judge(*args: object) -> AuthResult:
        seen.append(args)
        return AuthResult(success=True)

    with mail_server(authenticator=judge, auth_require_tls=False) as box:
        mailing = box.mailing(tls="starttls", user="house", password="hidden")
        with Smtp(mailing) as server:
            assert server.send("ana@ear.example", MAIL).outcome is Outcome.AWAY
        assert (box.mails, seen) == ([], [])
        plain = box.mailing(user="house", password="hidden")
        with Smtp(plain) as server:
            assert server.send("ana@ear.example", MAIL).outcome is Outcome.SENT
        assert len(seen) == 1


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate that it made for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "both.pem").write_bytes(secret + made.public_bytes(Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "both.pem")
    return context


def test_a_certificate_that_nobody_vouches_for_is_refused(
    self_signed: ssl.SSLContext,
) -> None:
    with mail_server(tls_context=self_signed) as box:
        with Smtp(box.mailing(tls="starttls")) as server:
            result = server.send("ana@ear.example", MAIL)
        assert result.outcome is Outcome.AWAY
        assert result.why == "SSLCertVerificationError"
        assert box.mails == []
