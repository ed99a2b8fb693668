"""Figures of a period are worked out once it is over, published, and kept as they were.

Numbers of a group that change day by day would tell what each person did that day; so there are none. Nor are they
worked out again later: the difference would be of those few for whom something was late or taken back, or who were
erased. So what a month came to is kept when a publication first touches it, and whatever is published later adds up
what was kept; a year is the sum of its months to the unit.

Working them out only reads and may take seconds; publishing writes one row. So whoever publishes for many people works
out in a reading session first, and hands what came of it to the writing one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.ids import new_id
from greencredit.ledger import queries as ledger
from greencredit.organisations import queries, rules
from greencredit.organisations.errors import PeriodNotOver
from greencredit.organisations.queries.figures import told_apart
from greencredit.organisations.rules import Cell, Number, Shown
from greencredit.organisations.service.ground import Ground, Part, ground_of
from greencredit.organisations.tables import MonthRow, OrganisationRow, PublicationRow
from greencredit.proofs.rules.canonical import canonical
from greencredit.schemas.actions import Category, Family
from greencredit.schemas.organisations import (
    OTHER_FAMILIES,
    FamilyFigures,
    FigureMethod,
    Figures,
    MethodResult,
    Unit,
    UnitFigures,
    WithheldUnit,
)
from greencredit.schemas.values import Credits, Grams, Period, Words


class Draft(NamedTuple):
    """Figures that were worked out and are not published yet."""

    figures: Figures
    """Without an id and a time of publication."""
    detail: Shown
    months: Mapping[date, str]
    """Months that no publication touched before: what they came to, as it will be kept."""
    after: int
    """The newest publication of the organisation that was known; a newer one would have to be reckoned with."""


class _Choice(NamedTuple):
    """What may be shown: units, those of them with grams, with families told apart, with their members counted."""

    totals: Shown
    weighed: frozenset[str]
    detail: Shown
    counted: frozenset[str]


def work_out(session: Session, organisation_id: str, period: Period) -> Draft:
    """Work the figures of a period out; nothing is written and nothing is locked.

    Raises:
        UnknownOrganisation: there is no such organisation.
        NotWholeMonths, PeriodNotOver: it is no period of which figures are published, or not yet.
    """
    _require_over(session, organisation_id, period)
    last = ledger.last_event(session)
    told = told_apart(session, organisation_id)
    near = rules.touching(period, told)
    spans = rules.spans_of([period, *near])
    ground, fresh = ground_of(session, organisation_id, period, spans, last_event=last)
    choice = _choose(session, ground, {one: told[one] for one in near}, spans)
    figures = Figures(
        publication_id="",
        organisation_id=organisation_id,
        kind=ground.whole.kind,
        name=ground.whole.name,
        period=period,
        as_of_event=last,
        published_at=now(session),
        smallest_group=ground.whole.smallest_group,
        units=_figures(ground, choice),
        withheld=tuple(_withheld(one) for one in ground.whole.units if one.unit_id not in choice.totals.units),
        methods=_methods(ground),
    )
    return Draft(figures, choice.detail, fresh, _newest(session, organisation_id))


def publish(session: Session, organisation_id: str, period: Period, draft: Draft | None = None) -> Figures:
    """Publish the figures of a period that is over; asking again gives what was published.

    With a draft that nothing was published after, this writes a row and does no more; else they are worked out here.

    Raises:
        UnknownOrganisation: there is no such organisation.
        NotWholeMonths, PeriodNotOver: it is no period of which figures are published, or not yet.
    """
    _require_over(session, organisation_id, period)
    # Two publications at once would not know of each other's numbers.
    session.execute(select(OrganisationRow.id).where(OrganisationRow.id == organisation_id).with_for_update())
    if (there := queries.period_figures(session, organisation_id, period)) is not None:
        return there
    of_this = draft is not None and (draft.figures.organisation_id, draft.figures.period) == (organisation_id, period)
    if draft is None or not of_this or draft.after != _newest(session, organisation_id):
        draft = work_out(session, organisation_id, period)
    at = now(session)
    told = {"publication_id": new_id(session, "pub", at), "published_at": at}
    figures = draft.figures.model_copy(update=told)
    _keep(session, figures, draft)
    return figures


def _require_over(session: Session, organisation_id: str, period: Period) -> None:
    queries.organisation(session, organisation_id)
    rules.require_whole_months(period)
    today = civil_date(now(session))
    if today < period.until:
        raise PeriodNotOver(period, today=today.isoformat())


def _newest(session: Session, organisation_id: str) -> int:
    found = session.scalar(
        select(func.max(PublicationRow.number)).where(PublicationRow.organisation_id == organisation_id)
    )
    return int(found or 0)


def _keep(session: Session, figures: Figures, draft: Draft) -> None:
    apart = {"units": sorted(draft.detail.units), "families": sorted(draft.detail.alone)}
    session.add_all(
        MonthRow(
            organisation_id=figures.organisation_id, month=month, as_of_event=figures.as_of_event, document=document
        )
        for month, document in draft.months.items()
    )
    session.add(
        PublicationRow(
            id=figures.publication_id,
            organisation_id=figures.organisation_id,
            since=figures.period.since,
            until=figures.period.until,
            published_at=figures.published_at,
            document=canonical(figures.model_dump(mode="json")).decode(),
            told_apart=canonical(apart).decode(),
        )
    )
    session.flush()


def _choose(
    session: Session,
    ground: Ground,
    told: Mapping[Period, tuple[frozenset[str], frozenset[str]]],
    spans: Sequence[Period],
) -> _Choice:
    """Decide what may be shown, knowing what was shown before of times that touch these."""
    totals, weighed, details = [], [], []
    for period, (apart, alone) in told.items():
        inside = frozenset(place for place, span in enumerate(spans) if span.since in period)
        shown = queries.figures(session, ground.whole.organisation_id, period)
        totals.append(Shown(frozenset(one.unit_id for one in shown.units), inside))
        weighed.append(Shown(frozenset(one.unit_id for one in shown.units if one.grams is not None), inside))
        details.append(Shown(apart, inside, alone))
    smallest, root = ground.whole.smallest_group, ground.whole.units[0].unit_id
    everybody = {one.cell: one.people for one in ground.done}
    counted = rules.sizes_of(ground.tree, everybody, ground.spans)
    people = rules.compact(everybody, smallest=smallest)
    # Grams are another number: of twenty who took part, perhaps only one did something that is quantified.
    emitting = rules.compact({one.cell: one.quantified for one in ground.done if one.quantified}, smallest=smallest)
    new = Shown(frozenset(ground.tree.parents), ground.spans)
    choose = partial(rules.choose, ground.tree, smallest=smallest, counted=counted)
    new = new._replace(units=choose(people, new, totals, details))
    grams = new._replace(units=choose(emitting, new, weighed, details))
    numbers = [Number(people, [*totals, new]), Number(emitting, [*weighed, grams])]
    detail = rules.choose_detail(ground.tree, numbers, new, details, root=root, smallest=smallest, counted=counted)
    return _Choice(new, grams.units, detail, _counted(ground, new))


def _counted(ground: Ground, new: Shown) -> frozenset[str]:
    """Name the units whose members may be counted: those who did nothing are a group, too."""
    taking_part: defaultdict[str, set[int]] = defaultdict(set)
    for one in ground.done:
        if one.cell.span in ground.spans:
            taking_part[one.cell.unit] |= one.people
    resting = {unit: all_ - taking_part[unit] for unit, all_ in ground.members.items()}
    idle = {Cell(unit, 0, ""): persons for unit, persons in resting.items() if persons}
    spans, smallest = frozenset({0}), ground.whole.smallest_group
    sizes = rules.sizes_of(ground.tree, idle, spans)
    people = rules.compact(idle, smallest=smallest)
    return rules.choose(ground.tree, people, Shown(new.units, spans), [], [], smallest=smallest, counted=sizes)


def _methods(ground: Ground) -> tuple[FigureMethod, ...]:
    """Name the methods that enough people used for the use of one to tell of nobody; no number goes with them."""
    smallest = ground.whole.smallest_group
    return tuple(
        FigureMethod(
            action=name,
            family=used.family,
            title=_title(used.family),
            results=tuple(
                MethodResult(action_version=version, tier=tier, factors=factors)
                for version, tier, factors in dict.fromkeys(
                    (one.action_version, one.tier, one.factors) for one in used.results
                )
            ),
        )
        for name, used in sorted(ground.used.items())
        if len(used.people) >= smallest
    )


# ---- Adding up -------------------------------------------------------------------------------------------------------


class _Sum:
    """What a unit and everything in it come to."""

    def __init__(self) -> None:
        self.people: set[int] = set()
        self.members: set[int] = set()
        self.families: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])

    def add(self, one: Part) -> None:
        """Count what was done."""
        self.people |= one.people
        sums = self.families[one.cell.family]
        for place, value in enumerate((one.actions, one.credits, one.grams, one.unquantified)):
            sums[place] += value

    def total(self, families: Iterable[str] | None = None) -> tuple[int, int, int, int]:
        """Give actions, credits, grams and actions that are not quantified, of some families or all."""
        chosen = [self.families[one] for one in (list(self.families) if families is None else families)]
        actions, credits_, grams, unquantified = (sum(one[place] for one in chosen) for place in range(4))
        return actions, credits_, grams, unquantified


def _figures(ground: Ground, choice: _Choice) -> tuple[UnitFigures, ...]:
    sums: defaultdict[str, _Sum] = defaultdict(_Sum)
    for one in ground.done:
        if one.cell.span in ground.spans:
            for unit in ground.tree.path(one.cell.unit):
                sums[unit].add(one)
    for unit, members in ground.members.items():
        for over in ground.tree.path(unit):
            sums[over].members |= members
    return tuple(
        _unit_figures(one, sums[one.unit_id], choice)
        for one in ground.whole.units
        if one.unit_id in choice.totals.units
    )


def _unit_figures(unit: Unit, of: _Sum, choice: _Choice) -> UnitFigures:
    actions, credits_, grams, _ = of.total()
    return UnitFigures(
        unit_id=unit.unit_id,
        parent_id=unit.parent_id,
        level=unit.level,
        name=unit.name,
        members=len(of.members) if unit.unit_id in choice.counted else None,
        participants=len(of.people),
        actions=actions,
        credits=Credits(credits_),
        grams=Grams(grams) if unit.unit_id in choice.weighed else None,
        families=_families(of, choice.detail) if unit.unit_id in choice.detail.units else (),
    )


def _families(of: _Sum, detail: Shown) -> tuple[FamilyFigures, ...]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for family in of.families:
        groups[detail.group(family)].append(family)
    shown = []
    for group, families in groups.items():
        actions, credits_, grams, unquantified = of.total(families)
        shown.append(
            FamilyFigures(
                family=group,
                title=_title(group),
                actions=actions,
                credits=Credits(credits_),
                grams=None if unquantified == actions else Grams(grams),
            )
        )
    return tuple(sorted(shown, key=lambda one: (one.family == OTHER_FAMILIES, -one.credits, one.family)))


def _title(group: str) -> Words:
    if group == OTHER_FAMILIES:
        return Words(zh="其他", en="Other")
    if group in set(Family):
        return Family(group).words
    return Category(group).words if group in set(Category) else Words(zh="绿色消费", en="Green shopping")


def _withheld(unit: Unit) -> WithheldUnit:
    return WithheldUnit(unit_id=unit.unit_id, parent_id=unit.parent_id, level=unit.level, name=unit.name)
