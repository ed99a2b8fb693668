"""Codes that are nobody's, and the people of agencies who judge issuers."""

from dataclasses import replace

from greencredit.issuers import rules
from greencredit.kernel.access import Actor, Role, Scope, ScopeKind
from tests.factories.people import make_actor


def synthetic_code(number: int = 1) -> str:
    """Make a code that passes both checks in region 000000, which is no region: it can be nobody's."""
    inner = f"{number:08d}"
    first = f"91000000{inner}{rules.organisation_check_character(inner)}"
    return first + rules.check_character(first)


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
