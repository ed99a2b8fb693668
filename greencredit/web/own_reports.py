"""A household's own reports: which are finished, which are being made, what can be asked for, and their files."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor, Role, ScopeKind, serving
from greencredit.kernel.errors import NotFound, Refused
from greencredit.kernel.files.kept import FileMissing
from greencredit.kernel.files.opening import open_files
from greencredit.kernel.messages.tables import State
from greencredit.kernel.settings import Settings
from greencredit.reports import queries as reports
from greencredit.reports import service as reporting
from greencredit.reports.errors import UnknownKind, UnknownNumber
from greencredit.schemas.report_pages import AskedReport, ReportChoice, ReportLink
from greencredit.schemas.reports import IssuedReport, Lang
from greencredit.schemas.reports.batches import NewReport
from greencredit.schemas.reports.proven import ReportStatus
from greencredit.schemas.values import Period, Words

KIND: Final = "consumer"
CUSTOM: Final = "custom"
"""The span that is given by two days."""

_LISTED: Final = 6
_QUARTER_MONTHS: Final = 3
_ENGLISH_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTHS: Final = tuple(Words(zh=f"{number} 月", en=name) for number, name in enumerate(_ENGLISH_MONTHS, 1))


class FileGone(NotFound):
    """报告文件不在: the report is in the register, its file is not on this machine; have it made again."""

    code = "web.report_file_gone"


class SpanUnknown(Refused):
    """报告期有误: a report is about a year, a quarter, a month, or the days from one to another."""

    code = "web.span_unknown"

    def __init__(self, found: str) -> None:
        super().__init__(
            f"found {found}, wanted year, q1 to q4, m1 to m12, or custom with two days in order", found=found
        )


@dataclass(frozen=True)
class OwnFile:
    """A file to be handed out."""

    content: bytes
    media_type: str
    name: str

    @property
    def headers(self) -> dict[str, str]:
        """Name the file to whoever keeps it."""
        return {"Content-Disposition": f'attachment; filename="{self.name}"'}


def title() -> Words:
    """Name the report as it names itself."""
    return reports.kind_named(KIND).title


def kinds() -> tuple[ReportChoice, ...]:
    """List the kinds of report that are about a consumer, the one with everything first."""
    own = [kind for kind in reports.kinds().values() if kind.about is ScopeKind.CONSUMER]
    ordered = sorted(own, key=lambda kind: (kind.name != KIND, kind.name))
    return tuple(ReportChoice(value=kind.name, title=kind.title) for kind in ordered)


def spans() -> tuple[ReportChoice, ...]:
    """List the parts of a year that a report can be about."""
    quarters = [
        ReportChoice(value=f"q{one}", title=Words(zh=f"第 {one} 季度", en=f"Quarter {one}")) for one in range(1, 5)
    ]
    months = [ReportChoice(value=f"m{number}", title=words) for number, words in enumerate(_MONTHS, 1)]
    whole = ReportChoice(value="year", title=Words(zh="全年", en="The whole year"))
    days = ReportChoice(value=CUSTOM, title=Words(zh="自选日期", en="Days of my choice"))
    return (whole, *quarters, *months, days)


def period_of(year: int, span: str, since: date | None, last_day: date | None) -> Period:
    """Turn what was chosen into the days of a report."""
    if span == CUSTOM and since is not None and last_day is not None and since <= last_day < date.max:
        return Period(since=since, until=date.fromordinal(last_day.toordinal() + 1))
    first, months = _months_of(span)
    if not months:
        raise SpanUnknown(f"{span} {since or ''} {last_day or ''}".strip())
    end = first + months
    return Period(since=date(year, first, 1), until=date(year + (end > 12), (end - 1) % 12 + 1, 1))  # noqa: PLR2004 - months


def _months_of(span: str) -> tuple[int, int]:
    """Give the first month of a span and how many it has; none for what is no span."""
    if span == "year":
        return 1, 12
    number = int(span[1:]) if span[1:].isascii() and span[1:].isdigit() and len(span) <= 3 else 0  # noqa: PLR2004 - m12
    if span[0:1] == "q" and 1 <= number <= 4:  # noqa: PLR2004 - quarters
        return (number - 1) * _QUARTER_MONTHS + 1, _QUARTER_MONTHS
    return (number, 1) if span[0:1] == "m" and 1 <= number <= 12 else (0, 0)  # noqa: PLR2004 - months


def finished(session: Session, consumer_id: str) -> tuple[ReportLink, ...]:
    """List the newest reports that still stand, whatever days they are about."""
    own = {kind.value: kind.title for kind in kinds()}
    found: dict[str, ReportLink] = {}
    for one in reports.reports_of(session, consumer_id):
        if one.kind not in own or one.number in found or len(found) == _LISTED:
            continue
        if reports.standing_of(session, one.number).status is ReportStatus.VALID:
            found[one.number] = ReportLink(
                number=one.number,
                title=own[one.kind],
                lang=one.lang,
                since=one.period.since,
                last_day=one.period.last_day,
                issued_at=one.issued_at,
                address=f"/me/reports/{one.number}",
                is_pdf=reports.PDF in reports.files_of(session, one.number),
            )
    return tuple(found.values())


def asked_for(session: Session, consumer_id: str, *states: State) -> tuple[AskedReport, ...]:
    """List the reports that were asked for and stand in one of these states, each once."""
    own = {kind.value: kind.title for kind in kinds()}
    found = [
        AskedReport(title=own[one.kind], lang=one.lang, since=one.period.since, last_day=one.period.last_day)
        for one in reports.requests_of(session, consumer_id, *states)
        if one.kind in own
    ]
    return tuple(dict.fromkeys(found))


def ask(session: Session, consumer_id: str, *, kind: str, period: Period, lang: Lang) -> str:
    """Have a report of oneself made, and give the request's id; a second press asks for nothing more."""
    if kind not in {one.value for one in kinds()}:
        raise UnknownKind(kind, [one.value for one in kinds()])
    wanted = NewReport(kind=kind, subject_id=consumer_id, period=period, lang=lang)
    return reporting.ask(session, wanted).request_id


def file_of(session: Session, actor: Actor, consumer_id: str, number: str, settings: Settings) -> OwnFile:
    """Give the file of one's own report or one's child's; any other is as unknown as one that was never issued."""
    found = reports.by_number(session, number)
    children = {grant.scope.id for grant in serving(actor, "report.read") if grant.role is Role.GUARDIAN}
    if reports.kind_named(found.kind).about is not ScopeKind.CONSUMER or found.subject_id not in {
        consumer_id,
        *children,
    }:
        raise UnknownNumber(found.number)
    return file_in_store(found, settings)


def file_in_store(found: IssuedReport, settings: Settings) -> OwnFile:
    """Give the file of a report of the register, its digest checked."""
    try:
        content = open_files(settings, reporting.FOLDER).read(found.path, found.file_sha256)
    except FileMissing:
        message = f"the file of {found.number} is not on this machine"
        raise FileGone(message, number=found.number) from None
    return OwnFile(content, found.media_type, f"{found.number}-{found.lang}.{reports.SUFFIXES[found.media_type]}")
