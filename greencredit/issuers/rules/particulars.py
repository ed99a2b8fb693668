"""What some kinds of issuer must state beyond the rest, and what they may not offer."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from greencredit.issuers.errors import ParticularMissing, PromotionNotAllowed
from greencredit.schemas.issuers import IssuerKind, Scheme

PARTICULARS: Final[Mapping[IssuerKind, tuple[str, ...]]] = MappingProxyType(
    {
        IssuerKind.AIRLINE: ("accrual_ratio", "validity", "redemption_limits"),
        IssuerKind.BANK: ("spending_basis",),
        IssuerKind.PAYMENT_INSTITUTION: ("spending_basis",),
    }
)
"""What some kinds of issuer must state beyond the rest (ISS-4)."""


def require_particulars(kind: IssuerKind, scheme: Scheme) -> None:
    """Refuse a filing that leaves out what its kind of issuer must state."""
    wanted = PARTICULARS.get(kind, ())
    found = tuple(one.name for one in scheme.particulars)
    if not set(wanted) <= set(found):
        raise ParticularMissing(kind=kind, found=found, wanted=wanted)


FINANCIAL: Final = frozenset({IssuerKind.BANK, IssuerKind.PAYMENT_INSTITUTION})
"""Issuers whose credits follow from settled spending and from nothing else (ISS-7)."""


def require_spending_only(kind: IssuerKind, scheme: Scheme) -> None:
    """Refuse promotions and gifts of issuers that may award settled spending only: none for a card, account or loan."""
    gifts = [one.name for one in scheme.rules if one.ground.is_gift]
    if kind in FINANCIAL and (scheme.promotions or gifts):
        raise PromotionNotAllowed(kind=kind, found=[*(one.name for one in scheme.promotions), *gifts])
