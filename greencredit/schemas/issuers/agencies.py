"""Who may certify and assess: the register of agencies, kept over time (认证、评价与评估机构名录)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from greencredit.schemas.issuers.texts import Line
from greencredit.schemas.values import Fen, Instant, NonNegativeFen, Record, Words


class AgencyKind(StrEnum):
    """What an agency does: judge credit standing, or assess schemes."""

    CREDIT = "credit"
    ASSESSMENT = "assessment"

    @property
    def words(self) -> Words:
        """Give the kind in words."""
        return _KINDS[self]


_KINDS: Final = {
    AgencyKind.CREDIT: Words(zh="信用认证或评价机构", en="Credit certification or evaluation body"),
    AgencyKind.ASSESSMENT: Words(zh="第三方评估机构", en="Third-party assessor"),
}


class AgencyState(StrEnum):
    """Whether an agency's papers are taken."""

    LISTED = "listed"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> Words:
        """Give the state in words."""
        return _STATES[self]


_STATES: Final = {
    AgencyState.LISTED: Words(zh="在册", en="Listed"),
    AgencyState.WITHDRAWN: Words(zh="已除名", en="Withdrawn"),
}


class Fees(Record):
    """What an agency took in twelve months, and how much of it from one issuer and its group (收费情况声明)."""

    from_issuer_fen: NonNegativeFen
    income_fen: Annotated[Fen, Field(gt=0)]


class NewAgency(Record):
    """An agency as it is entered in the register."""

    kind: AgencyKind
    name: Line
    code: str
    """Unified social credit code."""
    approval_number: Line | None = None
    """Approval as a certification body; an agency without one gives evaluations (评价), never certifications (认证)."""
    legal_representative: Line
    controlling_code: str | None = None
    listed_since: date


class AgencyStanding(Record):
    """From which day on an agency is listed or withdrawn; written once, never changed."""

    number: int
    state: AgencyState
    since: date
    approval_number: str | None
    reason: str
    actor_id: str
    at: Instant


class Agency(Record):
    """An agency of the register, with everything that was ever said of its standing."""

    agency_id: str
    kind: AgencyKind
    name: str
    code: str
    legal_representative: str
    controlling_code: str | None
    standings: tuple[AgencyStanding, ...]
    """In the order in which they were written."""

    def standing_on(self, day: date) -> AgencyStanding | None:
        """Give what counts on a day: the last word written among those that hold by then; none before the first."""
        holding = [one for one in self.standings if one.since <= day]
        return max(holding, key=lambda one: one.number, default=None)

    def listed_on(self, day: date) -> bool:
        """Tell whether its papers are taken on a day."""
        standing = self.standing_on(day)
        return standing is not None and standing.state is AgencyState.LISTED

    def withdrawn_since(self, day: date) -> date | None:
        """Give the first day, from `day` on, on which it is withdrawn; what it gave before counts until then.

        Being listed again makes new papers possible; it brings no old one back, unless the withdrawal is taken back
        from its very day.
        """
        marks = sorted({day, *(one.since for one in self.standings if one.since > day)})
        for mark in marks:
            standing = self.standing_on(mark)
            if standing is not None and standing.state is AgencyState.WITHDRAWN:
                return mark
        return None


class PublicAgency(Record):
    """What everybody may see of an agency (机构名录)."""

    agency_id: str
    kind: AgencyKind
    kind_title: Words
    name: str
    code: str
    approval_number: str | None
    state: AgencyState
    state_title: Words
    since: date
