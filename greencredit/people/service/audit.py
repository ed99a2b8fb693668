"""The audit log: verbs that only add."""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor, Deed
from greencredit.kernel.clock import micros, now
from greencredit.kernel.driver import driver
from greencredit.people import rules
from greencredit.people.tables import PeopleAudit

# Driver's SQL: this runs with every commit of the writer.
_INSERT: Final = (
    "INSERT INTO people_audit (at, account_id, via, credential_id, action, object_id, outcome, facts, request_id) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_JSON: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def record_audit(session: Session, actor: Actor, deed: Deed) -> None:
    """Write down who did what; in the transaction of the deed itself, so that neither is there without the other."""
    session.execute(insert(PeopleAudit).values(_line(session, actor, deed)))


def record_deeds(session: Session, lines: Sequence[tuple[Actor, Deed]]) -> list[None]:
    """Write down many deeds at once: the batch verb that follows commands of the writer into their transaction."""
    at = micros(now(session))
    driver(session).many(
        _INSERT,
        [
            (
                at,
                actor.account_id,
                actor.via.value,
                actor.credential_id,
                deed.action,
                deed.object_id,
                deed.outcome.value,
                _facts(deed),
                deed.request_id,
            )
            for actor, deed in lines
        ],
    )
    return [None] * len(lines)


def _facts(deed: Deed) -> str:
    return _JSON.encode(rules.impersonal(deed.facts))


def _line(session: Session, actor: Actor, deed: Deed) -> dict[str, Any]:
    return {
        "at": now(session),
        "account_id": actor.account_id,
        "via": actor.via.value,
        "credential_id": actor.credential_id,
        "action": deed.action,
        "object_id": deed.object_id,
        "outcome": deed.outcome.value,
        "facts": _facts(deed),
        "request_id": deed.request_id,
    }
