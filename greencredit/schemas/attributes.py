"""What is known of goods and place: everything beside money, quantity and day that an earning rule can look at."""

import json
from typing import Final, NamedTuple


class Attributes(NamedTuple):
    """What is known of goods and place beside money and quantity; lines that share all of it share one tuple.

    Rules read these and nothing else: an empty text, 0 or an empty tuple is "not known", and a condition on what is not
    known does not hold.
    """

    merchant: str = ""
    """The merchant's id."""
    store: str = ""
    """The merchant's own code of the store."""
    region: str = ""
    """Where it happened: `CN-SH`; empty: where the feed is."""
    channel: str = ""
    """How it was bought or done, such as `store`, `online`, `card`."""
    product: str = ""
    """The merchant's own code of the product."""
    brand: str = ""
    certificates: tuple[str, ...] = ()
    """Schemes of the product's certificates that were valid when it was bought, sorted."""
    energy_grade: int = 0
    """1 (best) to 5."""
    more: tuple[tuple[str, str], ...] = ()
    """Further registered attributes of the product, sorted by name."""


UNKNOWN: Final = Attributes()
"""Nothing is known beside money and quantity."""


def attributes_text(attributes: Attributes) -> str:
    """Write attributes as canonical JSON, only what is known; nothing known gives an empty text."""
    known = {
        name: value
        for name, value in zip(Attributes._fields, attributes, strict=True)
        if value != _UNKNOWN_FIELDS[name]
    }
    return json.dumps(known, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if known else ""


def attributes_of(text: str) -> Attributes:
    """Read attributes again as they were written."""
    if not text:
        return UNKNOWN
    found = json.loads(text)
    found["certificates"] = tuple(found.get("certificates", ()))
    found["more"] = tuple((name, value) for name, value in found.get("more", ()))
    return Attributes(**found)


_UNKNOWN_FIELDS: Final = UNKNOWN._asdict()
