"""Checks of causes: what an event undoes, finishes or follows from, and that no more of it was used than there was."""

from typing import Final

from greencredit.ledger.queries.audit.answer import Answer, Books, numbers, rows
from greencredit.ledger.rules import causes as rules
from greencredit.ledger.rules.book import UNUSED
from greencredit.schemas.ledger import Verb

_FITS: Final = " OR ".join(
    f"(e.kind = {verb.value} AND c.kind IN ({numbers(causes)}))" for verb, causes in rules.CAUSES.items()
)
_IN_ITS_GROUP: Final = numbers((Verb.EXPIRE, Verb.REVIVE_OUT, Verb.REVIVE_IN))
"""These follow from a refund in their own group."""

_ELSEWHERE: Final = numbers((Verb.REVIVE_IN, Verb.FALL_SHORT))
"""These can stand in another series of the issuer: a later end; where a reversed award had repaid a shortage."""

_UNUSED: Final = numbers(UNUSED)
"""What these took is waived without falling short again: nobody had the use of it."""


def causes_are_kept(books: Books) -> Answer:
    """Look at each event beside its cause, and add up what each cause was used for."""
    return rows(
        books,
        books.events,
        f"SELECT e.id AS event, 'its cause does not fit' AS wrong, e.cause AS detail "  # noqa: S608 - numbers
        "FROM ledger_event e LEFT JOIN ledger_event c ON c.id = e.cause LEFT JOIN ledger_series s ON s.id = e.series "
        "LEFT JOIN ledger_series f ON f.id = c.series WHERE e.cause IS NOT NULL AND NOT COALESCE("
        f"({_FITS}) AND c.id < e.id AND c.holder = e.holder "
        f"AND (c.series = e.series OR (e.kind IN ({_ELSEWHERE}) AND s.issuer_id = f.issuer_id)) "
        f"AND (e.kind <> {Verb.RESTORE.value} OR c.party = e.party) "
        f"AND (e.kind NOT IN ({_IN_ITS_GROUP}) OR COALESCE(c.grp, c.id) = e.grp), FALSE) "
        "UNION ALL SELECT e.id, 'names no cause', NULL FROM ledger_event e WHERE e.cause IS NULL "
        f"AND (e.kind IN ({numbers(rules.CAUSED)}) "
        f"OR (e.grp IS NOT NULL AND e.kind IN ({numbers(rules.CAUSED_IN_GROUPS)}))) "
        f"UNION ALL {_exceeded()}",
    )


def _exceeded() -> str:
    """Find causes of which more was used than there was."""
    sums = ", ".join(
        f"SUM(CASE WHEN kind IN ({numbers(verbs)}) THEN amount ELSE 0 END) AS {name}"
        for name, verbs in rules.USES.items()
    )
    named = " ".join(f"WHEN u.{name} > c.amount THEN '{name} more than there was'" for name in rules.USES)
    waived, missed = (
        f"SUM(CASE WHEN kind = {verb.value} THEN amount ELSE 0 END)" for verb in (Verb.WAIVE, Verb.FALL_SHORT)
    )
    went_out, came_in = (
        f"SUM(CASE WHEN kind = {verb.value} THEN amount ELSE 0 END)" for verb in (Verb.REVIVE_OUT, Verb.REVIVE_IN)
    )
    over = " OR ".join(f"u.{name} > c.amount" for name in rules.USES)
    return (
        f"SELECT c.id, CASE {named} "  # noqa: S608 - numbers
        f"WHEN c.kind NOT IN ({_UNUSED}) AND u.over_waived > 0 THEN 'more waived than fell short' "
        "ELSE 'not as much revived as left' END, "
        f"c.amount FROM (SELECT cause, {sums}, {waived} - {missed} AS over_waived, {came_in} - {went_out} AS revived "
        "FROM ledger_event WHERE cause IS NOT NULL GROUP BY cause) u JOIN ledger_event c ON c.id = u.cause "
        f"WHERE {over} OR (c.kind NOT IN ({_UNUSED}) AND u.over_waived > 0) OR u.revived <> 0"
    )
