"""Figures of a period are worked out once it is over, published, and kept as they were.

Numbers of a group that change day by day would tell what each person did that day; so there are none. Nor are they
worked out again later: the difference would be of those few for whom something was late or taken back.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards.queries.groups import Contribution, Stay, contributions
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.ids import new_id
from greencredit.ledger import queries as ledger
from greencredit.organisations import queries, rules
from greencredit.organisations.errors import PeriodNotOver
from greencredit.organisations.queries.figures import told_apart
from greencredit.organisations.rules import Cell, Number, Shown, Tree
from greencredit.organisations.tables import OrganisationRow, PublicationRow
from greencredit.proofs.rules.canonical import canonical
from greencredit.schemas.actions import Category, Family
from greencredit.schemas.organisations import (
    OTHER_FAMILIES,
    FamilyFigures,
    Figures,
    Organisation,
    Unit,
    UnitFigures,
    WithheldUnit,
)
from greencredit.schemas.values import Credits, Grams, Period, Words


class _Ground(NamedTuple):
    """Everything that figures are worked out from."""

    whole: Organisation
    tree: Tree
    units: Sequence[str]
    """By number, as contributions name their place."""
    done: Sequence[Contribution]
    members: Mapping[str, set[str]]
    """Unit → who belonged to that very unit in the period."""
    taking_part: Mapping[str, set[str]]
    """Unit → who of them did something there in the period."""
    spans: frozenset[int]
    """The pieces of time that make up the period."""


class _Choice(NamedTuple):
    """What may be shown: units, those of them with grams, with families told apart, with their members counted."""

    totals: Shown
    weighed: frozenset[str]
    detail: Shown
    counted: frozenset[str]


def publish(session: Session, organisation_id: str, period: Period) -> Figures:
    """Publish the figures of a period that is over; asking again gives what was published.

    Raises:
        UnknownOrganisation: there is no such organisation.
        NotWholeMonths, PeriodNotOver: it is no period of which figures are published, or not yet.
    """
    queries.organisation(session, organisation_id)
    rules.require_whole_months(period)
    at = now(session)
    if civil_date(at) < period.until:
        raise PeriodNotOver(period, today=civil_date(at).isoformat())
    # Two publications at once would not know of each other's numbers.
    session.execute(select(OrganisationRow.id).where(OrganisationRow.id == organisation_id).with_for_update())
    if (there := queries.period_figures(session, organisation_id, period)) is not None:
        return there
    told = told_apart(session, organisation_id)
    near = rules.touching(period, told)
    spans = rules.spans_of([period, *near])
    ground = _ground(session, organisation_id, period, spans)
    choice = _choose(session, ground, {one: told[one] for one in near}, spans)
    figures = Figures(
        publication_id=new_id(session, "pub", at),
        organisation_id=organisation_id,
        kind=ground.whole.kind,
        name=ground.whole.name,
        period=period,
        as_of_event=ledger.last_event(session),
        published_at=at,
        smallest_group=ground.whole.smallest_group,
        units=_figures(ground, choice),
        withheld=tuple(_withheld(one) for one in ground.whole.units if one.unit_id not in choice.totals.units),
    )
    _keep(session, figures, choice.detail)
    return figures


def _keep(session: Session, figures: Figures, detail: Shown) -> None:
    apart = {"units": sorted(detail.units), "families": sorted(detail.alone)}
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


def _ground(session: Session, organisation_id: str, period: Period, spans: Sequence[Period]) -> _Ground:
    whole = queries.organisation(session, organisation_id)
    units = [one.unit_id for one in whole.units]
    number = {unit: place for place, unit in enumerate(units)}
    stays = queries.stays_of(session, organisation_id, spans[0].since, spans[-1].until)
    asked = [Stay(number[one.unit_id], one.consumer_id, one.since, one.until) for one in stays]
    mine = frozenset(place for place, span in enumerate(spans) if span.since in period)
    done = contributions(session, asked, spans)
    members: defaultdict[str, set[str]] = defaultdict(set)
    for stay in stays:
        if stay.since < period.until and (stay.until is None or stay.until > period.since):
            members[stay.unit_id].add(stay.consumer_id)
    taking_part: defaultdict[str, set[str]] = defaultdict(set)
    subjects = ledger.subjects_of(session, {one.holder for one in done})
    for one in done:
        if one.span in mine:
            taking_part[units[one.place]].add(subjects[one.holder] or "")
    return _Ground(whole, queries.tree_of(whole), units, done, members, taking_part, mine)


def _choose(
    session: Session,
    ground: _Ground,
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
    people = rules.people_of(_cells(ground, ground.done))
    # Grams are another number: of twenty who took part, perhaps only one did something that is quantified.
    emitting = rules.people_of(_cells(ground, (one for one in ground.done if one.actions > one.unquantified)))
    new = Shown(frozenset(ground.units), ground.spans)
    new = new._replace(units=rules.choose(ground.tree, people, new, totals, details, smallest=smallest))
    grams = new._replace(units=rules.choose(ground.tree, emitting, new, weighed, details, smallest=smallest))
    numbers = [Number(people, [*totals, new]), Number(emitting, [*weighed, grams])]
    detail = rules.choose_detail(ground.tree, numbers, new, details, root=root, smallest=smallest)
    # Beside those who took part, those who did not are a group, too: where they are few, members are not counted.
    idle = rules.people_of(
        (person, Cell(unit, 0, ""))
        for person, unit in _numbered(
            (one, unit) for unit, all_ in ground.members.items() for one in all_ - ground.taking_part[unit]
        )
    )
    counted = Shown(new.units, frozenset({0}))
    return _Choice(new, grams.units, detail, rules.choose(ground.tree, idle, counted, [], [], smallest=smallest))


def _cells(ground: _Ground, done: Iterable[Contribution]) -> Iterable[tuple[int, Cell]]:
    for one in done:
        yield one.holder, Cell(ground.units[one.place], one.span, one.family)


def _numbered(people: Iterable[tuple[str, str]]) -> Iterable[tuple[int, str]]:
    numbers: dict[str, int] = {}
    for person, unit in people:
        yield numbers.setdefault(person, len(numbers)), unit


# ---- Adding up -------------------------------------------------------------------------------------------------------


class _Sum:
    """What a unit and everything in it come to."""

    def __init__(self) -> None:
        self.people: set[int] = set()
        self.members: set[str] = set()
        self.families: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])

    def add(self, one: Contribution) -> None:
        """Count what somebody did."""
        self.people.add(one.holder)
        sums = self.families[one.family]
        for place, value in enumerate((one.actions, one.credits, one.grams, one.unquantified)):
            sums[place] += value

    def total(self, families: Iterable[str] | None = None) -> tuple[int, int, int, int]:
        """Give actions, credits, grams and actions that are not quantified, of some families or all."""
        chosen = [self.families[one] for one in (list(self.families) if families is None else families)]
        actions, credits_, grams, unquantified = (sum(one[place] for one in chosen) for place in range(4))
        return actions, credits_, grams, unquantified


def _figures(ground: _Ground, choice: _Choice) -> tuple[UnitFigures, ...]:
    sums: defaultdict[str, _Sum] = defaultdict(_Sum)
    above = {unit: ground.tree.path(unit) for unit in ground.units}
    for one in ground.done:
        if one.span in ground.spans:
            for unit in above[ground.units[one.place]]:
                sums[unit].add(one)
    for unit, members in ground.members.items():
        for over in above[unit]:
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
