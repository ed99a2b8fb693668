"""Holders, series and earnings for tests of the ledger."""

from datetime import datetime

from sqlalchemy.orm import Session

from greencredit.ledger import service
from greencredit.schemas.ledger import Earning, Posted, Terms
from greencredit.schemas.values import Credits


def make_terms(
    issuer_id: str = "iss_example",
    *,
    terms_version: int = 1,
    award_month: int = 202603,
    expires_at: datetime | None = None,
    cap: int = 1_000_000,
) -> Terms:
    """Give the terms of a series."""
    return Terms(
        issuer_id=issuer_id,
        terms_version=terms_version,
        funding="issuer",
        award_month=award_month,
        expires_at=expires_at,
        cap=Credits(cap),
    )


def make_earning(
    session: Session,
    holder: str = "con_li",
    *,
    credits_: int = 30,
    key: str = "e",
    day: int = 0,
    terms: Terms | None = None,
) -> Earning:
    """Give one award of a holder in a series, both made on first sight."""
    number = service.holders(session, [holder])[holder]
    series = service.series(session, terms or make_terms())
    return Earning(number, series, credits_, day, key.encode())


def earn(session: Session, *earnings: Earning, caller: str = "tests") -> list[Posted]:
    """Book awards."""
    return service.earn(session, service.caller(session, caller), earnings)


def reverse(
    session: Session, event_id: int, credits_: int, *, key: str = "r", caller: str = "tests", reason: str = "退货"
) -> Posted:
    """Take credits of an award back."""
    return service.reverse(
        session,
        service.caller(session, caller),
        event_id,
        credits_=credits_,
        day=0,
        key=key.encode(),
        actor_id="acc_operator",
        reason=reason,
        document="a" * 64,
    )
