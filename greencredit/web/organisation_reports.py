"""Reports of an organisation: which are finished, which are being made, and their files."""

from typing import Final

from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor
from greencredit.kernel.messages.tables import State
from greencredit.kernel.settings import Settings
from greencredit.organisations import queries as organisations
from greencredit.reports import queries as reports
from greencredit.reports import service as reporting
from greencredit.reports.errors import UnknownNumber
from greencredit.schemas.organisations import Organisation, OrganisationKind
from greencredit.schemas.report_pages import AskedReport, ReportLink
from greencredit.schemas.reports import Lang
from greencredit.schemas.reports.batches import NewReport
from greencredit.schemas.reports.proven import ReportStatus
from greencredit.schemas.values import Period
from greencredit.web.own_reports import OwnFile, file_in_store

_KINDS: Final = {
    OrganisationKind.SCHOOL: "school",
    OrganisationKind.DISTRICT: "community",
    OrganisationKind.COMMUNITY: "community",
    OrganisationKind.ENTERPRISE: "enterprise",
}
_LISTED: Final = 12


def finished(session: Session, whole: Organisation) -> tuple[ReportLink, ...]:
    """List the newest reports of an organisation that still stand."""
    found: dict[str, ReportLink] = {}
    for one in reports.reports_of(session, whole.organisation_id):
        if one.number in found or len(found) == _LISTED:
            continue
        if reports.standing_of(session, one.number).status is ReportStatus.VALID:
            found[one.number] = ReportLink(
                number=one.number,
                title=reports.kind_named(one.kind).title,
                lang=one.lang,
                since=one.period.since,
                last_day=one.period.last_day,
                issued_at=one.issued_at,
                address=f"/organisations/{whole.organisation_id}/reports/{one.number}",
                is_pdf=reports.PDF in reports.files_of(session, one.number),
            )
    return tuple(found.values())


def asked_for(session: Session, whole: Organisation, *states: State) -> tuple[AskedReport, ...]:
    """List the reports that were asked for and stand in one of these states, each once."""
    found = [
        AskedReport(
            title=reports.kind_named(one.kind).title,
            lang=one.lang,
            since=one.period.since,
            last_day=one.period.last_day,
        )
        for one in reports.requests_of(session, whole.organisation_id, *states)
    ]
    return tuple(dict.fromkeys(found))


def ask(session: Session, whole: Organisation, *, period: Period, lang: Lang) -> str:
    """Have the report of a published period made, and give the request's id; a second press asks for nothing more.

    Raises:
        NotPublished: no figures were published for this period.
    """
    organisations.figures(session, whole.organisation_id, period)
    wanted = NewReport(kind=_KINDS[whole.kind], subject_id=whole.organisation_id, period=period, lang=lang)
    return reporting.ask(session, wanted).request_id


def file_of(session: Session, actor: Actor, whole: Organisation, number: str, settings: Settings) -> OwnFile:
    """Give the file of a report of this organisation; any other is as unknown as one that was never issued."""
    found = reports.readable(session, actor, number)
    if found.subject_id != whole.organisation_id:
        raise UnknownNumber(found.number)
    return file_in_store(found, settings)
