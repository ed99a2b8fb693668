"""What people did while they belonged to a group: the room of organisations adds it up and decides what is shown."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards.queries.totals import SHOPPING
from greencredit.awards.tables import AwardsMeasure, AwardsRule
from greencredit.kernel.database import is_sqlite
from greencredit.ledger import queries as ledger
from greencredit.schemas.actions import Quantification
from greencredit.schemas.awards import EarningRule, Ground
from greencredit.schemas.values import Period

_FOR_EVER: Final = "9999-12-31"
_STAYS_AT_ONCE: Final = 20_000
_MEASURES_AT_ONCE: Final = 1_000


class Stay(NamedTuple):
    """That somebody belonged to a place, from a day until another (not included)."""

    place: int
    person: int
    """The caller's number of him."""
    subject_id: str
    since: date
    until: date | None


class Contribution(NamedTuple):
    """What the people of one place did in one month and family; by the caller's numbers of them."""

    place: int
    month: date
    """Its first day."""
    family: str
    actions: int
    credits: int
    grams: int
    unquantified: int
    people: tuple[int, ...]
    """Everybody who had a part in it; one number may stand here twice."""
    quantified: tuple[int, ...]
    """Those of them whose part has grams."""


class Used(NamedTuple):
    """How one method was used: by whom, and how some of its results came about."""

    family: str
    people: frozenset[int]
    results: tuple[Quantification, ...]
    """The first and the last of every month and rule: enough to see a change of factors."""


class Gathered(NamedTuple):
    """What people did, added up, and by which methods it was quantified."""

    done: tuple[Contribution, ...]
    used: Mapping[str, Used]
    """Action → how it was quantified."""


def _stays(*, sqlite: bool) -> str:
    if sqlite:
        return (
            "SELECT CAST(json_extract(value, '$[0]') AS INTEGER) AS place, "
            "CAST(json_extract(value, '$[1]') AS INTEGER) AS holder, json_extract(value, '$[2]') AS since, "
            "json_extract(value, '$[3]') AS until, CAST(json_extract(value, '$[4]') AS INTEGER) AS person "
            "FROM json_each(:stays)"
        )
    return (
        "SELECT CAST(value ->> 0 AS BIGINT) AS place, CAST(value ->> 1 AS BIGINT) AS holder, "
        "value ->> 2 AS since, value ->> 3 AS until, CAST(value ->> 4 AS BIGINT) AS person "
        "FROM jsonb_array_elements(CAST(:stays AS jsonb))"
    )


def contributions(
    session: Session, stays: Iterable[Stay], period: Period, *, last_event: int, known_up_to: Mapping[date, int]
) -> Gathered:
    """Add up the awards of people by place, month and family of actions, in days on which they belonged to it.

    Purchases and actions count, gifts don't. What was taken back whole counts for nothing. Grams that another scheme
    counts (已转出) are left out; who was erased is nobody's member any more. What was posted after the last event isn't
    looked at, so that every part of the answer is of one moment; for some months, by their first day, that is earlier.
    """
    asked = list(stays)
    if not asked:
        return Gathered((), {})
    numbers = ledger.holder_numbers(session, {stay.subject_id for stay in asked})
    known = [
        (
            stay.place,
            numbers[stay.subject_id],
            stay.since.isoformat(),
            stay.until.isoformat() if stay.until else _FOR_EVER,
            stay.person,
        )
        for stay in asked
        if stay.subject_id in numbers
    ]
    # One unit's people lie in one part, so that there are few rows; the parts keep the statements short.
    known.sort()
    together = _Together(_families(session))
    statement = text(_statement(len(known_up_to), sqlite=is_sqlite(session)))
    bound: dict[str, Any] = {
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "last": last_event,
    }
    for place, (month, event) in enumerate(sorted(known_up_to.items())):
        bound |= {f"month_{place}": month.isoformat()[:7], f"event_{place}": event}
    for start in range(0, len(known), _STAYS_AT_ONCE):
        stays_json = json.dumps(known[start : start + _STAYS_AT_ONCE], separators=(",", ":"))
        for row in session.execute(statement, bound | {"stays": stays_json}):
            together.add(*row)
    return together.gathered(session)


def _statement(months: int, *, sqlite: bool) -> str:
    listed = "group_concat({}, ',')" if sqlite else "string_agg(CAST({} AS text), ',')"
    quantified = "CASE WHEN a.grams IS NOT NULL THEN stay.person END"
    earlier = " ".join(f"WHEN :month_{place} THEN :event_{place}" for place in range(months))
    newest = f"CASE substr(a.occurred_on, 1, 7) {earlier} ELSE :last END" if months else ":last"
    return (
        f"WITH stay AS MATERIALIZED ({_stays(sqlite=sqlite)}) "  # noqa: S608 - constants
        "SELECT stay.place, substr(a.occurred_on, 1, 7) AS month, a.rule_id, a.subject, COUNT(*) AS actions, "
        "SUM(a.credits - COALESCE(t.credits, 0)) AS credits, "
        "SUM(CASE WHEN c.evidence_id IS NULL THEN COALESCE(a.grams, 0) ELSE 0 END) AS grams, "
        "SUM(CASE WHEN a.grams IS NULL THEN 1 ELSE 0 END) AS unquantified, "
        f"{listed.format('stay.person')} AS people, {listed.format(quantified)} AS quantified, "
        "MIN(CASE WHEN a.grams IS NOT NULL THEN a.evidence_id END) AS first, "
        "MAX(CASE WHEN a.grams IS NOT NULL THEN a.evidence_id END) AS last "
        "FROM stay JOIN awards_award a ON a.holder = stay.holder "
        "AND a.occurred_on >= stay.since AND a.occurred_on < stay.until "
        "LEFT JOIN awards_claim c ON c.evidence_id = a.evidence_id "
        "LEFT JOIN (SELECT award_id, SUM(credits) AS credits FROM awards_reversal WHERE event_id <= :last "
        "GROUP BY award_id) t ON t.award_id = a.event_id "
        f"WHERE a.event_id <= {newest} AND a.occurred_on >= :since AND a.occurred_on < :until "
        "AND a.credits - COALESCE(t.credits, 0) > 0 "
        "GROUP BY 1, 2, 3, 4"
    )


def _families(session: Session) -> "_Families":
    documents = session.execute(select(AwardsRule.id, AwardsRule.document))
    return _Families({number: EarningRule.model_validate_json(document).ground for number, document in documents})


class _Families:
    """To which family an award belongs: that of its action, or shopping; gifts belong to none."""

    def __init__(self, grounds: Mapping[int, Ground]) -> None:
        self._grounds = grounds
        self._families = {action.name: (action.family or action.category).value for action in actions.actions()}

    def of(self, rule_id: int, subject: str) -> str | None:
        """Give the family of an award; none: it is a gift."""
        ground = self._grounds[rule_id]
        if ground is Ground.ACTION:
            return self._families[subject]
        return SHOPPING if ground is Ground.PURCHASE else None


class _Together:
    """What is added up so far."""

    def __init__(self, families: _Families) -> None:
        self._families = families
        self._months: dict[str, date] = {}
        self._sums: dict[tuple[int, date, str], list[int]] = {}
        self._people: dict[tuple[int, date, str], tuple[list[int], list[int]]] = {}
        self._users: dict[str, tuple[str, set[int]]] = {}
        self._measured: dict[str, dict[tuple[int, str], tuple[int, int]]] = {}

    def add(self, place: int, month: str, rule_id: int, subject: str, *rest: Any) -> None:  # noqa: ANN401 - a row
        """Add one row of the statement."""
        family = self._families.of(rule_id, subject)
        if family is None:
            return
        *counts, people, quantified, first, last = rest
        first_day = self._months.setdefault(month, date.fromisoformat(f"{month}-01"))
        key = place, first_day, family
        sums = self._sums.setdefault(key, [0, 0, 0, 0])
        for which, number in enumerate(counts):
            sums[which] += int(number)
        everybody, some = self._people.setdefault(key, ([], []))
        everybody += map(int, people.split(","))
        if quantified is not None:
            users = [int(one) for one in quantified.split(",")]
            some += users
            self._users.setdefault(subject, (family, set()))[1].update(users)
            seen = self._measured.setdefault(subject, {})
            before = seen.get((rule_id, month), (first, last))
            seen[rule_id, month] = min(before[0], first), max(before[1], last)

    def gathered(self, session: Session) -> Gathered:
        """Give it all."""
        done = tuple(
            Contribution(*key, sums[0], sums[1], sums[2], sums[3], *map(tuple, self._people[key]))
            for key, sums in self._sums.items()
        )
        ends = {
            subject: {one for pair in seen.values() for one in pair} for subject, seen in sorted(self._measured.items())
        }
        results = dict(_results(session, {one for of in ends.values() for one in of}))
        used = {
            subject: Used(
                self._users[subject][0],
                frozenset(self._users[subject][1]),
                tuple(results[one] for one in sorted(of) if one in results),
            )
            for subject, of in ends.items()
        }
        return Gathered(done, used)


def _results(session: Session, evidence_ids: Iterable[int]) -> Iterator[tuple[int, Quantification]]:
    wanted = sorted(evidence_ids)
    for start in range(0, len(wanted), _MEASURES_AT_ONCE):
        here = wanted[start : start + _MEASURES_AT_ONCE]
        rows = session.execute(
            select(AwardsMeasure.evidence_id, AwardsMeasure.document).where(AwardsMeasure.evidence_id.in_(here))
        )
        for evidence_id, document in rows:
            yield evidence_id, Quantification.model_validate_json(document)
