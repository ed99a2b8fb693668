"""The filing desk reads: what waits, what the checks found, what changed, who decides and until when."""

import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from greencredit.issuers import rules
from greencredit.issuers.catalogue.checks import checks
from greencredit.issuers.catalogue.regions import municipalities, region_titles
from greencredit.issuers.catalogue.tiers import tiers
from greencredit.issuers.catalogue.workdays import work_years
from greencredit.issuers.errors import CalendarUnknown, UnknownFiling, UnknownVersion
from greencredit.issuers.queries.filed import check_notes, filing, filings, opinions
from greencredit.issuers.queries.registered import issuer
from greencredit.issuers.tables import CheckRow, FilingRow, IssuerRow, PlacingRow, SectionRow
from greencredit.kernel.access import Actor, visible
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.policy import ScopeKind
from greencredit.ledger import queries as ledger
from greencredit.schemas.issuers import (
    CheckReport,
    Clocks,
    Comparison,
    Deadline,
    Filing,
    FilingState,
    IssuerKind,
    Placing,
    Scale,
    Scheme,
    SectionName,
    Waiting,
)
from greencredit.schemas.values import Fen, Words


def check_scheme(session: Session, issuer_id: str, scheme: Scheme) -> CheckReport:
    """Check a scheme as if it were filed today, and keep nothing."""
    before = accepted_before(session, issuer_id, version=None)
    return rules.check_scheme(
        scheme,
        checks(),
        kind=issuer(session, issuer_id).kind,
        on=civil_date(now(session)),
        before=before.scheme if before else None,
    )


def check_alone(scheme: Scheme, *, kind: IssuerKind, on: date, before: Scheme | None = None) -> CheckReport:
    """Check a scheme without any register, for whoever prepares one."""
    return rules.check_scheme(scheme, checks(), kind=kind, on=on, before=before)


def check_report(session: Session, filing_id: str) -> CheckReport | None:
    """Give the newest report on a version, or none if nobody checked it."""
    if session.get(FilingRow, filing_id) is None:
        raise UnknownFiling(filing_id)
    row = session.scalars(
        select(CheckRow).where(CheckRow.filing_id == filing_id).order_by(CheckRow.number.desc()).limit(1)
    ).first()
    return None if row is None else CheckReport.model_validate_json(row.report)


def accepted_before(session: Session, issuer_id: str, *, version: int | None) -> Filing | None:
    """Give the newest accepted version of an issuer, or the newest before a version; none if there is none."""
    accepted = [
        one
        for one in filings(session, issuer_id)
        if one.state in rules.ACCEPTED_EVER and (version is None or one.version < version)
    ]
    return accepted[-1] if accepted else None


def comparison(session: Session, filing_id: str, against: int | None = None) -> Comparison:
    """Put a version beside another one of the same issuer, by default the last one accepted before it."""
    found = filing(session, filing_id)
    other = (
        accepted_before(session, found.issuer_id, version=found.version)
        if against is None
        else _version(session, found.issuer_id, against)
    )
    return Comparison(
        filing_id=filing_id,
        version=found.version,
        against_filing_id=other.filing_id if other else None,
        against_version=other.version if other else None,
        changes=rules.changes(other.scheme, found.scheme) if other else (),
    )


def _version(session: Session, issuer_id: str, version: int) -> Filing:
    versions = {one.version: one for one in filings(session, issuer_id)}
    if version not in versions:
        raise UnknownVersion(issuer_id, found=version, wanted=sorted(versions))
    return versions[version]


def placing_of(session: Session, issuer_id: str, scheme: Scheme, on: date) -> Placing:
    """Tell who decides on a scheme of this size in this region, how soon, and with how many people."""
    return rules.placing_of(
        _scale(session, issuer_id, scheme),
        issuer(session, issuer_id).region,
        tiers(),
        on,
        titles=region_titles(),
        municipalities=municipalities(),
    )


def _scale(session: Session, issuer_id: str, scheme: Scheme) -> Scale:
    """Take the larger of what stands in the ledger and of what the scheme says it is meant to reach."""
    position = ledger.position_of(session, issuer_id)
    outstanding = max(position.outstanding, scheme.reach.outstanding_credits)
    return Scale(
        worth_fen=Fen(scheme.worth_fen(outstanding)),
        holders=max(position.holders, scheme.reach.holders),
        provinces=tuple(sorted({rules.province_of(one) for one in (scheme.region, *scheme.reach.provinces)})),
    )


def desk(session: Session, actor: Actor) -> list[Waiting]:
    """List the filings that wait for a decision of an authority the actor sees, the oldest first."""
    mine = visible(actor, "desk.read", {ScopeKind.REGION: PlacingRow.authority})
    rows = session.execute(
        select(FilingRow, IssuerRow, PlacingRow.document)
        .join(IssuerRow, IssuerRow.id == FilingRow.issuer_id)
        .join(PlacingRow, PlacingRow.filing_id == FilingRow.id)
        .where(FilingRow.state.in_([one.value for one in rules.WAITING]), mine)
        .order_by(FilingRow.submitted_at, FilingRow.id)
    ).all()
    ids = [row.id for row, _, _ in rows]
    titles, notes, said = _titles(session, ids), check_notes(session, ids), opinions(session, ids)
    today = civil_date(now(session))
    return [
        _waiting(row, filer, Placing.model_validate_json(document), today, titles[row.id]).model_copy(
            update={"check": notes.get(row.id), "opinions": said.get(row.id, ())}
        )
        for row, filer, document in rows
    ]


def _titles(session: Session, filing_ids: Sequence[str]) -> dict[str, Words]:
    rows = session.execute(
        select(SectionRow.filing_id, SectionRow.document).where(
            SectionRow.filing_id.in_(filing_ids), SectionRow.name == SectionName.VALUE.value
        )
    )
    return {filing_id: Words.model_validate(json.loads(document)["title"]) for filing_id, document in rows}


def _waiting(row: FilingRow, filer: IssuerRow, placing: Placing, today: date, title: Words) -> Waiting:
    assert row.submitted_at is not None, "what waits was submitted"
    began, admitted = civil_date(row.submitted_at), row.admitted_at and civil_date(row.admitted_at)
    return Waiting(
        filing_id=row.id,
        issuer_id=row.issuer_id,
        issuer_name=filer.name,
        kind=IssuerKind(filer.kind),
        region=filer.region,
        version=row.version,
        title=title,
        digest=row.digest,
        submitted_at=row.submitted_at,
        admitted_at=row.admitted_at,
        age_workdays=_age(began, today),
        decision=rules.decision_deadline(placing, began, admitted, work_years(), today),
        acceptance=rules.acceptance_deadline(placing, began, admitted, work_years(), today),
        placing=placing,
        check=None,
        opinions=(),
    )


def _age(began: date, today: date) -> int | None:
    try:
        return rules.workdays_between(began, today, work_years())
    except CalendarUnknown:
        return None


def deadline(began: date, workdays: int, today: date) -> Deadline:
    """Give the day on which a clock runs out, or say which year's working days are missing."""
    return rules.deadline(began, workdays, today, work_years())


def clocks(session: Session, filing_id: str) -> Clocks:
    """Tell until when a version is to be looked at, decided on, or corrected."""
    found = filing(session, filing_id)
    today, years = civil_date(now(session)), work_years()
    if found.submitted_at is None or found.placing is None:
        return Clocks(filing_id=filing_id, acceptance=None, decision=None, correction=None)
    began = civil_date(found.submitted_at)
    admitted = None if found.admitted_at is None else civil_date(found.admitted_at)
    looked = today if found.decided_at is None else civil_date(found.decided_at)
    correction = None
    if found.state is FilingState.RETURNED and not _answered(session, found):
        correction = rules.correction_deadline(found.placing, looked, years, today)
    return Clocks(
        filing_id=filing_id,
        acceptance=rules.acceptance_deadline(found.placing, began, admitted, years, looked),
        decision=rules.decision_deadline(found.placing, began, admitted, years, looked),
        correction=correction,
    )


def _answered(session: Session, returned: Filing) -> bool:
    return any(
        one.version > returned.version and one.state not in rules.NOT_ANSWERED
        for one in filings(session, returned.issuer_id)
    )


def not_corrected(session: Session, *, issuer_id: str | None = None) -> list[Filing]:
    """List the versions that were given back and not answered in time, where their table lets them lapse."""
    later = aliased(FilingRow)
    answered = select(later.id).where(
        later.issuer_id == FilingRow.issuer_id,
        later.version > FilingRow.version,
        later.state.not_in([one.value for one in rules.NOT_ANSWERED]),
    )
    wanted = select(FilingRow.id).where(FilingRow.state == FilingState.RETURNED.value, ~answered.exists())
    if issuer_id is not None:
        wanted = wanted.where(FilingRow.issuer_id == issuer_id)
    found = [filing(session, one) for one in session.scalars(wanted.order_by(FilingRow.id)).all()]
    return [one for one in found if _may_lapse(one) and _is_late(one, civil_date(now(session)))]


def _may_lapse(returned: Filing) -> bool:
    return returned.placing is not None and returned.placing.correction_lapses


def _is_late(returned: Filing, today: date) -> bool:
    """Tell whether the clock of a correction ran out; a year without a calendar lets nothing lapse."""
    assert returned.placing is not None, "what was returned had been submitted"
    assert returned.decided_at is not None, "a return is a decision"
    return rules.correction_deadline(returned.placing, civil_date(returned.decided_at), work_years(), today).overdue
