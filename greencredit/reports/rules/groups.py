"""What a report of a group says, out of what was published of it: lines, months, units, methods, recognition."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Final, TypeVar

from greencredit.reports.errors import WrongOrganisation
from greencredit.reports.rules.figures import factor_notes, method_note, months_in
from greencredit.reports.rules.spans import equivalents_of
from greencredit.schemas.actions import Factor, Gas, GreenAction
from greencredit.schemas.issuers import LegalCitation
from greencredit.schemas.organisations import (
    Figures,
    MethodResult,
    Organisation,
    OrganisationKind,
    UnitFacts,
    UnitFigures,
    WithheldUnit,
)
from greencredit.schemas.reports import (
    EquivalentBasis,
    GroupFamily,
    GroupLine,
    GroupMonth,
    GroupNote,
    GroupReport,
    GroupUnit,
    MethodNote,
    MonthState,
    Notice,
    Recognition,
    RecognitionKind,
    Tier,
)
from greencredit.schemas.values import Grams, Period, Words

Report = TypeVar("Report", bound=GroupReport)

_HALF_BP: Final = 5_000
_BROAD: Final = 3
_TWO: Final = 2
_YEAR_MONTHS: Final = 12
_CO2_ALONE: Final = Words(
    zh="部分排放因子只计二氧化碳，相应的减排量按 CO₂ 计，未另加其他温室气体。",
    en="Some factors count carbon dioxide alone: what they avoid is CO₂, and other gases are not added.",
)
_OTHER_REGION: Final = Words(
    zh="部分地区没有自己的排放因子，用了方法所列的替代地区的数值，因子表中已逐项注明。",
    en="Where a region has no factor of its own, the method's declared stand-in was used; the table names it.",
)


def require_kind(report: str, found: UnitFacts, wanted: Collection[OrganisationKind]) -> None:
    """Refuse an organisation of another kind than the report is about."""
    kind = found.figures.kind
    if kind not in wanted:
        raise WrongOrganisation(report, found=kind, wanted=wanted)


def group_report(
    of: type[Report],
    found: UnitFacts,
    *,
    actions: Callable[[str], GreenAction],
    titles: Mapping[tuple[str, int], Words],
    legal: tuple[LegalCitation, ...],
    before: Period,
    whole: Organisation,
    pictured: Iterable[tuple[EquivalentBasis, Factor]],
    **more: object,
) -> Report:
    """Put the facts of a group together; `pictured` says by what its mass is illustrated."""
    figures = found.figures
    own = None if found.own is None else line_of(found.own)
    results = [result for method in figures.methods for result in method.results]
    months = tuple(_months(found))
    units = tuple(_units(figures, whole, found.unit.unit_id))
    families = tuple(_families(found))
    earlier = None if found.before is None else line_of(found.before)
    facts: dict[str, object] = {
        "period": figures.period,
        "as_of": figures.published_at,
        "group": GroupNote(
            unit_id=found.unit.unit_id,
            organisation_id=figures.organisation_id,
            name=found.unit.name,
            level=found.unit.level.words,
            path=tuple(one.name for one in found.path[:-1]),
            region=whole.region,
            smallest_group=figures.smallest_group,
            units_below=len(found.below) + len(found.withheld_below),
        ),
        "publication_id": figures.publication_id,
        "as_of_event": figures.as_of_event,
        "own": own,
        "families": families,
        "before_period": before,
        "before": earlier,
        "months": months,
        "units": units,
        "recognitions": tuple(recognitions_of(own, earlier, months, found.below, len(families))),
        "equivalents": equivalents_of(Grams(0 if own is None else own.avoided_g_co2e or 0), pictured),
        "methods": tuple(_method(actions(one.action), one.results) for one in figures.methods),
        "factors": factor_notes(results, titles),
        "legal": legal,
        "notices": tuple(_notices(results)),
    }
    return of.model_validate(facts | more)


def line_of(one: UnitFigures) -> GroupLine:
    """Give the numbers of a group as a report prints them."""
    return GroupLine(
        members=one.members,
        participants=one.participants,
        actions=one.actions,
        credits=one.credits,
        avoided_g_co2e=one.grams,
    )


def _months(found: UnitFacts) -> Iterator[GroupMonth]:
    """Give every month of the period: as it was published by itself, else say that it was not."""
    by_month = {one.period.since: one.own for one in found.trend if len(months_in(one.period)) == 1}
    for month in months_in(found.figures.period):
        own = by_month.get(month)
        state = MonthState.UNPUBLISHED if month not in by_month else MonthState.WITHHELD
        if own is not None:
            state = MonthState.SHOWN
        yield GroupMonth(month=month, state=state, line=None if own is None else line_of(own))


def _units(figures: Figures, whole: Organisation, inside: str) -> Iterator[GroupUnit]:
    """List what lies in a unit, each after what it lies in, in the order of the register, never by number."""
    place = {one.unit_id: number for number, one in enumerate(whole.units)}
    below: dict[str | None, list[UnitFigures | WithheldUnit]] = {}
    everything: list[UnitFigures | WithheldUnit] = [*figures.units, *figures.withheld]
    for one in everything:
        below.setdefault(one.parent_id, []).append(one)

    def walk(parent: str, depth: int) -> Iterator[GroupUnit]:
        for one in sorted(below.get(parent, ()), key=lambda unit: place[unit.unit_id]):
            shown = one if isinstance(one, UnitFigures) else None
            yield GroupUnit(
                unit_id=one.unit_id,
                name=one.name,
                level=one.level.words,
                depth=depth,
                line=None if shown is None else line_of(shown),
            )
            yield from walk(one.unit_id, depth + 1)

    yield from walk(inside, 0)


def _families(found: UnitFacts) -> Iterator[GroupFamily]:
    if found.own is None:
        return
    for one in found.own.families:
        methods = [method for method in found.figures.methods if method.family == one.family]
        tiers = [result.tier.value for method in methods for result in method.results]
        yield GroupFamily(
            family=one.family,
            title=one.title,
            actions=one.actions,
            credits=one.credits,
            avoided_g_co2e=one.grams,
            tier=Tier(max(tiers)) if tiers and one.grams is not None else None,
            methods=tuple(method.action for method in methods) if one.grams is not None else (),
        )


def _method(action: GreenAction, results: Iterable[MethodResult]) -> MethodNote:
    """Say how a family's actions are quantified, without saying how often: that is of too few to tell."""
    uses = list(results)
    factors = {factor.id for use in uses for factor in use.factors}
    tier = max([action.tier.value, *(use.tier.value for use in uses)])
    more = {"factor_ids": tuple(sorted(factors)), "tier": Tier(tier)}
    return method_note(action).model_copy(update=more)


def _notices(results: Iterable[MethodResult]) -> Iterator[Notice]:
    factors = [factor for result in results for factor in result.factors]
    if any(one.gas is Gas.CO2 for one in factors):
        yield Notice(name="co2_alone", text=_CO2_ALONE)
    if any(one.fallback_for is not None or one.is_proxy for one in factors):
        yield Notice(name="other_region", text=_OTHER_REGION)


def recognitions_of(
    own: GroupLine | None,
    before: GroupLine | None,
    months: Collection[GroupMonth],
    below: Collection[UnitFigures],
    families: int,
) -> Iterator[Recognition]:
    """Say what a group as a whole is thanked for: only of its own figures, never against another group."""
    if own is None or not own.participants:
        return
    yield Recognition(kind=RecognitionKind.TOGETHER, number=own.participants, of=own.actions)
    rate = own.rate_bp
    if rate is not None and rate >= _HALF_BP:
        yield Recognition(kind=RecognitionKind.HALF, number=own.participants, of=own.members or 0)
    if before is not None and own.participants > before.participants:
        yield Recognition(kind=RecognitionKind.MORE, number=own.participants, of=before.participants)
    active = [one for one in months if one.line is not None and one.line.participants]
    if len(months) >= _TWO and len(active) == len(months):
        yield Recognition(kind=RecognitionKind.EVERY_MONTH, number=len(active), of=len(months))
    acting = [one for one in below if one.participants]
    if len(below) >= _TWO and len(acting) == len(below):
        yield Recognition(kind=RecognitionKind.EVERY_UNIT, number=len(acting), of=len(below))
    if families >= _BROAD:
        yield Recognition(kind=RecognitionKind.FAMILIES, number=families, of=families)


def group_rows(report: GroupReport) -> Iterator[tuple[object, ...]]:
    """Give every printed number as a row: the group, its months, its families, what lies in it, the period before."""

    def row(part: str, key: str, name: str, period: Period, line: GroupLine | None) -> tuple[object, ...]:
        told = (None,) * 5 if line is None else (line.members, line.participants, line.actions, line.credits)
        grams = () if line is None else (line.avoided_g_co2e,)
        return (part, key, name, period.since.isoformat(), period.until.isoformat(), *told, *grams)

    yield row("group", report.group.unit_id, report.group.name, report.period, report.own)
    for one in report.families:
        told = (None, None, one.actions, one.credits, one.avoided_g_co2e)
        since, until = report.period.since.isoformat(), report.period.until.isoformat()
        yield ("family", one.family, one.title.zh, since, until, *told)
    for month in report.months:
        first = month.month
        after = date(first.year + (first.month == _YEAR_MONTHS), first.month % _YEAR_MONTHS + 1, 1)
        span = Period(since=first, until=after)
        yield row("month", first.isoformat()[:7], month.state.value, span, month.line)
    for unit in report.units:
        yield row("unit", unit.unit_id, unit.name, report.period, unit.line)
    yield row("before", report.group.unit_id, report.group.name, report.before_period, report.before)


GROUP_COLUMNS: Final = (
    *("part", "id", "name", "since", "until", "members", "participants", "actions", "credits", "avoided_g_co2e"),
)
