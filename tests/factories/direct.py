"""Issuers with a filed promotion, and the machines that award on it."""

from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.people import service as people
from greencredit.schemas.issuers import EnterpriseTerms, IssuerKind, Promotion, Scheme
from greencredit.schemas.people import NewApiKey
from greencredit.schemas.values import Credits, Words
from tests.factories.issuers import make_issuer, new_scheme, owed_up_to
from tests.factories.people import make_account_with

GIFT: Final = Promotion(
    name="welcome_gift",
    title=Words(zh="入会礼", en="Welcome gift"),
    most_credits_each=Credits(1_000),
    since=date(2026, 1, 1),
)
"""A promotion that holds throughout the tests."""

OVER: Final = GIFT.model_copy(update={"name": "spring_gift", "since": date(2026, 2, 1), "until": date(2026, 3, 1)})
"""A promotion that ended the day before the tests begin."""


def promoting_scheme(*promotions: Promotion, cap: int = 100_000_000) -> Scheme:
    """Describe a scheme with promotions."""
    filed: dict[str, Any] = {"promotions": promotions or (GIFT, OVER), "monthly_cap_credits": Credits(cap)}
    return new_scheme().model_copy(update=filed)


def make_promoter(session: Session, *, number: int = 1, cap: int = 100_000_000) -> str:
    """Lead an issuer that files promotions to the state in which it may award on them; gives its id."""
    scheme = promoting_scheme(cap=cap)
    return make_issuer(session, number=number, kind=IssuerKind.RETAILER, scheme=scheme).issuer_id


ENTERPRISES: Final = EnterpriseTerms(
    may_be_funded=True,
    most_funded_a_month=Credits(1_000),
    may_pass_on=True,
    most_allotted_each=Credits(100),
)
"""Terms of accounts of enterprises under which everything may be done."""


def make_funder(session: Session, terms: EnterpriseTerms | None = ENTERPRISES, *, number: int = 1) -> str:
    """Lead an issuer that files terms of enterprises' accounts, and shortages, to where it may issue; gives its id."""
    filed = {"enterprise": terms, "clawback": owed_up_to(500)}
    scheme = promoting_scheme().model_copy(update=filed)
    return make_issuer(session, number=number, kind=IssuerKind.RETAILER, scheme=scheme).issuer_id


def make_key(
    session: Session,
    role: Role,
    issuer_id: str | None = None,
    *,
    login: str = "till",
    scopes: tuple[str, ...] = ("award.give",),
) -> str:
    """Give the API key of somebody who holds a role at an issuer, or on the platform."""
    place = Scope(ScopeKind.PLATFORM) if issuer_id is None else Scope(ScopeKind.ISSUER, issuer_id)
    owner = make_account_with(session, role, place, login=login)
    return people.make_api_key(session, owner, NewApiKey(name="示例收银机", scopes=scopes), environment="test").text
