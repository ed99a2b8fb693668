"""What a guarantee must be, how far it covers what is owed, and how what is owed came about; whole numbers only."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from greencredit.issuers.errors import PaymentReserveNamed, StatementFromTheFuture
from greencredit.ledger.rules.paths import OUTSTANDING, PATHS
from greencredit.schemas.issuers import (
    AccountKind,
    Coverage,
    CoverageLine,
    CustodyStatement,
    NewCustodyStatement,
    RollForward,
)
from greencredit.schemas.ledger import Verb
from greencredit.schemas.values import Credits, Fen, Period

_WHOLE: Final = 10_000
"""Basis points of a whole."""
_CREDITS_PRICED: Final = 100
"""A filing names the face value of a hundred credits."""

_RESERVE_WORDS: Final = ("备付", "備付", "paymentreserve", "customerreserve", "clientreserve", "reserveaccount")
"""How payers' reserve money is named in account titles (备付金存管办法)."""

CHANGES: Final[Mapping[Verb, int]] = MappingProxyType(
    {
        verb: effect
        for verb, path in PATHS.items()
        if (effect := (path.target in OUTSTANDING) - (path.source in OUTSTANDING))
    }
)
"""What each verb does to what is owed: 1, -1; verbs that leave it as it is are absent."""

GRANTED: Final = frozenset({Verb.EARN, Verb.ACCRUE, Verb.COMPENSATE, Verb.FUND})
REDEEMED: Final = frozenset({Verb.CAPTURE, Verb.REDEEM})
EXPIRED: Final = frozenset({Verb.EXPIRE})
RESTORED: Final = frozenset({Verb.RESTORE})
DONATED: Final = frozenset({Verb.DONATE, Verb.CAPTURE_DONATION})
REVERSED: Final = frozenset({Verb.REVERSE, Verb.REVERSE_PENDING, Verb.REVERSE_FUND, Verb.REPAY})
CORRECTED: Final = frozenset({Verb.ADJUST_UP, Verb.ADJUST_DOWN, Verb.REVIVE_OUT, Verb.REVIVE_IN})
"""Credits that move to a series with a grace leave and enter what is owed at once: together nothing."""


def require_no_reserve(statement: NewCustodyStatement) -> None:
    """Refuse a payment-reserve account, named as such or hidden in a name: what is only spelt apart counts, too."""
    if statement.account_kind is AccountKind.PAYMENT_RESERVE:
        raise PaymentReserveNamed(field="account_kind", found=statement.account_kind.value)
    named = {"account_title": statement.account_title, "bank": statement.bank, "document": statement.document.name}
    for field, text in named.items():
        plain = "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())
        if any(word in plain for word in _RESERVE_WORDS):
            raise PaymentReserveNamed(field=field, found=text)


def require_not_future(as_of: date, today: date) -> None:
    """Refuse a statement of a day that has not come."""
    if as_of > today:
        raise StatementFromTheFuture(found=as_of, wanted=today)


def newest_of(statements: Sequence[CustodyStatement]) -> CustodyStatement | None:
    """Give the statement that counts: of the latest day, and of that day the last one put on file."""
    return max(statements, key=lambda one: (one.as_of, one.number), default=None)


def runs_out_on(statement: CustodyStatement, days: int) -> date:
    """Give the last day on which a statement still counts."""
    return statement.as_of + timedelta(days=days)


def worth_fen(credits_: int, face_value_fen_per_100: int) -> Fen:
    """Give what credits are worth at face value, rounded up to the fen: what is owed is never made smaller."""
    return Fen(-(-credits_ * face_value_fen_per_100 // _CREDITS_PRICED))


class Promise(NamedTuple):
    """What stands behind the credits of one version: their face value, and the ratio that is kept for them."""

    face_value_fen_per_100: int
    basis_points: int


class Promised(NamedTuple):
    """One accepted version as it was filed, and whether it ever took effect."""

    version: int
    promise: Promise
    begun: bool


def promises_of(accepted: Sequence[Promised]) -> dict[int, Promise]:
    """Give what is promised for the credits of each version: at least what was filed with it, more if more was filed.

    A ratio is a promise for all that is owed: a later version that keeps more does so for earlier credits, too. One
    that keeps less does not: what is worse never reaches credits that were issued before.
    """
    found: dict[int, Promise] = {}
    for one in accepted:
        later = [each.promise.basis_points for each in accepted if each.version > one.version and each.begun]
        found[one.version] = one.promise._replace(basis_points=max([one.promise.basis_points, *later]))
    return found


def needed(owed: Mapping[int, int], promises: Mapping[int, Promise]) -> int:
    """Give what must be held for what is owed, in ten-thousandths of a fen: compared without any rounding but one."""
    return sum(
        worth_fen(credits_, promises[version].face_value_fen_per_100) * promises[version].basis_points
        for version, credits_ in owed.items()
    )


def surely_kept(guarantee_fen: int, most_owed: Mapping[int, int], promises: Mapping[int, Promise]) -> bool:
    """Tell whether a guarantee would do even for the most that can be owed; unknown versions are never sure."""
    owed = {version: credits_ for version, credits_ in most_owed.items() if credits_}
    return set(owed) <= set(promises) and guarantee_fen * _WHOLE >= needed(owed, promises)


def coverage_of(
    issuer_id: str,
    statement: CustodyStatement | None,
    owed: Mapping[int, int],
    promises: Mapping[int, Promise],
    *,
    filed_basis_points: int,
    as_of_event: int,
    at: datetime,
) -> Coverage:
    """Put coverage together from what is owed under each version of the filing, and what is promised for its credits.

    The ratio is rounded down; whether the filed ratios are kept is compared without that rounding.
    """
    lines = tuple(
        CoverageLine(
            terms_version=version,
            outstanding=Credits(credits_),
            face_value_fen_per_100_credits=promises[version].face_value_fen_per_100,
            worth_fen=worth_fen(credits_, promises[version].face_value_fen_per_100),
            filed_basis_points=promises[version].basis_points,
        )
        for version, credits_ in sorted(owed.items())
        if credits_
    )
    held = statement.amount_fen if statement else Fen(0)
    worth = Fen(sum(line.worth_fen for line in lines))
    asked = needed(owed, promises)
    return Coverage(
        issuer_id=issuer_id,
        statement_id=statement.statement_id if statement else None,
        guarantee_fen=held,
        lines=lines,
        outstanding=Credits(sum(line.outstanding for line in lines)),
        worth_fen=worth,
        basis_points=held * _WHOLE // worth if worth else None,
        filed_basis_points=asked // worth if worth else filed_basis_points,
        kept=statement is not None and held * _WHOLE >= asked,
        as_of_event=as_of_event,
        at=at,
    )


def change_of(verb: Verb, credits_: int) -> int:
    """Give what a movement does to what is owed."""
    return CHANGES.get(verb, 0) * credits_


def roll_forward_of(
    period: Period, before: Iterable[tuple[Verb, int]], within: Iterable[tuple[Verb, int]], events: tuple[int, int]
) -> RollForward:
    """Sum up what was owed before a period's first event and what the events within it did to that."""
    opening = sum(change_of(verb, credits_) for verb, credits_ in before)
    sums: dict[Verb, int] = {}
    for verb, credits_ in within:
        sums[verb] = sums.get(verb, 0) + change_of(verb, credits_)

    def of(verbs: frozenset[Verb]) -> Credits:
        return Credits(sum(sums.get(verb, 0) for verb in verbs))

    return RollForward(
        period=period,
        opening=Credits(opening),
        granted=of(GRANTED),
        redeemed=Credits(-of(REDEEMED)),
        expired=Credits(-of(EXPIRED)),
        restored=of(RESTORED),
        donated=Credits(-of(DONATED)),
        reversed=Credits(-of(REVERSED)),
        corrected=of(CORRECTED),
        closing=Credits(opening + sum(sums.values())),
        first_event=events[0],
        last_event=events[1],
    )
