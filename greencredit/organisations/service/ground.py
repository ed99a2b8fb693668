"""Everything that the figures of a period are worked out from: the units, their people, and what months came to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from greencredit.awards.queries.groups import Contribution, Stay, Used, contributions
from greencredit.organisations import queries, rules
from greencredit.organisations.queries.figures import KeptMonth, Sums, kept_months
from greencredit.organisations.rules import Cell, Tree
from greencredit.proofs.rules.canonical import canonical
from greencredit.schemas.organisations import Organisation
from greencredit.schemas.values import Period


class Part(NamedTuple):
    """What the people of one unit did in one piece of time and family."""

    cell: Cell
    actions: int
    credits: int
    grams: int
    unquantified: int
    people: frozenset[int]
    quantified: frozenset[int]


class Ground(NamedTuple):
    """Everything that figures are worked out from."""

    whole: Organisation
    tree: Tree
    done: Sequence[Part]
    used: Mapping[str, Used]
    members: Mapping[str, frozenset[int]]
    """Unit → who belonged to that very unit in the period."""
    spans: frozenset[int]
    """The pieces of time that make up the period."""


def ground_of(
    session: Session, organisation_id: str, period: Period, spans: Sequence[Period], *, last_event: int
) -> tuple[Ground, dict[date, str]]:
    """Read what there is, and give what the months come to that nobody published yet, as it will be kept."""
    whole = queries.organisation(session, organisation_id)
    number = {one.unit_id: place for place, one in enumerate(whole.units)}
    reach = Period(since=spans[0].since, until=spans[-1].until)
    stays = queries.stays_of(session, organisation_id, reach.since, reach.until)
    persons: dict[str, int] = {}
    asked = [Stay(number[one.unit_id], persons.setdefault(one.consumer_id, len(persons)), *one[1:]) for one in stays]
    kept = kept_months(session, organisation_id, reach)
    up_to = {month: one.as_of_event for month, one in kept.items()}
    found = contributions(session, asked, reach, last_event=last_event, known_up_to=up_to)
    members: defaultdict[str, set[int]] = defaultdict(set)
    for stay in stays:
        if stay.since < period.until and (stay.until is None or stay.until > period.since):
            members[stay.unit_id].add(persons[stay.consumer_id])
    months = _months(whole, found.done, kept, reach)
    ground = Ground(
        whole,
        queries.tree_of(whole),
        _parts(whole, months, found.done, spans, nobody=len(persons)),
        found.used,
        {unit: frozenset(of) for unit, of in members.items()},
        frozenset(place for place, span in enumerate(spans) if span.since in period),
    )
    fresh = {month: canonical(sums).decode() for month, sums in months.items() if month not in kept}
    return ground, fresh


def _months(
    whole: Organisation, done: Sequence[Contribution], kept: Mapping[date, KeptMonth], reach: Period
) -> dict[date, Sums]:
    """Give what every month came to: as it was kept, else as it is."""
    months: dict[date, Sums] = {
        one.since: dict(kept[one.since].sums) if one.since in kept else {} for one in rules.months_of(reach)
    }
    for one in done:
        if one.month not in kept:
            of_unit = months[one.month].setdefault(whole.units[one.place].unit_id, {})
            of_unit[one.family] = [one.actions, one.credits, one.grams, one.unquantified]
    return months


def _parts(
    whole: Organisation,
    months: Mapping[date, Sums],
    done: Sequence[Contribution],
    spans: Sequence[Period],
    *,
    nobody: int,
) -> tuple[Part, ...]:
    """Put sums and people together.

    Where something was kept and whoever did it was erased meanwhile, somebody stands for him: one person of each unit,
    so that what is his alone stays a group of one and is never taken for nothing.
    """
    stand_in = {one.unit_id: nobody + place for place, one in enumerate(whole.units)}
    span_of = {month: next(place for place, span in enumerate(spans) if month in span) for month in months}
    people: defaultdict[Cell, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for one in done:
        everybody, some = people[Cell(whole.units[one.place].unit_id, span_of[one.month], one.family)]
        everybody.update(one.people)
        some.update(one.quantified)
    sums: defaultdict[Cell, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for month, of_month in months.items():
        for unit, families in of_month.items():
            for family, counts in families.items():
                of_cell = sums[Cell(unit, span_of[month], family)]
                for place, count in enumerate(counts):
                    of_cell[place] += count
    return tuple(
        Part(
            cell,
            actions=counts[0],
            credits=counts[1],
            grams=counts[2],
            unquantified=counts[3],
            people=frozenset(people[cell][0] or {stand_in[cell.unit]}),
            quantified=frozenset(people[cell][1] or {stand_in[cell.unit]}) if counts[0] > counts[3] else frozenset(),
        )
        for cell, counts in sums.items()
    )
