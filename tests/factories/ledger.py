"""Holders, series and earnings for tests of the ledger."""

from datetime import datetime

from sqlalchemy.orm import Session

from greencredit.ledger import service
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import (
    Earning,
    Hold,
    Posted,
    Reason,
    Redemption,
    Refunded,
    Restoration,
    Reversal,
    TakenBack,
    Terms,
)
from greencredit.schemas.values import Credits


def make_terms(
    issuer_id: str = "iss_example",
    *,
    terms_version: int = 1,
    award_month: int = 202603,
    expires_at: datetime | None = None,
    cap: int = 1_000_000,
    clawback_cap: int = 1_000,
    refund_grace_days: int = 0,
) -> Terms:
    """Give the terms of a series."""
    return Terms(
        issuer_id=issuer_id,
        terms_version=terms_version,
        funding="issuer",
        award_month=award_month,
        expires_at=expires_at,
        cap=Credits(cap),
        clawback_cap=Credits(clawback_cap),
        refund_grace_days=refund_grace_days,
    )


def make_earning(
    session: Session, holder: str = "con_li", *, credits_: int = 30, key: str = "e", terms: Terms | None = None
) -> Earning:
    """Give one award of a holder in a series, both made on first sight."""
    number = service.holders(session, [holder])[holder]
    series = service.series(session, terms or make_terms())
    return Earning(number, series, credits_, key_of(key))


def holder_of(session: Session, subject_id: str) -> int:
    """Give the number of a person, a merchant, a project or an enterprise."""
    return service.holders(session, [subject_id])[subject_id]


def earn(session: Session, *earnings: Earning, caller: str = "tests") -> list[Posted]:
    """Book awards."""
    return service.earn(session, service.caller(session, caller), earnings)


def because(text: str = "退货", actor_id: str = "acc_operator") -> Reason:
    """Give a reason with an actor and a document."""
    return Reason(actor_id, text, "a" * 64)


def reverse(
    session: Session,
    event_id: int,
    credits_: int,
    *,
    key: str = "r",
    caller: str = "tests",
    reason: str = "退货",
) -> TakenBack:
    """Take credits of an award back."""
    reversal = Reversal(event_id, credits_, key_of(key), because(reason))
    return service.reverse(session, service.caller(session, caller), reversal)


def redeem(
    session: Session,
    credits_: int,
    *,
    holder: str = "con_li",
    merchant: str = "mer_tea",
    key: str = "d",
    issuer_id: str | None = None,
) -> Posted:
    """Spend credits at a merchant."""
    numbers = service.holders(session, [holder, merchant])
    redemption = Redemption(numbers[holder], credits_, numbers[merchant], key_of(key), issuer_id)
    return service.post_one(session, service.caller(session, "tests"), redemption)


def restore(session: Session, redemption: int, credits_: int, *, key: str = "back") -> Refunded:
    """Give spent credits back."""
    return service.restore(session, service.caller(session, "tests"), Restoration(redemption, credits_, key_of(key)))


def hold(session: Session, credits_: int, *, holder: str = "con_li", key: str = "h") -> Posted:
    """Set credits aside."""
    command = Hold(holder_of(session, holder), credits_, key_of(key))
    return service.post_one(session, service.caller(session, "tests"), command)
