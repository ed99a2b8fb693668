"""The life of an issuer as a table: which role takes which step from which state, and what must hold before."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from greencredit.issuers.errors import StepNotAllowed
from greencredit.kernel.policy import Role
from greencredit.schemas.issuers import LifeState, LifeStep, Reason, Step


class Guard(StrEnum):
    """What must hold, beyond state and role, before a step is taken."""

    ANOTHER_PERSON = "another_person"  # 不得审批本人提交的事项
    CERTIFICATE_IN_DATE = "certificate_in_date"
    GRADE_REACHES_FLOOR = "grade_reaches_floor"
    ASSESSMENT_PASSED = "assessment_passed"
    FILING_IN_FORCE = "filing_in_force"
    COVERAGE_KEPT = "coverage_kept"
    NO_OTHER_REASON = "no_other_reason"
    """Nothing else stands against issuing: several reasons are kept apart."""
    NOTICE_OVER = "notice_over"
    NOTHING_OUTSTANDING = "nothing_outstanding"


_ADMIN: Final = Role.ISSUER_ADMIN
_CERTIFIER: Final = Role.CERTIFIER
_ASSESSOR: Final = Role.ASSESSOR
_REGULATOR: Final = Role.REGULATOR
_SYSTEM: Final = Role.SYSTEM

_S: Final = LifeState
_BEFORE_FILING: Final = (_S.DRAFT, _S.SUBMITTED, _S.RETURNED, _S.CERTIFIED, _S.ASSESSED, _S.FILED)
GUARANTEED: Final = (_S.FILED, _S.ACTIVE, _S.RESTRICTED, _S.SUSPENDED, _S.WITHDRAWING)
"""States in which a custodian's statement is taken in: who leaves is watched until nothing is owed."""
LIVING: Final = (_S.FILED, _S.ACTIVE, _S.RESTRICTED, _S.SUSPENDED)
"""States in which papers are renewed and terms are changed."""

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
    # What runs out is a reason that the clockwork sets and lifts; the regulator's own is another.
    (_S.ACTIVE, LifeStep.RESTRICT, (_REGULATOR, _SYSTEM), _S.RESTRICTED),
    (_S.RESTRICTED, LifeStep.RESTRICT, (_REGULATOR, _SYSTEM), _S.RESTRICTED),
    (_S.RESTRICTED, LifeStep.RELIEVE, (_REGULATOR, _SYSTEM), _S.RESTRICTED),
    (_S.RESTRICTED, LifeStep.LIFT, (_REGULATOR, _SYSTEM), _S.ACTIVE),
    # An issuer may stop issuing of its own will, which is how a voluntary exit begins; it can't start again by itself.
    (_S.ACTIVE, LifeStep.SUSPEND, (_REGULATOR, _ADMIN), _S.SUSPENDED),
    (_S.RESTRICTED, LifeStep.SUSPEND, (_REGULATOR, _ADMIN), _S.SUSPENDED),
    (_S.SUSPENDED, LifeStep.LIFT, (_REGULATOR,), _S.ACTIVE),
    (_S.SUSPENDED, LifeStep.EASE, (_REGULATOR,), _S.RESTRICTED),
    (_S.SUSPENDED, LifeStep.WITHDRAW, (_REGULATOR, _ADMIN), _S.WITHDRAWING),
    (_S.WITHDRAWING, LifeStep.CLOSE, (_REGULATOR,), _S.CLOSED),
    # An application that is not pursued ends without a judgement.
    *((state, LifeStep.LAPSE, (_REGULATOR, _ADMIN), _S.LAPSED) for state in _BEFORE_FILING),
    # Papers are renewed and terms are changed while the issuer stays where it is.
    *((state, LifeStep.CERTIFY, (_CERTIFIER,), state) for state in (_S.CERTIFIED, _S.ASSESSED, *LIVING)),
    *(
        (state, step, (_ASSESSOR,), state)
        for state in (_S.ASSESSED, *LIVING)
        for step in (LifeStep.ASSESS, LifeStep.FAIL_ASSESSMENT, LifeStep.MEET_CONDITION)
    ),
    *((state, LifeStep.ACCEPT_FILING, (_REGULATOR,), state) for state in LIVING),
    # What changes in the register of agencies is noted in the history of whoever holds a paper of theirs.
    *(
        (state, LifeStep.NOTE_AGENCY, (Role.OPERATOR,), state)
        for state in (_S.CERTIFIED, _S.ASSESSED, *LIVING, _S.WITHDRAWING)
    ),
    *((state, LifeStep.STATE_GUARANTEE, (_ADMIN,), state) for state in GUARANTEED),
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
            Guard.COVERAGE_KEPT,
        ),
        LifeStep.LIFT: (
            Guard.CERTIFICATE_IN_DATE,
            Guard.GRADE_REACHES_FLOOR,
            Guard.ASSESSMENT_PASSED,
            Guard.FILING_IN_FORCE,
            Guard.COVERAGE_KEPT,
            Guard.NO_OTHER_REASON,
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
        LifeStep.NOTE_AGENCY: ("operations.manage",),
        LifeStep.ACCEPT_FILING: ("issuer.decide",),
        LifeStep.ACTIVATE: ("issuer.decide",),
        LifeStep.STATE_GUARANTEE: ("guarantee.state",),
        LifeStep.RESTRICT: ("issuer.supervise", "clock.step"),
        LifeStep.RELIEVE: ("issuer.supervise", "clock.step"),
        LifeStep.SUSPEND: ("issuer.supervise", "issuer.withdraw"),
        LifeStep.EASE: ("issuer.supervise",),
        LifeStep.LIFT: ("issuer.supervise", "clock.step"),
        LifeStep.WITHDRAW: ("issuer.withdraw", "issuer.supervise"),
        LifeStep.CLOSE: ("issuer.supervise",),
        LifeStep.LAPSE: ("issuer.decide", "issuer.withdraw"),
    }
)
"""The actions of the access policy that carry each step."""

BY_CLOCK: Final[Mapping[Reason, Guard]] = MappingProxyType(
    {
        Reason.CERTIFICATE: Guard.CERTIFICATE_IN_DATE,
        Reason.GRADE: Guard.GRADE_REACHES_FLOOR,
        Reason.ASSESSMENT: Guard.ASSESSMENT_PASSED,
        Reason.FILING: Guard.FILING_IN_FORCE,
        Reason.COVERAGE: Guard.COVERAGE_KEPT,
    }
)
"""The reasons that follow from dates and sums, each with the guard that it is the absence of."""


def open_reasons(steps: Iterable[Step]) -> dict[Reason, Step]:
    """Replay an issuer's history and give the reasons that stand, each with the step that set it, oldest first.

    A step without a reason is the regulator's, from before reasons were kept apart.
    """
    standing: dict[Reason, Step] = {}
    for step in steps:
        if step.subject != "issuer":
            continue
        match step.step:
            case LifeStep.RESTRICT:
                standing.setdefault(Reason(step.about or Reason.SUPERVISION), step)
            case LifeStep.RELIEVE:
                standing.pop(Reason(step.about or Reason.SUPERVISION), None)
            case LifeStep.LIFT | LifeStep.ACTIVATE:
                standing.clear()
    return standing


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
