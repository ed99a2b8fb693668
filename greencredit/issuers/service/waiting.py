"""What happens to a version between hand-in and decision: found complete, recalled, or never corrected (受理, 撤回)."""

from sqlalchemy.orm import Session

from greencredit.documents import service as documents
from greencredit.issuers import queries
from greencredit.issuers.errors import FilingChanged
from greencredit.issuers.service.cascade import tell_staff
from greencredit.issuers.service.steps import FilingTurn, open_filing_turn, take_filing
from greencredit.kernel.access import Actor, Scope, clockwork, require, require_another
from greencredit.kernel.clock import now
from greencredit.kernel.policy import ScopeKind
from greencredit.schemas.issuers import Filing, FilingStep, Placing


def admit_filing(
    session: Session,
    actor: Actor,
    filing_id: str,
    *,
    reason: str,
    digest: str | None = None,
    document_digest: str | None = None,
) -> Filing:
    """Find the papers of a version complete: from this day on the authority's working days for a decision run (受理).

    Raises:
        FilingChanged: another version than the one that was looked at lies there.
    """
    turn = open_filing_turn(session, actor, filing_id, FilingStep.ADMIT, reason=reason)
    require_authority(session, turn)
    require_another(actor, filed_by(session, turn))
    require_same(turn, digest)
    documents.attach(session, actor, turn.row.issuer_id, [document_digest])
    take_in(session, turn, document_digest=document_digest)
    return queries.filing(session, filing_id)


def take_in(session: Session, turn: FilingTurn, *, document_digest: str | None) -> None:
    """Write down that the papers are complete."""
    turn.row.admitted_at = turn.at
    take_filing(session, turn, document_digest=document_digest)


def recall_filing(
    session: Session, actor: Actor, filing_id: str, *, reason: str, document_digest: str | None = None
) -> Filing:
    """Take one's own version back before it is decided on; another may be handed in (撤回)."""
    turn = open_filing_turn(session, actor, filing_id, FilingStep.RECALL, reason=reason)
    documents.attach(session, actor, turn.row.issuer_id, [document_digest])
    take_filing(session, turn, document_digest=document_digest)
    return queries.filing(session, filing_id)


def lapse_uncorrected(session: Session, *, issuer_id: str | None = None) -> list[Filing]:
    """Let versions lapse that were given back and not corrected within the working days of their table (逾期未补正).

    The calendar decides, not when a job happens to run: whoever hands a version in later begins anew.
    """
    lapsed: list[Filing] = []
    for found in queries.not_corrected(session, issuer_id=issuer_id):
        because = _because(session, found)
        turn = open_filing_turn(session, clockwork(now(session)), found.filing_id, FilingStep.LAPSE, reason=because)
        if found not in queries.not_corrected(session, issuer_id=found.issuer_id):
            continue  # answered while this waited for the issuer's lock
        take_filing(session, turn)
        tell_staff(session, queries.issuer(session, found.issuer_id), "filing_lapsed", because=because)
        lapsed.append(queries.filing(session, found.filing_id))
    return lapsed


def _because(session: Session, found: Filing) -> str:
    clock = queries.clocks(session, found.filing_id).correction
    assert clock is not None, "what lapses was to be corrected"
    day = clock.day
    return f"第 {found.version} 版补正期限至 {day} · version {found.version} was to be corrected until {day}"


# ---- What every word of an authority needs ---------------------------------------------------------------------------


def filed_by(session: Session, turn: FilingTurn) -> str | None:
    """Give the account that handed a version in."""
    submitted = queries.last_step(session, turn.row.issuer_id, FilingStep.SUBMIT, about=turn.row.id)
    return submitted.actor_id if submitted else None


def require_authority(session: Session, turn: FilingTurn) -> Placing:
    """Refuse whoever does not act for the authority to which the version was put."""
    filing = queries.filing(session, turn.row.id)
    placing = filing.placing or queries.placing_of(session, filing.issuer_id, filing.scheme, turn.today)
    require(turn.actor, turn.action, Scope(ScopeKind.REGION, placing.authority))
    return placing


def require_same(turn: FilingTurn, digest: str | None) -> None:
    """Refuse a word on another version than the one that lies there."""
    if digest is not None and digest != turn.row.digest:
        raise FilingChanged(turn.row.id, found=turn.row.digest, wanted=digest)
