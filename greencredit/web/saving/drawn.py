"""What the pages of energy-saving projects show: the facts of the project's report, findings, and forms."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Actor, Scope, ScopeKind, may
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import State
from greencredit.kernel.settings import Settings
from greencredit.projects import queries
from greencredit.projects.catalogue import carriers
from greencredit.projects.errors import UnknownRecord
from greencredit.reports import queries as reports
from greencredit.reports.errors import UnknownNumber
from greencredit.reports.jobs import ISSUE
from greencredit.schemas.project_pages import AdjustmentSheet, Finding, ProjectPage, ProjectRow, ProjectsPage
from greencredit.schemas.projects import Adjustment, DataFile, KeptMeasurement, Project
from greencredit.schemas.report_pages import ReportLink
from greencredit.schemas.reports import ProjectReport
from greencredit.schemas.values import Period, Words
from greencredit.schemas.web import Fact
from greencredit.web import wording
from greencredit.web.issuing.asked import region
from greencredit.web.issuing.forms import Told
from greencredit.web.issuing.sheets import between, fact
from greencredit.web.own_reports import OwnFile, file_in_store
from greencredit.web.saving import asked

KIND: Final = "project"
_A_PAGE: Final = 100
_LOOKED_AT: Final = 200
_BASELINE: Final = Words(zh="基准模型", en="Baseline model")
_MEASURED: Final = Words(zh="节能量", en="Saving")


def list_of(
    session: Session, actor: Actor, *, after: str = "", done: bool = False, told: Told | None = None
) -> ProjectsPage:
    """Give the projects that somebody may read."""
    found = queries.projects(session, actor, after=after, limit=_A_PAGE)
    names = {one.issuer_id: issuers.issuer(session, one.issuer_id).name for one in found}
    where = [
        (one.issuer_id, Words(zh=one.name, en=one.name))
        for one in issuers.issuers_seen(session, actor)
        if may(actor, "project.open", Scope(ScopeKind.ISSUER, one.issuer_id))
    ]
    return ProjectsPage(
        projects=tuple(
            ProjectRow(
                project_id=one.project_id,
                title=one.title,
                issuer=names[one.issuer_id],
                carrier=one.carrier,
                state=one.state,
                state_title=one.state.words,
                opened_at=one.opened_at,
                saved=None if one.saved_milli is None else _amount(one.saved_milli, carriers()[one.carrier].unit),
                counted_grams=one.counted_grams,
            )
            for one in found
        ),
        open=asked.open_form(where, told) if where else None,
        done=done,
        more_after=found[-1].project_id if len(found) == _A_PAGE else None,
    )


def page_of(
    session: Session, actor: Actor, project_id: str, *, done: bool = False, told: Told | None = None
) -> ProjectPage:
    """Give one project as somebody sees it."""
    found = queries.project(session, project_id)
    places = queries.scopes_of(session, project_id)
    measured = _measured(session, project_id)
    facts = reports.kind_named(KIND).gather(session, project_id, _today(session))
    assert isinstance(facts, ProjectReport), "the kind of report gives its own facts"
    return ProjectPage(
        project_id=project_id,
        title=found.terms.title,
        state=found.state,
        state_title=found.state.words,
        facts=tuple(_facts(found, issuers.issuer(session, found.terms.issuer_id).name)),
        files=tuple(tuple(_file(one)) for one in found.data),
        report=facts,
        findings=tuple(_findings(facts)),
        adjustments=tuple(_adjustment(actor, found, one, places, told) for one in found.adjustments),
        forms=asked.keeping(actor, found, places, told),
        verifying=asked.verifying(actor, found, measured, places, told),
        reports=tuple(_reports(session, project_id)),
        issue=asked.issue_form(found, told) if may(actor, "report.issue", *places) else None,
        waiting=_is_being_made(session, project_id),
        done=done,
    )


def ask_for_report(session: Session, project_id: str, *, lang: asked.Language) -> str:
    """Have the report of a project made; one a day, state and language."""
    found = queries.project(session, project_id)
    measured = _measured(session, project_id)
    period = _today(session) if measured is None else measured.measurement.period
    body = {
        "kind": KIND,
        "subject_id": project_id,
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "lang": lang.value,
    }
    key = f"{KIND}:{project_id}:{len(found.steps)}:{lang.value}:{civil_date(now(session))}"
    return queue.enqueue(session, ISSUE, key, body)


def report_file(session: Session, project_id: str, number: str, settings: Settings) -> OwnFile:
    """Give the file of a project's report; one of another project is as unknown as one that was never issued."""
    found = reports.by_number(session, number)
    if found.subject_id != project_id or found.kind != KIND:
        raise UnknownNumber(found.number)
    return file_in_store(found, settings)


def _measured(session: Session, project_id: str) -> KeptMeasurement | None:
    try:
        return queries.measurement(session, project_id)
    except UnknownRecord:
        return None


def _today(session: Session) -> Period:
    today = civil_date(now(session))
    return Period(since=today.replace(month=1, day=1), until=today.replace(year=today.year + 1, month=1, day=1))


def _amount(milli: int, unit: str) -> str:
    return f"{wording.number(round(Decimal(milli).scaleb(-3)))} {unit}"


def _facts(found: Project, issuer: str) -> Iterator[Fact]:
    terms = found.terms
    carrier = carriers()[terms.carrier]
    installed = None if terms.installed is None else between(terms.installed)
    yield fact("项目编号", "Project", found.project_id)
    yield fact("发行主体", "Issuer", issuer)
    yield fact("节能措施", "Measures", terms.measures)
    yield fact("计量点所在地", "Where the meter is", region(terms.region))
    yield fact(
        "能源品种",
        "Carrier",
        Words(zh=f"{carrier.title.zh}（{carrier.unit}）", en=f"{carrier.title.en}, {carrier.unit}"),
    )
    yield fact("表计或户号", "Meter or account", terms.meter)
    yield fact("改造期", "Installation", installed)
    yield fact("参与方", "Participants", f"{len(terms.participants):,}")


def _file(one: DataFile) -> Iterator[Fact]:
    yield fact("哪一期", "Side", one.part.words)
    yield fact("文件", "File", one.name)
    yield fact("期间", "Period", between(one.period))
    yield fact("粒度", "Grain", one.grain.words)
    yield fact("行数", "Lines", wording.number(one.lines))
    yield fact("缺少的天数", "Days missing", wording.number(one.missing_days))
    yield fact("摘要", "Digest", one.digest)


def _findings(facts: ProjectReport) -> Iterator[Finding]:
    """Give the tests that decide and were not passed: what a verifier asks about first."""
    for stage, note in ((_BASELINE, facts.baseline), (_MEASURED, facts.saving)):
        if note is not None:
            yield from (Finding(stage=stage, test=one) for one in note.tests if not one.passed and not one.advisory)


def _adjustment(
    actor: Actor, found: Project, one: Adjustment, places: tuple[Scope, ...], told: Told | None
) -> AdjustmentSheet:
    unit = carriers()[found.terms.carrier].unit
    said = one.decision
    outcome = Words(zh="待审定", en="undecided")
    if said is not None:
        outcome = Words(zh="已签署", en="signed") if said.signed else Words(zh="未采纳", en="declined")
    facts = (
        fact("第几项", "Number", f"{one.number}"),
        fact("期间", "Period", between(one.period)),
        fact("调整量", "Amount", f"{Decimal(one.amount_milli).scaleb(-3):f} {unit}"),
        fact("原因", "Why", one.reason),
        fact("审定", "Decision", outcome),
        fact("审定意见", "What the verifier said", None if said is None else said.reason),
    )
    is_open = said is None and may(actor, "project.verify", *places)
    return AdjustmentSheet(facts=facts, form=asked.decision_form(found, one.number, told) if is_open else None)


def _reports(session: Session, project_id: str) -> Iterator[ReportLink]:
    for one in reports.reports_of(session, project_id):
        if one.kind == KIND:
            yield ReportLink(
                number=one.number,
                title=reports.kind_named(KIND).title,
                lang=one.lang,
                since=one.period.since,
                last_day=one.period.last_day,
                issued_at=one.issued_at,
                address=f"/console/projects/{project_id}/reports/{one.number}",
                is_pdf=reports.PDF in reports.files_of(session, one.number),
            )


def _is_being_made(session: Session, project_id: str) -> bool:
    jobs = [
        job
        for state in (State.WAITING, State.RUNNING)
        for job in queue.listed(session, state=state, kind=ISSUE, limit=_LOOKED_AT)
    ]
    return any(job.body.get("subject_id") == project_id for job in jobs)
