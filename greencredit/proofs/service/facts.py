"""Takes facts of other rooms towards the log: they wait in their own transaction, the next batch appends them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros, now
from greencredit.proofs.rules.facts import fact_entry
from greencredit.proofs.tables import ProofsPending


def note_fact(session: Session, kind: str, body: Mapping[str, Any]) -> None:
    """Let a public fact wait for the log: accepted filings, changed states, digests of what was published.

    The log is public and never forgets: no personal data, no free text. Kinds and names are those of
    `rules.facts.FACTS`; anything else is refused. The fact stands or falls with the caller's transaction.
    """
    entry = fact_entry(kind, body, at_micros=micros(now(session)))
    session.execute(insert(ProofsPending).values(kind=kind, body=entry))
