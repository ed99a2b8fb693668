"""No set of shown numbers lets anyone compute a small group: held against an attacker who tries them all."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.organisations.rules import (
    Cell,
    Number,
    Shown,
    Tree,
    choose,
    choose_detail,
    compact,
    people_of,
    sizes_of,
)
from greencredit.schemas.organisations import OTHER_FAMILIES

SMALLEST = 3
SCHOOL = Tree({"school": None, "one": "school", "two": "school", "1a": "one", "1b": "one", "2a": "two"})
ALL = frozenset(SCHOOL.parents)
ONCE = frozenset({0})

Atom = tuple[int, Cell]
"""A person did something."""


def pupils(counts: dict[str, int], *, span: int = 0, family: str = "travel", first: int = 0) -> list[Atom]:
    """Give so many different people who did something in each unit."""
    atoms: list[Atom] = []
    for unit, count in counts.items():
        done = [(first + len(atoms) + number, Cell(unit, span, family)) for number in range(count)]
        atoms += done
    return atoms


# ---- The attacker ----------------------------------------------------------------------------------------------------


def vectors(
    tree: Tree, cells: Sequence[Cell], totals: Sequence[Shown], details: Sequence[Shown]
) -> list[list[Fraction]]:
    """Give every shown number as the cells that it adds up."""

    def row(one: Shown, unit: str, group: str | None) -> list[Fraction]:
        return [
            Fraction(
                unit in tree.path(cell.unit)
                and cell.span in one.spans
                and (group is None or one.group(cell.family) == group)
            )
            for cell in cells
        ]

    rows = [row(one, unit, None) for one in totals for unit in sorted(one.units)]
    for one in details:
        groups = sorted({one.group(cell.family) for cell in cells})
        rows += [row(one, unit, group) for unit, group in product(sorted(one.units), groups)]
    return rows


def reduced(rows: list[list[Fraction]]) -> list[tuple[int, list[Fraction]]]:
    """Bring linear equations into their simplest form: each row with its leading place."""
    basis: list[tuple[int, list[Fraction]]] = []
    for row in rows:
        left = _without(row, basis)
        lead = next((place for place, value in enumerate(left) if value), None)
        if lead is not None:
            basis.append((lead, [value / left[lead] for value in left]))
    return basis


def _without(row: list[Fraction], basis: list[tuple[int, list[Fraction]]]) -> list[Fraction]:
    for lead, other in basis:
        if row[lead]:
            factor = row[lead]
            row = [value - factor * taken for value, taken in zip(row, other, strict=True)]
    return row


def small_groups_known(
    tree: Tree, atoms: Sequence[Atom], totals: Sequence[Shown], details: Sequence[Shown] = ()
) -> list[set[Cell]]:
    """Try every group of cells: give those of too few people whose numbers follow from the shown ones."""
    cells = sorted({cell for _, cell in atoms})
    basis = reduced(vectors(tree, cells, totals, details))
    found = []
    for chosen in product((0, 1), repeat=len(cells)):
        inside = {cell for cell, taken in zip(cells, chosen, strict=True) if taken}
        people = {person for person, cell in atoms if cell in inside}
        if 0 < len(people) < SMALLEST and not any(_without([Fraction(one) for one in chosen], basis)):
            found.append(inside)
    return found


@st.composite
def histories(draw: st.DrawFn) -> tuple[Tree, list[Atom], list[Atom], list[frozenset[int]]]:
    """Draw a small organisation, what few people did in it, and how much of that has a second number (grams).

    Then the periods that are published, one after the other.
    """
    names = ["root", "a", "b", "c", "d"][: draw(st.integers(2, 5))]
    parents: dict[str, str | None] = {"root": None}
    for place, name in enumerate(names[1:], start=1):
        parents[name] = names[draw(st.integers(0, place - 1))]
    families = ["travel", "recycling", "home"][: draw(st.integers(1, 3))]
    cells = draw(
        st.lists(
            st.tuples(st.sampled_from(names), st.integers(0, 1), st.sampled_from(families)),
            min_size=1,
            max_size=8,
            unique=True,
        )
    )
    atoms = [
        (person, Cell(*cell)) for cell in cells for person in draw(st.sets(st.integers(0, 9), min_size=1, max_size=7))
    ]
    periods = draw(st.permutations([frozenset({0}), frozenset({1}), frozenset({0, 1})]))
    weighed = [atom for atom in atoms if draw(st.booleans())]
    return Tree(parents), atoms, weighed, list(periods)


@pytest.mark.proves("ORG-3", "REP-2", "REP-3")
@given(histories())
def test_whatever_is_published_in_whatever_order_no_small_group_can_be_computed(
    history: tuple[Tree, list[Atom], list[Atom], list[frozenset[int]]],
) -> None:
    tree, atoms, weighed, periods = history
    people, emitting = people_of(atoms), people_of(weighed)
    totals: list[Shown] = []
    grams: list[Shown] = []
    details: list[Shown] = []
    for spans in periods:
        new = Shown(frozenset(tree.parents), spans)
        new = new._replace(units=choose(tree, people, new, totals, details, smallest=SMALLEST))
        grams.append(new._replace(units=choose(tree, emitting, new, grams, details, smallest=SMALLEST)))
        totals.append(new)
        numbers = [Number(people, totals), Number(emitting, grams)]
        detail = choose_detail(tree, numbers, new, details, root="root", smallest=SMALLEST)
        assert detail.units <= grams[-1].units <= new.units
        details.append(detail)

        assert small_groups_known(tree, atoms, totals, details) == []
        assert small_groups_known(tree, weighed, grams, details) == []


@pytest.mark.proves("ORG-3")
@given(histories())
def test_as_few_bits_as_tell_small_groups_from_others_lead_to_the_same_choice(
    history: tuple[Tree, list[Atom], list[Atom], list[frozenset[int]]],
) -> None:
    tree, atoms, _, periods = history
    cells = {cell: {person for person, one in atoms if one == cell} for _, cell in atoms}
    people, few = people_of(atoms), compact(cells, smallest=SMALLEST)
    totals: list[Shown] = []
    details: list[Shown] = []
    for spans in periods:
        sizes = sizes_of(tree, cells, spans)
        new = Shown(frozenset(tree.parents), spans)
        units = choose(tree, people, new, totals, details, smallest=SMALLEST)
        assert choose(tree, few, new, totals, details, smallest=SMALLEST, counted=sizes) == units
        new = new._replace(units=units)
        totals.append(new)
        detail, alike = (
            choose_detail(tree, [Number(of, totals)], new, details, root="root", smallest=SMALLEST, counted=counted)
            for of, counted in ((people, None), (few, sizes))
        )
        assert alike == detail
        details.append(detail)


def test_the_attacker_finds_what_a_careless_publication_gives_away() -> None:
    """Else the property above would prove nothing."""
    atoms = pupils({"1a": 5, "1b": 2, "2a": 4})

    careless = [Shown(frozenset({"one", "1a"}), ONCE)]

    assert small_groups_known(SCHOOL, atoms, careless) == [{Cell("1b", 0, "travel")}]


# ---- What stays ------------------------------------------------------------------------------------------------------


def shown(tree: Tree, atoms: Sequence[Atom]) -> frozenset[str]:
    """Give the units whose totals are shown when nothing was before."""
    new = Shown(frozenset(tree.parents), ONCE)
    return choose(tree, people_of(atoms), new, [], [], smallest=SMALLEST)


@pytest.mark.proves("ORG-3")
def test_where_every_group_is_large_enough_everything_is_shown() -> None:
    atoms = pupils({"1a": 3, "1b": 3, "2a": 3})

    assert shown(SCHOOL, atoms) == ALL


@pytest.mark.proves("ORG-3")
def test_with_a_class_that_is_too_small_its_neighbour_goes_because_the_grade_would_tell() -> None:
    atoms = pupils({"1a": 9, "1b": 2, "2a": 4})

    assert shown(SCHOOL, atoms) == {"school", "one", "two", "2a"}


@pytest.mark.proves("ORG-3")
def test_the_smallest_neighbour_goes_and_the_others_stay() -> None:
    tree = Tree({"school": None, "a": "school", "b": "school", "c": "school"})

    assert shown(tree, pupils({"a": 2, "b": 5, "c": 4})) == {"school", "b"}


@pytest.mark.proves("ORG-3")
def test_who_belongs_to_a_unit_itself_is_not_told_by_the_units_in_it() -> None:
    atoms = pupils({"one": 1, "1a": 4, "1b": 5, "2a": 4})

    assert shown(SCHOOL, atoms) == {"school", "one", "two", "1b", "2a"}


@pytest.mark.proves("ORG-3")
def test_a_school_with_one_pupil_shows_noughts_at_most_and_one_where_nobody_took_part_noughts_alone() -> None:
    assert shown(SCHOOL, pupils({"1a": 1})) == {"1b", "two", "2a"}
    assert shown(SCHOOL, []) == ALL


@pytest.mark.proves("ORG-3")
def test_a_month_is_not_shown_where_the_year_less_the_month_would_be_of_one_person() -> None:
    tree = Tree({"class": None})
    january, later = pupils({"class": 5}, span=0), pupils({"class": 1}, span=1, first=9)
    year = Shown(frozenset({"class"}), frozenset({0, 1}))

    month = choose(tree, people_of([*january, *later]), Shown(year.units, ONCE), [year], [], smallest=SMALLEST)

    assert month == frozenset()


@pytest.mark.proves("ORG-3")
def test_families_of_few_people_stand_together_or_are_not_told_apart() -> None:
    tree = Tree({"class": None})
    ridden, sorted_, mended = (
        pupils({"class": count}, family=family, first=first)
        for count, family, first in ((5, "travel", 0), (2, "recycling", 10), (1, "home", 20))
    )

    def told(*done: list[Atom]) -> Shown:
        new = Shown(frozenset({"class"}), ONCE)
        people = people_of([atom for part in done for atom in part])
        return choose_detail(tree, [Number(people, [new])], new, [], root="class", smallest=SMALLEST)

    three, two = told(ridden, sorted_, mended), told(ridden, sorted_)

    assert (set(three.units), set(three.alone)) == ({"class"}, {"travel"})
    assert [three.group(family) for family in ("travel", "recycling", "home")] == ["travel"] + [OTHER_FAMILIES] * 2
    assert two.units == frozenset()
