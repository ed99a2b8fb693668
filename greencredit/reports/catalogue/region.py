"""区域监管报告: who issues in a region, what was issued and is owed, what stands behind it, and what came of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards import queries as awards
from greencredit.evidence import queries as evidence
from greencredit.issuers import queries as issuers
from greencredit.kernel.clock import start_of
from greencredit.kernel.policy import ScopeKind
from greencredit.ledger import queries as ledger
from greencredit.reports import rules
from greencredit.reports.catalogue import ReportKind, Sheet
from greencredit.reports.rules import effect
from greencredit.schemas.awards import Ground
from greencredit.schemas.issuers import Decided, FilingState, Issuer, LifeState, RollForward
from greencredit.schemas.reports import LiabilityMonth, RejectLine, Tier
from greencredit.schemas.reports.region import (
    ClaimLine,
    FilingFigures,
    FilingLine,
    HoldLine,
    IssuerCoverage,
    LabelLine,
    NegativeLine,
    NotAwarded,
    RegionReport,
    RegisteredIssuer,
    SourceLine,
    StateLine,
)
from greencredit.schemas.values import Credits, Fen, Period, Words

_FOR_EVER: Final = date(9999, 1, 1)
_SEES_ALL: Final = frozenset({"receipts", "card_transactions"})
"""Sources that tell of everything that was bought; all others tell of what is green alone."""

_LABELS: Final = {
    (): Words(zh="商户绿色商品清单，无认证记录", en="On the merchant's green list, no certificate on record"),
    ("energy_label",): Words(zh="能效标识", en="Energy label"),
    ("green_product_route_1",): Words(zh="绿色产品认证（路径一）", en="Green product certification, route 1"),
    ("green_product_route_2",): Words(zh="绿色产品认证（路径二）", en="Green product certification, route 2"),
    ("green_product_route_3",): Words(zh="绿色产品认证（路径三）", en="Green product certification, route 3"),
}
_SIGNALS: Final = {
    "velocity": Words(zh="一日内次数异常", en="Too much on one day"),
    "refund_cycles": Words(zh="反复买了又退", en="Bought and returned again and again"),
    "self_dealing": Words(zh="商户关联人自买", en="Bought by somebody who acts for the merchant"),
}
_OUTCOMES: Final = {
    FilingState.ACCEPTED: "accepted",
    FilingState.RETURNED: "returned",
    FilingState.REFUSED: "refused",
}


def gather(session: Session, subject_id: str, period: Period, shared: None = None) -> RegionReport:
    """Collect the facts of one region by its code (`CN-SH`); the template only lays them out."""
    del shared  # every region is gathered for itself
    found = issuers.issuers_in(session, subject_id, before=start_of(period.until))
    ids = [one.issuer_id for one in found]
    names = {one.issuer_id: rules.name_words(one.name, one.english_name) for one in found}
    standings = {one.issuer_id: one.state for one in issuers.standings_at(session, ids, start_of(period.until))}
    periods = [*_periods(period), Period(since=period.until, until=_FOR_EVER)]
    flows = issuers.roll_forwards_of(session, ids, periods)
    numbers = issuers.numbers_in_force(session, ids, period.last_day)
    filings = issuers.filings_in(session, ids, period)
    return RegionReport(
        region=subject_id,
        region_title=issuers.region_title(subject_id),
        period=period,
        as_of=_as_of(session, ids, period),
        registered=sum(one.registered_at >= start_of(period.since) for one in found),
        active=sum(state is LifeState.ACTIVE for state in standings.values()),
        states=tuple(
            StateLine(state=state.words, issuers=count) for state, count in sorted(Counter(standings.values()).items())
        ),
        issuers=tuple(
            _registered(one, standings[id_].words, numbers.get(id_), flows[id_][:-1])
            for one in found
            for id_ in (one.issuer_id,)
        ),
        filing_figures=_figures(filings, period),
        filings=tuple(_filing(one, names) for one in filings),
        liability=_liability(flows, periods),
        outstanding=Credits(sum(one.credits for one in ledger.outstanding(session) if one.issuer_id in names)),
        coverage=_coverage(session, names, period),
        **_effect(session, ids, period),
        **_not_counted(session, ids, period),
        notices=(),
        legal=issuers.legal_basis("region", period.last_day),
    )


def _effect(session: Session, ids: Sequence[str], period: Period) -> dict[str, Any]:
    """Gather who took part, what was bought, and what was avoided."""
    activity = awards.activity(session, ids, period)
    people, took = awards.uptake(session, ids, period)
    families, by_action = effect.effects_of(_quantified(activity))
    bought = [one for one in activity if one.ground is Ground.PURCHASE]
    return {
        "participants": effect.people_shown(people),
        "uptake": effect.uptake_months(
            rules.months_in(period),
            {_first_day(one.month): effect.Took(one.people, one.newcomers) for one in took},
            _came(activity),
        ),
        "labels": _labels(evidence.certified(session, ids, period)),
        "families": families,
        "actions": by_action,
        "purchases": sum(one.awards for one in bought),
        "purchases_spent_fen": Fen(sum(one.spent_fen for one in bought)),
    }


def _not_counted(session: Session, ids: Sequence[str], period: Period) -> dict[str, Any]:
    """Gather what sources sent, and what of it earned nothing, counts elsewhere, or was kept back."""
    sources = evidence.seen(session, ids, period)
    return {
        "sources": tuple(
            SourceLine(
                title=one.title,
                is_purchase=one.is_purchase,
                sees_all=one.kind in _SEES_ALL,
                lines=one.lines,
                green=one.qualifying,
                repeated=one.repeated,
                rejected=one.rejected,
            )
            for one in sources
        ),
        "negatives": tuple(
            NegativeLine(title=one.title, count=one.times, avoided_g_co2e=one.grams)
            for one in awards.negatives_in(session, ids, period)
        ),
        "not_awarded": NotAwarded(
            repeated=sum(one.repeated for one in sources),
            aside=evidence.aside_in(session, ids, period),
            not_green=sum(one.lines - one.qualifying - one.repeated - one.rejected for one in sources),
            no_credit=awards.unrewarded_of(session, evidence.batches_in(session, ids, period)),
            rejected=sum(one.rejected for one in sources),
        ),
        "rejects": tuple(
            RejectLine(reason=one.title, lines=one.lines) for one in evidence.rejects_in(session, ids, period)
        ),
        "claims": tuple(
            ClaimLine(scheme=one.scheme.words, count=one.times, avoided_g_co2e=one.grams)
            for one in awards.claimed_in(session, ids, period)
        ),
        "holds": tuple(
            HoldLine(signal=_SIGNALS[one.monitor], cases=one.cases, credits=one.credits, decided=one.decided)
            for one in awards.holds_in(session, ids, period)
        ),
    }


def _as_of(session: Session, ids: Sequence[str], period: Period) -> datetime:
    """Give when the newest of what is told here was written: an event of the ledger, or a step of an issuer."""
    head = ledger.last_event(session)
    posted = ledger.posted_at(session, [head])[head] if head else start_of(period.since)
    return max(posted, issuers.newest_step_at(session, ids) or posted)


def _periods(period: Period) -> list[Period]:
    starts = [max(month, period.since) for month in rules.months_in(period)]
    return [Period(since=since, until=until) for since, until in zip(starts, [*starts[1:], period.until], strict=True)]


def _registered(one: Issuer, state: Words, number: str | None, months: Sequence[RollForward]) -> RegisteredIssuer:
    return RegisteredIssuer(
        issuer_id=one.issuer_id,
        name=rules.name_words(one.name, one.english_name),
        kind=one.kind.words,
        state=state,
        filing_number=number,
        opening=months[0].opening,
        granted=Credits(sum(month.granted for month in months)),
        redeemed=Credits(sum(month.redeemed for month in months)),
        expired=Credits(sum(month.expired for month in months)),
        adjusted=Credits(sum(month.adjusted for month in months)),
        closing=months[-1].closing,
    )


def _liability(flows: dict[str, list[RollForward]], periods: Sequence[Period]) -> tuple[LiabilityMonth, ...]:
    """Add the issuers up month by month."""
    lines = []
    for place, period in enumerate(periods):
        here = [of[place] for of in flows.values()]
        lines.append(
            LiabilityMonth(
                month=period.since,
                opening=Credits(sum(one.opening for one in here)),
                granted=Credits(sum(one.granted for one in here)),
                redeemed=Credits(sum(one.redeemed for one in here)),
                expired=Credits(sum(one.expired for one in here)),
                adjusted=Credits(sum(one.adjusted for one in here)),
                closing=Credits(sum(one.closing for one in here)),
                after_period=period.until == _FOR_EVER,
            )
        )
    return tuple(lines)


def _figures(filings: Sequence[Decided], period: Period) -> FilingFigures:
    ended = Counter("waiting" if one.decided_on is None else _OUTCOMES.get(one.state, "otherwise") for one in filings)
    return FilingFigures(
        submitted=sum(one.submitted_on in period for one in filings),
        accepted=ended["accepted"],
        returned=ended["returned"],
        refused=ended["refused"],
        otherwise=ended["otherwise"],
        waiting=ended["waiting"],
        on_time=sum(one.kept is True for one in filings),
        late=sum(one.kept is False for one in filings),
    )


def _filing(one: Decided, names: dict[str, Words]) -> FilingLine:
    return FilingLine(
        issuer=names[one.issuer_id],
        version=one.version,
        outcome=one.state.words,
        number=one.number,
        submitted_on=one.submitted_on,
        due_on=one.due_on,
        decided_on=one.decided_on,
        kept=one.kept,
    )


def _coverage(session: Session, names: dict[str, Words], period: Period) -> tuple[IssuerCoverage, ...]:
    """Tell of everybody who was ever measured, whoever was short most days first."""
    found = issuers.coverage_days_of(session, list(names), period)
    ordered = sorted(found.values(), key=lambda one: (-one.days_short, names[one.issuer_id].zh, one.issuer_id))
    return tuple(
        IssuerCoverage(
            name=names[one.issuer_id],
            days=one.days,
            days_short=one.days_short,
            lowest_basis_points=one.lowest_basis_points,
            lowest_on=one.lowest_on,
            last_basis_points=one.last_basis_points,
            filed_basis_points=one.filed_basis_points,
        )
        for one in ordered
    )


def _quantified(activity: Iterable[awards.Activity]) -> list[effect.Quantified]:
    return [
        effect.Quantified(
            action=one.subject,
            title=one.title,
            family=(found.family or found.category).words,
            tier=Tier(one.tier),
            awards=one.awards,
            grams=one.grams,
            method_version=str(found.version),
            source=found.source,
        )
        for one in activity
        if one.tier is not None and one.ground is Ground.ACTION
        for found in (actions.action(one.subject),)
    ]


def _came(activity: Iterable[awards.Activity]) -> dict[date, effect.Came]:
    found: defaultdict[date, list[awards.Activity]] = defaultdict(list)
    for one in activity:
        found[_first_day(one.month)].append(one)
    return {
        month: effect.Came(sum(one.awards for one in of), sum(one.credits for one in of), sum(one.grams for one in of))
        for month, of in found.items()
    }


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _labels(found: Iterable[evidence.Certified]) -> tuple[LabelLine, ...]:
    """Name the certificates, most lines first; schemes that have no name here go by their own."""
    lines = [
        LabelLine(
            title=_LABELS.get(one.certificates, Words(zh="、".join(one.certificates), en=", ".join(one.certificates))),
            lines=one.lines,
            spent_fen=one.spent_fen,
        )
        for one in found
    ]
    return tuple(sorted(lines, key=lambda line: (-line.lines, line.title.zh)))


def _rows(report: RegionReport) -> Iterable[tuple[object, ...]]:
    for one in report.issuers:
        yield (
            one.issuer_id,
            one.name.zh,
            one.state.zh,
            one.filing_number,
            one.opening,
            one.granted,
            one.redeemed,
            one.expired,
            one.adjusted,
            one.closing,
        )


REPORT = ReportKind(
    name="region",
    about=ScopeKind.REGION,
    title=Words(zh="区域监管报告", en="Regional Supervision Report"),
    facts=RegionReport,
    sheet=Sheet(
        file_name="issuers.csv",
        columns=(
            "issuer_id",
            "name",
            "state",
            "filing_number",
            "opening",
            "granted",
            "redeemed",
            "expired",
            "adjusted",
            "closing",
        ),
        rows=_rows,
    ),
    gather=gather,
)
