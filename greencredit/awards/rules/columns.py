"""Claims in columns: each fact of a batch as one array, so that a rule is weighed for all of them at once."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from greencredit.awards.rules.claims import Claim, windows
from greencredit.awards.rules.compiled import Subject
from greencredit.awards.rules.limits import ALL, HOUSEHOLD
from greencredit.schemas.attributes import Attributes

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

_DENSE: Final = 8
"""So many cells for each claim are rather left empty than looked for."""
_DENSE_LEAST: Final = 4096

_Value = TypeVar("_Value", bound=Hashable)


class Counters:
    """The counters of one kind in a batch: by person, household or everybody, by day, month, year or in all."""

    def __init__(self, whose: Whole, windows_: Whole, window: Whole) -> None:
        """Number them; `whose` and `window` go by claim, the latter as a place in `windows_`."""
        self._holders, holder = np.unique(whose, return_inverse=True)
        self._windows = np.unique(windows_)
        places = np.searchsorted(self._windows, windows_)[window]
        self.of: Whole = holder * len(self._windows) + places
        """The counter of each claim."""
        self.count = len(self._holders) * len(self._windows)
        self._known: Whole | None = None
        if self.count > _DENSE * len(self.of) + _DENSE_LEAST:
            self._known, self.of = np.unique(self.of, return_inverse=True)
            self.count = len(self._known)

    def used(self, whose: Whole, window: Whole, credits_: Whole) -> Whole:
        """Put what is used into places; what no claim looks at is left out."""
        found = np.zeros(self.count, dtype=np.int64)
        if not len(whose):
            return found
        holder = np.minimum(np.searchsorted(self._holders, whose), len(self._holders) - 1)
        place = np.minimum(np.searchsorted(self._windows, window), len(self._windows) - 1)
        ok = (self._holders[holder] == whose) & (self._windows[place] == window)
        cell = holder * len(self._windows) + place
        if self._known is not None:
            at = np.minimum(np.searchsorted(self._known, cell), len(self._known) - 1)
            ok &= self._known[at] == cell
            cell = at
        np.add.at(found, cell[ok], credits_[ok])
        return found

    def all_named(self) -> tuple[list[int], list[int]]:
        """Give everybody whose counters these are, and every window."""
        return self._holders.tolist(), self._windows.tolist()

    def named(self, places: Whole) -> tuple[Whole, Whole]:
        """Give whose counters these are, and of which windows."""
        cells = places if self._known is None else self._known[places]
        holder, window = np.divmod(cells, len(self._windows))
        return self._holders[holder], self._windows[window]


@dataclass
class Columns:
    """A batch of claims, in the order in which they are judged."""

    subjects: Sequence[Subject]
    subject: Whole
    days: Sequence[date]
    day: Whole
    holder: Whole
    spent_fen: Whole
    grams: Whole
    times: Whole
    thousandths: Whole
    hour: Whole
    known: Sequence[Attributes]
    attributes: Whole
    household: Whole
    """The holder who stands for the household; 0: one of his own."""
    member_days: Whole
    levels: Sequence[str]
    level: Whole
    receipt: Whole
    """Lines of one receipt have one number."""
    evidence_id: Sequence[int]
    bought: Sequence[Mapping[str, int]] | None = None
    """What each claim's receipt comes to by kind, where not all its lines are here; none: they are."""
    _counters: dict[tuple[int, int], Counters] = field(default_factory=dict)
    _receipts: list[Mapping[str, int]] | None = None

    def __len__(self) -> int:
        return len(self.subject)

    def counters(self, whose: int, window: int) -> Counters:
        """Give the counters that a limit looks at; worked out once for a batch."""
        found = self._counters.get((whose, window))
        if found is None:
            holders = self.holder
            if whose == ALL:
                holders = np.zeros(len(self), dtype=np.int64)
            elif whose == HOUSEHOLD:
                holders = -np.where(self.household == 0, self.holder, self.household)
            numbers = np.array([windows(day)[window] for day in self.days], dtype=np.int64)
            found = self._counters[whose, window] = Counters(holders, numbers, self.day)
        return found

    def receipt_fen(self, products: Sequence[str], rows: Whole) -> Whole:
        """Give what the lines of each claim's receipt come to that are of some kinds of product."""
        if self.bought is not None:
            found = (sum(self.bought[row].get(product, 0) for product in products) for row in rows.tolist())
            return np.fromiter(found, np.int64, len(rows))
        wanted = set(products)
        counts = np.array([subject in wanted for _, subject in self.subjects], dtype=np.bool_)
        lines = np.flatnonzero(counts[self.subject])
        sums = np.zeros(int(self.receipt.max(initial=0)) + 1, dtype=np.int64)
        np.add.at(sums, self.receipt[lines], self.spent_fen[lines])
        return sums[self.receipt[rows]]

    def claim(self, row: int) -> Claim:
        """Give one claim by itself."""
        ground, subject = self.subjects[self.subject[row]]
        return Claim(
            evidence_id=self.evidence_id[row],
            holder=int(self.holder[row]),
            on=self.days[self.day[row]],
            ground=ground,
            subject=subject,
            spent_fen=int(self.spent_fen[row]),
            grams=int(self.grams[row]),
            times=int(self.times[row]),
            bought=self._bought()[row] if self.bought is not None else self._bought()[int(self.receipt[row])],
            thousandths=int(self.thousandths[row]),
            hour=int(self.hour[row]),
            attributes=self.known[self.attributes[row]],
            household=int(self.household[row]),
            member_days=int(self.member_days[row]),
            level=self.levels[self.level[row]],
        )

    def _bought(self) -> Sequence[Mapping[str, int]]:
        if self.bought is not None:
            return self.bought
        if self._receipts is None:
            receipts: list[Counter[str]] = [Counter() for _ in range(int(self.receipt.max(initial=0)) + 1)]
            names = [subject for _, subject in self.subjects]
            lines = zip(self.receipt.tolist(), self.subject.tolist(), self.spent_fen.tolist(), strict=True)
            for receipt, subject, fen in lines:
                receipts[receipt][names[subject]] += fen
            self._receipts = list(receipts)
        return self._receipts


def numbered(values: Sequence[_Value]) -> tuple[list[_Value], Whole]:
    """Number values by their first appearance: the different ones, and the number of each."""
    numbers: defaultdict[_Value, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    places = np.fromiter(map(numbers.__getitem__, values), np.int64, len(values))
    return list(numbers), places


def whole(values: Sequence[int]) -> Whole:
    """Put whole numbers into an array."""
    return np.array(values, dtype=np.int64)


def columns_of(claims: Sequence[Claim]) -> Columns:
    """Put claims into columns."""
    subjects, subject = numbered([(one.ground, one.subject) for one in claims])
    days, day = numbered([one.on for one in claims])
    known, attributes = numbered([one.attributes for one in claims])
    levels, level = numbered([one.level for one in claims])
    return Columns(
        subjects=subjects,
        subject=subject,
        days=days,
        day=day,
        holder=whole([one.holder for one in claims]),
        spent_fen=whole([one.spent_fen for one in claims]),
        grams=whole([one.grams for one in claims]),
        times=whole([one.times for one in claims]),
        thousandths=whole([one.thousandths for one in claims]),
        hour=whole([one.hour for one in claims]),
        known=known,
        attributes=attributes,
        household=whole([one.household for one in claims]),
        member_days=whole([one.member_days for one in claims]),
        levels=levels,
        level=level,
        receipt=np.arange(len(claims)),
        evidence_id=[one.evidence_id for one in claims],
        bought=[one.bought for one in claims],
    )
