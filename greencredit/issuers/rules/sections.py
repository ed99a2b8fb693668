"""A scheme cut into sections that are canonical documents with digests, and put together again."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from greencredit.schemas.issuers import SPENDING_ORDER, Scheme, SectionName

_VALUE: Final = ("title", "region", "face_value_fen_per_100_credits", "monthly_cap_credits", "funding")
_REDEMPTION: Final = ("redemption_terms", "compensations", "clawback", "refund_grace_days")
_ALONE: Final = (
    SectionName.GUARANTEE,
    SectionName.RULES,
    SectionName.COMPLAINTS,
    SectionName.STANDARDS,
    SectionName.PARTICULARS,
)
"""Sections that are one field of the scheme and bear its name."""
_BESIDE_RULES: Final = ("groups", "caps", "funders", "fundings", "promotions")
"""What the section on rules holds beside them, each only where something is said."""
_PROMISES: Final = (
    "notices",
    "existing_credits",
    "referral",
    "marketing",
    "card_offers",
    "draws",
    "custody",
    "data",
    "reach",
    "enterprise",
    "grade_floor",
)
"""What the section on promises holds: only what differs from what every scheme promises.

So a scheme that says nothing of them has the very documents and digests that it had before they could be said.
"""


def sections_of(scheme: Scheme) -> dict[SectionName, str]:
    """Cut a scheme into its sections, each a canonical JSON document that its owner checks by digest."""
    fields = scheme.model_dump(mode="json")
    parts = {
        SectionName.VALUE: {name: fields[name] for name in _VALUE},
        SectionName.VALIDITY: {
            "validity": fields["validity"],
            "upgrade_promise": fields["upgrade_promise"],
            "spending_order": SPENDING_ORDER.model_dump(mode="json"),
        },
        SectionName.REDEMPTION: {name: fields[name] for name in _REDEMPTION},
        **{name: fields[name.value] for name in _ALONE},
    }
    if beside := {name: fields[name] for name in _BESIDE_RULES if _is_said(scheme, name)}:
        parts[SectionName.RULES] = {"rules": fields["rules"], **beside}
    said = {name: fields[name] for name in _PROMISES if _is_said(scheme, name)}
    if said:
        parts[SectionName.PROMISES] = said
    return {name: document_of(parts[name]) for name in SectionName if name in parts}


def _is_said(scheme: Scheme, name: str) -> bool:
    return bool(getattr(scheme, name) != Scheme.model_fields[name].default)


def scheme_of(sections: Mapping[SectionName, str]) -> Scheme:
    """Put a scheme together again from its sections: the documents are what counts, nothing is kept twice."""
    read = {name: json.loads(document) for name, document in sections.items()}
    validity = {name: value for name, value in read[SectionName.VALIDITY].items() if name != "spending_order"}
    alone = {name.value: read[name] for name in _ALONE}
    if isinstance(read[SectionName.RULES], dict):  # a scheme that says nothing beside them has its rules alone there
        alone |= read[SectionName.RULES]
    redemption = _redemption_of(read[SectionName.REDEMPTION])
    promises = read.get(SectionName.PROMISES, {})
    return Scheme.model_validate({**read[SectionName.VALUE], **validity, **redemption, **alone, **promises})


def _redemption_of(found: dict[str, Any]) -> dict[str, Any]:
    """Add what documents filed before these terms existed leave unsaid: nobody owes anything, no grace was promised.

    The documents themselves stay as they were filed, and with them their digests.
    """
    return {"clawback": {}, "refund_grace_days": 0, **found}


def document_of(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Write a JSON value in its one canonical form (RFC 8785, for values without fractions and with ASCII names)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(document: str) -> str:
    """Give the SHA-256 digest of a document in UTF-8."""
    return hashlib.sha256(document.encode()).hexdigest()


def filing_digest(digests: Mapping[SectionName, str]) -> str:
    """Give the digest of a whole filing: that of the names and digests of its sections."""
    return digest_of(document_of({name.value: digest for name, digest in digests.items()}))
