"""Personal data as they cross a door: the copy of one's own, what an erasure takes, and what it left."""

from typing import Annotated

from pydantic import Field

from greencredit.schemas.awards import AwardLine, Household, IssuersLevel
from greencredit.schemas.awards.explained import UnearnedLine
from greencredit.schemas.badges import PortableProof
from greencredit.schemas.holds import AwardHold
from greencredit.schemas.ledger import Movement, Owed, SeriesBalance
from greencredit.schemas.notices import ToldAll
from greencredit.schemas.organisations import Membership
from greencredit.schemas.people import Account, ApiKey, Consent, Consumer, GrantRecord
from greencredit.schemas.reports import IssuedReport
from greencredit.schemas.values import Instant, Record

Count = Annotated[int, Field(ge=0)]
"""How many."""


class OwedCredits(Record):
    """What is owed to an issuer in one series (待追回)."""

    issuer_id: str
    series_id: int
    credits: Count

    @classmethod
    def of(cls, owed: Owed) -> "OwedCredits":
        """Give the shape of what the ledger says."""
        return cls(**owed._asdict())


class PersonalCopy(Record):
    """个人信息副本: everything that is kept about a person under his name, secrets excepted."""

    as_of: Instant
    consumer: Consumer
    account: Account | None
    grants: tuple[GrantRecord, ...]
    api_keys: tuple[ApiKey, ...]
    cards_known_to: tuple[str, ...]
    """Issuers and merchants that know him by a card; the numbers themselves are not kept."""
    consents: tuple[Consent, ...]
    household: Household | None
    levels: tuple[IssuersLevel, ...]
    awards: tuple[AwardLine, ...]
    """What was earned: for what, on which day, by which rule, and step by step how it came about."""
    unearned: tuple[UnearnedLine, ...]
    """Evidence of purchases and actions that earned nothing."""
    acts_for: dict[str, str]
    """Merchants for which he was noted to act, and as what."""
    holds: tuple[AwardHold, ...]
    """Credits that were kept back, with what he said against it."""
    memberships: tuple[Membership, ...]
    balances: tuple[SeriesBalance, ...]
    owed: tuple[OwedCredits, ...]
    movements: tuple[Movement, ...]
    told: ToldAll
    reports: tuple[IssuedReport, ...]
    portable_proofs: tuple[PortableProof, ...] = ()


class BeforeErasure(Record):
    """注销前须知: what a person gives up when he is erased, and what stands against it for now."""

    consumer_id: str
    credits: Count
    """All that can be given up: available and to be activated."""
    held: Count
    frozen: Count
    owed: Count
    reports: Count
    has_account: bool


class Erasure(Record):
    """What whoever asks to be erased was told, and gives up."""

    credits: Annotated[int, Field(ge=0, lt=2**53)]


class Erased(Record):
    """注销结果: the numbers alone are left."""

    consumer_id: str
    credits_given_up: Count
    events_frozen: Count
    reports_removed: Count
