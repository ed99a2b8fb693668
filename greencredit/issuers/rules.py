"""The life of an issuer and of a filing as tables, and the check characters of GB 32100-2015."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from greencredit.issuers.errors import (
    CheckFailed,
    CodeWrongCharacter,
    CodeWrongCheck,
    CodeWrongLength,
    CodeWrongOrganisationCheck,
    FilingStepNotAllowed,
    NotIndependent,
    ParticularMissing,
    StepNotAllowed,
)
from greencredit.kernel.policy import Role
from greencredit.schemas.issuers import (
    SPENDING_ORDER,
    Assessment,
    Certificate,
    FilingState,
    FilingStep,
    IssuerKind,
    LifeState,
    LifeStep,
    Scheme,
    SectionName,
    Verdict,
)

# ---- Unified social credit code (统一社会信用代码, GB 32100-2015) ----------------------------------------------------

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100: digits and letters without I, O, S, V, Z; a character's place is its value."""

ORGANISATION_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""GB 11714: all 36 characters, so the same letter has another value inside the organisation code."""

_DIGITS: Final = "0123456789"
_WEIGHTS: Final = tuple(pow(3, place, len(ALPHABET)) for place in range(17))
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_LENGTH: Final = 18
_REGION: Final = range(2, 8)
_ORGANISATION: Final = slice(8, 16)
_ORGANISATION_CHECK: Final = 16
_CHECK: Final = 17

# Full-width forms stand 0xFEE0 above ASCII. Only ASCII letters are raised: str.upper() turns a long s into S.
_NARROW: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_RAISED: Final = {ord(letter): ord(letter) - 32 for letter in "abcdefghijklmnopqrstuvwxyz"}


def normalise_code(text: str) -> str:
    """Give a code in half width and upper case, without spaces anywhere."""
    return "".join(text.translate(_NARROW).translate(_RAISED).split())


def check_character(first: str) -> str:
    """Give the check character that follows from the first 17 characters."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(first, _WEIGHTS, strict=True))
    # 31 - 0 would be 31, for which there is no character: it wraps to 0.
    return ALPHABET[-total % len(ALPHABET)]


def organisation_check_character(first: str) -> str:
    """Give the check character of an organisation code (GB 11714) from its first 8 characters."""
    values = [ORGANISATION_ALPHABET.index(character) for character in first]
    remainder = sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return "0X987654321"[remainder]


def require_code_shape(text: str) -> str:
    """Give the normalised code if length and characters are those of a code; check characters are not looked at."""
    code = normalise_code(text)
    if len(code) != _LENGTH:
        raise CodeWrongLength(code, found=len(code), wanted=_LENGTH)
    for place, character in enumerate(code):
        # Letters are legal in front (N2…): only the region's six places are digits.
        legal = _DIGITS if place in _REGION else ALPHABET
        if character not in legal:
            raise CodeWrongCharacter(code, position=place + 1, found=character, wanted=legal)
    return code


def failed_check(code: str) -> CheckFailed | None:
    """Give the refusal of the first check character that does not follow, or none."""
    wanted = check_character(code[:_CHECK])
    if code[_CHECK] != wanted:
        return CodeWrongCheck(code, position=_CHECK + 1, found=code[_CHECK], wanted=wanted)
    inner = organisation_check_character(code[_ORGANISATION])
    if code[_ORGANISATION_CHECK] != inner:
        found = code[_ORGANISATION_CHECK]
        return CodeWrongOrganisationCheck(code, position=_ORGANISATION_CHECK + 1, found=found, wanted=inner)
    return None


def check_code(text: str) -> str:
    """Give the normalised code if both of its check characters hold; refuse it otherwise."""
    code = require_code_shape(text)
    failure = failed_check(code)
    if failure is not None:
        raise failure
    return code


# ---- The life of an issuer -------------------------------------------------------------------------------------------


class Guard(StrEnum):
    """What must hold, beyond state and role, before a step is taken."""

    ANOTHER_PERSON = "another_person"  # 不得审批本人提交的事项
    CERTIFICATE_IN_DATE = "certificate_in_date"
    GRADE_REACHES_FLOOR = "grade_reaches_floor"
    ASSESSMENT_PASSED = "assessment_passed"
    FILING_IN_FORCE = "filing_in_force"
    NOTICE_OVER = "notice_over"
    NOTHING_OUTSTANDING = "nothing_outstanding"


_ADMIN: Final = Role.ISSUER_ADMIN
_MANAGER: Final = Role.ISSUER_MANAGER
_CERTIFIER: Final = Role.CERTIFIER
_ASSESSOR: Final = Role.ASSESSOR
_REGULATOR: Final = Role.REGULATOR
_OPERATOR: Final = Role.OPERATOR

_S: Final = LifeState
_BEFORE_FILING: Final = (_S.DRAFT, _S.SUBMITTED, _S.RETURNED, _S.CERTIFIED, _S.ASSESSED, _S.FILED)
_LIVING: Final = (_S.FILED, _S.ACTIVE, _S.RESTRICTED, _S.SUSPENDED)

_PASSAGES: Final = (
    # (from, step, roles, to)
    (_S.DRAFT, LifeStep.AMEND, (_ADMIN,), _S.DRAFT),
    (_S.RETURNED, LifeStep.AMEND, (_ADMIN,), _S.RETURNED),
    (_S.DRAFT, LifeStep.SUBMIT, (_ADMIN,), _S.SUBMITTED),
    (_S.RETURNED, LifeStep.SUBMIT, (_ADMIN,), _S.SUBMITTED),
    (_S.SUBMITTED, LifeStep.RETURN, (_CERTIFIER, _REGULATOR), _S.RETURNED),
    (_S.SUBMITTED, LifeStep.REFUSE, (_REGULATOR,), _S.REFUSED),
    (_S.CERTIFIED, LifeStep.REFUSE, (_REGULATOR,), _S.REFUSED),
    (_S.ASSESSED, LifeStep.REFUSE, (_REGULATOR,), _S.REFUSED),
    (_S.SUBMITTED, LifeStep.CERTIFY, (_CERTIFIER,), _S.CERTIFIED),
    (_S.CERTIFIED, LifeStep.ASSESS, (_ASSESSOR,), _S.ASSESSED),
    (_S.CERTIFIED, LifeStep.FAIL_ASSESSMENT, (_ASSESSOR,), _S.CERTIFIED),
    (_S.ASSESSED, LifeStep.ACCEPT_FILING, (_REGULATOR,), _S.FILED),
    (_S.FILED, LifeStep.ACTIVATE, (_REGULATOR,), _S.ACTIVE),
    (_S.ACTIVE, LifeStep.RESTRICT, (_REGULATOR,), _S.RESTRICTED),
    (_S.RESTRICTED, LifeStep.LIFT, (_REGULATOR,), _S.ACTIVE),
    # An issuer may stop issuing of its own will, which is how a voluntary exit begins; it can't start again by itself.
    (_S.ACTIVE, LifeStep.SUSPEND, (_REGULATOR, _ADMIN), _S.SUSPENDED),
    (_S.RESTRICTED, LifeStep.SUSPEND, (_REGULATOR, _ADMIN), _S.SUSPENDED),
    (_S.SUSPENDED, LifeStep.LIFT, (_REGULATOR,), _S.ACTIVE),
    (_S.SUSPENDED, LifeStep.WITHDRAW, (_REGULATOR, _ADMIN), _S.WITHDRAWING),
    (_S.WITHDRAWING, LifeStep.CLOSE, (_REGULATOR,), _S.CLOSED),
    # An application that is not pursued ends without a judgement.
    *((state, LifeStep.LAPSE, (_REGULATOR, _ADMIN), _S.LAPSED) for state in _BEFORE_FILING),
    # Papers are renewed and terms are changed while the issuer stays where it is.
    *((state, LifeStep.CERTIFY, (_CERTIFIER,), state) for state in (_S.CERTIFIED, _S.ASSESSED, *_LIVING)),
    *(
        (state, step, (_ASSESSOR,), state)
        for state in (_S.ASSESSED, *_LIVING)
        for step in (LifeStep.ASSESS, LifeStep.FAIL_ASSESSMENT, LifeStep.MEET_CONDITION)
    ),
    *((state, LifeStep.ACCEPT_FILING, (_REGULATOR,), state) for state in _LIVING),
)

LIFE: Final[Mapping[tuple[LifeState, LifeStep, Role], LifeState]] = MappingProxyType(
    {(state, step, role): to for state, step, roles, to in _PASSAGES for role in roles}
)
"""Every step an issuer's life allows: (state, step, role) → state. What is not here is refused."""

GUARDS: Final[Mapping[LifeStep, tuple[Guard, ...]]] = MappingProxyType(
    {
        LifeStep.CERTIFY: (Guard.ANOTHER_PERSON, Guard.CERTIFICATE_IN_DATE, Guard.GRADE_REACHES_FLOOR),
        LifeStep.ASSESS: (Guard.ANOTHER_PERSON, Guard.CERTIFICATE_IN_DATE, Guard.ASSESSMENT_PASSED),
        LifeStep.ACCEPT_FILING: (
            Guard.ANOTHER_PERSON,
            Guard.CERTIFICATE_IN_DATE,
            Guard.GRADE_REACHES_FLOOR,
            Guard.ASSESSMENT_PASSED,
        ),
        LifeStep.ACTIVATE: (
            Guard.ANOTHER_PERSON,
            Guard.CERTIFICATE_IN_DATE,
            Guard.GRADE_REACHES_FLOOR,
            Guard.ASSESSMENT_PASSED,
            Guard.FILING_IN_FORCE,
        ),
        LifeStep.LIFT: (
            Guard.CERTIFICATE_IN_DATE,
            Guard.GRADE_REACHES_FLOOR,
            Guard.ASSESSMENT_PASSED,
            Guard.FILING_IN_FORCE,
        ),
        LifeStep.CLOSE: (Guard.NOTICE_OVER, Guard.NOTHING_OUTSTANDING),
    }
)
"""What else must hold before a step; steps not named here have no guard."""

ACTIONS: Final[Mapping[LifeStep, tuple[str, ...]]] = MappingProxyType(
    {
        LifeStep.AMEND: ("issuer.submit",),
        LifeStep.SUBMIT: ("issuer.submit",),
        LifeStep.RETURN: ("issuer.decide", "issuer.certify"),
        LifeStep.REFUSE: ("issuer.decide",),
        LifeStep.CERTIFY: ("issuer.certify",),
        LifeStep.ASSESS: ("issuer.assess",),
        LifeStep.FAIL_ASSESSMENT: ("issuer.assess",),
        LifeStep.MEET_CONDITION: ("issuer.assess",),
        LifeStep.ACCEPT_FILING: ("issuer.decide",),
        LifeStep.ACTIVATE: ("issuer.decide",),
        LifeStep.RESTRICT: ("issuer.supervise",),
        LifeStep.SUSPEND: ("issuer.supervise", "issuer.withdraw"),
        LifeStep.LIFT: ("issuer.supervise",),
        LifeStep.WITHDRAW: ("issuer.withdraw", "issuer.supervise"),
        LifeStep.CLOSE: ("issuer.supervise",),
        LifeStep.LAPSE: ("issuer.decide", "issuer.withdraw"),
    }
)
"""The actions of the access policy that carry each step."""

ENDED: Final = frozenset({LifeState.CLOSED, LifeState.REFUSED, LifeState.LAPSED})
"""States without a way out: the same company may register anew."""

PUBLIC: Final = frozenset(
    {LifeState.ACTIVE, LifeState.RESTRICTED, LifeState.SUSPENDED, LifeState.WITHDRAWING, LifeState.CLOSED}
)
"""States in which an issuer stands in the public register: whoever ever issued stays in sight."""


def next_state(state: LifeState, step: LifeStep, role: Role) -> LifeState:
    """Give the state after a step, or refuse a step that this role can't take from this state."""
    to = LIFE.get((state, step, role))
    if to is None:
        allowed = {known for at, known, who in LIFE if (at, who) == (state, role)}
        raise StepNotAllowed(state=state, step=step, role=role, wanted=allowed)
    return to


# ---- The life of a filing --------------------------------------------------------------------------------------------

_F: Final = FilingState
_HANDS: Final = (_ADMIN, _MANAGER)
_CLOCKWORK: Final = (_REGULATOR, _OPERATOR)

_FILING_PASSAGES: Final = (
    (_F.DRAFT, FilingStep.PASS_SECTION, _HANDS, _F.DRAFT),
    (_F.DRAFT, FilingStep.FAIL_SECTION, _HANDS, _F.DRAFT),
    (_F.DRAFT, FilingStep.SUBMIT, (_ADMIN,), _F.SUBMITTED),
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
        FilingStep.ACCEPT: ("issuer.decide",),
        FilingStep.RETURN: ("issuer.decide",),
        FilingStep.REFUSE: ("issuer.decide",),
        FilingStep.TAKE_EFFECT: ("issuer.decide", "operations.manage"),
        FilingStep.SUPERSEDE: ("issuer.decide", "operations.manage"),
    }
)

FILING_OPEN: Final = frozenset({LifeState.ASSESSED, *_LIVING})
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


_VALUE: Final = ("title", "region", "face_value_fen_per_100_credits", "monthly_cap_credits", "funding")
_ALONE: Final = (
    SectionName.GUARANTEE,
    SectionName.RULES,
    SectionName.COMPLAINTS,
    SectionName.STANDARDS,
    SectionName.PARTICULARS,
)
"""Sections that are one field of the scheme and bear its name."""


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
        SectionName.REDEMPTION: {name: fields[name] for name in ("redemption_terms", "compensations")},
        **{name: fields[name.value] for name in _ALONE},
    }
    return {name: document_of(parts[name]) for name in SectionName}


def scheme_of(sections: Mapping[SectionName, str]) -> Scheme:
    """Put a scheme together again from its sections: the documents are what counts, nothing is kept twice."""
    read = {name: json.loads(document) for name, document in sections.items()}
    validity = {name: value for name, value in read[SectionName.VALIDITY].items() if name != "spending_order"}
    alone = {name.value: read[name] for name in _ALONE}
    return Scheme.model_validate({**read[SectionName.VALUE], **validity, **read[SectionName.REDEMPTION], **alone})


def document_of(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Write a JSON value in its one canonical form (RFC 8785, for values without fractions and with ASCII names)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(document: str) -> str:
    """Give the SHA-256 digest of a document in UTF-8."""
    return hashlib.sha256(document.encode()).hexdigest()


def filing_digest(digests: Mapping[SectionName, str]) -> str:
    """Give the digest of a whole filing: that of the names and digests of its sections."""
    return digest_of(document_of({name.value: digest for name, digest in digests.items()}))


# ---- Papers ----------------------------------------------------------------------------------------------------------


def certificate_on(certificates: list[Certificate], day: date) -> Certificate | None:
    """Give the certificate that counts on a day: the newest of those that cover it."""
    covering = [one for one in certificates if day in one.valid]
    return max(covering, key=lambda one: one.number, default=None)


def assessment_fault(assessment: Assessment | None, day: date) -> str | None:
    """Say why the newest assessment does not carry issuing on a day, or none if it does."""
    if assessment is None:
        return "none"
    if assessment.verdict is Verdict.FAIL:
        return f"verdict fail of {assessment.signed_on}"
    if day not in assessment.valid:
        return f"one valid from {assessment.valid.since} to {assessment.valid.last_day}"
    overdue = [one for one in assessment.open_conditions() if one.due_on < day]
    if overdue:
        return f"a condition due on {min(one.due_on for one in overdue)} that is not met"
    return None


def require_independent(body: str, *, codes: frozenset[str], issuer_codes: frozenset[str]) -> None:
    """Refuse a body that is the issuer, controls it, is controlled by it, or shares its controlling shareholder."""
    shared = sorted(codes & issuer_codes)
    if shared:
        raise NotIndependent(body=body, tie="same unified social credit code", found=shared[0])
