"""Puts evidence into columns and decides it: what each piece earned, by which rule."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from greencredit.awards import queries
from greencredit.awards.rules import Compiled, State, UsageKey
from greencredit.kernel.clock import civil_date
from greencredit.ledger import queries as ledger
from greencredit.people import queries as people
from greencredit.schemas.actions import Quantification
from greencredit.schemas.awards import Ground, Member
from greencredit.schemas.evidence import Item

if TYPE_CHECKING:
    from greencredit.awards.rules.columns import Columns
    from greencredit.awards.rules.evaluate import Decisions

_THOUSAND: Final = 1000
_MOST: Final = 10**15


def decided(
    session: Session,
    compiled: Compiled,
    ground: Ground,
    items: Sequence[Item],
    quantifications: Mapping[int, Quantification],
) -> "tuple[Columns, Decisions]":
    """Decide a batch of evidence as if its pieces came one after the other."""
    from greencredit.awards.rules.evaluate import evaluate

    columns = columns_of(ground, items, quantifications, registration_days(session, compiled, items))
    return columns, evaluate(compiled, columns, state_of(session, compiled, columns))


def columns_of(
    ground: Ground,
    items: Sequence[Item],
    quantifications: Mapping[int, Quantification],
    registered: Mapping[int, date],
) -> "Columns":
    """Put evidence into columns; what a rule looks at and the evidence does not say is "not known".

    `registered` gives the day on which a holder registered; nobody's is needed where no rule asks.
    """
    import numpy as np

    from greencredit.awards.rules.columns import Columns, numbered, whole

    of = dict(zip(Item._fields, map(list, zip(*items, strict=True)), strict=True))
    subjects, subject = numbered(of["subject"])
    days, day = numbered(of["on"])
    _, receipt = numbered(list(zip(of["receipt"], of["on"], strict=True)))
    known, attributes = numbered(of["attributes"])
    levels, level = numbered([""] * len(items))
    grams = np.zeros(len(items), dtype=np.int64)
    if quantifications:
        found = (quantifications.get(number) for number in of["evidence_id"])
        grams = whole([0 if one is None else one.grams for one in found])
    holders = of["holder"]
    return Columns(
        subjects=[(ground, one) for one in subjects],
        subject=subject,
        days=days,
        day=day,
        holder=whole(holders),
        spent_fen=whole([fen or 0 for fen in of["spent_fen"]]),
        grams=grams,
        times=np.ones(len(items), dtype=np.int64),
        thousandths=whole(list(map(thousandths, of["quantity"]))),
        hour=whole(of["hour"]),
        known=known,
        attributes=attributes,
        household=np.zeros(len(items), dtype=np.int64),
        member_days=whole(_days_before(of["on"], holders, registered)),
        levels=levels,
        level=level,
        receipt=receipt,
        evidence_id=of["evidence_id"],
    )


def _days_before(days: Sequence[date], holders: Sequence[int], registered: Mapping[int, date]) -> list[int]:
    """Give how many days after registration each thing happened; -1: not known, or before it."""
    if not registered:
        return [-1] * len(days)
    found = (registered.get(holder) for holder in holders)
    return [-1 if since is None or day < since else (day - since).days for day, since in zip(days, found, strict=True)]


@lru_cache(maxsize=65_536)
def thousandths(quantity: str) -> int:
    """Give a quantity in thousandths of its unit, rounded down."""
    return min(int(Decimal(quantity) * _THOUSAND), _MOST)


def registration_days(session: Session, compiled: Compiled, items: Sequence[Item]) -> dict[int, date]:
    """Give the day on which each holder registered, where a rule asks for it."""
    if not any(isinstance(condition, Member) for one in compiled.rules for condition, _ in one.tests):
        return {}
    subjects = ledger.subjects_of(session, {item.holder for item in items})
    found = people.consumers(session, [one for one in subjects.values() if one is not None])
    return {
        holder: civil_date(found[subject].registered_at)
        for holder, subject in subjects.items()
        if subject is not None and subject in found
    }


def state_of(session: Session, compiled: Compiled, columns: "Columns") -> State:
    """Read how much of the caps and budgets is used that a batch looks at, and what was before."""
    from greencredit.awards.rules.evaluate import wanted_occasions, wanted_usage

    usage: dict[UsageKey, int] = {}
    for lineage, (whose, windows) in wanted_usage(compiled, columns).items():
        usage.update(queries.usage(session, lineage, whose, windows))
    by_lineage: defaultdict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for lineage, holder, window in wanted_occasions(compiled, columns):
        by_lineage[lineage][0].add(holder)
        by_lineage[lineage][1].add(window)
    occasions: dict[UsageKey, int] = {}
    for lineage, (holders, windows_) in by_lineage.items():
        occasions.update(queries.occasions(session, lineage, holders, windows_))
    return State(usage, occasions)
