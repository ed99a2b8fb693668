"""Organisations as they cross a door: their units, memberships by consent, and the figures of groups (组织)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from greencredit.schemas.actions import FactorUse, Tier
from greencredit.schemas.ledger import Verb
from greencredit.schemas.people import PersonName
from greencredit.schemas.values import Credits, Grams, Instant, Period, Record, RegionCode, Words

SMALLEST_GROUP: Final = 10
"""The platform's own floor: numbers of fewer people are shown to nobody; an organisation may ask for more."""

_Why = Annotated[str, Field(min_length=1, max_length=500)]
_Paper = Annotated[str, Field(min_length=1, max_length=200)]
_Amount = Annotated[int, Field(gt=0, le=2**53, strict=True)]
_ConsumerId = Annotated[str, Field(pattern=r"^con_[0-9A-Za-z_]{1,60}$")]
_EnterpriseId = Annotated[str, Field(pattern=r"^ent_[0-9A-Za-z_]{1,60}$")]
_SubjectId = Annotated[str, Field(pattern=r"^[a-z]{3}_[0-9A-Za-z_]{1,60}$")]


class OrganisationKind(StrEnum):
    """What kind of organisation it is (组织类别)."""

    SCHOOL = "school"
    DISTRICT = "district"
    COMMUNITY = "community"
    ENTERPRISE = "enterprise"

    @property
    def words(self) -> Words:
        """Give the kind in words."""
        return _KINDS[self]


_KINDS: Final = {
    OrganisationKind.SCHOOL: Words(zh="学校", en="School"),
    OrganisationKind.DISTRICT: Words(zh="街道（片区）", en="District"),
    OrganisationKind.COMMUNITY: Words(zh="社区", en="Community"),
    OrganisationKind.ENTERPRISE: Words(zh="企业", en="Enterprise"),
}


class Level(StrEnum):
    """How deep a unit lies in its organisation (层级)."""

    SCHOOL = "school"
    GRADE = "grade"
    CLASS = "class"
    DISTRICT = "district"
    COMMUNITY = "community"
    BUILDING = "building"
    ENTERPRISE = "enterprise"
    DEPARTMENT = "department"

    @property
    def words(self) -> Words:
        """Give the level in words."""
        return _LEVELS[self]


_LEVELS: Final = {
    Level.SCHOOL: Words(zh="学校", en="School"),
    Level.GRADE: Words(zh="年级", en="Grade"),
    Level.CLASS: Words(zh="班级", en="Class"),
    Level.DISTRICT: Words(zh="街道（片区）", en="District"),
    Level.COMMUNITY: Words(zh="社区", en="Community"),
    Level.BUILDING: Words(zh="楼栋", en="Building"),
    Level.ENTERPRISE: Words(zh="企业", en="Enterprise"),
    Level.DEPARTMENT: Words(zh="部门", en="Department"),
}


class NewOrganisation(Record):
    """An organisation as it is founded."""

    kind: OrganisationKind
    name: PersonName
    region: RegionCode
    smallest_group: Annotated[int, Field(ge=SMALLEST_GROUP, le=1_000)] = SMALLEST_GROUP
    code: Annotated[str, Field(max_length=40)] | None = None
    """The unified social credit code (统一社会信用代码); an enterprise has one."""


class NewUnit(Record):
    """A unit as it is added."""

    parent_id: str
    name: PersonName
    for_children: bool = False
    """Its members are under 14: whoever joins needs a guardian's consent, whatever age he states."""


class Unit(Record):
    """One unit of an organisation (组织单元); the first is the organisation as a whole."""

    unit_id: str
    organisation_id: str
    parent_id: str | None
    level: Level
    name: str
    for_children: bool
    added_at: Instant
    closed_at: Instant | None


class Organisation(Record):
    """A school, district, community or enterprise with its units (组织)."""

    organisation_id: str
    kind: OrganisationKind
    name: str
    region: RegionCode
    smallest_group: int
    enterprise_id: str | None
    """The holder of its credits, of an enterprise; the others hold none."""
    founded_at: Instant
    closed_at: Instant | None
    units: tuple[Unit, ...]
    """The whole first, then every unit after the one it lies in."""


class NewKeeper(Record):
    """Somebody who is to keep a unit: a class teacher, the keeper of a building, the head of a department."""

    account_id: str
    until: Instant | None = None
    because: Annotated[str, Field(min_length=1, max_length=400)]


class JoinCode(Record):
    """What a unit hands to those who belong to it; it is shown once (加入码)."""

    unit_id: str
    code: str


class AgeBand(StrEnum):
    """As much of an age as consent depends on (年龄段)."""

    UNDER_14 = "under_14"
    FROM_14 = "from_14"


class Joining(Record):
    """A person joins the unit whose code he was handed, and says that he agrees (同意加入)."""

    code: Annotated[str, Field(min_length=1, max_length=100)]
    age: AgeBand
    notice_version: Annotated[str, Field(min_length=1, max_length=40)]
    """The version of the notice that was read."""
    agreed: Literal[True]


class JoinNotice(Record):
    """What whoever joins agrees to (加入告知书)."""

    version: str
    since: date
    sentences: tuple[Words, ...] = Field(min_length=1)


class Membership(Record):
    """That a person belongs to a unit, from a day until another (成员关系)."""

    membership_id: str
    organisation_id: str
    unit_id: str
    consumer_id: str
    since: date
    until: date | None
    """The first day on which he no longer belongs to it."""
    age: AgeBand
    by_guardian: bool
    """A guardian agreed for him (监护人同意)."""
    agreed_by: str
    """The account that agreed."""
    notice_version: str
    joined_at: Instant
    left_at: Instant | None


class RosterLine(Record):
    """One member as his own unit sees him (名单)."""

    membership_id: str
    consumer_id: str
    display_name: str
    since: date


# ---- Figures of groups ---------------------------------------------------------------------------------------------

OTHER_FAMILIES: Final = "other"
"""Where the families stand together that too few people took part in."""


class FamilyFigures(Record):
    """What a group did in one family of actions; `other` holds those that too few took part in."""

    family: str
    title: Words
    actions: int
    credits: Credits
    grams: Grams | None
    """None: nothing of this family is quantified."""


class UnitFigures(Record):
    """Numbers of one group in a period (群体数据); no number of theirs, nor a difference, is of fewer than allowed."""

    unit_id: str
    parent_id: str | None
    level: Level
    name: str
    members: int | None
    """Who belonged to it for at least a day; none: it would single out those who did not take part."""
    participants: int
    actions: int
    credits: Credits
    grams: Grams | None
    """None: too few of them did something that is quantified, or nobody did."""
    families: tuple[FamilyFigures, ...] = ()
    """Empty where too few took part to tell them apart."""


class WithheldUnit(Record):
    """A group whose numbers are not shown (隐去): it is too small, or another one could be computed from them."""

    unit_id: str
    parent_id: str | None
    level: Level
    name: str


class MethodResult(Record):
    """One way in which a method was carried out: its version, its factors and the tier that came of them."""

    action_version: int
    tier: Tier
    factors: tuple[FactorUse, ...]


class FigureMethod(Record):
    """A method that enough people used to be named; no number goes with it, and the title is its family's."""

    action: str
    family: str
    title: Words
    results: tuple[MethodResult, ...]
    """Among the first and the last results of every month, those that differ."""


class Figures(Record):
    """The figures of an organisation for a period, published once and kept (群体数据发布)."""

    publication_id: str
    organisation_id: str
    kind: OrganisationKind
    name: str
    period: Period
    as_of_event: int
    """The last event of the ledger that was looked at."""
    published_at: Instant
    smallest_group: int
    claimed_grams_left_out: bool = True
    """Actions that are counted in another scheme are in no gram here."""
    units: tuple[UnitFigures, ...]
    withheld: tuple[WithheldUnit, ...]
    methods: tuple[FigureMethod, ...] = ()


class UnitFacts(Record):
    """What a report of a unit says: its numbers, those of the units in it, and the period before."""

    unit: Unit
    path: tuple[Unit, ...]
    """The organisation first, then down to the unit itself."""
    figures: Figures
    own: UnitFigures | None
    """None: too few, and the report says so."""
    below: tuple[UnitFigures, ...]
    withheld_below: tuple[WithheldUnit, ...]
    before: UnitFigures | None
    """The same unit in the period before, of the same length, where it is published."""
    trend: tuple["TrendPoint", ...]
    """Shorter published periods inside this one, oldest first."""


class TrendPoint(Record):
    """A unit's numbers in a shorter period; none where they are not shown."""

    period: Period
    own: UnitFigures | None


class OrganisationPage(Record):
    """An organisation as its own page shows it."""

    organisation: Organisation
    published: tuple[Period, ...]
    """Newest first."""
    facts: UnitFacts | None
    """None: nothing was published so far."""
    has_account: bool
    """It is an enterprise, and whoever looks may read its account."""
    has_reports: bool
    """Whoever looks may have reports of it made, and take them out."""


# ---- Accounts of enterprises ---------------------------------------------------------------------------------------


class StaffAward(Record):
    """An enterprise gives one of its staff credits from its own account (员工激励)."""

    issuer_id: _SubjectId
    consumer: _ConsumerId
    credits: _Amount
    reason: _Why
    document: _Paper | None = None


class PartnerAward(Record):
    """An enterprise gives another one credits from its own account (企业间激励); nothing is paid for it."""

    issuer_id: _SubjectId
    receiver: _EnterpriseId
    credits: _Amount
    reason: _Why
    document: _Paper | None = None


class WalletBalance(Record):
    """What an enterprise's account has of one issuer's series."""

    issuer_id: str
    series_id: int
    award_month: int
    expires_at: Instant | None
    credits: Credits


class WalletLine(Record):
    """One movement of an enterprise's account; the staff who received something are not named."""

    event_id: int
    posted_at: Instant
    verb: Verb
    incoming: bool
    credits: Credits
    issuer_id: str
    partner: str | None
    """The other enterprise."""
    reason: str | None
    document: str | None


class WalletStatement(Record):
    """企业积分对账单: an enterprise's account; what came in less what went out is what is there."""

    organisation_id: str
    enterprise_id: str
    name: str
    as_of: Instant
    balances: tuple[WalletBalance, ...]
    credits: Credits
    """All of the balances together."""
    received: Credits
    given_to_staff: Credits
    given_to_partners: Credits
    taken_back: Credits
    """What the issuer took back of its fundings."""
    lines: tuple[WalletLine, ...]
    next_before: int | None = None
    """Asks for the lines before these."""


class AccountMoves(Record):
    """What moved on an account by kind, direction, issuer, terms, funding and partner, which is never a person."""

    verb: Verb
    incoming: bool
    issuer_id: str
    terms_version: int
    funding: str
    partner: str | None
    times: int
    credits: Credits


class AccountPeriod(Record):
    """An enterprise's account over a period, what was there by issuer when it began (企业积分账户期间收支)."""

    opening: dict[str, Credits]
    moves: tuple[AccountMoves, ...]
    receivers: int
