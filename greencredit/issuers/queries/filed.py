"""What is filed: versions of an issuer's scheme, put together from their sections."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.issuers import rules
from greencredit.issuers.errors import UnknownFiling
from greencredit.issuers.tables import (
    CheckRow,
    FilingRow,
    FindingsRow,
    OpinionRow,
    PlacingRow,
    SectionRow,
    StepRow,
)
from greencredit.schemas.issuers import (
    CheckNote,
    Filing,
    FilingState,
    FilingStep,
    Grade,
    Opinion,
    Placing,
    Scheme,
    Section,
    SectionFindings,
    SectionName,
    SectionReport,
)


def filing(session: Session, filing_id: str) -> Filing:
    """Give one version of a filing, or refuse an id nobody has."""
    row = session.get(FilingRow, filing_id)
    if row is None:
        raise UnknownFiling(filing_id)
    return _filings(session, [row])[0]


def filings(session: Session, issuer_id: str) -> list[Filing]:
    """List every version of an issuer's filing, first to last."""
    rows = session.scalars(select(FilingRow).where(FilingRow.issuer_id == issuer_id).order_by(FilingRow.version))
    return _filings(session, list(rows))


def filing_in_force(session: Session, issuer_id: str, on: date) -> Filing | None:
    """Give the accepted version whose terms hold on a civil date, or none.

    The date decides, not whether a job has already marked the version as effective.
    """
    accepted = [state.value for state in rules.ACCEPTED_EVER]
    row = session.scalars(
        select(FilingRow)
        .where(FilingRow.issuer_id == issuer_id, FilingRow.state.in_(accepted), FilingRow.effective_on <= on)
        .order_by(FilingRow.effective_on.desc(), FilingRow.version.desc())
    ).first()
    return None if row is None else _filings(session, [row])[0]


def filed_floor(session: Session, issuer_id: str, on: date) -> Grade | None:
    """Give the least credit grade that the version in force on a day asks for itself; none: it asks for none."""
    holding = _holding(session, [issuer_id], on)[0].get(issuer_id)
    document = None if holding is None else _promises(session, holding.id)
    floor = json.loads(document).get("grade_floor") if document else None
    return None if floor is None else Grade(floor)


def _promises(session: Session, filing_id: str) -> str | None:
    return session.scalar(
        select(SectionRow.document).where(
            SectionRow.filing_id == filing_id, SectionRow.name == SectionName.PROMISES.value
        )
    )


def in_force_of(
    session: Session, issuer_ids: Collection[str], on: date
) -> dict[str, tuple[FilingRow | None, Scheme | None, FilingRow]]:
    """Give, for each of these issuers that ever filed, the version in force with its scheme, and its newest version."""
    holding, newest = _holding(session, issuer_ids, on)
    wanted = [row.id for row in holding.values()]
    columns = (SectionRow.filing_id, SectionRow.name, SectionRow.document)
    documents: defaultdict[str, dict[SectionName, str]] = defaultdict(dict)
    for filing_id, name, document in session.execute(select(*columns).where(SectionRow.filing_id.in_(wanted))):
        documents[filing_id][SectionName(name)] = document
    schemes = {filing_id: rules.scheme_of(sections) for filing_id, sections in documents.items()}
    return {
        issuer_id: (held, schemes[held.id] if held else None, newest[issuer_id])
        for issuer_id in newest
        for held in (holding.get(issuer_id),)
    }


def _holding(
    session: Session, issuer_ids: Collection[str], on: date
) -> tuple[dict[str, FilingRow], dict[str, FilingRow]]:
    """Give the version in force and the newest version of each of these issuers that has one."""
    rows = session.scalars(select(FilingRow).where(FilingRow.issuer_id.in_(issuer_ids)).order_by(FilingRow.version))
    newest: dict[str, FilingRow] = {}
    holding: dict[str, FilingRow] = {}
    for row in rows:
        newest[row.issuer_id] = row
        if row.state in rules.ACCEPTED_EVER and row.effective_on is not None and row.effective_on <= on:
            before = holding.get(row.issuer_id)
            if before is None or before.effective_on is None or row.effective_on >= before.effective_on:
                holding[row.issuer_id] = row
    return holding, newest


def filings_due(session: Session, on: date) -> list[Filing]:
    """List accepted versions whose day has come and that nobody has marked as effective yet."""
    rows = session.scalars(
        select(FilingRow)
        .where(FilingRow.state == FilingState.ACCEPTED.value, FilingRow.effective_on <= on)
        .order_by(FilingRow.effective_on, FilingRow.version)
    )
    return _filings(session, list(rows))


def findings(session: Session, filing_id: str) -> list[SectionFindings]:
    """List what owners of sections found in a version, oldest first, each with its whole report."""
    rows = session.scalars(
        select(FindingsRow).where(FindingsRow.filing_id == filing_id).order_by(FindingsRow.at, FindingsRow.number)
    )
    return [
        SectionFindings(
            section=SectionName(row.section),
            section_digest=row.section_digest,
            made_by=row.made_by,
            passed=row.passed,
            summary=row.summary,
            report=row.report,
        )
        for row in rows
    ]


def check_notes(session: Session, filing_ids: Sequence[str]) -> dict[str, CheckNote]:
    """Give the newest automatic check of each version that was checked."""
    columns = (CheckRow.filing_id, CheckRow.report_digest, CheckRow.passed, CheckRow.stopping, CheckRow.at)
    rows = session.execute(select(*columns).where(CheckRow.filing_id.in_(filing_ids)).order_by(CheckRow.number))
    return {
        filing_id: CheckNote(report_digest=digest, passed=passed, stopping=tuple(json.loads(stopping)), at=at)
        for filing_id, digest, passed, stopping, at in rows
    }


def opinions(session: Session, filing_ids: Sequence[str]) -> dict[str, tuple[Opinion, ...]]:
    """Give what the authority said to each version, first to last."""
    rows = session.scalars(select(OpinionRow).where(OpinionRow.filing_id.in_(filing_ids)).order_by(OpinionRow.number))
    found: dict[str, tuple[Opinion, ...]] = {}
    for row in rows:
        fields: dict[str, Any] = {
            "filing_id": row.filing_id,
            "number": row.number,
            "verdict": row.verdict,
            "filing_digest": row.filing_digest,
            "fields": json.loads(row.fields),
            "reason": row.reason,
            "actor_id": row.actor_id,
            "at": row.at,
        }
        found[row.filing_id] = (*found.get(row.filing_id, ()), Opinion.model_validate(fields))
    return found


def _filings(session: Session, rows: list[FilingRow]) -> list[Filing]:
    wanted = [row.id for row in rows]
    sections = list(session.scalars(select(SectionRow).where(SectionRow.filing_id.in_(wanted))))
    reports = _reports(session, {row.issuer_id for row in rows}, wanted)
    placings = session.execute(
        select(PlacingRow.filing_id, PlacingRow.document).where(PlacingRow.filing_id.in_(wanted))
    )
    placed = {row.filing_id: row.document for row in placings}
    notes, said = check_notes(session, wanted), opinions(session, wanted)
    return [
        _filing(row, [one for one in sections if one.filing_id == row.id], reports).model_copy(
            update={
                "check": notes.get(row.id),
                "placing": Placing.model_validate_json(placed[row.id]) if row.id in placed else None,
                "opinions": said.get(row.id, ()),
            }
        )
        for row in rows
    ]


def _reports(session: Session, issuer_ids: set[str], filing_ids: Sequence[str]) -> dict[str, SectionReport]:
    columns = (FindingsRow.filing_id, FindingsRow.section, FindingsRow.report_digest, FindingsRow.made_by)
    found = session.execute(select(*columns).where(FindingsRow.filing_id.in_(filing_ids)))
    made_by = {(f"{filing_id}/{section}", digest): room for filing_id, section, digest, room in found}
    steps = (FilingStep.PASS_SECTION.value, FilingStep.FAIL_SECTION.value)
    rows = session.scalars(
        select(StepRow)
        .where(StepRow.issuer_id.in_(issuer_ids), StepRow.subject == "filing", StepRow.step.in_(steps))
        .order_by(StepRow.number)
    )
    return {
        row.about or "": SectionReport(
            passed=row.step == FilingStep.PASS_SECTION.value,
            report_digest=row.document_digest or "",
            actor_id=row.actor_id,
            at=row.at,
            summary=row.reason,
            made_by=made_by.get((row.about or "", row.document_digest or "")),
        )
        for row in rows
    }


def _filing(row: FilingRow, sections: list[SectionRow], reports: dict[str, SectionReport]) -> Filing:
    documents = {SectionName(one.name): one.document for one in sections}
    shapes = [
        Section(
            name=SectionName(one.name),
            digest=one.digest,
            document=one.document,
            report=reports.get(f"{row.id}/{one.name}"),
        )
        for one in sections
    ]
    order = list(SectionName)
    fields: dict[str, Any] = {
        "filing_id": row.id,
        "issuer_id": row.issuer_id,
        "version": row.version,
        "state": row.state,
        "scheme": rules.scheme_of(documents),
        "sections": tuple(sorted(shapes, key=lambda one: order.index(one.name))),
        "digest": row.digest,
        "number": row.number,
        "drafted_at": row.drafted_at,
        "submitted_at": row.submitted_at,
        "admitted_at": row.admitted_at,
        "decided_at": row.decided_at,
        "effective_on": row.effective_on,
    }
    return Filing.model_validate(fields)
