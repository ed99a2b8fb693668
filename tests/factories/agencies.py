"""Codes that are nobody's, and the people of agencies who judge issuers."""

from dataclasses import replace
from datetime import date

from greencredit.issuers import rules
from greencredit.kernel.access import Actor, Role, Scope, ScopeKind
from greencredit.schemas.issuers import AgencyKind, NewAgency
from tests.factories.people import make_actor


def synthetic_code(number: int = 1) -> str:
    """Make a code that passes both checks in region 000000, which is no region: it can be nobody's."""
    inner = f"{number:08d}"
    first = f"91000000{inner}{rules.organisation_check_character(inner)}"
    return first + rules.check_character(first)


def new_agency(
    number: int = 900,
    *,
    kind: AgencyKind = AgencyKind.CREDIT,
    name: str = "示例信用服务有限公司",
    approval_number: str | None = None,
    controlling_code: str | None = None,
    legal_representative: str = "示例机构法人",
) -> NewAgency:
    """Describe a synthetic agency, listed since long ago."""
    return NewAgency(
        kind=kind,
        name=name,
        code=synthetic_code(number),
        approval_number=approval_number,
        legal_representative=legal_representative,
        controlling_code=controlling_code,
        listed_since=date(2020, 1, 1),
    )


def certifier_of(issuer_id: str, agency: int | str = 900) -> Actor:
    """Give somebody of an agency who was asked to certify the issuer."""
    return _of_agency(make_actor(Role.CERTIFIER, ScopeKind.ISSUER, issuer_id, account_id="acc_certifier"), agency)


def assessor_of(issuer_id: str, agency: int | str = 901) -> Actor:
    """Give somebody of an assessor who was asked to assess the issuer."""
    return _of_agency(make_actor(Role.ASSESSOR, ScopeKind.ISSUER, issuer_id, account_id="acc_assessor"), agency)


def reviewer_of(issuer_id: str, agency: int | str = 901) -> Actor:
    """Give the assessor's second person, who reviews and signs."""
    return _of_agency(make_actor(Role.ASSESSOR, ScopeKind.ISSUER, issuer_id, account_id="acc_reviewer"), agency)


def _of_agency(actor: Actor, agency: int | str) -> Actor:
    """Let an actor work for an agency, in the role he has."""
    (asked,) = actor.grants
    works = replace(asked, scope=agency_scope(agency))
    return replace(actor, grants=(asked, works))


def agency_scope(agency: int | str) -> Scope:
    """Give the place that is the agency with this code, or with the synthetic code of this number."""
    return Scope(ScopeKind.AGENCY, synthetic_code(agency) if isinstance(agency, int) else agency)
