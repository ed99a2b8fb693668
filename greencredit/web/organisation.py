"""The organisation's door: its units with the figures that were published, and an enterprise's own account."""

from datetime import date
from typing import Annotated, Final

from fastapi import Form, Query, Request, Response
from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor, may
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Configured, Permit, Reading, Writing, requires
from greencredit.kernel.messages.tables import State
from greencredit.organisations import queries
from greencredit.organisations.routes.keeping import of_organisation
from greencredit.reports.service.dresses import Dress
from greencredit.schemas.ledger import Verb
from greencredit.schemas.organisations import Organisation, OrganisationPage, UnitFacts
from greencredit.schemas.reports import Lang
from greencredit.schemas.values import Period, Record, Words
from greencredit.web import dressing, organisation_reports, pages

router = Doors(include_in_schema=False)

_Lists = Annotated[Permit, requires("organisation.read")]
_Reads = Annotated[Permit, requires("organisation.read", at=of_organisation)]
_Asks = Annotated[Permit, requires("report.issue", at=of_organisation)]
_Takes = Annotated[Permit, requires("report.read", at=of_organisation)]
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
    made = organisation_reports.finished(session, whole) if page.has_reports else ()
    waiting = organisation_reports.asked_for(session, whole, State.WAITING, State.RUNNING) if page.has_reports else ()
    failed = organisation_reports.asked_for(session, whole, State.DEAD) if page.has_reports else ()
    return pages.render(
        request, permit.actor, "organisation.html", page=page, made=made, waiting=waiting, failed=failed
    )


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
        has_reports=may(actor, "report.issue", *places) and may(actor, "report.read", *places),
    )


class _Wanted(Record):
    """The form by which a report of a published period is asked for."""

    since: date
    until: date
    report_lang: Lang


@router.post("/organisations/{organisation_id}/reports")
def ask_for_report(
    permit: _Asks, session: Writing, organisation_id: str, wanted: Annotated[_Wanted, Form()]
) -> Response:
    """Have the report of a published period made; asking twice at a time makes it once (生成报告)."""
    period = Period(since=wanted.since, until=wanted.until)
    whole = queries.organisation(session, organisation_id)
    asked = organisation_reports.ask(session, whole, period=period, lang=wanted.report_lang)
    permit.concerns(asked, organisation=organisation_id, since=str(period.since), until=str(period.until))
    return pages.see_other(f"/organisations/{organisation_id}?since={period.since}&until={period.until}#report-title")


@router.get("/organisations/{organisation_id}/reports/{number}")
def report(permit: _Takes, session: Reading, settings: Configured, organisation_id: str, number: str) -> Response:
    """Give the file of a report of the organisation (下载报告)."""
    whole = queries.organisation(session, organisation_id)
    found = organisation_reports.file_of(session, permit.actor, whole, number, settings)
    return Response(found.content, media_type=found.media_type, headers=pages.PRIVATE | found.headers)


@router.get("/organisations/{organisation_id}/reports/{number}/{dress}")
def report_dressed(
    permit: _Takes, session: Reading, settings: Configured, organisation_id: str, number: str, dress: Dress
) -> Response:
    """Give a report of the organisation as a page for a phone, or in large print (手机版、大字版)."""
    whole = queries.organisation(session, organisation_id)
    file = organisation_reports.file_of(session, permit.actor, whole, number, settings)
    found = dressing.dressed(session, file, number, dress, settings)
    headers = pages.PRIVATE | dressing.headers_of(found)
    return Response(found.content, media_type=found.media_type, headers=headers)


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
