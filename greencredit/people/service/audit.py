"""The audit log: verbs that only add."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor, Deed
from greencredit.kernel.clock import now
from greencredit.people import rules
from greencredit.people.tables import PeopleAudit


def record_audit(session: Session, actor: Actor, deed: Deed) -> None:
    """Write down who did what; in the transaction of the deed itself, so that neither is there without the other."""
    session.execute(insert(PeopleAudit).values(_line(session, actor, deed)))


def record_deeds(session: Session, lines: Sequence[tuple[Actor, Deed]]) -> list[None]:
    """Write down many deeds at once: the batch verb that follows commands of the writer into their transaction."""
    session.execute(insert(PeopleAudit.__table__), [_line(session, actor, deed) for actor, deed in lines])  # type: ignore[arg-type]
    return [None] * len(lines)


def _line(session: Session, actor: Actor, deed: Deed) -> dict[str, Any]:
    return {
        "at": now(session),
        "account_id": actor.account_id,
        "via": actor.via.value,
        "credential_id": actor.credential_id,
        "action": deed.action,
        "object_id": deed.object_id,
        "outcome": deed.outcome.value,
        "facts": json.dumps(rules.impersonal(deed.facts), sort_keys=True, separators=(",", ":")),
        "request_id": deed.request_id,
    }
