"""The organisation's door: its units with the figures that were published, and an enterprise's own account."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor, may
from greencredit.kernel.http import Permit, Reading, requires
from greencredit.organisations import queries
from greencredit.organisations.routes.keeping import of_organisation
from greencredit.schemas.ledger import Verb
from greencredit.schemas.organisations import Organisation, OrganisationPage, UnitFacts
from greencredit.schemas.values import Period, Words
from greencredit.web import pages

router = APIRouter(include_in_schema=False)

_Lists = Annotated[Permit, requires("organisation.read")]
_Reads = Annotated[Permit, requires("organisation.read", at=of_organisation)]
_Statement = Annotated[Permit, requires("wallet.read", at=of_organisation)]

_MOVES: Final = {
    (Verb.FUND, True): Words(zh="发行主体注入", en="funded by the issuer"),
    (Verb.PASS, True): Words(zh="收到企业间激励", en="received from a partner"),
    (Verb.PASS, False): Words(zh="给予合作企业", en="given to a partner"),
    (Verb.ALLOT, False): Words(zh="员工激励", en="given to staff"),
    (Verb.REVERSE_FUND, False): Words(zh="发行主体收回", en="taken back by the issuer"),
}
"""What moved on an account, in the words of its enterprise."""


@router.get("/organisations")
def mine(permit: _Lists, request: Request, session: Reading) -> Response:
    """List the organisations one sees to (我的组织)."""
    listed = queries.organisations(session, permit.actor)
    return pages.render(request, permit.actor, "organisations.html", organisations=listed)


@router.get("/organisations/{organisation_id}")
def figures(
    permit: _Reads,
    request: Request,
    session: Reading,
    organisation_id: str,
    since: Annotated[date | None, Query()] = None,
    until: Annotated[date | None, Query()] = None,
) -> Response:
    """Show an organisation's published figures, the newest unless another period is asked for (群体数据)."""
    whole = queries.organisation(session, organisation_id)
    page = _page(session, permit.actor, whole, since, until)
    return pages.render(request, permit.actor, "organisation.html", page=page)


def _page(
    session: Session, actor: Actor, whole: Organisation, since: date | None, until: date | None
) -> OrganisationPage:
    published = queries.publications(session, whole.organisation_id)
    newest = max(published, key=lambda one: (one.until, one.since), default=None)
    wanted = newest if since is None or until is None else Period(since=since, until=until)
    facts: UnitFacts | None = None
    if wanted is not None:
        facts = queries.unit_facts(session, whole.units[0].unit_id, wanted)
    places = of_organisation(session, {"organisation_id": whole.organisation_id})
    return OrganisationPage(
        organisation=whole,
        published=tuple(reversed(published)),
        facts=facts,
        has_account=whole.enterprise_id is not None and may(actor, "wallet.read", *places),
    )


@router.get("/organisations/{organisation_id}/account")
def account(
    permit: _Statement,
    request: Request,
    session: Reading,
    organisation_id: str,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """Show an enterprise's account: what it has, what came in and where it went (企业积分对账单)."""
    statement = queries.statement(session, organisation_id, before=before)
    partners = queries.partner_names(session, statement)
    return pages.render(
        request,
        permit.actor,
        "organisation_account.html",
        statement=statement,
        partners=partners,
        moves=_MOVES,
        is_first_page=before is None,
    )
