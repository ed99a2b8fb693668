"""The audit log: one verb, which only adds."""

import json

from sqlalchemy import insert
from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor, Deed
from greencredit.kernel.clock import now
from greencredit.people import rules
from greencredit.people.tables import PeopleAudit


def record_audit(session: Session, actor: Actor, deed: Deed) -> None:
    """Write down who did what; in the transaction of the deed itself, so that neither is there without the other."""
    session.execute(
        insert(PeopleAudit).values(
            at=now(session),
            account_id=actor.account_id,
            via=actor.via.value,
            credential_id=actor.credential_id,
            action=deed.action,
            object_id=deed.object_id,
            outcome=deed.outcome.value,
            facts=json.dumps(rules.impersonal(deed.facts), sort_keys=True, separators=(",", ":")),
            request_id=deed.request_id,
        )
    )
