"""发行主体备案报告: who issues, on whose word, under which rules, what was issued and what stands behind it."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from itertools import dropwhile
from typing import Final

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards import queries as awards
from greencredit.evidence import queries as evidence
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Role, Scope, ScopeKind, Via
from greencredit.kernel.clock import civil_date
from greencredit.ledger import queries as ledger
from greencredit.people import queries as people
from greencredit.people.errors import UnknownAccount
from greencredit.reports import rules
from greencredit.reports.catalogue import ReportKind, Sheet
from greencredit.reports.rules import dossier as papers
from greencredit.schemas.awards import EarningRule
from greencredit.schemas.evidence import Batch
from greencredit.schemas.issuers import (
    Dossier,
    Filing,
    FilingState,
    FilingStep,
    Issuer,
    LifeState,
    Scheme,
    Step,
)
from greencredit.schemas.reports import (
    EarningRuleNote,
    Ground,
    GuaranteeNote,
    IntakeFigures,
    IssuanceFigures,
    IssuanceMonth,
    IssuerFiling,
    KindLine,
    LiabilityMonth,
    LifeNote,
    Notice,
    Registration,
    RejectLine,
    RuleFigures,
    SchemeNote,
    StandardNote,
)
from greencredit.schemas.reports.filing_papers import CheckSummary, Difference
from greencredit.schemas.values import Credits, Fen, Grams, Period, Words

_FOR_EVER: Final = date(9999, 1, 1)
_ROLES: Final = {
    "issuer_admin": Words(zh="发行主体管理员", en="issuer administrator"),
    "issuer_manager": Words(zh="发行主体业务员", en="issuer manager"),
    "certifier": Words(zh="信用认证机构", en="certifier"),
    "assessor": Words(zh="第三方评估机构", en="assessor"),
    "regulator": Words(zh="监管部门", en="regulator"),
    "operator": Words(zh="平台运营方", en="operator"),
    "platform": Words(zh="平台系统", en="platform"),
    "system": Words(zh="平台时钟", en="clockwork"),
}
_BY_DEADLINE: Final = Words(zh="平台（按期限自动执行）", en="Platform (by deadline)")
_BY_COMMAND: Final = Words(zh="平台（命令行）", en="Platform (by command)")
_DATED: Final = {FilingStep.TAKE_EFFECT, FilingStep.SUPERSEDE}
"""The steps that the calendar takes, not a person."""


def gather(session: Session, subject_id: str, period: Period, shared: None = None) -> IssuerFiling:
    """Collect the facts of one issuer; the template only lays them out."""
    del shared  # dossiers have nothing in common
    dossier = issuers.dossier(session, subject_id)
    position = ledger.position_of(session, subject_id)
    filing = dossier.filing
    batches = evidence.batches(session, subject_id)
    feeds = evidence.feeds(session, subject_id)
    closed = [batch.closed_at for batch in batches if batch.closed_at is not None]
    return IssuerFiling(
        registration=_registration(dossier.issuer),
        papers=papers.paper_lines(issuers.completeness(session, subject_id), dossier.issuer),
        code_override=papers.code_override(dossier.issuer),
        period=period,
        as_of=max([dossier.issuer.registered_at, *(step.at for step in dossier.history), *closed]),
        state=dossier.issuer.state.words,
        reasons=papers.reason_lines(dossier.reasons),
        bars=tuple(bar.title for bar in dossier.may_issue.bars),
        certificate=papers.certificate_note(dossier.certificate) if dossier.certificate else None,
        assessment=papers.assessment_note(dossier.assessment) if dossier.assessment else None,
        past_papers=papers.past_papers(dossier.certificates, dossier.assessments, _shown(dossier)),
        scheme=_scheme(filing) if filing else None,
        placing=papers.placing_note(filing, issuers.clocks(session, filing.filing_id)) if filing else None,
        check=_check(session, filing) if filing else None,
        sections=papers.section_lines(filing) if filing else (),
        differences=_differences(session, dossier.filings),
        opinions=papers.opinion_lines(dossier.filings, partial(_name, session)),
        frozen=papers.frozen_note(dossier.frozen),
        history=tuple(_step(session, step) for step in dossier.history),
        figures=IssuanceFigures(
            awards=sum(line.count for line in awards.rule_totals(session, subject_id)),
            holders=position.holders,
            issued=position.issued,
            reversed=Credits(position.reversed_ - position.owed),  # what is owed was spent, not taken back
            expired=position.expired,
            used=Credits(position.redeemed + position.donated),
            outstanding=position.outstanding,
        ),
        coverage=rules.coverage_note(dossier.coverage) if dossier.coverage else None,
        statements=tuple(rules.statement_note(one) for one in reversed(dossier.statements)),
        coverage_months=rules.coverage_months(dossier.coverages, period),
        liability=_liability(session, subject_id, period),
        versions=tuple(rules.version_note(one) for one in dossier.filings),
        rules=_rule_figures(session, subject_id),
        months=_months(session, subject_id, period),
        top_kinds=_top_kinds(session, subject_id, period),
        intake=_intake(session, batches),
        rejects=tuple(
            RejectLine(reason=one.title, lines=one.lines) for one in evidence.reject_counts(session, subject_id)
        ),
        methods=tuple(rules.method_note(actions.action(name)) for name in _actions_of(filing)),
        factors=(),
        notices=tuple(Notice(name=feed.name, text=feed.notice) for feed in feeds if feed.notice is not None),
        legal=issuers.legal_basis("issuer_filing", period.last_day),
    )


def _shown(dossier: Dossier) -> list[str]:
    """Name the papers that are printed whole."""
    certificate, assessment = dossier.certificate, dossier.assessment
    return [*([certificate.certificate_id] if certificate else ()), *([assessment.assessment_id] if assessment else ())]


def _check(session: Session, filing: Filing) -> CheckSummary | None:
    report = issuers.check_report(session, filing.filing_id)
    if report is None or filing.check is None:
        return None
    return papers.check_summary(report, filing.check.report_digest)


def _differences(session: Session, filings: Sequence[Filing]) -> tuple[Difference, ...]:
    found = (papers.difference(issuers.comparison(session, one.filing_id)) for one in reversed(filings))
    return tuple(one for one in found if one is not None)


def _top_kinds(session: Session, issuer_id: str, period: Period) -> tuple[KindLine, ...]:
    return tuple(
        KindLine(
            subject=one.subject,
            title=one.title,
            family=one.family,
            ground=Ground(one.ground.value),
            awards=one.count,
            unquantified_awards=one.count if one.grams is None else 0,
            spent_fen=one.spent_fen,
            credits=one.credits,
            avoided_g_co2e=one.grams or Grams(0),
        )
        for one in awards.issuer_subjects(session, issuer_id, period)
    )


def _registration(issuer: Issuer) -> Registration:
    return Registration(
        issuer_id=issuer.issuer_id,
        name=rules.name_words(issuer.name, issuer.english_name),
        uscc=issuer.code,
        kind=issuer.kind.value,
        kind_title=issuer.kind.words,
        legal_representative=issuer.legal_representative,
        registered_on=civil_date(issuer.registered_at),
        region_title=issuers.region_title(issuer.region),
        address=issuer.address,
        contact=f"{issuer.contact.name} · {issuer.contact.phone}",
    )


def _scheme(filing: Filing) -> SchemeNote:
    scheme = filing.scheme
    accepted = filing.state in {FilingState.ACCEPTED, FilingState.EFFECTIVE, FilingState.SUPERSEDED}
    complaints = scheme.complaints
    return SchemeNote(
        version=filing.version,
        title=scheme.title,
        filing_number=filing.number,
        accepted_on=civil_date(filing.decided_at) if accepted and filing.decided_at else None,
        effective_from=filing.effective_on,
        digest=filing.digest,
        face_value_fen_per_100_credits=Fen(scheme.face_value_fen_per_100_credits),
        validity=scheme.validity.title,
        upgrade_promise=scheme.upgrade_promise,
        spending_order=scheme.spending_order,
        rules=tuple(_earning_rule(rule, scheme) for rule in scheme.rules),
        monthly_cap_credits=scheme.monthly_cap_credits,
        redemption_terms=scheme.redemption_terms,
        compensations=tuple(
            Words(
                zh=f"{one.occasion.zh}：按所涉积分面值的 {one.percent}% 赔付。",
                en=f"{one.occasion.en}: {one.percent}% of the face value concerned.",
            )
            for one in scheme.compensations
        ),
        clawback=scheme.clawback.title,
        refund=scheme.refund_title,
        particulars=tuple(one.text for one in scheme.particulars),
        guarantee=GuaranteeNote(
            kind=scheme.guarantee.custody_kind.words,
            custodian=scheme.guarantee.bank,
            amount_fen=scheme.guarantee.amount_fen,
            filed_coverage_basis_points=scheme.guarantee.coverage_basis_points,
            document_sha256=scheme.guarantee.document.digest if scheme.guarantee.document else None,
        ),
        complaint_channel=" · ".join(part for part in (complaints.phone, complaints.address) if part),
        complaint_days=complaints.answer_days,
        standards=tuple(
            StandardNote(title=one.title, publisher=one.publisher, number=one.number if one.verified else None)
            for one in scheme.standards
        ),
    )


def _earning_rule(rule: EarningRule, scheme: Scheme) -> EarningRuleNote:
    return EarningRuleNote(
        rule_id=rule.name,
        version=rule.version,
        title=rule.title,
        ground=Ground(rule.ground.value),
        rate=rules.rate_words(rule),
        conditions=rules.condition_words(rule),
        caps=rules.cap_words(rule.caps),
        budget_credits=rule.budget_credits,
        funding=rules.funding_words(scheme, rule),
        effective_from=rule.since,
        effective_until=rule.until,
    )


def _step(session: Session, step: Step) -> LifeNote:
    alone = step.role == Role.SYSTEM or (step.actor_id == Via.COMMAND and step.step in _DATED)
    return LifeNote(
        at=step.at,
        from_state=_state(step, step.from_state) if step.from_state else None,
        to_state=_state(step, step.to_state),
        by=_BY_DEADLINE if alone else _name(session, step.actor_id),
        role=None if alone else _ROLES.get(step.role, Words(zh=step.role, en=step.role)),
        reason=step.reason,
        document_sha256=step.document_digest,
    )


def _state(step: Step, name: str) -> Words:
    if step.subject == "issuer":
        return LifeState(name).words
    words = FilingState(name).words
    return Words(zh=f"备案：{words.zh}", en=f"Filing: {words.en}")


def _name(session: Session, actor_id: str) -> Words:
    """Give an actor's name; a command at the machine has no account."""
    if actor_id == Via.COMMAND:
        return _BY_COMMAND
    try:
        name = people.account(session, actor_id).display_name
    except UnknownAccount:
        name = actor_id
    return Words(zh=name, en=name)


def _liability(session: Session, issuer_id: str, period: Period) -> tuple[LiabilityMonth, ...]:
    """Roll forward month by month, and once more for what was posted since; empty months at the start are left out."""
    months = rules.months_in(period)
    starts = [max(month, period.since) for month in months]
    ends = [*starts[1:], period.until]
    periods = [Period(since=since, until=until) for since, until in zip(starts, ends, strict=True)]
    periods.append(Period(since=period.until, until=_FOR_EVER))
    lines = tuple(
        LiabilityMonth(
            month=one.period.since,
            opening=one.opening,
            granted=one.granted,
            redeemed=one.redeemed,
            expired=one.expired,
            adjusted=one.adjusted,
            closing=one.closing,
            after_period=one.period.since == period.until,
        )
        for one in issuers.roll_forwards(session, issuer_id, periods)
    )
    return tuple(dropwhile(lambda line: not (line.granted or line.opening or line.after_period), lines))


def _rule_figures(session: Session, issuer_id: str) -> tuple[RuleFigures, ...]:
    grounds = {
        (one.rule.name, one.rule.version): Ground(one.rule.ground.value)
        for one in awards.rules_in_force(session, issuer_id)
    }
    return tuple(
        RuleFigures(
            rule_id=line.name,
            version=line.version,
            title=line.title,
            ground=grounds[line.name, line.version],
            awards=line.count,
            holders=line.holders,
            credits=line.credits,
            avoided_g_co2e=line.grams if grounds[line.name, line.version] is Ground.ACTION else None,
        )
        for line in awards.rule_totals(session, issuer_id)
    )


def _months(session: Session, issuer_id: str, period: Period) -> tuple[IssuanceMonth, ...]:
    found = {line.month: line for line in awards.issuer_months(session, issuer_id, period)}

    def line_of(month: date) -> IssuanceMonth:
        line = found.get(f"{month:%Y-%m}")
        if line is None:
            return IssuanceMonth(month=month, awards=0, spent_fen=Fen(0), issued=Credits(0), avoided_g_co2e=Grams(0))
        return IssuanceMonth(
            month=month,
            awards=line.count,
            spent_fen=line.spent_fen,
            issued=line.credits,
            avoided_g_co2e=line.grams,
        )

    return tuple(line_of(month) for month in rules.months_in(period)) if found else ()


def _intake(session: Session, batches: list[Batch]) -> IntakeFigures | None:
    outcomes = [awards.import_outcome(session, batch.batch_id) for batch in batches if batch.closed_at is not None]
    if not outcomes:
        return None
    return IntakeFigures(
        lines=sum(one.lines for one in outcomes),
        awarded=sum(one.awarded for one in outcomes),
        not_qualifying=sum(one.not_green + one.no_credit for one in outcomes),
        repeated=sum(one.duplicates for one in outcomes),
        rejected=sum(one.rejected for one in outcomes),
    )


def _actions_of(filing: Filing | None) -> list[str]:
    return sorted({name for rule in filing.scheme.rules for name in rule.actions}) if filing else []


def _month_rows(report: IssuerFiling) -> Iterable[tuple[object, ...]]:
    for line in report.months:
        yield line.month.isoformat(), line.awards, line.spent_fen, line.issued, line.avoided_g_co2e


def _places(session: Session, issuer_id: str) -> tuple[Scope, ...]:
    """Whoever supervises a region reads of its issuers."""
    return issuers.scopes_of(issuers.issuer(session, issuer_id))


REPORT = ReportKind(
    name="issuer_filing",
    about=ScopeKind.ISSUER,
    places=_places,
    title=Words(zh="发行主体备案报告", en="Issuer Filing Dossier"),
    facts=IssuerFiling,
    sheet=Sheet(
        file_name="issuance.csv",
        columns=("month", "awards", "spent_fen", "issued", "avoided_g_co2e"),
        rows=_month_rows,
    ),
    gather=gather,
)
