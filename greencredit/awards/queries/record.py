"""The record of an award as it is handed out, with all that is needed to compute it again without us (发放记录)."""

import hashlib
from typing import Any, Final

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards.queries.lines import award, quantification
from greencredit.awards.tables import AwardsAward, AwardsRule
from greencredit.evidence import rules as evidence
from greencredit.projects import queries as projects
from greencredit.proofs.rules.canonical import canonical
from greencredit.schemas.actions import AwardRecord, ProjectCopy, ProjectShare, RuleCopy
from greencredit.schemas.awards import AwardLine

UNSEALED: Final = "0" * 64
"""Stands where the seal will be while the seal is made."""


def award_record(session: Session, award_id: int) -> AwardRecord:
    """Give the record of an award under a rule: its line, rule, method, factors and calculation, sealed by a digest.

    Whoever holds it computes the award again years later: nothing in it points back to a database. No person is named.

    Raises:
        NoSuchAward: there is none under this number, or it rests on no rule.
    """
    line = award(session, award_id)
    rule = session.get_one(AwardsRule, session.get_one(AwardsAward, award_id).rule_id)
    found = quantification(session, line.evidence_id) if line.grams is not None else None
    unsealed = AwardRecord(
        award=_told(line),
        rule=RuleCopy(name=rule.name, version=rule.version, document=rule.document, digest=rule.digest),
        method=None if found is None else actions.method(session, found.action, found.action_version),
        quantification=found,
        factors=() if found is None else actions.factors_of(session, [(use.id, use.version) for use in found.factors]),
        claim=line.claim,
        project=None if found is None or found.share is None else _project(session, found.share, line.evidence_id),
        seal=UNSEALED,
    )
    return unsealed.model_copy(update={"seal": seal_of(unsealed.model_dump(mode="json"))})


def seal_of(told: dict[str, Any]) -> str:
    """Give the digest over everything in a record but the seal itself, as it is written and not as it is understood.

    A record that was handed out years ago keeps its seal when the shapes of the platform have grown.
    """
    return hashlib.sha256(canonical(told | {"seal": UNSEALED})).hexdigest()


def _project(session: Session, share: ProjectShare, evidence_id: int) -> ProjectCopy:
    """Give the project's measurement word for word, and how it was shared; participants are no more than a place."""
    kept = projects.record_of(session, share.project_id, share.measurement_number)
    shares = projects.shares(session, share.project_id)
    _, line = evidence.place_of(evidence_id)
    weights = tuple(one.weight for one in shares)
    return ProjectCopy(document=kept.text, digest=kept.digest, weights=weights, place=line - 1)


def _told(line: AwardLine) -> dict[str, Any]:
    """Write an award's line as JSON; its evidence is named by text, for its number may be wider than JSON's safe ones.

    What a mark says stands beside it, once.
    """
    told = line.model_dump(mode="json", exclude={"claim"})
    return told | {"evidence_id": str(line.evidence_id)}
