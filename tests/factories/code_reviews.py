"""Codes that fail the check and are asked to be looked at (人工核验)."""

from sqlalchemy.orm import Session

from greencredit.issuers import service
from greencredit.schemas.issuers import CodeReviewRequest, NewCodeReview
from tests.factories.documents import example_document, hand_in
from tests.factories.issuers import WHY, anybody, synthetic_code


def make_code_review(session: Session) -> CodeReviewRequest:
    """Ask for a code to be looked at whose last character is wrong."""
    right = synthetic_code(77)
    licence = example_document("营业执照.pdf")
    hand_in(session, "acc_admin", licence)
    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")
    return service.ask_code_review(session, anybody(), NewCodeReview(code=wrong, reason=WHY, document=licence))
