"""The vocabulary of the bus: every subject, and the form of every message on it.

Pure: no client, no sockets. docs/wire.md says the same in prose, and a test holds the two
together. What comes off the bus is checked here; what does not fit raises `Malformed`.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fullhouse.errors import Malformed
from fullhouse.units import Micros, PartNumber, RoomSlug


class RoomState(StrEnum):
    """Where a room is in its life. `house/room.py` holds the table of moves."""

    SCHEDULED = "scheduled"
    DOORS = "doors"
    LIVE = "live"
    SILENT = "silent"
    INTERRUPTED = "interrupted"
    ENDED = "ended"


class Visibility(StrEnum):
    """Who finds a room, and who gets in."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    INVITED = "invited"


ON_AIR: Final = frozenset({RoomState.LIVE, RoomState.SILENT, RoomState.INTERRUPTED})
"""States in which the stage's sound goes out."""

Text = Annotated[str, Field(max_length=200)]
Slug = Annotated[RoomSlug, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$")]
SeatId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
HandId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
"""The first 64 bits of the SHA-256 of a secret that the listener's page keeps."""
MemberId = Annotated[str, Field(pattern=r"^m-[a-z2-7]{10}$")]
"""A person in a room; on stage, their seat."""
Gain = Annotated[float, Field(ge=-30, le=12)]
"""Decibels."""


class Message(BaseModel):
    """One JSON message. Unknown keys are let through, so that versions can run side by side."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def pack(self) -> bytes:
        """Return the message as UTF-8 JSON."""
        return self.model_dump_json().encode()

    @classmethod
    def unpack(cls, raw: bytes) -> Self:
        """Return the message that `raw` holds.

        Raises:
            Malformed: `raw` is not JSON of this form.
        """
        try:
            return cls.model_validate_json(raw)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise Malformed(f"{cls.__name__}: {where} {first['msg']}.") from error


class RoomNews(Message):
    """All that edges and stages need to know of a room. The higher revision is true.

    Attributes:
        since: when the state began.
        next: when the room is to start, or None.
        epoch: where the room's timeline begins; never changes while the room exists.
        session: which live run this is, from 1; 0 before the first.
        armed: the hold ends by itself at the first voice.
        wanted: a stage should be running.
        muted: seats whose sound is dropped before the mix.
        gains: how much a seat is turned up or down, in dB; 0 where it is not named.
        listed: the room is shown on the edge's front page.
        visibility: who finds it, and who gets in.
        entry: SHA-256 of the key that invited listeners bring, in hex; empty: none is needed.
        starts: the announced start, also when it has passed; None: none was announced.
        zone: the IANA time zone in which people read it.
        doors: when the doors open by themselves, or None.
        late, why_late: a minute since `starts` it is not on air; what the host says about that.
        cancelled, missed: what was announced does not take place; missed: as nobody came.
        schedule: counts up when what was announced changes.
        barred: seats that nobody may have.
        invited, answer_by: hands whose owners are asked to come on stage, and until when.
        hands_open: listeners may raise their hands.
        hold: SHA-256 of the room's own hold, in hex; empty: ours.
        house: the public address of the house; empty: not known.
        listen: the room's link for listeners; empty: not known.
        reminds: the house sends mail to who wants to be reminded of the start.
    """

    slug: Slug
    title: Text
    state: RoomState
    since: Micros
    reason: Text = ""
    next: Micros | None = None
    epoch: Micros
    session: int = 0
    revision: int
    armed: bool = False
    wanted: bool = False
    muted: tuple[SeatId, ...] = ()
    gains: dict[SeatId, Gain] = {}
    listed: bool = True
    visibility: Visibility = Visibility.PUBLIC
    entry: str = Field("", max_length=64)
    starts: Micros | None = None
    zone: str = Field("UTC", max_length=64)
    doors: Micros | None = None
    late: bool = False
    why_late: Text = ""
    cancelled: bool = False
    missed: bool = False
    schedule: int = 0
    barred: tuple[SeatId, ...] = ()
    invited: tuple[HandId, ...] = ()
    answer_by: dict[HandId, Micros] = {}
    hands_open: bool = True
    hold: str = Field("", max_length=64)
    house: Text = ""
    listen: str = Field("", max_length=300)
    reminds: bool = False


class SeatNews(Message):
    """One seat of a stage.

    Attributes:
        kind: how the speaker's sound comes in.
        level_db: loudness of the last 200 ms, dBFS RMS, -100 for nothing.
        connected: sound or silence has come in within the last second.
        hears: the speaker hears the others over a return.
        gain_db: how much the seat is turned up or down.
        holder: the first eight letters of the WHIP session that speaks from it: a page whose
            session is another one has been replaced by a newer one of the same person.
    """

    seat: SeatId
    name: Text
    kind: Literal["whip", "source"]
    level_db: float
    muted: bool = False
    connected: bool = True
    hears: bool = False
    gain_db: float = 0.0
    holder: str = ""


class SpeakerQuality(Message):
    """How one speaker's sound came in during the last second.

    Attributes:
        packets: packets of sound that came in.
        loss: share of the packets that the network lost, 0 to 1.
        real, late_recovered, fec, concealed, comfort, silent: frames of 20 ms by where their
            sound came from.
        refused: packets left out: too fast, too large, malformed, or of a strange stream.
        trims: how often sound was shortened or lengthened to follow the network or the clock.
        jitter_ms: how unevenly packets come.
        depth_ms: for how long sound waits before it is played.
        drift_ppm: how much faster than ours the speaker's clock runs.
        level_db: loudness of the second, dBFS RMS.
        clipping: share of the samples at full scale, 0 to 1.
        return_loss: share of the return that the speaker lost, or None: no return, or not known.
        round_trip_ms: from the stage to the speaker's browser and back, or None.
    """

    seat: SeatId
    packets: int = 0
    loss: float = 0.0
    real: int = 0
    late_recovered: int = 0
    fec: int = 0
    concealed: int = 0
    comfort: int = 0
    silent: int = 0
    refused: int = 0
    trims: int = 0
    jitter_ms: float = 0.0
    depth_ms: float = 0.0
    drift_ppm: float = 0.0
    level_db: float = -100.0
    clipping: float = 0.0
    return_loss: float | None = None
    round_trip_ms: float | None = None


class QualityNews(Message):
    """How everybody's sound came in, once a second."""

    slug: Slug
    instance: str
    speakers: tuple[SpeakerQuality, ...] = ()


class StageNews(Message):
    """What a stage says of itself, five times a second.

    Attributes:
        instance: changes when the stage was started again.
        pid: the stage's process on its node.
        node: the node that runs it.
        on_air: its sound is going out.
        heard: a voice has been heard since it was armed or went on air.
        silent_for: how long the mix has held no voice.
        level_db: loudness of the mix, dBFS RMS.
        speaking: seats that speak now, loudest first.
        ticks, late_ticks: 20 ms ticks so far, and those that came over 20 ms late.
    """

    slug: Slug
    instance: str
    pid: int
    node: str
    part: PartNumber
    on_air: bool
    heard: bool
    silent_for: Micros
    level_db: float
    speaking: tuple[SeatId, ...] = ()
    seats: tuple[SeatNews, ...] = ()
    ticks: int = 0
    late_ticks: int = 0


class EdgeRoom(Message):
    """One room as one edge worker sends it out.

    Attributes:
        listeners: ears on endless streams, and HLS players seen in the last ten seconds.
        part: the newest part sent.
        playing: what that part held.
        skew_ms: how much later than by this edge's clock parts arrive.
        filled, late, skipped: filler sent while on air, parts that came too late, parts that
            slow listeners were skipped over; all since the start.
        left: listeners who have gone, since the start.
    """

    listeners: int
    part: PartNumber
    playing: Literal["sound", "hold", "silence"]
    skew_ms: float = 0.0
    filled: int = 0
    late: int = 0
    skipped: int = 0
    left: int = 0


class EdgeNews(Message):
    """What one edge worker says of itself, once a second."""

    edge: str
    rooms: dict[Slug, EdgeRoom] = {}


class Counts(Message):
    """Listeners of each room over all edges, once a second."""

    listeners: dict[Slug, int]


class WhipCall(Message):
    """A WHIP or WHEP request on its way from the house to the stage.

    Attributes:
        endpoint: `whip`: somebody comes to speak; `whep`: somebody comes to hear the others.
        session: the session, named by the house.
        seat: the seat the speaker had or names; empty: the stage finds one. For `whep`, the
            seat whose own voice is left out of what they hear; empty: nobody's is.
        body: the SDP offer, or the trickled SDP fragment.
        news: the room as the house knows it: nobody sits down on a stage that has not heard yet
            whom it mutes.
    """

    call: Literal["offer", "trickle", "delete"]
    endpoint: Literal["whip", "whep"] = "whip"
    session: str
    seat: str = ""
    name: Text = ""
    body: str = ""
    news: RoomNews | None = None


class WhipReply(Message):
    """The stage's answer: an HTTP status, and a code and sentence where it refuses.

    Attributes:
        retry_after: seconds after which asking again may help; 0: not said.
    """

    status: int
    code: str = ""
    message: str = ""
    body: str = ""
    seat: str = ""
    retry_after: int = Field(0, ge=0)


class TakeSeat(Message):
    """A source keeps its seat: said once a second while its sound comes in."""

    seat: SeatId
    name: Text
    leaves: bool = False


class SourceCheck(Message):
    """May this source speak in this room? The house answers."""

    slug: str
    user: str
    key: str


class SourceVerdict(Message):
    """The house's answer to `SourceCheck`; status 200 admits."""

    status: int
    code: str = ""
    message: str = ""


class Recall(Message):
    """An edge that has just started asks another for the parts of its window.

    Attributes:
        before: parts below this number, the newest first.
        most: how many at the most; the answer may hold fewer.
    """

    before: PartNumber
    most: int = Field(ge=1, le=400)


class RaisedHand(Message):
    """A listener's hand, as an edge has it from their page.

    Attributes:
        hand: made of a secret that the page keeps: whoever knows the secret owns the hand.
        name: as they call themselves.
        up: False: they take it down.
        prefix: of the network that they come from, such as `192.0.2.0/24`.
    """

    slug: Slug
    hand: HandId
    name: Text = ""
    up: bool = True
    prefix: str = Field("", max_length=64)


class Hands(Message):
    """Hands of the last moment, edge worker to house."""

    edge: str
    hands: tuple[RaisedHand, ...] = Field(max_length=2_000)


class HandsTaken(Message):
    """What became of them, in their order: `taken` once they are safe on disk, else why not.

    Attributes:
        verdicts: `taken`, or a code such as `hands_closed`, `barred`, `unknown_room`.
        places: how many hands stood before each when it was raised; -1: not known.
    """

    verdicts: tuple[str, ...]
    places: tuple[int, ...] = ()


class HouseNews(Message):
    """Something of a room that lies in the database has changed; houses read it again.

    Attributes:
        house: which house did it.
        what: `people`, `hands`, `schedule`, `bans`.
        to: the one member whom `notice` is for.
        notice: a code for that member's page, such as `asked_to_unmute`, `moved_back`.
        by: the name of who did it.
    """

    slug: Slug
    house: str
    what: tuple[str, ...] = ()
    to: str = ""
    notice: str = ""
    by: Text = ""


class Present(Message):
    """Whose studio pages are open at one house, once a second: members by room."""

    house: str
    rooms: dict[Slug, tuple[MemberId, ...]] = {}


class AccountNews(Message):
    """Something that let an account in has ended; houses close its pages, which ask again."""

    house: str
    account: Text


ROOMS_BUCKET: Final = "fullhouse-rooms"
"""Key-value bucket that holds each room's newest `RoomNews`, by slug."""

HOLDS_BUCKET: Final = "fullhouse-holds"
"""Object store that holds rooms' own holds, each named by its SHA-256."""

SUBJECT_SOURCE_CHECK: Final = "fh.source.check"
SUBJECT_COUNT: Final = "fh.count"
SUBJECT_ACCOUNTS: Final = "fh.accounts"


def subject_room(slug: RoomSlug | Literal["*"]) -> str:
    """`RoomNews`, house to everyone: on each change, and all rooms again every 5 s."""
    return f"fh.room.{slug}"


def subject_part(slug: RoomSlug | Literal["*"]) -> str:
    """A packed part, stage to edges."""
    return f"fh.part.{slug}"


def subject_stage(slug: RoomSlug | Literal["*"]) -> str:
    """`StageNews`, stage to house and nodes."""
    return f"fh.stage.{slug}"


def subject_quality(slug: RoomSlug | Literal["*"]) -> str:
    """`QualityNews`, stage to house, once a second."""
    return f"fh.quality.{slug}"


def subject_whip(slug: RoomSlug) -> str:
    """`WhipCall` answered by `WhipReply`, house to stage; for WHEP, too."""
    return f"fh.whip.{slug}"


def subject_seat(slug: RoomSlug) -> str:
    """`TakeSeat`, source to stage."""
    return f"fh.seat.{slug}"


def subject_voice(slug: RoomSlug, seat: str) -> str:
    """A packed voice frame, source to stage. `seat` may be `*`."""
    return f"fh.voice.{slug}.{seat}"


def subject_edge(edge: str) -> str:
    """`EdgeNews`, edge worker to house. `edge` may be `*`."""
    return f"fh.edge.{edge}"


SUBJECT_HANDS: Final = "fh.hands"
"""`Hands` answered by `HandsTaken`, edge worker to one house."""


def subject_house(slug: RoomSlug | Literal["*"]) -> str:
    """`HouseNews`, house to houses."""
    return f"fh.house.{slug}"


def subject_present(house: str) -> str:
    """`Present`, house to houses. `house` may be `*`."""
    return f"fh.present.{house}"


def subject_recall(slug: RoomSlug | Literal["*"]) -> str:
    """`Recall` answered by packed parts, each after its length as 4 bytes; edge to edge."""
    return f"fh.recall.{slug}"
