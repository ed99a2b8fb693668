"""The life of a filing as a table: which role takes which step from which state."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from greencredit.issuers.errors import FilingStepNotAllowed
from greencredit.issuers.rules.life import LIVING
from greencredit.kernel.policy import Role
from greencredit.schemas.issuers import FilingState, FilingStep, LifeState

_ADMIN: Final = Role.ISSUER_ADMIN
_MANAGER: Final = Role.ISSUER_MANAGER
_REGULATOR: Final = Role.REGULATOR
_OPERATOR: Final = Role.OPERATOR
_SYSTEM: Final = Role.SYSTEM

_F: Final = FilingState
_HANDS: Final = (_ADMIN, _MANAGER)
_CLOCKWORK: Final = (_REGULATOR, _OPERATOR)

_FILING_PASSAGES: Final = (
    (_F.DRAFT, FilingStep.PASS_SECTION, _HANDS, _F.DRAFT),
    (_F.DRAFT, FilingStep.FAIL_SECTION, _HANDS, _F.DRAFT),
    (_F.DRAFT, FilingStep.SUBMIT, (_ADMIN,), _F.SUBMITTED),
    # Nothing is accepted whose papers nobody found complete; what is incomplete is given back before that, too.
    (_F.SUBMITTED, FilingStep.ADMIT, (_REGULATOR,), _F.ADMITTED),
    (_F.ADMITTED, FilingStep.ACCEPT, (_REGULATOR,), _F.ACCEPTED),
    *((state, FilingStep.OPINE, (_REGULATOR,), state) for state in (_F.SUBMITTED, _F.ADMITTED)),
    *((state, FilingStep.RETURN, (_REGULATOR,), _F.RETURNED) for state in (_F.SUBMITTED, _F.ADMITTED)),
    *((state, FilingStep.REFUSE, (_REGULATOR,), _F.REFUSED) for state in (_F.SUBMITTED, _F.ADMITTED)),
    *((state, FilingStep.RECALL, (_ADMIN,), _F.RECALLED) for state in (_F.SUBMITTED, _F.ADMITTED)),
    # Only the calendar lets a version lapse, never somebody's impatience.
    (_F.RETURNED, FilingStep.LAPSE, (_SYSTEM,), _F.LAPSED),
    (_F.ACCEPTED, FilingStep.TAKE_EFFECT, _CLOCKWORK, _F.EFFECTIVE),
    (_F.EFFECTIVE, FilingStep.SUPERSEDE, _CLOCKWORK, _F.SUPERSEDED),
)

FILING_LIFE: Final[Mapping[tuple[FilingState, FilingStep, Role], FilingState]] = MappingProxyType(
    {(state, step, role): to for state, step, roles, to in _FILING_PASSAGES for role in roles}
)
"""Every step a version of a filing allows. What was returned, recalled or refused is followed by a new version."""

FILING_ACTIONS: Final[Mapping[FilingStep, tuple[str, ...]]] = MappingProxyType(
    {
        FilingStep.DRAFT: ("rule.file",),
        FilingStep.PASS_SECTION: ("rule.file",),
        FilingStep.FAIL_SECTION: ("rule.file",),
        FilingStep.SUBMIT: ("issuer.file",),
        FilingStep.ADMIT: ("issuer.decide",),
        FilingStep.RECALL: ("issuer.file",),
        FilingStep.LAPSE: ("clock.step",),
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

WAITING: Final = frozenset({FilingState.SUBMITTED, FilingState.ADMITTED})
"""States in which a version lies before its authority; one version of an issuer at a time."""

NOT_ANSWERED: Final = frozenset({FilingState.DRAFT, FilingState.RECALLED})
"""States of a later version that leave the return of an earlier one without an answer."""

ACCEPTED_EVER: Final = frozenset({FilingState.ACCEPTED, FilingState.EFFECTIVE, FilingState.SUPERSEDED})


def next_filing_state(state: FilingState, step: FilingStep, role: Role) -> FilingState:
    """Give the state of a version after a step, or refuse a step that this role can't take from this state."""
    to = FILING_LIFE.get((state, step, role))
    if to is None:
        allowed = {known for at, known, who in FILING_LIFE if (at, who) == (state, role)}
        raise FilingStepNotAllowed(state=state, step=step, role=role, wanted=allowed)
    return to
