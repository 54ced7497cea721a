"""A core: what people read: a room's state in words, state.json, and the pages around them."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Final

from fullhouse.edge.cadence import PART_SECONDS, Lowered, Why
from fullhouse.edge.request import Format
from fullhouse.edge.room import Room, answer_within
from fullhouse.media import BIT_RATE, Rendition
from fullhouse.plain import STYLE, plain_html
from fullhouse.programme.timeline import rfc3339
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import ON_AIR, RoomNews, RoomState
from fullhouse.zones import said

OLD_NEWS: Final = Micros(15 * SECOND)
"""News is repeated every five seconds: this old, somebody is away, and the page says so."""
_UNIX: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TOKEN: Final = re.compile(r"\{\{([a-z_]+)\}\}")


def words(news: RoomNews, told_at: Micros, now: Micros) -> str:
    """Return the room's state in plain English: what is to be heard, since when, why, what next."""
    reason = "" if news.state is RoomState.LIVE else news.reason or _REASONS[news.state]
    sentences = [_state_in_words(news, now), *([f"{reason.rstrip('.')}."] if reason else [])]
    if news.why_late and not news.late and news.state in _BEFORE:
        sentences.append(news.why_late)
    if now - told_at >= OLD_NEWS:
        sentences.append(f"This was so {span(Micros(now - told_at))} ago; no newer news has come.")
    return " ".join(sentences)


_REASONS: Final = {
    RoomState.SCHEDULED: "The sound begins here by itself.",
    RoomState.DOORS: "It starts soon.",
    RoomState.SILENT: "Nobody speaks at the moment.",
    RoomState.INTERRUPTED: "The sound comes back here by itself.",
    RoomState.ENDED: "",
}
"""What is said where the house gives no reason."""
_BEFORE: Final = frozenset({RoomState.SCHEDULED, RoomState.DOORS})


def _state_in_words(news: RoomNews, now: Micros) -> str:
    since = time_of_day(news.since, now)
    match news.state:
        case RoomState.SCHEDULED:
            start = news.next if news.starts is None else news.starts
            if start is None:
                return "Nobody speaks here yet."
            return f"{'Starts' if start > now else 'Was to start'} on {said(start, news.zone)}."
        case RoomState.DOORS if news.starts is not None:
            starts = "It starts" if news.starts > now else "It was to start"
            return f"Hold music plays. {starts} on {said(news.starts, news.zone)}."
        case RoomState.DOORS:
            return "Hold music plays."
        case RoomState.LIVE:
            return f"Live since {since}."
        case RoomState.SILENT:
            return f"Live, but silent since {since}."
        case RoomState.INTERRUPTED:
            return f"Interrupted since {since}."
        case RoomState.ENDED if news.cancelled and news.starts is not None:
            return f"It was to start on {said(news.starts, news.zone)}."
        case RoomState.ENDED:
            return f"Ended on {day_and_time(news.since)}."


def day_and_time(at: Micros) -> str:
    """Return a point in time such as `1 May 2026 at 18:30 UTC`."""
    when = _UNIX + timedelta(microseconds=at)
    return f"{when.day} {when:%B %Y} at {when:%H:%M} UTC"


def time_of_day(at: Micros, now: Micros) -> str:
    """Return `18:30 UTC`, with the day before it if that is not today."""
    when, today = _UNIX + timedelta(microseconds=at), _UNIX + timedelta(microseconds=now)
    return f"{when:%H:%M} UTC" if when.date() == today.date() else day_and_time(at)


def span(time: Micros) -> str:
    """Return a length of time such as `40 seconds` or `3 minutes`."""
    seconds = time // SECOND
    for length, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * length:
            return f"{seconds // length} {name}s"
    return "1 second" if seconds == 1 else f"{seconds} seconds"


def state(room: Room, now: Micros, key: str = "") -> dict[str, object]:
    """Return what state.json says of a room; `key` goes into the paths of its streams."""
    news = room.news
    return {
        "room": news.slug,
        "title": news.title,
        "state": news.state.value,
        "since": rfc3339(news.since),
        "reason": news.reason,
        "next": _moment(news.next),
        "starts": _moment(news.starts),
        "zone": news.zone,
        "doors": _moment(news.doors),
        "late": news.late,
        "why_late": news.why_late,
        "cancelled": news.cancelled,
        "missed": news.missed,
        "reminds": news.reminds,
        "session": news.session,
        "epoch": news.epoch,
        "part": max(0, room.window.head - 1),
        "listeners": room.listeners(now),
        "as_of": rfc3339(room.told_at),
        "age": round(max(0, now - room.told_at) / SECOND, 1),
        "streams": [path + query(key) for path in streams(news.slug)],
        "cadence": room.cadences.of(news.slug, Format.MP4, room.window.head),
        "lowered": _lowered(room.cadences.lowered(news.slug, room.window.head)),
        "invited": list(news.invited),
        "answer_within": answer_within(news, now),
        "hands_open": news.hands_open,
        "house": news.house,
    }


def _moment(at: Micros | None) -> str | None:
    return None if at is None else rfc3339(at)


def query(key: str) -> str:
    """Return what stands behind the address of something that takes a key."""
    return f"?key={key}" if key else ""


def _lowered(lowered: Lowered | None) -> dict[str, object] | None:
    if lowered is None:
        return None
    return {
        "what": lowered_words(lowered),
        "why": lowered.why.value,
        "since": rfc3339(lowered.since),
        "cadence_seconds": round(lowered.parts * PART_SECONDS, 2),
        "rendition": "low" if lowered.low else None,
    }


def lowered_words(lowered: Lowered) -> str:
    """Return in plain English what listeners get less of, why, and what they notice."""
    said = []
    if lowered.parts > 1:
        every, before = _seconds(lowered.parts), _seconds(1)
        sent = f"sound is sent in larger pieces now (every {every} instead of every {before})"
        later = f"You hear it about {_seconds(lowered.parts - 1)} later."
        if lowered.why is Why.OPERATOR:
            said += [f"{sent.capitalize()}, {_BECAUSE[lowered.why]}.", later]
        else:
            said += [f"To keep every listener, {sent}, {_BECAUSE[lowered.why]}.", later]
    if lowered.low is not None:
        rates = (BIT_RATE[each] // 1000 for each in (Rendition.AAC_LOW, Rendition.AAC))
        smaller = "a smaller stream now ({} instead of {} kbit/s)".format(*rates)
        said.append(f"So that there is room for all, new listeners get {smaller}, ")
        said[-1] += f"{_BECAUSE[lowered.low]}."
    return " ".join(said)


_BECAUSE: Final = {
    Why.CPU: "because this server's processor is busy",
    Why.LOOP: "because this server can hardly keep up",
    Why.EGRESS: "because this server's line is nearly full",
    Why.MEMORY: "because this server's memory is nearly full",
    Why.OPERATOR: "as this server's operator has set it",
}


def _seconds(parts: int) -> str:
    seconds = parts * PART_SECONDS
    return f"{seconds:.1f} s" if seconds < 0.9 else f"{seconds:.0f} s"


def streams(slug: RoomSlug) -> list[str]:
    """Return the paths under which a room's sound can be had."""
    return [*(f"/{slug}/{format_.value}" for format_ in Format), f"/{slug}/hls/live.m3u8"]


def to_json(value: object) -> bytes:
    """Return compact JSON in UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def is_json_object(raw: bytes) -> bool:
    """True if `raw` is one JSON object."""
    try:
        return isinstance(json.loads(raw), dict)
    except (ValueError, RecursionError):
        return False


def json_in_html(value: object) -> str:
    """Return JSON that may stand in a `<script type="application/json">`, whatever it holds."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def fill(template: str, values: Mapping[str, str]) -> bytes:
    """Put values, ready for HTML, in the place of `{{their names}}`; other names become empty."""
    filled = _TOKEN.sub(lambda found: values.get(found[1], ""), template)
    return filled.encode("utf-8", "replace")


def room_page(template: str, room: Room, now: Micros, key: str = "") -> bytes:
    """Return the listener's page of a room, which passes a key on."""
    news = room.news
    said = words(news, room.told_at, now)
    lowered = room.cadences.lowered(news.slug, room.window.head)
    low = lowered is not None and lowered.low is not None
    return fill(
        template,
        {
            "title": escape(news.title or news.slug),
            "slug": escape(news.slug),
            "words": escape(said),
            "description": escape(f"{news.title or news.slug}: {said}"),
            "lowered": "" if lowered is None else f"<p>{escape(lowered_words(lowered))}</p>",
            "stream": (Format.LOW_AAC if low else Format.AAC).value,
            "key": query(key),
            "state_json": json_in_html(state(room, now, key)),
        },
    )


def plain_page(
    title: str,
    sentences: Iterable[str],
    *,
    indonesian: Iterable[str] = (),
    again_in: int | None = None,
) -> bytes:
    """Return a page of a few sentences that needs nothing else.

    Args:
        indonesian: the same in Indonesian: these pages have no script that knows who reads them.
        again_in: seconds after which the page asks again by itself.
    """
    again = "" if again_in is None else f'<meta http-equiv="refresh" content="{again_in}">'
    body = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    body += "".join(f'<p lang="id">{sentence}</p>' for sentence in indonesian)
    return plain_html(title, body, _ICON + again).encode("utf-8", "replace")


def unknown_page(slug: RoomSlug) -> bytes:
    """Return the page of a room that does not exist, or not yet."""
    return plain_page(
        "No such room",
        (
            f"There is no room <b>{escape(slug)}</b> here. Perhaps the link has a slip in it; "
            "perhaps the room has not been made yet.",
            "This page looks again every ten seconds and opens the room once it is there.",
        ),
        indonesian=(
            f"Tidak ada ruang <b>{escape(slug)}</b> di sini. Mungkin tautannya salah ketik, atau "
            "ruangnya belum dibuat. Halaman ini melihat lagi setiap sepuluh detik.",
        ),
        again_in=10,
    )


def busy_page(message: str, again_in: int) -> bytes:
    """Return the page for somebody who cannot be let in now."""
    return plain_page(
        "One moment",
        (escape(message), "This page tries again by itself; there is nothing you need to do."),
        indonesian=("Halaman ini mencoba lagi sendiri; Anda tidak perlu melakukan apa pun.",),
        again_in=again_in,
    )


def uninvited_page(message: str) -> bytes:
    """Return the page for somebody without the key of an invited room."""
    return plain_page(
        "By invitation",
        (escape(message),),
        indonesian=("Ruang ini hanya untuk undangan. Buka tautan yang diberikan kepada Anda.",),
    )


def failed_page(message: str) -> bytes:
    """Return the page for a request that cannot be done."""
    return plain_page("That did not work", (escape(message),))


def front_page(rooms: Iterable[Room], now: Micros) -> bytes:
    """Return the page that lists the rooms that want to be found."""
    groups: dict[str, list[Room]] = {"Now": [], "Soon": [], "Past": []}
    for room in rooms:
        if room.news.listed:
            groups[_group(room.news, now)].append(room)
    sections = []
    for name, members in groups.items():
        members.sort(key=lambda room: (room.news.starts or 0, room.news.slug))
        items = "".join(_entry(room, now) for room in members)
        if items:
            sections.append(f"<h2>{name}</h2><ul>{items}</ul>")
    body = "".join(sections) or "<p>There is no room here yet.</p>"
    body += '<p><a href="/calendar.ics">All that is planned, for your calendar</a></p>'
    return plain_html("Rooms", body, _ICON).encode("utf-8", "replace")


def _group(news: RoomNews, now: Micros) -> str:
    if news.state in ON_AIR or news.state is RoomState.DOORS:
        return "Now"
    over = news.state is RoomState.ENDED
    called_off = news.cancelled and news.starts is not None and news.starts > now
    return "Past" if over and not called_off else "Soon"


def _entry(room: Room, now: Micros) -> str:
    news = room.news
    said = escape(words(news, room.told_at, now))
    return f'<li><a href="/{news.slug}">{escape(news.title or news.slug)}</a><br>{said}</li>'


_ICON: Final = '<link rel="icon" href="/favicon.svg">'
BUILT_IN: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><title>{{title}} · Fullhouse</title>'
    f'<meta name="description" content="{{{{description}}}}">{_ICON}<style>{STYLE}</style></head>'
    "<body><main><h1>{{title}}</h1><p>{{words}}</p>{{lowered}}"
    '<audio controls preload="none" src="/{{slug}}/{{stream}}{{key}}"></audio>'
    '<p>In a player: <a href="/{{slug}}/{{stream}}{{key}}">AAC</a>, '
    '<a href="/{{slug}}/live.ogg{{key}}">Ogg Opus</a>, '
    '<a href="/{{slug}}/hls/live.m3u8{{key}}">HLS</a></p>'
    '<script type="application/json" id="state">{{state_json}}</script>'
    "</main></body></html>\n"
)
"""A room's page where none has been built: it plays, and needs no script."""
ICON: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    b'<rect width="32" height="32" rx="7" fill="#c2410c"/>'
    b'<path d="M8 13v6M13 9v14M18 12v8M23 7v18" '
    b'stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>'
)
