"""What the tests of receipts and statements share: a signed log, and the steps of a proof that holds."""

from sqlalchemy.orm import Session

from greencredit.kernel.clock import civil_date, now
from greencredit.ledger.rules import EFFECTS
from greencredit.proofs import service as proving
from greencredit.proofs.rules.verify import verify_receipt, verify_statement
from greencredit.schemas.proofs import Step
from greencredit.schemas.values import Period
from tests.factories.proofs import ORIGIN, log_policy

STEPS = ["form", "checkpoint_signature", "witnesses", "entry_in_log", "batch_record", "event_in_batch"]
STATED = ["form", "checkpoint_signature", "witnesses", "batches_in_log", "events_in_batches", "totals"]


def sign(session: Session) -> int:
    """Open the log and sign it as it is."""
    proving.open_log(session, ORIGIN)
    return proving.checkpoint(session).size


def checked(session: Session, told: str) -> list[Step]:
    """Verify a receipt step by step."""
    return verify_receipt(told.encode(), log_policy(session))


def stated(session: Session, told: str) -> list[Step]:
    """Verify a statement step by step."""
    return verify_statement(told.encode(), log_policy(session), EFFECTS)


def this_year(session: Session) -> Period:
    """Give the present year in China."""
    year = civil_date(now(session)).year
    return Period.model_validate({"since": f"{year}-01-01", "until": f"{year + 1}-01-01"})
