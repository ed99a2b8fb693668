"""Small-group suppression (小群体隐去): which numbers may be shown so that none of fewer people can be computed.

What can be computed. Numbers of groups add up, so from shown numbers only sums and differences can be had. Cut what
people did into *cells* (unit, span of time, family) and call two cells alike if every shown group has both or neither.
Any sum or difference treats alike cells alike; a group that it comes to is made of whole classes of alike cells. So it
is enough that in no class somebody did something and yet fewer people than the smallest group did. Zero people are
no group. What was shown before stays known: the classes are formed over everything that was ever shown, and this.

Totals and families. Beside totals of units, some of these units tell families apart. A sum then gives each cell a part
by its class of totals (a line) and a part by its class of families (a column), and lines lie within one detail class
each. Whoever may know which cells are empty can, of one detail class, compute exactly this and what is put together
of it: whole lines, and, for any set of columns, the lines that have something in them less these columns. (Let the
parts be whole numbers A of lines and minus B of columns, their sum nought or one on every cell that is not empty: then
B is A or one less, and the group falls into the groups A ≥ t less B ≥ t, one for each t, which are of this sort; a
line more adds a whole line.) So these are looked at, all of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from greencredit.organisations.rules.hierarchy import Tree
from greencredit.schemas.organisations import OTHER_FAMILIES

_MOST_COLUMNS: Final = 9
"""More families than this are pooled before they are told apart: every set of them is looked at."""


class Cell(NamedTuple):
    """Where, when and of which family something was done."""

    unit: str
    span: int
    family: str


class Shown(NamedTuple):
    """Numbers that are known: of which units and spans, and how the families were told apart."""

    units: frozenset[str]
    spans: frozenset[int]
    alone: frozenset[str] = frozenset()
    """The families that stood by themselves; the others stood together."""

    def group(self, family: str) -> str:
        """Tell in which group a family is shown."""
        return family if family in self.alone else OTHER_FAMILIES


People = Mapping[Cell, int]
"""Who did something in each cell, one bit a person."""


class Number(NamedTuple):
    """One number that is shown: who had a part in it, and of which units its totals are known, the newest last."""

    people: People
    totals: Sequence[Shown]


_Line = tuple[str | None, ...]
_Columns = dict[tuple[str | None, ...], int]


def people_of(done: Iterable[tuple[int, Cell]]) -> dict[Cell, int]:
    """Gather who did something in each cell."""
    bits: dict[int, int] = {}
    found: defaultdict[Cell, set[int]] = defaultdict(set)
    for person, cell in done:
        found[cell].add(bits.setdefault(person, len(bits)))
    return {cell: mask_of(persons) for cell, persons in found.items()}


def compact(people: Mapping[Cell, Collection[int]], *, smallest: int) -> dict[Cell, int]:
    """Give people as bits of which no more is kept than it takes to tell groups of fewer from the others.

    A cell of as many people as the smallest group, or more, makes every group that it is in large enough: who they are
    is nothing to anybody, and the same few bits stand for all such cells. All others keep everybody.
    """
    many = (1 << smallest) - 1
    bits: dict[int, int] = {}
    return {
        cell: many
        if len(persons) >= smallest
        else mask_of([smallest + bits.setdefault(person, len(bits)) for person in persons])
        for cell, persons in people.items()
    }


class Sizes(NamedTuple):
    """How many people did something, by unit with all below it and by family: the larger ones stay."""

    units: Mapping[str, int]
    families: Mapping[str, int]


def sizes_of(tree: Tree, people: Mapping[Cell, Collection[int]], spans: frozenset[int]) -> Sizes:
    """Count the people of every unit and family in these spans."""
    own: defaultdict[str, set[int]] = defaultdict(set)
    families: defaultdict[str, set[int]] = defaultdict(set)
    for cell, persons in people.items():
        if cell.span in spans:
            own[cell.unit].update(persons)
            families[cell.family].update(persons)
    units: dict[str, set[int]] = {unit: set() for unit in tree.parents}
    for unit, persons in own.items():
        for above in tree.path(unit):
            units[above] |= persons
    return Sizes(
        {unit: len(persons) for unit, persons in units.items()},
        {family: len(persons) for family, persons in families.items()},
    )


def mask_of(bits: Collection[int]) -> int:
    """Give people by their numbers as one bit each."""
    raw = bytearray(max(bits, default=0) // 8 + 1)
    for bit in bits:
        raw[bit >> 3] |= 1 << (bit & 7)
    return int.from_bytes(raw, "little")


def choose(
    tree: Tree,
    people: People,
    new: Shown,
    totals: Sequence[Shown],
    details: Sequence[Shown],
    *,
    smallest: int,
    counted: Sizes | None = None,
) -> frozenset[str]:
    """Give those of the wanted units whose totals may be shown: with all earlier numbers, nothing small is known.

    Units leave until it is so, of each class that is too small the smallest that helps, so that the larger ones stay.
    """
    sizes = _sizes(tree, people, new.spans) if counted is None else counted.units
    known = _pieces(tree, people, totals, (), new)
    told = _pieces(tree, people, totals, details, new) if details else {}
    units = set(new.units)
    while units:
        wanted = new._replace(units=frozenset(units))
        leaving = _too_small(tree, known, wanted, sizes, smallest)
        leaving = leaving or _too_telling(tree, told, wanted, sizes, smallest)
        if not leaving:
            break
        units -= leaving
    return frozenset(units)


def choose_detail(
    tree: Tree,
    numbers: Sequence[Number],
    new: Shown,
    details: Sequence[Shown],
    *,
    root: str,
    smallest: int,
    counted: Sizes | None = None,
) -> Shown:
    """Give the units that may tell families apart, and the families that may stand by themselves.

    For every number that is told by family it has to hold. The whole comes first: the smallest families are pooled
    until it can show them, then as many units as can show the same.
    """
    sizes = Sizes(_sizes(tree, numbers[0].people, new.spans), _family_sizes(numbers, new.spans))
    sizes = counted or sizes
    units = new.units.intersection(*(number.totals[-1].units for number in numbers))
    alone = sorted(sizes.families, key=lambda family: (-sizes.families[family], family))[: _MOST_COLUMNS - 1]
    while alone and root in units:
        wanted = new._replace(alone=frozenset(alone), units=units)
        detailed = _detailed(tree, numbers, wanted, details, sizes.units, root=root, smallest=smallest)
        if detailed:
            return wanted._replace(units=detailed)
        alone.pop()
    return new._replace(units=frozenset())


def _family_sizes(numbers: Sequence[Number], spans: frozenset[int]) -> dict[str, int]:
    masks: defaultdict[str, int] = defaultdict(int)
    for number in numbers:
        for cell, mask in number.people.items():
            if cell.span in spans:
                masks[cell.family] |= mask
    return {family: mask.bit_count() for family, mask in masks.items()}


# ---- Totals ----------------------------------------------------------------------------------------------------------


class _Piece(NamedTuple):
    """Cells that nothing tells apart but the units that are about to be shown: they are looked at together."""

    line: _Line
    """Of each known total the nearest shown unit above, none where it is not of this time."""
    places: _Line
    """The same of each known detail."""
    column: tuple[str | None, ...]
    """In which group of each known detail the family stands."""
    unit: str
    inside: bool
    """Whether it is of the time that is about to be shown."""
    group: str
    """In which group the family is about to be shown."""


def _pieces(
    tree: Tree, people: People, totals: Sequence[Shown], details: Sequence[Shown], new: Shown
) -> dict[_Piece, int]:
    """Put the cells together that everything known treats alike; families only matter where a detail was shown."""
    lines: dict[tuple[str, int], tuple[_Line, _Line]] = {}
    found: defaultdict[_Piece, int] = defaultdict(int)
    for cell, mask in people.items():
        where = cell.unit, cell.span
        if where not in lines:
            lines[where] = _line(tree, *where, totals), _line(tree, *where, details)
        line, places = lines[where]
        column = tuple(
            None if place is None else one.group(cell.family) for place, one in zip(places, details, strict=True)
        )
        group = new.group(cell.family) if new.alone else OTHER_FAMILIES
        found[_Piece(line, places, column, cell.unit, cell.span in new.spans, group)] |= mask
    return dict(found)


def _line(tree: Tree, unit: str, span: int, shown: Sequence[Shown]) -> _Line:
    return tuple(tree.nearest(unit, one.units) if span in one.spans else None for one in shown)


def _heres(tree: Tree, pieces: Mapping[_Piece, int], new: Shown) -> dict[str, str | None]:
    """Give the nearest unit above each that is about to be shown."""
    return {unit: tree.nearest(unit, new.units) for unit in {piece.unit for piece in pieces}}


def _too_small(
    tree: Tree, pieces: Mapping[_Piece, int], new: Shown, sizes: Mapping[str, int], smallest: int
) -> set[str]:
    """Name units without which the totals give fewer small groups away; none: they give none away."""
    heres = _heres(tree, pieces, new)
    classes: defaultdict[_Line, defaultdict[str | None, int]] = defaultdict(lambda: defaultdict(int))
    for piece, mask in pieces.items():
        classes[piece.line][heres[piece.unit] if piece.inside else None] |= mask
    leaving = set()
    for before, parts in classes.items():
        for here, mask in parts.items():
            known = here is not None or (any(before) and len(parts) > 1)
            if known and mask.bit_count() < smallest:
                helping = {unit for unit in parts if unit is not None}
                if here is not None:
                    small = sizes[here] < smallest
                    helping = {here} if small else _directly_below(tree, here, new.units) or {here}
                leaving.add(min(helping, key=lambda unit: (sizes[unit], unit)))
    return leaving


def _directly_below(tree: Tree, unit: str, units: frozenset[str]) -> set[str]:
    """Give the shown units inside a unit that lie in no other shown unit inside it."""
    return {one for one in units if one != unit and tree.nearest(tree.parents[one] or one, units) == unit}


def _sizes(tree: Tree, people: People, spans: frozenset[int]) -> dict[str, int]:
    """Count the people of every unit and all below it in these spans."""
    own: defaultdict[str, int] = defaultdict(int)
    for cell, mask in people.items():
        if cell.span in spans:
            own[cell.unit] |= mask
    masks: dict[str, int] = dict.fromkeys(tree.parents, 0)
    for unit, mask in own.items():
        for above in tree.path(unit):
            masks[above] |= mask
    return {unit: mask.bit_count() for unit, mask in masks.items()}


# ---- Totals and families ---------------------------------------------------------------------------------------------


class _Table(NamedTuple):
    """One detail class: its lines, and what each of them has in each column."""

    places: _Line
    lines: dict[_Line, _Columns]


def _tables(pieces: Iterable[tuple[_Piece, int, str | None, str | None]]) -> list[_Table]:
    """Lay pieces out by detail class, line and column; what no detail is of is looked at with the totals alone.

    Beside each piece stand the unit that is about to show its total, and the one that is about to tell it by family.
    """
    tables: defaultdict[_Line, defaultdict[_Line, defaultdict[tuple[str | None, ...], int]]]
    tables = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for piece, mask, total, detail in pieces:
        places = (*piece.places, detail)
        if any(places):
            column = (*piece.column, None if detail is None else piece.group)
            tables[places][*piece.line, total][column] |= mask
    return [_Table(places, dict(lines)) for places, lines in tables.items()]


def _telling_lines(table: _Table, smallest: int) -> set[_Line]:
    """Give lines that, less some columns, are of too few people; none: nothing small can be computed."""
    if all(mask.bit_count() >= smallest for columns in table.lines.values() for mask in columns.values()):
        return set()
    names = sorted({name for columns in table.lines.values() for name in columns}, key=repr)
    if len(names) > _MOST_COLUMNS:
        return set(table.lines)
    for without in _subsets(names):
        touched = {line for line, columns in table.lines.items() if any(name in columns for name in without)}
        left = 0
        for line in touched:
            for name, mask in table.lines[line].items():
                left |= 0 if name in without else mask
        if 0 < left.bit_count() < smallest:
            return touched
    return set()


def _subsets(names: Sequence[tuple[str | None, ...]]) -> Iterator[frozenset[tuple[str | None, ...]]]:
    for count in range(1, len(names)):
        yield from map(frozenset, combinations(names, count))


def _too_telling(
    tree: Tree, pieces: Mapping[_Piece, int], new: Shown, sizes: Mapping[str, int], smallest: int
) -> set[str]:
    """Name units whose new totals, with families that were shown before, give small groups away."""
    heres = _heres(tree, pieces, new)
    laid = _tables((piece, mask, heres[piece.unit] if piece.inside else None, None) for piece, mask in pieces.items())
    leaving = set()
    for table in laid:
        if not _telling_lines(table, smallest):
            continue
        helping = {line[-1] for line in table.lines if line[-1] is not None}
        if helping:  # else the new totals say nothing about it
            leaving.add(min(helping, key=lambda unit: (sizes[unit], unit)))
    return leaving


def _detailed(
    tree: Tree,
    numbers: Sequence[Number],
    new: Shown,
    details: Sequence[Shown],
    sizes: Mapping[str, int],
    *,
    root: str,
    smallest: int,
) -> frozenset[str]:
    """Give the units that can show these families; none, if the whole can't."""
    known = [_pieces(tree, number.people, number.totals, details, new) for number in numbers]
    units = new.units
    while root in units:
        leaving: set[str] = set()
        for pieces in known:
            heres = _heres(tree, pieces, new._replace(units=units))
            tables = _tables(
                (piece, mask, None, heres[piece.unit] if piece.inside else None) for piece, mask in pieces.items()
            )
            for table in tables:
                if _telling_lines(table, smallest):
                    leaving |= _less_telling(tree, table, tables, units, sizes, root=root)
        if not leaving:
            return units
        units -= leaving
    return frozenset()


def _less_telling(
    tree: Tree, table: _Table, tables: Sequence[_Table], units: frozenset[str], sizes: Mapping[str, int], *, root: str
) -> set[str]:
    """Name the unit that tells families apart no more, because of what follows from them."""
    here = table.places[-1]
    helping = {here} - {None}
    if here == root:
        helping = {*_directly_below(tree, root, units)} or {root}
    elif here is None:  # an earlier detail, of which the new one takes a part
        helping = {one.places[-1] for one in tables if one.places[:-1] == table.places[:-1]} - {None}
    return {min((sizes[unit], unit) for unit in helping if unit)[1]} if helping else set()
