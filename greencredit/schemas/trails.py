"""What the pages about trajectories are handed: what became of an award, lines of a trajectory, one credit's state."""

from pydantic import Field

from greencredit.schemas.values import Credits, Instant, Record, Words


class Share(Record):
    """So much of an award is in one place: one stretch of the bar, one line of its legend."""

    place: str
    title: Words
    credits: Credits
    start_permille: int = Field(ge=0, le=1000)
    length_permille: int = Field(ge=0, le=1000)


class PartLine(Record):
    """Credits that went the same way, as people read it."""

    place: str
    title: Words
    credits: Credits
    since: Instant
    party: str | None
    expires_at: Instant | None
    path: tuple[int, ...]


class TrailLine(Record):
    """One event of a trajectory, as people read it."""

    event_id: int
    at: Instant
    verb: str
    title: Words
    credits: Credits
    of_award: int | None
    """So many of these were the award's, where one award is followed."""
    holder: str | None
    party: str | None
    issuer_id: str
    issuer_name: str
    series_id: int
    caller: str
    actor_id: str | None
    reason: str | None
    document: str | None
    cause: int | None
    serials: tuple[str, str] | None
    is_award: bool
    """It has a story of its own."""


class StoryPage(Record):
    """What became of one award (一笔积分的去向)."""

    award_id: int
    what: Words
    credits: Credits
    awarded_at: Instant
    issuer_id: str
    issuer_name: str
    award_month: Words
    serials: tuple[str, str] | None
    shares: tuple[Share, ...]
    parts: tuple[PartLine, ...]
    more_parts: int
    steps: tuple[TrailLine, ...]
    more_steps: int
    taken_back: Words | None
    """How much was taken back and from where; none where nothing was."""
    own: bool
    """The reader is the holder."""
    as_of: int


class Choice(Record):
    """One thing that can be chosen in a form."""

    value: str
    title: Words
    chosen: bool


class TrailsPage(Record):
    """A trajectory as overseers and an issuer's staff look at it, or the form with which they ask."""

    kind: str
    kinds: tuple[Choice, ...]
    verbs: tuple[Choice, ...]
    what: str
    since: str
    until: str
    asked: bool
    heading: Words | None
    problem: Words | None
    lines: tuple[TrailLine, ...]
    newest: str | None
    older: str | None
    """The address of the next page; none: that was all."""
    looked_long: bool
    """This page stopped before it was full, because it had looked through so much; the next goes on."""
    exports: tuple[tuple[str, str], ...]
    """(Form, address) of each export."""
    as_of: int


class SerialPage(Record):
    """One credit, as anyone may see it."""

    typed: str
    serial: str | None
    problem: Words | None
    state: str
    title: Words | None
    sentence: Words | None
    issuer_id: str | None
    issuer_name: str | None
    award_month: Words | None
    terms_version: int | None
    issued_at: Instant | None
    expires_at: Instant | None
