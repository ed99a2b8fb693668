"""Which unit lies in which: a school has grades, a grade has classes, and so on for every kind."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from greencredit.organisations.errors import WrongLevel
from greencredit.schemas.organisations import Level, OrganisationKind

_LEVELS: Final[Mapping[OrganisationKind, tuple[Level, ...]]] = MappingProxyType(
    {
        OrganisationKind.SCHOOL: (Level.SCHOOL, Level.GRADE, Level.CLASS),
        OrganisationKind.DISTRICT: (Level.DISTRICT, Level.COMMUNITY, Level.BUILDING),
        OrganisationKind.COMMUNITY: (Level.COMMUNITY, Level.BUILDING),
        OrganisationKind.ENTERPRISE: (Level.ENTERPRISE, Level.DEPARTMENT),
    }
)


def levels_of(kind: OrganisationKind) -> tuple[Level, ...]:
    """Give the levels of a kind of organisation, the whole first."""
    return _LEVELS[kind]


def require_child_level(kind: OrganisationKind, parent: Level) -> Level:
    """Give the level of what lies in a unit, or refuse: the last level has nothing below it."""
    levels = levels_of(kind)
    place = levels.index(parent) + 1
    if place == len(levels):
        raise WrongLevel(kind, found=parent, wanted=levels[:-1])
    return levels[place]


class Tree:
    """Units by where they lie; nothing but ids."""

    def __init__(self, parents: Mapping[str, str | None]) -> None:
        self.parents = dict(parents)
        self._paths: dict[str, tuple[str, ...]] = {}

    def path(self, unit: str) -> tuple[str, ...]:
        """Give a unit and what it lies in, from itself upwards."""
        if unit not in self._paths:
            parent = self.parents[unit]
            self._paths[unit] = (unit,) if parent is None else (unit, *self.path(parent))
        return self._paths[unit]

    def nearest(self, unit: str, nodes: Iterable[str]) -> str | None:
        """Give the first of these nodes from a unit upwards, itself included."""
        wanted = frozenset(nodes)
        return next((one for one in self.path(unit) if one in wanted), None)
