"""Portable proofs for tests: a household's real figures, and the report of them without its paper."""

from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from greencredit.badges import service
from greencredit.kernel.clock import civil_date, now
from greencredit.reports import queries, rules
from greencredit.schemas.badges import PortableProof
from greencredit.schemas.reports import IssuedReport, Lang, ParticipationProof
from greencredit.schemas.values import Period

PUBLIC_URL: Final = "https://credits.example"
YEAR: Final = Period(since=date(2026, 1, 1), until=date(2027, 1, 1))


def gather_proof(session: Session, consumer_id: str, period: Period = YEAR) -> ParticipationProof:
    """Collect the facts of a participation proof."""
    record = queries.kind_named("proof").gather(session, consumer_id, period)
    assert isinstance(record, ParticipationProof)
    return record


def report_of(session: Session, record: ParticipationProof, lang: Lang = "zh") -> IssuedReport:
    """Say of these facts what the register would say; nothing is drawn and nothing is entered."""
    imprint = rules.Imprint("proof", record, lang)
    return IssuedReport(
        number=rules.number_of(imprint.digest, lang, civil_date(record.as_of).year),
        kind="proof",
        lang=lang,
        subject_id=record.subject_id,
        period=record.period,
        facts_sha256=imprint.digest,
        file_sha256="0" * 64,
        size_bytes=1,
        media_type="application/pdf",
        path="示例",
        renderer="示例",
        issued_at=now(session),
    )


def make_portable_proof(session: Session, consumer_id: str, *, lang: Lang = "zh") -> PortableProof:
    """Issue the portable proof of what a household did."""
    record = gather_proof(session, consumer_id)
    return service.issue(session, record, report_of(session, record, lang), public_url=PUBLIC_URL)
