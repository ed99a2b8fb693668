"""Puts evidence into columns and decides it: what each piece earned, by which rule."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.awards import queries
from greencredit.awards.queries.members import Levels
from greencredit.awards.rules import Compiled, Ready, State, UsageKey
from greencredit.awards.rules.households import FIRST_HOUSEHOLD, Households
from greencredit.awards.rules.limits import HOUSEHOLD
from greencredit.kernel.clock import civil_date
from greencredit.ledger import queries as ledger
from greencredit.people import queries as people
from greencredit.schemas.actions import Quantification
from greencredit.schemas.awards import Ground, Member
from greencredit.schemas.evidence import Item

if TYPE_CHECKING:
    from greencredit.awards.rules.columns import Columns, Whole
    from greencredit.awards.rules.evaluate import Decisions

_THOUSAND: Final = 1000
_MOST: Final = 10**15


class Members(NamedTuple):
    """What is known of holders; where no rule asks, nothing is."""

    registered: Mapping[int, date]
    """The day on which each registered."""
    levels: Levels
    households: Households


def decided(
    session: Session,
    issuer_id: str,
    compiled: Compiled,
    ground: Ground,
    items: Sequence[Item],
    quantifications: Mapping[int, Quantification],
) -> "tuple[Columns, Decisions]":
    """Decide a batch of evidence as if its pieces came one after the other."""
    from greencredit.awards.rules.evaluate import evaluate

    members = members_of(session, issuer_id, [compiled], items)
    columns = columns_of(ground, items, quantifications, members)
    return columns, evaluate(compiled, columns, state_of(session, compiled, columns, members.households))


def columns_of(
    ground: Ground, items: Sequence[Item], quantifications: Mapping[int, Quantification], members: Members
) -> "Columns":
    """Put evidence into columns; what a rule looks at and the evidence does not say is "not known"."""
    import numpy as np

    from greencredit.awards.rules.columns import Columns, numbered, whole

    of = dict(zip(Item._fields, map(list, zip(*items, strict=True)), strict=True))
    subjects, subject = numbered(of["subject"])
    days, day = numbered(of["on"])
    _, receipt = numbered(list(zip(of["receipt"], of["on"], strict=True)))
    known, attributes = numbered(of["attributes"])
    when = list(zip(of["holder"], of["on"], strict=True))
    levels, level = numbered([members.levels.of(holder, on) for holder, on in when])
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
        household=_households(when, members.households),
        member_days=whole(_days_before(of["on"], holders, members.registered)),
        levels=levels,
        level=level,
        receipt=receipt,
        evidence_id=of["evidence_id"],
    )


def _households(when: Sequence[tuple[int, date]], households: Households) -> "Whole":
    import numpy as np

    if not households:
        return np.zeros(len(when), dtype=np.int64)
    return np.array([households.of(holder, on) for holder, on in when], dtype=np.int64)


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


def members_of(
    session: Session,
    issuer_id: str,
    rule_sets: Sequence[Compiled],
    items: Sequence[Item],
    *,
    at: datetime | None = None,
) -> Members:
    """Give what these rules must know of the holders, as it was known at an instant; none: now."""
    holders = {item.holder for item in items}
    registered: dict[int, date] = {}
    levels, households = Levels(), Households()
    if any(isinstance(condition, Member) for one in _rules(rule_sets) for condition, _ in one.tests):
        registered = _registered(session, holders)
        levels = queries.levels(session, issuer_id, holders, at=at)
    if any(limit.whose == HOUSEHOLD for one in _rules(rule_sets) for limit in one.limits):
        households = queries.households(session, holders, at=at)
    return Members(registered, levels, households)


def _rules(rule_sets: Sequence[Compiled]) -> Iterator[Ready]:
    for compiled in rule_sets:
        yield from compiled.rules


def _registered(session: Session, holders: set[int]) -> dict[int, date]:
    subjects = ledger.subjects_of(session, holders)
    found = people.consumers(session, [one for one in subjects.values() if one is not None])
    return {
        holder: civil_date(found[subject].registered_at)
        for holder, subject in subjects.items()
        if subject is not None and subject in found
    }


def state_of(session: Session, compiled: Compiled, columns: "Columns", households: Households) -> State:
    """Read how much of the caps and budgets is used that a batch looks at, and what was before.

    What a member earned by himself counts in his household's cap, too.
    """
    from greencredit.awards.rules.evaluate import wanted_occasions, wanted_usage

    usage: dict[UsageKey, int] = {}
    for lineage, (whose, windows) in wanted_usage(compiled, columns).items():
        usage.update(queries.usage(session, lineage, whose, windows))
        _add_own(session, usage, households, lineage, whose, windows)
    by_lineage: defaultdict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for lineage, holder, window in wanted_occasions(compiled, columns):
        by_lineage[lineage][0].add(holder)
        by_lineage[lineage][1].add(window)
    occasions: dict[UsageKey, int] = {}
    for lineage, (holders, windows_) in by_lineage.items():
        occasions.update(queries.occasions(session, lineage, holders, windows_))
    return State(usage, occasions)


def _add_own(
    session: Session,
    usage: dict[UsageKey, int],
    households: Households,
    lineage: int,
    whose: Sequence[int],
    windows: Sequence[int],
) -> None:
    wanted = [(lineage, one, window) for one in whose if -one >= FIRST_HOUSEHOLD for window in windows]
    own = {key: households.own_keys(key) for key in wanted}
    members = {key[1] for keys in own.values() for key in keys}
    if not members:
        return
    known = queries.usage(session, lineage, members, windows)
    for key, keys in own.items():
        if more := sum(known.get(one, 0) for one in keys):
            usage[key] = usage.get(key, 0) + more
