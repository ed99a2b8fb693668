"""When a card transaction and a receipt are one purchase: a table of limits with its source (同一消费比对)."""

from functools import cache

from greencredit.kernel.catalogue import data_files
from greencredit.schemas.values import Record, Words


class Pairing(Record):
    """How far apart the two may lie."""

    settled_within_days: int
    """A card transaction is settled on the day of the receipt or so many days after it."""
    amount_differs_by_fen: int
    source: Words


@cache
def pairing() -> Pairing:
    """Give the limits."""
    return Pairing.model_validate(dict(data_files(__name__))["card_and_receipt"])
