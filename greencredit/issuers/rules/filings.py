"""The life of a filing as a table, and a scheme cut into sections that are documents with digests."""

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from greencredit.issuers.errors import FilingStepNotAllowed, ParticularMissing, PromotionNotAllowed
from greencredit.issuers.rules.life import LIVING
from greencredit.kernel.policy import Role
from greencredit.schemas.issuers import (
    SPENDING_ORDER,
    ClawbackTerms,
    FilingState,
    FilingStep,
    IssuerKind,
    LifeState,
    Scheme,
    SectionName,
)

_ADMIN: Final = Role.ISSUER_ADMIN
_MANAGER: Final = Role.ISSUER_MANAGER
_REGULATOR: Final = Role.REGULATOR
_OPERATOR: Final = Role.OPERATOR

_F: Final = FilingState
_HANDS: Final = (_ADMIN, _MANAGER)
_CLOCKWORK: Final = (_REGULATOR, _OPERATOR)

_FILING_PASSAGES: Final = (
    (_F.DRAFT, FilingStep.PASS_SECTION, _HANDS, _F.DRAFT),
    (_F.DRAFT, FilingStep.FAIL_SECTION, _HANDS, _F.DRAFT),
    (_F.DRAFT, FilingStep.SUBMIT, (_ADMIN,), _F.SUBMITTED),
    (_F.SUBMITTED, FilingStep.OPINE, (_REGULATOR,), _F.SUBMITTED),
    (_F.SUBMITTED, FilingStep.ACCEPT, (_REGULATOR,), _F.ACCEPTED),
    (_F.SUBMITTED, FilingStep.RETURN, (_REGULATOR,), _F.RETURNED),
    (_F.SUBMITTED, FilingStep.REFUSE, (_REGULATOR,), _F.REFUSED),
    (_F.ACCEPTED, FilingStep.TAKE_EFFECT, _CLOCKWORK, _F.EFFECTIVE),
    (_F.EFFECTIVE, FilingStep.SUPERSEDE, _CLOCKWORK, _F.SUPERSEDED),
)

FILING_LIFE: Final[Mapping[tuple[FilingState, FilingStep, Role], FilingState]] = MappingProxyType(
    {(state, step, role): to for state, step, roles, to in _FILING_PASSAGES for role in roles}
)
"""Every step a version of a filing allows. A version that was returned or refused is followed by a new one."""

FILING_ACTIONS: Final[Mapping[FilingStep, tuple[str, ...]]] = MappingProxyType(
    {
        FilingStep.DRAFT: ("rule.file",),
        FilingStep.PASS_SECTION: ("rule.file",),
        FilingStep.FAIL_SECTION: ("rule.file",),
        FilingStep.SUBMIT: ("issuer.file",),
        FilingStep.OPINE: ("issuer.decide",),
        FilingStep.ACCEPT: ("issuer.decide",),
        FilingStep.RETURN: ("issuer.decide",),
        FilingStep.REFUSE: ("issuer.decide",),
        FilingStep.TAKE_EFFECT: ("issuer.decide", "operations.manage"),
        FilingStep.SUPERSEDE: ("issuer.decide", "operations.manage"),
    }
)

FILING_OPEN: Final = frozenset({LifeState.ASSESSED, *LIVING})
"""States in which an issuer may submit a filing: the first once it is assessed, changes later."""

ACCEPTED_EVER: Final = frozenset({FilingState.ACCEPTED, FilingState.EFFECTIVE, FilingState.SUPERSEDED})


def next_filing_state(state: FilingState, step: FilingStep, role: Role) -> FilingState:
    """Give the state of a version after a step, or refuse a step that this role can't take from this state."""
    to = FILING_LIFE.get((state, step, role))
    if to is None:
        allowed = {known for at, known, who in FILING_LIFE if (at, who) == (state, role)}
        raise FilingStepNotAllowed(state=state, step=step, role=role, wanted=allowed)
    return to


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
    """Refuse promotions of issuers that may award settled spending only: no gift for a card, an account or a loan."""
    if kind in FINANCIAL and scheme.promotions:
        raise PromotionNotAllowed(kind=kind, found=[one.name for one in scheme.promotions])


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
    if scheme.promotions:
        parts[SectionName.RULES] = {"rules": fields["rules"], "promotions": fields["promotions"]}
    said = {name: fields[name] for name in _PROMISES if getattr(scheme, name) != Scheme.model_fields[name].default}
    if said:
        parts[SectionName.PROMISES] = said
    return {name: document_of(parts[name]) for name in SectionName if name in parts}


def scheme_of(sections: Mapping[SectionName, str]) -> Scheme:
    """Put a scheme together again from its sections: the documents are what counts, nothing is kept twice."""
    read = {name: json.loads(document) for name, document in sections.items()}
    validity = {name: value for name, value in read[SectionName.VALIDITY].items() if name != "spending_order"}
    alone = {name.value: read[name] for name in _ALONE}
    if isinstance(read[SectionName.RULES], dict):  # a scheme without promotions has its rules alone there
        alone |= read[SectionName.RULES]
    redemption = _redemption_of(read[SectionName.REDEMPTION])
    promises = read.get(SectionName.PROMISES, {})
    return Scheme.model_validate({**read[SectionName.VALUE], **validity, **redemption, **alone, **promises})


def clawback_terms_of(document: str) -> ClawbackTerms:
    """Read from the section on redemption how far an award is taken back."""
    return ClawbackTerms.model_validate(_redemption_of(json.loads(document))["clawback"])


def refund_grace_days_of(document: str) -> int:
    """Read from the section on redemption how long expired credits live on when they are refunded."""
    days: int = _redemption_of(json.loads(document))["refund_grace_days"]
    return days


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
