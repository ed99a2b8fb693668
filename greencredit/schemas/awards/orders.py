"""What is asked of accounts of enterprises, and what is waived."""

from typing import Annotated

from pydantic import Field

from greencredit.schemas.values import Record

_Amount = Annotated[int, Field(gt=0, le=2**53, strict=True)]
_Number = Annotated[int, Field(gt=0, lt=2**63, strict=True)]
_Why = Annotated[str, Field(min_length=1, max_length=500)]
_Paper = Annotated[str, Field(min_length=1, max_length=200)]

ConsumerId = Annotated[str, Field(pattern=r"^con_[0-9A-Za-z_]{1,60}$")]
"""A person's id."""

EnterpriseId = Annotated[str, Field(pattern=r"^ent_[0-9A-Za-z_]{1,60}$")]
"""An enterprise's id; only enterprises have accounts that are funded."""


class FundingOrder(Record):
    """Give an enterprise's account credits (企业注入)."""

    enterprise: EnterpriseId
    credits: _Amount
    reason: _Why
    document: _Paper | None = None


class AllotmentOrder(Record):
    """Give a person credits from an enterprise's account (企业发放)."""

    enterprise: EnterpriseId
    consumer: ConsumerId
    credits: _Amount
    reason: _Why
    document: _Paper | None = None


class PassingOrder(Record):
    """Give another enterprise credits from an enterprise's account (企业间划拨)."""

    giver: EnterpriseId
    receiver: EnterpriseId
    credits: _Amount
    reason: _Why
    document: _Paper | None = None


class WithdrawalOrder(Record):
    """Take back what an enterprise's account still has of one funding (企业注入冲正)."""

    funding: _Number
    credits: _Amount
    reason: _Why
    document: _Paper | None = None


class WaiverOrder(Record):
    """Give up what a holder owes of a series, whole or in part (免追)."""

    consumer: ConsumerId
    series: Annotated[int, Field(gt=0, lt=2**31, strict=True)]
    credits: _Amount
    reason: _Why
    document: _Paper | None = None
