"""A core: the mails that we send, in words, and as messages. Text alone: nothing to load or track.

Source: RFC 5322; RFC 8058 for leaving with one click; RFC 3834 for being no person.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final

from fullhouse.house.reminding import Kind
from fullhouse.units import Micros
from fullhouse.zones import clock_time, said

LANGUAGES: Final = ("en", "id")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_POLICY: Final = SMTP.clone(cte_type="7bit", max_line_length=78)


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says, and to whom.

    Attributes:
        name: of the mail; the same when it is sent a second time.
        starts, zone: the room's start, as people read it.
        why: what the host says of a change; may be empty.
        listen, confirm, stop: links.
    """

    name: str
    kind: Kind
    address: str
    language: str
    title: str
    starts: Micros
    zone: str
    why: str
    listen: str
    confirm: str
    stop: str


SUBJECTS: Final = {
    ("en", Kind.CONFIRM): "Please confirm your reminder: {title}",
    ("en", Kind.REMINDER): "{title} starts at {time}",
    ("en", Kind.MOVED): "New time: {title}",
    ("en", Kind.CALLED_OFF): "Called off: {title}",
    ("id", Kind.CONFIRM): "Mohon konfirmasi pengingat Anda: {title}",
    ("id", Kind.REMINDER): "{title} dimulai pukul {time}",
    ("id", Kind.MOVED): "Waktu baru: {title}",
    ("id", Kind.CALLED_OFF): "Dibatalkan: {title}",
}
BODIES: Final = {
    ("en", Kind.CONFIRM): (
        "Somebody, we hope you, wants to be reminded of\n\n  {title}\n  {when}\n\n"
        "Yes, remind me at this address:\n{confirm}\n\n"
        "If it was not you, there is nothing to do: we write no more, and forget the address "
        "within a day."
    ),
    ("en", Kind.REMINDER): (
        "It starts soon:\n\n  {title}\n  {when}\n\n{why}Listen here:\n{listen}\n\n{leave}"
    ),
    ("en", Kind.MOVED): (
        "There is a new time for\n\n  {title}\n  {when}\n\n{why}Listen here:\n{listen}\n\n{leave}"
    ),
    ("en", Kind.CALLED_OFF): (
        "This does not take place:\n\n  {title}\n  {when}\n\n{why}"
        "Should it get another date, we write to you again.\n\n{leave}"
    ),
    ("id", Kind.CONFIRM): (
        "Seseorang, semoga Anda sendiri, ingin diingatkan tentang\n\n  {title}\n  {when}\n\n"
        "Ya, ingatkan saya di alamat ini:\n{confirm}\n\n"
        "Jika bukan Anda, abaikan saja: kami tidak akan menulis lagi dan alamat ini dihapus "
        "dalam satu hari."
    ),
    ("id", Kind.REMINDER): (
        "Sebentar lagi dimulai:\n\n  {title}\n  {when}\n\n{why}Dengarkan di sini:\n{listen}\n\n"
        "{leave}"
    ),
    ("id", Kind.MOVED): (
        "Ada waktu baru untuk\n\n  {title}\n  {when}\n\n{why}Dengarkan di sini:\n{listen}\n\n"
        "{leave}"
    ),
    ("id", Kind.CALLED_OFF): (
        "Acara ini tidak jadi berlangsung:\n\n  {title}\n  {when}\n\n{why}"
        "Jika ada tanggal lain, kami akan menulis lagi kepada Anda.\n\n{leave}"
    ),
}
_LEAVE: Final = {
    "en": "You get this because you asked for a reminder. No more of them:\n{stop}",
    "id": "Anda menerima ini karena meminta pengingat. Berhenti menerimanya:\n{stop}",
}


def language_of(asked: str) -> str:
    """Return the language of ours that was asked for, else English."""
    return asked if asked in LANGUAGES else "en"


def sender_of(text: str) -> Address:
    """Return the sender that an operator has written: `a@b.example` or `Name <a@b.example>`.

    Raises:
        ValueError: it is neither.
    """
    name, address = parseaddr(text)
    if "@" not in address or any(ord(one) < 32 for one in text):
        raise ValueError("a sender is an address, or a name and an address in <>")
    return Address(display_name=name, addr_spec=address)


def written(letter: Letter, sender: str, *, now: Micros) -> bytes:
    """Return the whole message as it is handed to a mail server."""
    language = language_of(letter.language)
    filled = {
        "title": letter.title,
        "when": said(letter.starts, letter.zone, language),
        "time": clock_time(letter.starts, letter.zone, language),
        "why": f"{letter.why}\n\n" if letter.why else "",
        "listen": letter.listen,
        "confirm": letter.confirm,
        "leave": _LEAVE[language].format(stop=letter.stop),
    }
    origin = sender_of(sender)
    message = EmailMessage(policy=_POLICY)
    message["From"] = origin
    message["To"] = Address(addr_spec=letter.address)
    message["Subject"] = SUBJECTS[language, letter.kind].format_map(filled)
    message["Date"] = format_datetime(_EPOCH + timedelta(seconds=now // 1_000_000))
    message["Message-ID"] = f"<{letter.name}@{origin.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{letter.stop}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(BODIES[language, letter.kind].format_map(filled) + "\n")
    message["Content-Language"] = language
    return message.as_bytes()
