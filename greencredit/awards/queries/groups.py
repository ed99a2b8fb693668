"""What people did while they belonged to a group: the room of organisations adds it up and decides what is shown."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards.queries.totals import SHOPPING
from greencredit.awards.tables import AwardsRule
from greencredit.kernel.database import is_sqlite
from greencredit.ledger import queries as ledger
from greencredit.schemas.awards import EarningRule, Ground
from greencredit.schemas.values import Period

_FOR_EVER: Final = "9999-12-31"


class Stay(NamedTuple):
    """That somebody belonged to a place, from a day until another (not included)."""

    place: int
    subject_id: str
    since: date
    until: date | None


class Contribution(NamedTuple):
    """What one person did in one place, span and family."""

    place: int
    holder: int
    span: int
    family: str
    actions: int
    credits: int
    grams: int
    unquantified: int


_STAYS: Final = {
    True: (
        "SELECT CAST(json_extract(value, '$[0]') AS INTEGER) AS place, "
        "CAST(json_extract(value, '$[1]') AS INTEGER) AS holder, json_extract(value, '$[2]') AS since, "
        "json_extract(value, '$[3]') AS until FROM json_each(:stays)"
    ),
    False: (
        "SELECT CAST(value ->> 0 AS BIGINT) AS place, CAST(value ->> 1 AS BIGINT) AS holder, "
        "value ->> 2 AS since, value ->> 3 AS until FROM jsonb_array_elements(CAST(:stays AS jsonb))"
    ),
}
"""The stays as a table; on SQLite, else on PostgreSQL."""


def contributions(session: Session, stays: Iterable[Stay], spans: Sequence[Period]) -> list[Contribution]:
    """Add up the awards of people by place, person, span and family of actions, in days on which they belonged to it.

    What was taken back whole counts for nothing. Grams that another scheme counts (已转出) are left out; who was erased
    is nobody's member any more.
    """
    asked = list(stays)
    if not asked or not spans:
        return []
    numbers = ledger.holder_numbers(session, {stay.subject_id for stay in asked})
    known = [
        (
            stay.place,
            numbers[stay.subject_id],
            stay.since.isoformat(),
            (stay.until and stay.until.isoformat()) or _FOR_EVER,
        )
        for stay in asked
        if stay.subject_id in numbers
    ]
    families = _Families(session)
    merged: dict[tuple[int, int, int, str], list[int]] = {}
    for row in session.execute(text(_statement(session, spans)), _bound(known, spans)):
        place, holder, span, rule_id, subject, *counts = row
        sums = merged.setdefault((place, holder, span, families.of(rule_id, subject)), [0, 0, 0, 0])
        for which, number in enumerate(counts):
            sums[which] += int(number)
    return [Contribution(*key, *sums) for key, sums in merged.items()]


def _statement(session: Session, spans: Sequence[Period]) -> str:
    which = " ".join(f"WHEN a.occurred_on < :until_{number} THEN {number}" for number in range(len(spans)))
    return (
        f"WITH stay AS MATERIALIZED ({_STAYS[is_sqlite(session)]}) "  # noqa: S608 - constants and the numbers of spans
        f"SELECT stay.place, a.holder, CASE {which} END AS span, a.rule_id, a.subject, COUNT(*) AS actions, "
        "SUM(a.credits - COALESCE(t.credits, 0)) AS credits, "
        "SUM(CASE WHEN c.evidence_id IS NULL THEN COALESCE(a.grams, 0) ELSE 0 END) AS grams, "
        "SUM(CASE WHEN a.grams IS NULL THEN 1 ELSE 0 END) AS unquantified "
        "FROM stay JOIN awards_award a ON a.holder = stay.holder "
        "AND a.occurred_on >= stay.since AND a.occurred_on < stay.until "
        "LEFT JOIN awards_claim c ON c.evidence_id = a.evidence_id "
        "LEFT JOIN (SELECT award_id, SUM(credits) AS credits FROM awards_reversal GROUP BY award_id) t "
        "ON t.award_id = a.event_id "
        "WHERE a.occurred_on >= :since AND a.occurred_on < :until AND a.credits - COALESCE(t.credits, 0) > 0 "
        "GROUP BY 1, 2, 3, 4, 5"
    )


def _bound(known: Sequence[tuple[Any, ...]], spans: Sequence[Period]) -> dict[str, Any]:
    assert all(one.until == two.since for one, two in pairwise(spans)), "spans follow each other"
    ends = {f"until_{number}": span.until.isoformat() for number, span in enumerate(spans)}
    return {
        "stays": json.dumps(known, separators=(",", ":")),
        "since": spans[0].since.isoformat(),
        "until": spans[-1].until.isoformat(),
        **ends,
    }


class _Families:
    """To which family an award belongs: that of its action, or shopping."""

    def __init__(self, session: Session) -> None:
        documents = session.execute(select(AwardsRule.id, AwardsRule.document))
        self._grounds = {number: EarningRule.model_validate_json(document).ground for number, document in documents}
        self._families = {action.name: (action.family or action.category).value for action in actions.actions()}

    def of(self, rule_id: int, subject: str) -> str:
        """Give the family of an award."""
        return self._families[subject] if self._grounds[rule_id] is Ground.ACTION else SHOPPING
