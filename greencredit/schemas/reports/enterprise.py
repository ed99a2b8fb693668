"""企业环境行动报告: the facts of a report of an enterprise, its departments, and its own account of credits."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from greencredit.schemas.reports.school import GroupReport
from greencredit.schemas.reports.shared import Count, Headline
from greencredit.schemas.values import Credits, Record, Words


class AccountFlow(Record):
    """What came and went on an enterprise's account of one issuer's credits, exact to the unit."""

    issuer_id: str
    issuer: Words
    filing_number: str | None
    terms: Words | None
    """What the filing in force on the last day provides for accounts of enterprises; none: nothing."""
    opening: Credits
    funded: Credits
    received: Credits
    allotted: Credits
    passed: Credits
    taken_back: Credits
    closing: Credits

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        left = self.opening + self.funded + self.received - self.allotted - self.passed - self.taken_back
        if left != self.closing:
            message = f"the account with {self.issuer_id} comes to {left}, found {self.closing}"
            raise ValueError(message)
        return self


class AccountPartner(Record):
    """Another enterprise that gave or was given credits under a filed scheme."""

    name: str
    issuer_id: str
    received: Credits
    given: Credits


class FundingShareNote(Record):
    """Who pays for what the account was funded with (出资比例)."""

    issuer_id: str
    split: Words
    funder: Words
    kind: Words
    parts: Annotated[int, Field(gt=0)]
    of: Annotated[int, Field(gt=0)]
    credits: Credits


class EnterpriseAccount(Record):
    """An enterprise's own account over a period."""

    flows: tuple[AccountFlow, ...]
    partners: tuple[AccountPartner, ...]
    shares: tuple[FundingShareNote, ...]
    allotments: Count
    staff: Count | None
    """How many people were given something; none: fewer than the smallest group."""

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        for name, found, wanted in (
            ("funders", sum(one.credits for one in self.shares), sum(one.funded for one in self.flows)),
            ("givers", sum(one.received for one in self.partners), sum(one.received for one in self.flows)),
            ("receivers", sum(one.given for one in self.partners), sum(one.passed for one in self.flows)),
        ):
            if found != wanted:
                message = f"the {name} come to {found}, the account says {wanted}"
                raise ValueError(message)
        return self


class EnterpriseReport(GroupReport):
    """企业环境行动报告: an enterprise with its departments and its account, or one department."""

    account: EnterpriseAccount | None
    """None: a department has no account of its own."""

    @property
    def headlines(self) -> tuple[Headline, ...]:
        """Give the figures of the group, and what its account had at first and in the end."""
        flows = () if self.account is None else self.account.flows
        edges = (edge for one in flows for edge in (("opening", one.opening), ("closing", one.closing)))
        return (*super().headlines, *edges)
