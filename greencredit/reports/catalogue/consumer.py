"""个人环境贡献报告: what one person or household did, earned and avoided, and how that is known."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards import queries as awards
from greencredit.evidence import queries as evidence
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import ScopeKind
from greencredit.kernel.clock import start_of
from greencredit.ledger import queries as ledger
from greencredit.merchants import queries as merchants
from greencredit.people import queries as people
from greencredit.reports import rules
from greencredit.reports.catalogue import ReportKind, Sheet, illustrations
from greencredit.schemas.actions import Factor, GreenAction, Quantification
from greencredit.schemas.awards import AwardLine as Award
from greencredit.schemas.issuers import PublicIssuer
from greencredit.schemas.reports import (
    AwardLine,
    ConsumerReport,
    CreditFlow,
    EquivalentBasis,
    FamilyTitle,
    Ground,
    IssuerNote,
    NotCountedLine,
    Notice,
    OwedNote,
    ParticipantMean,
    PeriodFigures,
    ReportHolder,
    Span,
    StandardNote,
    Tier,
)
from greencredit.schemas.values import Credits, Grams, Period, Words

_EVERY: Final = 1_000_000
"""More awards than anybody has in one period."""

_TENTHS: Final = 10
_SHOPPING: Final = Words(zh="绿色购物", en="Green shopping")


@dataclass(frozen=True)
class Background:
    """What all reports of one period share; a batch gathers it once instead of once for every household."""

    as_of: datetime | None
    """When the last file of evidence was done with."""
    issuers: dict[str, PublicIssuer]
    participants: int
    means: tuple[ParticipantMean, ...]
    notices: tuple[Notice, ...]
    merchants: dict[str, Words]
    factor_titles: dict[tuple[str, int], Words]
    equivalents: tuple[tuple[EquivalentBasis, Factor], ...]


def background(session: Session, period: Period) -> Background:
    """Gather what all reports of one period share."""
    public = {one.issuer_id: one for one in issuers.issuers_public(session)}
    closed = [
        batch.closed_at
        for issuer_id in public
        for batch in evidence.batches(session, issuer_id)
        if batch.closed_at is not None
    ]
    feeds = [feed for issuer_id in public for feed in evidence.feeds(session, issuer_id)]
    participants = sum(awards.participants(session, issuer_id, period) for issuer_id in public)
    factors = actions.factor_versions(session)
    return Background(
        as_of=max(closed, default=None),
        issuers=public,
        participants=participants,
        means=_means(session, list(public), period, participants),
        notices=tuple(Notice(name=feed.name, text=feed.notice) for feed in feeds if feed.notice is not None),
        merchants={
            merchant.merchant_id: rules.name_words(merchant.name, merchant.english_name)
            for merchant in merchants.merchants(session)
        },
        factor_titles={(factor.id, factor.version): factor.title for factor in factors},
        equivalents=illustrations(factors),
    )


def gather(session: Session, subject_id: str, period: Period, shared: Background | None = None) -> ConsumerReport:
    """Collect the facts of one holder; the template only lays them out."""
    shared = shared or background(session, period)
    consumer = people.consumer(session, subject_id)
    every = awards.awards_of(session, subject_id, period, limit=_EVERY)
    used = {
        line.evidence_id: found
        for line in every
        if line.grams is not None and (found := _counted(session, line)) is not None
    }
    lines = tuple(sorted((_line(line, shared, used) for line in every), key=lambda one: (one.on, one.award_id)))
    flows = _flows(session, subject_id, lines, period)
    kept = [used[line.evidence_id] for line in every if line.evidence_id in used and _is_kept(line)]
    totals = rules.totals_of(lines)
    return ConsumerReport(
        holder=ReportHolder(holder_id=consumer.id, name=consumer.display_name),
        period=period,
        as_of=_as_of(session, subject_id, shared, period),
        legal=issuers.legal_basis("consumer", period.last_day),
        totals=totals,
        trend=(*_earlier(session, subject_id, period), rules.figures_of(period, totals)),
        months=rules.months_of(lines, period, shared.means),
        families=rules.families_of(lines, _family_titles()),
        kinds=rules.kinds_of(lines),
        participants=shared.participants,
        flows=flows,
        owed=_owed(session, subject_id),
        issuers=tuple(_issuer(shared.issuers[flow.issuer_id]) for flow in flows),
        methods=tuple(
            rules.method_note(
                _method(session, *used_method), [use for use in kept if (use.action, use.action_version) == used_method]
            )
            for used_method in sorted({(use.action, use.action_version) for use in kept})
        ),
        factors=rules.factor_notes(kept, shared.factor_titles),
        equivalents=rules.equivalents_of(totals.avoided_g_co2e, shared.equivalents),
        not_counted=(*_not_counted(session, subject_id, period), *_counted_elsewhere(every)),
        notices=shared.notices,
        awards=lines,
    )


def _as_of(session: Session, subject_id: str, shared: Background, period: Period) -> datetime:
    """Say up to when facts are in: the last file or movement, else the end of the period, never the present moment."""
    newest = [movement.posted_at for movement in ledger.movements_of(session, subject_id, limit=1)]
    return max([*newest, *([shared.as_of] if shared.as_of else [])], default=start_of(period.until))


def _earlier(session: Session, subject_id: str, period: Period) -> tuple[PeriodFigures, ...]:
    """Sum the periods before this one: whole months from one read, other periods only the last before."""
    earlier = rules.trend_of(period)[:-1]
    if rules.span_of(period) is not Span.DAYS:
        whole = Period(since=earlier[0].since, until=period.since)
        return rules.figures_by_month(earlier, awards.totals_of(session, subject_id, whole))
    totals = awards.totals_of(session, subject_id, earlier[0])
    return (PeriodFigures(period=earlier[0], awards=totals.count, credits=totals.credits, avoided_g_co2e=totals.grams),)


def _method(session: Session, name: str, version: int) -> GreenAction:
    """Give a method as it stood when it was used; it may have been filed anew since."""
    present = actions.action(name)
    return present if present.version == version else actions.method(session, name, version).action


def _is_kept(line: Award) -> bool:
    return line.reversed_credits < line.credits


def _line(line: Award, shared: Background, used: dict[int, Quantification]) -> AwardLine:
    action = actions.action(line.subject) if line.ground.value == Ground.ACTION.value else None
    quantified = used.get(line.evidence_id)
    unit = actions.units().get(line.unit)
    return AwardLine(
        award_id=str(line.award_id),
        on=line.occurred_on,
        ground=Ground(line.ground.value),
        subject=line.subject,
        title=line.title,
        family=action.category.value if action else awards.SHOPPING,
        quantity=Decimal(line.quantity),
        unit=unit or Words(zh=line.unit, en=line.unit),
        merchant=shared.merchants.get(line.merchant_id) if line.merchant_id else None,
        spent_fen=line.spent_fen,
        credits=line.credits,
        reversed_credits=line.reversed_credits,
        avoided_g_co2e=line.counted_grams if quantified else None,
        method_id=line.subject if quantified else None,
        tier=Tier(quantified.tier.value) if quantified else None,
        evidence_id=str(line.evidence_id),
        issuer_id=line.issuer_id,
        rule_id=f"{line.rule_name} v{line.rule_version}",
    )


def _counted(session: Session, line: Award) -> Quantification | None:
    """Give how an award's grams were computed; what another scheme counts is nothing of ours to add up."""
    found = awards.quantification(session, line.evidence_id)
    return found if found is None or line.claim is None else found.model_copy(update={"grams": Grams(0)})


def _flows(session: Session, subject_id: str, lines: tuple[AwardLine, ...], period: Period) -> tuple[CreditFlow, ...]:
    """Set what the lines of the period brought against what the ledger says is there."""
    flows = []
    left = ledger.left_in(session, subject_id, period)
    really = ledger.taken_by_award(session, [int(line.award_id) for line in lines if line.reversed_credits])
    for total in sorted(ledger.totals_of(session, subject_id), key=lambda one: one.issuer_id):
        mine = [line for line in lines if line.issuer_id == total.issuer_id]
        earned, taken = (
            sum(line.credits for line in mine),
            sum(really.get(int(line.award_id), Credits(0)) for line in mine),
        )
        used, expired = left.get(total.issuer_id, (Credits(0), Credits(0)))
        flows.append(
            CreditFlow(
                issuer_id=total.issuer_id,
                outside=Credits(total.balance - earned + taken + used + expired),
                earned=Credits(earned),
                reversed=Credits(taken),
                expired=expired,
                used=used,
                balance=total.balance,
            )
        )
    return tuple(flows)


def _owed(session: Session, subject_id: str) -> tuple[OwedNote, ...]:
    return tuple(
        OwedNote(issuer_id=total.issuer_id, credits=total.owed)
        for total in ledger.totals_of(session, subject_id)
        if total.owed
    )


def _issuer(found: PublicIssuer) -> IssuerNote:
    face = found.face_value_fen_per_100_credits or 0
    validity = found.validity or Words(zh="有效期未备案", en="validity not filed")
    complaints = found.complaints
    return IssuerNote(
        issuer_id=found.issuer_id,
        name=rules.name_words(found.name, found.english_name),
        filing_number=found.filing_number,
        standards=tuple(
            StandardNote(title=one.title, publisher=one.publisher, number=one.number if one.verified else None)
            for one in found.standards
        ),
        face_value=Words(
            zh=f"每 100 分面值 {face // 100}.{face % 100:02d} 元。",
            en=f"100 credits have a face value of CNY {face // 100}.{face % 100:02d}.",
        ),
        validity=Words(zh=f"{validity.zh}。", en=f"{validity.en}."),
        complaint_channel=complaints.phone if complaints else "–",
    )


def _not_counted(session: Session, subject_id: str, period: Period) -> tuple[NotCountedLine, ...]:
    """List actions that emitted more than their baseline: kept on file and shown, never awarded."""
    found = awards.negative_results(session, subject_id, period)
    return tuple(
        NotCountedLine(
            title=actions.action(name).title,
            reason=Words(
                zh="按核算结果，排放高于对比基准，不发放积分，也不计入减排量。",
                en="It emitted more than its baseline: no credits, and not part of the CO₂e avoided.",
            ),
            lines=sum(one.action == name for one in found),
        )
        for name in sorted({one.action for one in found})
    )


def _counted_elsewhere(every: Iterable[Award]) -> tuple[NotCountedLine, ...]:
    """List actions whose reduction another scheme counts: their credits stay, their grams are in no total here."""
    marked = Counter((line.subject, line.claim.scheme) for line in every if line.claim is not None)
    return tuple(
        NotCountedLine(
            title=actions.action(name).title,
            reason=Words(
                zh=f"减排量已计入{scheme.words.zh}，同一吨只计一次：积分保留，减排量不再计入合计。",
                en=f"Counted in another scheme ({scheme.words.en}); a tonne counts once: credits stay, the CO₂e does "
                "not count here.",
            ),
            lines=lines,
        )
        for (name, scheme), lines in sorted(marked.items())
    )


def _means(session: Session, issuer_ids: list[str], period: Period, participants: int) -> tuple[ParticipantMean, ...]:
    """Divide what all participants got in each month by how many they are over the period; rounded down."""
    if not participants:
        return ()
    credits_of: dict[str, int] = {}
    grams_of: dict[str, int] = {}
    for issuer_id in issuer_ids:
        for line in awards.issuer_months(session, issuer_id, period):
            credits_of[line.month] = credits_of.get(line.month, 0) + line.credits
            grams_of[line.month] = grams_of.get(line.month, 0) + line.grams
    return tuple(
        ParticipantMean(
            month=date.fromisoformat(f"{month}-01"),
            credits_tenths=credits_of[month] * _TENTHS // participants,
            avoided_g_co2e=Grams(grams_of[month] // participants),
        )
        for month in sorted(credits_of)
    )


def _family_titles() -> list[FamilyTitle]:
    categories = {action.category for action in actions.actions()}
    return [
        FamilyTitle(family=awards.SHOPPING, title=_SHOPPING),
        *(FamilyTitle(family=category.value, title=category.words) for category in sorted(categories)),
    ]


def _award_rows(report: ConsumerReport) -> Iterable[tuple[object, ...]]:
    for line in report.awards:
        yield (
            line.on.isoformat(),
            line.ground.value,
            line.subject,
            line.title.zh,
            line.family,
            line.quantity,
            line.unit.zh,
            line.merchant.zh if line.merchant else None,
            line.spent_fen,
            line.credits,
            line.reversed_credits,
            line.avoided_g_co2e,
            line.method_id,
            line.tier,
            line.rule_id,
            line.issuer_id,
            line.evidence_id,
            line.award_id,
        )


_COLUMNS = (
    "on,ground,subject,title_zh,family,quantity,unit_zh,merchant,spent_fen,credits,reversed_credits,avoided_g_co2e,"
    "method_id,tier,rule_id,issuer_id,evidence_id,award_id"
)

REPORT = ReportKind(
    name="consumer",
    about=ScopeKind.CONSUMER,
    title=Words(zh="个人环境贡献报告", en="Personal Environmental Contribution Report"),
    facts=ConsumerReport,
    sheet=Sheet(file_name="awards.csv", columns=tuple(_COLUMNS.split(",")), rows=_award_rows),
    gather=gather,
    prepare=background,
)
