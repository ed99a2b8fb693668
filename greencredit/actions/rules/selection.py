"""Choice of a factor by series, region and date; what is not published for them is missing, never guessed."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from greencredit.actions.errors import RegionUnknown
from greencredit.schemas.actions import Factor, Override, Selection

_REGION: Final = re.compile(r"CN(-[A-Z]{2,5}(-[A-Z]{2,9})?)?")
_PARTS_OF_A_PROVINCE: Final = 2


def province_of(region: str) -> str:
    """Give the province in which a region lies (`CN-GD` for `CN-GD-SZ`); `CN` is itself."""
    if not _REGION.fullmatch(region):
        raise RegionUnknown(region)
    return "-".join(region.split("-")[:_PARTS_OF_A_PROVINCE])


class FactorBook:
    """All current factors in memory (因子簿), and what was set in their place; nothing in it changes after it was made.

    A book with an issuer also holds what was approved for that issuer alone.
    """

    __slots__ = ("_by_id", "_overrides", "_rows", "issuer_id", "plans")

    def __init__(
        self, factors: Iterable[Factor], overrides: Iterable[Override] = (), *, issuer_id: str | None = None
    ) -> None:
        self.issuer_id = issuer_id
        self._overrides: defaultdict[tuple[str, str, str], list[Override]] = defaultdict(list)
        for one in sorted(overrides, key=lambda override: override.version):
            assert one.approved, f"only what another person approved is used, {one.id} is not"
            self._overrides[one.action, one.name, one.place].append(one)
        rows: defaultdict[tuple[str, str], list[Factor]] = defaultdict(list)
        self._by_id: dict[str, Factor] = {}
        for factor in factors:
            assert factor.id not in self._by_id, f"one version of each factor, {factor.id} came twice"
            self._by_id[factor.id] = factor
            for region in factor.regions:
                rows[factor.series, region].append(factor)
        self._rows = {key: sorted(found, key=_beginning) for key, found in rows.items()}
        self.plans: dict[Any, Any] = {}  # what `quantify` remembers about an action, region and date

    def __len__(self) -> int:
        return len(self._by_id)

    def factors(self) -> tuple[Factor, ...]:
        """Give all factors, by id."""
        return tuple(self._by_id[factor_id] for factor_id in sorted(self._by_id))

    def factor(self, factor_id: str) -> Factor | None:
        """Give the current version of one factor."""
        return self._by_id.get(factor_id)

    def unit_of(self, series: str) -> str:
        """Give the unit of a series; all its rows share it."""
        return next(factor.unit for factor in self._by_id.values() if factor.series == series)

    def override(self, action: str, name: str, region: str, on: date) -> Override | None:
        """Give what stands in place of a factor or an input on a date: the issuer's, else the city's, the province's.

        Of one place the newest version that holds on the day counts.
        """
        if not self._overrides:
            return None
        places = dict.fromkeys((self.issuer_id or "", region, province_of(region)))
        held = (
            [one for one in self._overrides.get((action, name, place), ()) if _in_effect(one, on)] for place in places
        )
        return next((found[-1] for found in held if found), None)

    def choose(self, series: str, region: str, on: date) -> Factor | None:
        """Give the factor of a series for exactly this region on a date, or nothing.

        A grid factor must have been the published one on that day. Of other series the latest that begins not
        after the day is taken, else the earliest.
        """
        rows = self._rows.get((series, region), [])
        begun = [row for row in rows if _beginning(row) <= on]
        if begun and (begun[-1].holds(on) or begun[-1].selection is Selection.LATEST):
            return begun[-1]
        if rows and not begun and rows[0].selection is Selection.LATEST:
            return rows[0]
        return None


def _beginning(factor: Factor) -> date:
    """Give the first day of validity; a factor without one has always been valid."""
    return factor.valid_from or date.min


def _in_effect(one: Override, on: date) -> bool:
    return one.since <= on and (one.until is None or on < one.until)
