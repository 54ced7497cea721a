"""The mails that we send."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.mails import LANGUAGES, Letter, language_of, sender_of, written
from fullhouse.house.names import MOST_OF_A_TITLE, plain
from fullhouse.house.reminding import Kind
from fullhouse.units import Micros

NOW = Micros(1_800_000_000_000_000)
SENDER = "The house <house@ear.example>"
STOP = "https://house.example/reminders/t/stop"
LETTER = Letter(
    name="f" * 32, kind=Kind.REMINDER, address="ana@ear.example", language="en",
    title="An evening", starts=Micros(NOW + 900_000_000), zone="Asia/Jakarta",
    why="The train stands.", listen="https://ear.example/evening",
    confirm="https://house.example/reminders/t/confirm", stop=STOP,
)  # fmt: skip


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def test_a_reminder_says_what_when_and_where_and_how_to_leave() -> None:
    mail = read(written(LETTER, SENDER, now=NOW))
    assert mail["To"] == "ana@ear.example"
    assert mail["From"] == SENDER
    assert mail["Subject"] == "An evening starts at 15:15"
    assert mail["Message-ID"] == f"<{'f' * 32}@ear.example>"
    assert mail["Date"].datetime.isoformat() == "2027-01-15T08:00:00+00:00"
    text = mail.get_content()
    for piece in (
        "  An evening\r\n", "Friday 15 January 2027, 15:15 (Asia/Jakarta)", "The train stands.",
        LETTER.listen, STOP,
    ):  # fmt: skip
        assert piece in text
    assert "{" not in text


def test_one_click_leaves() -> None:
    """RFC 8058."""
    mail = read(written(LETTER, SENDER, now=NOW))
    assert mail["List-Unsubscribe"] == f"<{STOP}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_each_mail_is_there_in_each_language(kind: Kind, language: str) -> None:
    mail = read(written(replace(LETTER, kind=kind, language=language), SENDER, now=NOW))
    text = mail.get_content()
    assert mail["Content-Language"] == language
    assert "An evening" in mail["Subject"]
    assert "{" not in text + mail["Subject"]
    assert (LETTER.confirm in text) == (kind is Kind.CONFIRM)
    assert (STOP in text) == (kind is not Kind.CONFIRM)
    assert ("Jumat" in text) == (language == "id")


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(Kind))
def test_no_title_becomes_a_header(title: str, why: str, kind: Kind) -> None:
    """Titles come as the house keeps them: on one line. They stay where they belong."""
    title, why = plain(title, MOST_OF_A_TITLE), plain(why, 140)
    raw = written(replace(LETTER, kind=kind, title=title, why=why), SENDER, now=NOW)
    mail = read(raw)
    assert sorted(mail.keys()) == sorted(
        [
            "From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted",
            "List-Unsubscribe", "List-Unsubscribe-Post", "Content-Type",
            "Content-Transfer-Encoding", "MIME-Version",
        ]
    )  # fmt: skip
    assert raw.isascii()
    assert mail["To"] == "ana@ear.example"


@pytest.mark.parametrize("title", ["a\nBcc: x@y.example", "a\r\n\r\nBody"])
def test_even_a_title_with_line_breaks_sends_nothing_else(title: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        written(replace(LETTER, title=title), SENDER, now=NOW)


def test_who_asks_for_no_language_of_ours_reads_english() -> None:
    assert [language_of(asked) for asked in ("id", "en", "de", "")] == ["id", "en", "en", "en"]


@pytest.mark.parametrize("text", ["", "nobody", "a@b.example\nBcc: c@d.example", "a b"])
def test_a_sender_is_an_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"sender|address"):
        sender_of(text)
