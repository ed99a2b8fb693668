"""Where an issuer stands: what it issued and still owes, out of sums of events, and to how many holders."""

from collections import Counter
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.ledger import rules
from greencredit.ledger.queries.issuing import flows, last_event
from greencredit.ledger.rules import paths
from greencredit.schemas.ledger import IssuerPosition, LeafKind, Verb
from greencredit.schemas.values import Credits

_TAKEN: Final = (Verb.REVERSE, Verb.REVERSE_PENDING, Verb.ADJUST_DOWN, Verb.FALL_SHORT, Verb.REVERSE_FUND)


def position_of(session: Session, issuer_id: str) -> IssuerPosition:
    """Add up what an issuer has issued and still owes, and to how many holders.

    Whole stretches of events are read as sums; only holders are counted by a look over the balances.
    """
    sums: Counter[Verb] = Counter()
    for flow in flows(session, [issuer_id], after=0, until=last_event(session)):
        sums[flow.verb] += flow.credits
    return IssuerPosition(
        issuer_id=issuer_id,
        issued=Credits(sum(sums[verb] for verb in rules.SERIAL_VERBS)),
        reversed_=Credits(sum(sums[verb] for verb in _TAKEN) - sums[Verb.WAIVE]),
        redeemed=_on(sums, LeafKind.REDEEMED),
        donated=_on(sums, LeafKind.DONATED),
        expired=_on(sums, LeafKind.EXPIRED),
        owed=Credits(-_on(sums, LeafKind.OWED)),
        outstanding=_on(sums, *paths.OUTSTANDING),
        holders=_holders(session, issuer_id),
    )


def _on(sums: Counter[Verb], *kinds: LeafKind) -> Credits:
    """Give what stands on leaves of these kinds after all these movements."""
    return Credits(
        sum(sums[verb] * ((path.target in kinds) - (path.source in kinds)) for verb, path in rules.PATHS.items())
    )


def _holders(session: Session, issuer_id: str) -> int:
    series = session.scalars(
        text("SELECT id FROM ledger_series WHERE issuer_id = :issuer ORDER BY id"), {"issuer": issuer_id}
    ).all()
    if not series:
        return 0
    kinds = ", ".join(str(kind.value) for kind in paths.OUTSTANDING)
    counted = text(
        f"SELECT COUNT(DISTINCT leaf_id >> {paths.HOLDER_SHIFT}) FROM ledger_balance "  # noqa: S608 - numbers
        f"WHERE posted > 0 AND leaf_id & {paths.KINDS} IN ({kinds}) "
        f"AND ((leaf_id >> {paths.SERIES_SHIFT}) & {paths.ALL_SERIES}) IN ({', '.join(map(str, series))})"
    )
    return int(session.execute(counted).scalar_one())
