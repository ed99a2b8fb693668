"""环保行动证明: one page that a person can frame: that they took part, in what, and what it avoided."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from greencredit.issuers import queries as issuers
from greencredit.kernel.access import ScopeKind
from greencredit.reports.catalogue import ReportKind, Sheet, consumer
from greencredit.schemas.reports import (
    ConsumerReport,
    ParticipationProof,
    ProofFamily,
    ProofIssuer,
    ProofMethod,
    ProofMonth,
)
from greencredit.schemas.values import Grams, Period, Words


def gather(
    session: Session, subject_id: str, period: Period, shared: consumer.Background | None = None
) -> ParticipationProof:
    """Collect the facts of one holder: those of the contribution report, less what is nobody else's business."""
    return proof_of(consumer.gather(session, subject_id, period, shared))


def proof_of(report: ConsumerReport) -> ParticipationProof:
    """Leave out of a contribution report what a proof does not show: lines, merchants, money, balances."""
    kept = [line.on for line in report.awards if line.kept_credits]
    return ParticipationProof(
        holder=report.holder,
        period=report.period,
        as_of=report.as_of,
        legal=issuers.legal_basis("proof", report.period.last_day),
        awards=report.totals.awards,
        purchases=report.totals.purchases,
        actions=report.totals.actions,
        unquantified_awards=report.totals.unquantified_awards,
        credits=report.totals.credits,
        avoided_g_co2e=report.totals.avoided_g_co2e,
        first_on=min(kept, default=None),
        last_on=max(kept, default=None),
        months=tuple(
            ProofMonth(month=one.month, awards=one.awards, avoided_g_co2e=one.avoided_g_co2e) for one in report.months
        ),
        families=tuple(
            ProofFamily(
                family=one.family,
                title=one.title,
                ground=one.ground,
                awards=one.awards,
                unquantified_awards=one.unquantified_awards,
                avoided_g_co2e=one.avoided_g_co2e,
            )
            for one in report.families
        ),
        methods=tuple(
            ProofMethod(
                method_id=one.method_id,
                title=one.title,
                version=one.version,
                tier=one.tier,
                baseline=one.baseline,
                awards=one.awards or 0,
                avoided_g_co2e=one.avoided_g_co2e or Grams(0),
            )
            for one in report.methods
        ),
        issuers=tuple(
            ProofIssuer(issuer_id=one.issuer_id, name=one.name, filing_number=one.filing_number)
            for one in report.issuers
            if any(line.issuer_id == one.issuer_id and line.kept_credits for line in report.awards)
        ),
        notices=report.notices,
    )


def _family_rows(proof: ParticipationProof) -> Iterable[tuple[object, ...]]:
    for one in proof.families:
        yield (one.family, one.title.zh, one.title.en, one.ground.value, one.awards, one.avoided_g_co2e)


_COLUMNS = "family,title_zh,title_en,ground,awards,avoided_g_co2e"

REPORT = ReportKind(
    name="proof",
    about=ScopeKind.CONSUMER,
    title=Words(zh="环保行动证明", en="Proof of Participation"),
    facts=ParticipationProof,
    sheet=Sheet(file_name="families.csv", columns=tuple(_COLUMNS.split(",")), rows=_family_rows),
    gather=gather,
    prepare=consumer.background,
)
