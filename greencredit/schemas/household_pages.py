"""What the pages of one's household, and of credits that are kept back, are handed."""

from datetime import date

from greencredit.schemas.awards import Household, HouseholdCap, HouseholdCode, HouseholdCut, HouseholdMember
from greencredit.schemas.awards.explained import UnearnedLine
from greencredit.schemas.consoles import Form
from greencredit.schemas.holds import AwardHold
from greencredit.schemas.values import Credits, Record


class CapLine(Record):
    """A cap of a household, beside who set it."""

    issuer_name: str
    cap: HouseholdCap
    used_permille: int
    """For the bar: nothing is wider than the whole."""


class SharedHousehold(Record):
    """One's household as one sees it, and what one may do (我的家庭)."""

    household: Household | None
    members: tuple[HouseholdMember, ...]
    counts_until: date | None
    """Until then whoever left still counts with his former household."""
    caps: tuple[CapLine, ...]
    cuts: tuple[HouseholdCut, ...]
    spent: tuple[UnearnedLine, ...]
    """Evidence that earned nothing because the household's cap was used up."""
    code: HouseholdCode | None
    """An invitation that was made a moment ago: shown this one time."""
    forms: tuple[Form, ...]


class HoldCard(Record):
    """Credits that are kept back, by whom they were issued, and the form of an appeal while there can be one."""

    hold: AwardHold
    issuer_name: str
    appeal: Form | None


class KeptBack(Record):
    """All of one's credits that are or were kept back (冻结与申诉)."""

    frozen: Credits
    """That can't be used now, for whatever reason."""
    cards: tuple[HoldCard, ...]


class HoldToDecide(Record):
    """Credits of an issuer that are kept back, with the form of a decision for whoever may take one."""

    hold: AwardHold
    decide: Form | None


class IssuersHolds(Record):
    """What is kept back of an issuer's awards; whose it is, is not told (复核冻结)."""

    issuer_id: str
    issuer_name: str
    cards: tuple[HoldToDecide, ...]
