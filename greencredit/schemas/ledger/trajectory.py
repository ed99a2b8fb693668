"""What a trajectory says (全流程轨迹): line by line what happened, and what became of every credit of an award."""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from greencredit.schemas.ledger.kinds import FreezeGround, Verb
from greencredit.schemas.values import Credits, Instant, PositiveCredits, Record, Words

VERB_WORDS: Final = MappingProxyType(
    {
        Verb.EARN: Words(zh="发放", en="earned"),
        Verb.REVERSE: Words(zh="冲正", en="taken back"),
        Verb.ACCRUE: Words(zh="待生效发放", en="earned, to be activated"),
        Verb.ACTIVATE: Words(zh="生效", en="activated"),
        Verb.REVERSE_PENDING: Words(zh="冲正（未生效）", en="taken back before activation"),
        Verb.HOLD: Words(zh="冻结（订单）", en="held for an order"),
        Verb.RELEASE: Words(zh="解冻", en="released"),
        Verb.CAPTURE: Words(zh="核销（冻结部分）", en="redeemed from a hold"),
        Verb.REDEEM: Words(zh="核销", en="redeemed"),
        Verb.RESTORE: Words(zh="退还", en="given back"),
        Verb.EXPIRE: Words(zh="到期", en="expired"),
        Verb.FREEZE: Words(zh="处置冻结", en="frozen"),
        Verb.UNFREEZE: Words(zh="处置解冻", en="unfrozen"),
        Verb.FALL_SHORT: Words(zh="冲正不足", en="shortage of a reversal"),
        Verb.REPAY: Words(zh="抵还", en="used to repay a shortage"),
        Verb.SETTLE: Words(zh="追回", en="shortage repaid"),
        Verb.ADJUST_UP: Words(zh="调增", en="adjusted upwards"),
        Verb.ADJUST_DOWN: Words(zh="调减", en="adjusted downwards"),
        Verb.COMPENSATE: Words(zh="补偿", en="compensated"),
        Verb.DONATE: Words(zh="捐赠", en="donated"),
        Verb.CAPTURE_DONATION: Words(zh="捐赠（冻结部分）", en="donated from a hold"),
        Verb.REVIVE_OUT: Words(zh="宽限转出", en="left for the grace period"),
        Verb.REVIVE_IN: Words(zh="宽限转入", en="given the grace period"),
        Verb.FUND: Words(zh="企业注入", en="wallet funded"),
        Verb.ALLOT: Words(zh="企业发放", en="awarded by an enterprise"),
        Verb.PASS: Words(zh="企业间划拨", en="passed to another enterprise"),
        Verb.REVERSE_FUND: Words(zh="企业注入冲正", en="wallet funding taken back"),
        Verb.WAIVE: Words(zh="免追", en="shortage waived"),
    }
)
"""What each verb is called where people read it."""


GROUND_WORDS: Final[MappingProxyType[FreezeGround, Words]] = MappingProxyType(
    {
        FreezeGround.FRAUD: Words(zh="涉嫌套取或欺诈", en="suspected fraud"),
        FreezeGround.APPEAL: Words(zh="申诉处理", en="an appeal"),
        FreezeGround.COURT: Words(zh="依法协助执行", en="an order of a court"),
    }
)
"""What each ground of a freeze is called where people read it."""


class Whose(StrEnum):
    """Whose events a trajectory follows."""

    LEAF = "leaf"
    """One holder's credits of one series."""
    HOLDER = "holder"
    """A person, a merchant, a project or an enterprise, by its number."""
    ISSUER = "issuer"
    SERIES = "series"
    AWARD = "award"
    RULE = "rule"
    """Only the room of awards knows rules."""


class Following(NamedTuple):
    """What a trajectory follows; use the constructors."""

    whose: Whose
    holder: int = 0
    series: int = 0
    issuer_id: str = ""
    award: int = 0

    @classmethod
    def leaf(cls, holder: int, series: int) -> "Following":
        """Follow one holder's credits of one series."""
        return cls(Whose.LEAF, holder=holder, series=series)

    @classmethod
    def of_holder(cls, holder: int) -> "Following":
        """Follow everything one holder or party has part in."""
        return cls(Whose.HOLDER, holder=holder)

    @classmethod
    def of_issuer(cls, issuer_id: str) -> "Following":
        """Follow all credits of an issuer."""
        return cls(Whose.ISSUER, issuer_id=issuer_id)

    @classmethod
    def of_series(cls, series: int) -> "Following":
        """Follow all credits of a series."""
        return cls(Whose.SERIES, series=series)

    @classmethod
    def of_award(cls, award: int) -> "Following":
        """Follow the credits of one award, wherever they went."""
        return cls(Whose.AWARD, award=award)

    def __str__(self) -> str:
        told = {
            Whose.LEAF: f"{self.holder}:{self.series}",
            Whose.HOLDER: str(self.holder),
            Whose.ISSUER: self.issuer_id,
            Whose.SERIES: str(self.series),
            Whose.AWARD: str(self.award),
            Whose.RULE: "",
        }
        return f"{self.whose}:{told[self.whose]}"


class Line(NamedTuple):
    """One line of a trajectory as exports write it: plain values, because there may be millions."""

    event_id: int
    group_id: int
    posted_at: datetime
    verb: Verb
    credits: int
    holder: str | None
    """The pseudonym under which this reader knows the holder."""
    party: str | None
    series_id: int
    issuer_id: str
    terms_version: int
    award_month: int
    expires_at: datetime | None
    caller: str
    actor_id: str | None
    reason: str | None
    document: str | None
    cause: int | None
    serial_first: str | None
    serial_last: str | None
    award: int | None = None
    """Where one award is followed: which."""
    award_credits: int | None = None
    """So many of the event's credits were the award's; 0 where the award was only the reason."""


class TrajectoryLine(Record):
    """One line of a trajectory (轨迹): what, how much, when, by whom, why, on what document. Never changed."""

    event_id: int
    group_id: int
    posted_at: Instant
    verb: str
    title: Words
    credits: PositiveCredits
    holder: str | None
    """A pseudonym, never a name."""
    party: str | None
    """The merchant, project or enterprise on the other side."""
    series_id: int
    issuer_id: str
    terms_version: int
    award_month: int
    expires_at: Instant | None
    caller: str
    """The program or room that posted it."""
    actor_id: str | None
    """Who answers for it, where a person decided."""
    reason: str | None
    document: str | None
    cause: int | None
    """The event that this one activates, captures, releases, restores, revives or takes back."""
    serial_first: str | None
    """The serials given out (发行序列号), where credits came into being."""
    serial_last: str | None
    award: int | None = None
    """Where single awards are followed: whose credits moved."""
    award_credits: int | None = None
    """So many of the event's credits were the award's; 0 where the award was only the reason."""


class TrajectoryPage(Record):
    """One page; `next` is the cursor of the next one (after or before, as this one was asked for).

    A page may have fewer lines than were asked for, even none, and still be followed by another: only `next` tells.
    """

    following: str
    as_of: int
    """The newest event when this page was read; hand it in again to leave out what came later."""
    lines: tuple[TrajectoryLine, ...]
    next: int | None


VerbName = Annotated[str, Field(pattern=rf"^({'|'.join(verb.name.lower() for verb in Verb)})$")]
"""A verb by its name: `earn`, `redeem`, `expire` …"""


class TrajectoryQuery(Record):
    """Which page of a trajectory is asked for: with `after` upwards from there, else downwards from `before`."""

    since: Instant | None = None
    until: Instant | None = None
    verbs: tuple[VerbName, ...] = ()
    after: int | None = Field(default=None, ge=0, lt=2**62)
    before: int | None = Field(default=None, ge=1, lt=2**62)
    as_of: int | None = Field(default=None, ge=0, lt=2**62)
    limit: int = Field(default=50, ge=1, le=500)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.after is not None and self.before is not None:
            message = "a page goes on after an event or before one, found both"
            raise ValueError(message)
        return self

    def page(self) -> dict[str, Any]:
        """Give what `queries.trajectory` asks for."""
        return dict(self) | {"verbs": [Verb[name.upper()] for name in self.verbs]}


class ExportQuery(Record):
    """What an export shall hold, and how it is written."""

    since: Instant | None = None
    until: Instant | None = None
    verbs: tuple[VerbName, ...] = ()
    form: Literal["csv", "parquet"] = "csv"
    bom: bool = False
    """Begin CSV with a byte order mark, which some spreadsheets need."""
    plain: bool = False
    """Head the columns of CSV with their names alone, without Chinese."""


class PartNow(Record):
    """Credits of an award that share their fate: where they are now, since which event, and the way they took."""

    place: str
    title: Words
    credits: PositiveCredits
    event_id: int
    since: Instant
    party: str | None
    expires_at: Instant | None
    path: tuple[int, ...]
    """The events they went through, in order."""


class AwardStory(Record):
    """What became of an award (一笔积分的去向): every credit is in exactly one of the parts."""

    award: TrajectoryLine
    as_of: int
    now: tuple[PartNow, ...]
    more_parts: int
    """So many parts beyond those that are listed."""
    steps: tuple[TrajectoryLine, ...]
    """Every event that moved some of its credits, or took it back, in order."""
    more_steps: int
    reversed_: Credits
    """Taken back of this award, be it from its own credits, from others, or not at all."""
    from_others: Credits
    """Of these, taken from other awards of the same leaf, since its own were spent."""
    fell_short: Credits
    """Of these, spent already and therefore owed (待追回)."""
    waived: Credits
    """Of what fell short, so much is asked back by nobody."""


class AwardShare(NamedTuple):
    """So many credits of one award among those that an event moved."""

    award: int
    series: int
    credits: int


class SerialState(Record):
    """What anyone may know of one credit by its serial; never who holds it."""

    serial: str
    issuer_id: str
    terms_version: int
    award_month: int
    expires_at: Instant | None
    issued_at: Instant
    state: str
    title: Words


class ExportFacts(Record):
    """What an export is of: written beside it or into it, so that it can be made and checked again."""

    format: str = "greencredit-trajectory/v1"
    following: str
    since: Instant | None
    until: Instant | None
    verbs: tuple[str, ...]
    as_of: int
    """The newest event when the export began; nothing later is in it."""
    log_size: int
    """So many entries had the log with the batch of that event."""
    checkpoint_size: int | None
    """The newest signed checkpoint then; none before the first."""
    checkpoint_root: str | None
    made_at: Instant


PLACE_WORDS: Final = MappingProxyType(
    {
        "pending": Words(zh="待生效", en="waiting to be activated"),
        "available": Words(zh="可用", en="available"),
        "held": Words(zh="已冻结（订单）", en="held for an order"),
        "frozen": Words(zh="已冻结（处置）", en="frozen"),
        "redeemed": Words(zh="已核销", en="redeemed"),
        "donated": Words(zh="已捐赠", en="donated"),
        "expired": Words(zh="已到期", en="expired"),
        "reversed": Words(zh="已冲正", en="taken back"),
        "repaid": Words(zh="已抵还待追回", en="repaid a shortage"),
        "revived": Words(zh="转入宽限", en="moved on with grace"),
        "passed_on": Words(zh="已发给他人", en="awarded on"),
        "in_circulation": Words(zh="流通中", en="in circulation"),
        "cancelled": Words(zh="已注销", en="cancelled"),
    }
)
"""What each place is called where people read it; the last two are all that the public learns of the first ones."""
