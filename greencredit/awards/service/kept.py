"""Writes awards, who pays for them, quantifications and counters: tuples on SQLite, COPY and arrays on PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.kernel.arrays import bigints
from greencredit.kernel.driver import Driver, driver
from greencredit.schemas.actions import Quantification
from greencredit.schemas.evidence import Item

if TYPE_CHECKING:
    from greencredit.awards.rules.evaluate import Decisions
    from greencredit.awards.rules.traced import Traced

_AWARD: Final = (
    *("event_id", "rule_id", "evidence_id", "holder", "subject", "occurred_on", "quantity", "unit", "spent_fen"),
    *("credits", "grams", "tier", "trace", "stacked", "terms_version", "household"),
)
_MEASURE: Final = ("evidence_id", "issuer_id", "holder", "action", "occurred_on", "grams", "tier", "document")
_COPY_FROM: Final = 50
"""So many rows go by COPY; fewer are quicker one by one."""
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Under(NamedTuple):
    """Under what awards were given: the filing's version, and each claim's household, 0 for one of his own."""

    terms_version: int
    households: Sequence[int]


def keep_awards(
    session: Session,
    events: Sequence[int],
    awards: "Sequence[Traced]",
    items: Sequence[Item],
    quantifications: Mapping[int, Quantification],
    under: Under,
) -> None:
    """Keep each award beside its event, and who pays for it where that is not the issuer alone."""
    rows, parts = [], []
    days: dict[Any, str] = {}
    for event, one in zip(events, awards, strict=True):
        item = items[one.row]
        day = days.get(item.on) or days.setdefault(item.on, item.on.isoformat())
        found = quantifications.get(item.evidence_id) if not one.rank else None
        rows.append(
            (
                event,
                one.filed.rule_id,
                item.evidence_id,
                item.holder,
                item.subject,
                day,
                item.quantity,
                item.unit,
                None if one.rank else item.spent_fen,
                one.credits,
                None if found is None else found.grams,
                None if found is None else found.tier.value,
                one.trace,
                int(one.rank > 0),
                under.terms_version,
                under.households[one.row] or None,
            )
        )
        parts += [(event, part.counter, part.credits) for part in one.parts]
    with driver(session) as hot:
        _insert(hot, "awards_award", _AWARD, rows)
        if parts:
            _insert(hot, "awards_part", ("event_id", "counter", "credits"), sorted(parts))


def keep_measures(
    session: Session, issuer_id: str, items: Sequence[Item], quantifications: Mapping[int, Quantification]
) -> None:
    """Keep every quantification whole: also when nothing was earned, also when it is negative."""
    rows = [
        (
            item.evidence_id,
            issuer_id,
            item.holder,
            item.subject,
            item.on.isoformat(),
            found.grams,
            found.tier.value,
            found.model_dump_json(),
        )
        for item in items
        if (found := quantifications.get(item.evidence_id)) is not None
    ]
    if rows:
        with driver(session) as hot:
            _insert(hot, "awards_measure", _MEASURE, rows)


def move_counters(session: Session, found: "Decisions") -> None:
    """Move caps, budgets and occasions on."""
    with driver(session) as hot:
        _move(hot, "awards_usage", "credits", "awards_usage.credits + excluded.credits", found.usage())
        occasions = [(*key, number) for key, number in found.occasions.items()]
        _move(hot, "awards_occasion", "number", "excluded.number", occasions)


def _move(hot: Driver, table: str, column: str, becomes: str, moves: list[tuple[int, int, int, int]]) -> None:
    if not moves:
        return
    rows = sorted(moves)
    into = f'INSERT INTO {table} (lineage, holder, "window", {column})'
    conflict = f'ON CONFLICT (lineage, holder, "window") DO UPDATE SET {column} = {becomes}'
    if hot.sqlite:
        hot.many(f"{into} VALUES (?, ?, ?, ?) {conflict}", rows)
    else:
        arrays = [bigints(values) for values in zip(*rows, strict=True)]
        hot.run(f"{into} SELECT * FROM unnest(?, ?, ?, ?) {conflict}", arrays)  # noqa: S608 - constants


def _insert(hot: Driver, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    names = ", ".join(columns)
    if hot.sqlite or len(rows) < _COPY_FROM:
        hot.many(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608 - constants
    else:
        hot.copy(f"COPY {table} ({names}) FROM STDIN", "".join(map(_copied, rows)).encode())


def _copied(row: tuple[Any, ...]) -> str:
    """Write a row as PostgreSQL's COPY reads it."""
    return "\t".join(["\\N" if cell is None else str(cell).translate(_ESCAPED) for cell in row]) + "\n"
