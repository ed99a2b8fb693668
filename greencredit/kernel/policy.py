"""The one policy: which action is open to whom, holding which role on which kind of place (权限表)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is to a place. A role is added when it first has something to do.

    To come: merchant_manager (商家管理员) with redemption. A witness (见证方) of the log needs no role: whatever
    it hands in is signed, and its registered key speaks for it.
    """

    CONSUMER = "consumer"  # 消费者, of himself
    ISSUER_ADMIN = "issuer_admin"  # 发行主体管理员
    ISSUER_MANAGER = "issuer_manager"  # 发行主体业务员
    ISSUER_VIEWER = "issuer_viewer"  # 发行主体查看员
    CERTIFIER = "certifier"  # 信用认证机构: of one agency, for the issuers it was asked to certify
    ASSESSOR = "assessor"  # 第三方评估机构: of one agency, for the issuers it was asked to assess
    VERIFIER = "verifier"  # 节能量核证机构, for the issuers whose projects it was asked to verify
    REGULATOR = "regulator"  # 监管部门
    AUDITOR = "auditor"  # 审计员: reads everything, for a limited time
    OPERATOR = "operator"  # 平台运营方
    ORGANISATION_ADMIN = "organisation_admin"  # 组织管理员, of a school, district, community or enterprise
    UNIT_KEEPER = "unit_keeper"  # 班主任、楼栋管理员、部门负责人, of one unit
    GUARDIAN = "guardian"  # 监护人, of one child; ends with the day the child comes of age
    SYSTEM = "system"  # 平台时钟: what follows from dates and sums alone; nobody is ever granted it


class ScopeKind(StrEnum):
    """What kind of place a grant covers."""

    PLATFORM = "platform"
    REGION = "region"
    ISSUER = "issuer"
    AGENCY = "agency"
    """One agency of the register, by its unified social credit code."""
    CONSUMER = "consumer"
    ORGANISATION = "organisation"
    """An organisation, or one unit of it; both by their ids."""


class Audience(StrEnum):
    """To whom an action is open."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    HOLDERS = "holders"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one action takes."""

    audience: Audience = Audience.HOLDERS
    holders: frozenset[tuple[Role, ScopeKind]] = frozenset()
    writes: bool = False
    """It changes something of the platform's: the suspended may not, and the audit log tells of it."""
    watched: bool = False
    """It only reads, yet the audit log tells of it."""
    by_key: bool = True
    """An API key can carry it."""

    @property
    def logged(self) -> bool:
        """Tell whether the audit log tells of this action."""
        return self.watched or (self.writes and self.audience is not Audience.ANYONE)


_Holder = tuple[Role, ScopeKind]

_ISSUER_ADMIN: Final[_Holder] = (Role.ISSUER_ADMIN, ScopeKind.ISSUER)
_ISSUER_MANAGER: Final[_Holder] = (Role.ISSUER_MANAGER, ScopeKind.ISSUER)
_ISSUER_VIEWER: Final[_Holder] = (Role.ISSUER_VIEWER, ScopeKind.ISSUER)
_CERTIFIER: Final[_Holder] = (Role.CERTIFIER, ScopeKind.ISSUER)
_ASSESSOR: Final[_Holder] = (Role.ASSESSOR, ScopeKind.ISSUER)
_VERIFIER: Final[_Holder] = (Role.VERIFIER, ScopeKind.ISSUER)
_REGULATOR_HERE: Final[_Holder] = (Role.REGULATOR, ScopeKind.REGION)
_REGULATOR: Final[_Holder] = (Role.REGULATOR, ScopeKind.PLATFORM)
_AUDITOR: Final[_Holder] = (Role.AUDITOR, ScopeKind.PLATFORM)
_OPERATOR: Final[_Holder] = (Role.OPERATOR, ScopeKind.PLATFORM)
_SYSTEM: Final[_Holder] = (Role.SYSTEM, ScopeKind.PLATFORM)
_SELF: Final[_Holder] = (Role.CONSUMER, ScopeKind.CONSUMER)

_ORGANISATION_ADMIN: Final[_Holder] = (Role.ORGANISATION_ADMIN, ScopeKind.ORGANISATION)
_UNIT_KEEPER: Final[_Holder] = (Role.UNIT_KEEPER, ScopeKind.ORGANISATION)
_GUARDIAN: Final[_Holder] = (Role.GUARDIAN, ScopeKind.CONSUMER)

_ISSUER_STAFF: Final = (_ISSUER_ADMIN, _ISSUER_MANAGER, _ISSUER_VIEWER)
_ISSUER_HANDS: Final = (_ISSUER_ADMIN, _ISSUER_MANAGER)
_REGULATORS: Final = (_REGULATOR_HERE, _REGULATOR)
_OVERSEERS: Final = (*_REGULATORS, _AUDITOR)


def _open() -> Rule:
    return Rule(Audience.ANYONE)


def _own(*, writes: bool = False, by_key: bool = True) -> Rule:
    return Rule(Audience.SIGNED_IN, writes=writes, by_key=by_key)


def _reads(*holders: _Holder, watched: bool = False) -> Rule:
    return Rule(holders=frozenset(holders), watched=watched)


def _writes(*holders: _Holder) -> Rule:
    return Rule(holders=frozenset(holders), writes=True)


POLICY: Final[Mapping[str, Rule]] = {
    # Open to the world: health, catalogue of actions, public register, verify page, API description.
    "public.read": _open(),
    "session.open": Rule(Audience.ANYONE, writes=True),
    # Witnesses and logs prove themselves by their signatures (c2sp.org/tlog-witness); both leave records for ever.
    "checkpoint.cosign": Rule(Audience.ANYONE, writes=True),
    "cosignature.hand_in": Rule(Audience.ANYONE, writes=True),
    # One's own. Ending a sign-in is no write of the platform's: the suspended may leave, too.
    "session.close": _own(by_key=False),
    "me.read": _own(),
    "key.read": _own(by_key=False),
    "key.make": _own(writes=True, by_key=False),
    "key.revoke": _own(writes=True, by_key=False),
    # Consumers: balance, movements, credits by action, participation.
    "consumer.read": _reads(_SELF, *_OVERSEERS, watched=True),
    # Personal data: the copy of one's own, and being forgotten; an operator does either on a written request.
    "personal.copy": _reads(_SELF, _OPERATOR, watched=True),
    "personal.erase": Rule(holders=frozenset({_SELF, _OPERATOR}), writes=True, by_key=False),
    # Notices: one's inbox is one's own; nobody else reads it.
    "notice.read": _reads(_SELF),
    "notice.change": _writes(_SELF),
    # Reports: one's own, a child's, one's issuer's or organisation's; a regulator asks for those of his region.
    "report.read": _reads(_SELF, _GUARDIAN, *_ISSUER_STAFF, _ORGANISATION_ADMIN, *_OVERSEERS, _OPERATOR),
    "report.issue": _writes(_SELF, _GUARDIAN, *_ISSUER_HANDS, _ORGANISATION_ADMIN, *_REGULATORS, _OPERATOR),
    # Reports by the million: whoever runs the platform orders them; they reach whom they are about, not who ordered.
    "report.batch": _writes(_OPERATOR),
    # What was issued no longer stands; and by which certificate reports are signed.
    "report.withdraw": _writes(_OPERATOR),
    "seal.change": _writes(_OPERATOR),
    # Portable proofs are one's own; an operator has one issued on request, and reads none.
    "badge.read": _reads(_SELF),
    "badge.issue": _writes(_SELF, _OPERATOR),
    "badge.manage": _writes(_OPERATOR),
    # Papers: whoever is signed in hands in; only who may read the dossier of the issuer they belong to takes them out.
    "document.hand_in": _own(writes=True),
    "document.read": _reads(*_ISSUER_STAFF, _CERTIFIER, _ASSESSOR, *_OVERSEERS, _OPERATOR, watched=True),
    # Issuers. Each step of an issuer's life belongs to one side; nobody takes two sides.
    "issuer.register": _own(writes=True),
    "issuer.read": _reads(*_ISSUER_STAFF, _CERTIFIER, _ASSESSOR, *_OVERSEERS, _OPERATOR),
    "issuer.submit": _writes(_ISSUER_ADMIN),
    "issuer.certify": _writes(_CERTIFIER),
    "agency.keep": _writes(_OPERATOR, _REGULATOR),
    "issuer.assess": _writes(_ASSESSOR),
    # Whose papers somebody may sign: those of the one agency he works for, beside being asked for the issuer.
    "agency.certify": _writes((Role.CERTIFIER, ScopeKind.AGENCY)),
    "agency.assess": _writes((Role.ASSESSOR, ScopeKind.AGENCY)),
    "issuer.file": _writes(_ISSUER_ADMIN),
    "issuer.decide": _writes(*_REGULATORS),
    # The filing desk: what waits for the decision of an authority one acts for.
    "desk.read": _reads(*_OVERSEERS),
    "issuer.supervise": _writes(*_REGULATORS),
    "issuer.withdraw": _writes(_ISSUER_ADMIN),
    "guarantee.state": _writes(_ISSUER_ADMIN),
    # What no person decides: papers that run out, a guarantee that falls short, and both put right again.
    "clock.step": _writes(_SYSTEM),
    # Earning rules, evidence, awards.
    "scheme.draft": _reads(*_ISSUER_HANDS),  # what one is writing: nothing is filed yet
    "rule.file": _writes(*_ISSUER_HANDS),
    "evidence.read": _reads(*_ISSUER_STAFF, *_OVERSEERS, _OPERATOR),
    "evidence.take_in": _writes(*_ISSUER_HANDS, _OPERATOR),
    "feed.open": _writes(_OPERATOR),
    # Claims that were put aside show two issuers at once: neither of them may see them.
    "evidence.oversee": _reads(*_OVERSEERS, watched=True),
    "certificates.keep": _writes(_OPERATOR),
    "tie.note": _writes(_OPERATOR, _REGULATOR),
    # Credits kept back: the holder says what he has to say, and another person decides.
    "hold.appeal": _writes(_SELF),
    "hold.decide": _writes(_REGULATOR, _OPERATOR),
    "factors.publish": _writes(_OPERATOR),
    "award.give": _writes(*_ISSUER_HANDS, _OPERATOR),
    "gift.read": _reads(*_ISSUER_HANDS, _OPERATOR),
    "award.reverse": _writes(_OPERATOR),
    # The level of a member is its issuer's to set; a household is its members' own, as every membership.
    "level.set": _writes(*_ISSUER_HANDS),
    "level.read": _reads(*_ISSUER_HANDS),
    # Energy-saving projects: the issuer's people open and measure, the verifier alone signs (four eyes).
    "project.open": _writes(*_ISSUER_HANDS, _OPERATOR),
    "project.keep": _writes(*_ISSUER_HANDS, _OPERATOR),
    "project.read": _reads(*_ISSUER_STAFF, _VERIFIER, *_OVERSEERS, _OPERATOR),
    "project.verify": _writes(_VERIFIER),
    # A baseline set with a document: one person proposes, another decides. What another scheme counts is marked.
    "override.propose": _writes(*_ISSUER_HANDS, *_REGULATORS, _OPERATOR),
    "override.decide": _writes(*_REGULATORS, _OPERATOR),
    "claim.mark": _writes(*_ISSUER_HANDS, *_REGULATORS, _OPERATOR),
    "negative.read": _reads(*_ISSUER_STAFF, *_OVERSEERS),
    # Accounts of enterprises are kept by the issuer that funds them; what somebody owes it, it alone can give up.
    "enterprise.fund": _writes(*_ISSUER_HANDS),
    "enterprise.give": _writes(*_ISSUER_HANDS),
    "shortage.waive": _writes(*_ISSUER_HANDS),
    "award.read": _reads(_SELF, *_ISSUER_STAFF, *_OVERSEERS),
    # Trajectories: one's own, an issuer's own, all for overseers; whoever looks at others' is written down.
    "trajectory.read": _reads(_SELF, *_ISSUER_STAFF, *_OVERSEERS, watched=True),
    # Moving credits by hand or by machine: spending for holders, corrections, keeping back for fraud or court.
    "ledger.spend": _writes(_OPERATOR),
    "ledger.correct": _writes(_OPERATOR),
    "ledger.freeze": _writes(_REGULATOR, _OPERATOR),
    # Organisations: founded by the platform, kept by their administrators; a class's names are its keeper's alone.
    "organisation.found": _writes(_OPERATOR),
    "organisation.read": _reads(_ORGANISATION_ADMIN, _UNIT_KEEPER, *_OVERSEERS, _OPERATOR),
    "organisation.change": _writes(_ORGANISATION_ADMIN, _OPERATOR),
    "organisation.publish": _writes(_ORGANISATION_ADMIN, _OPERATOR),
    "unit.invite": _writes(_ORGANISATION_ADMIN, _UNIT_KEEPER),
    "roster.read": _reads(_ORGANISATION_ADMIN, _UNIT_KEEPER, watched=True),
    "membership.end": _writes(_ORGANISATION_ADMIN, _UNIT_KEEPER),
    # Joining and leaving are a person's own, or his guardian's; nobody joins for anybody else.
    "membership.read": _reads(_SELF, _GUARDIAN, watched=True),
    "membership.choose": _writes(_SELF, _GUARDIAN),
    # An enterprise's own account: it rewards its staff and its partners, and reads what became of its credits.
    "wallet.read": _reads(_ORGANISATION_ADMIN, *_OVERSEERS),
    "wallet.give": _writes(_ORGANISATION_ADMIN),
    # The ledger as a whole, and the machine room.
    "ledger.audit": _reads(*_OVERSEERS, _OPERATOR),
    "operations.read": _reads(_OPERATOR, _AUDITOR),
    "operations.manage": _writes(_OPERATOR),
    "log.manage": _writes(_OPERATOR),
    # Roles and accounts; an issuer's administrator names his own staff.
    "grant.give": _writes(_OPERATOR, _ISSUER_ADMIN, _ORGANISATION_ADMIN),
    "grant.revoke": _writes(_OPERATOR, _ISSUER_ADMIN),
    "account.open": _writes(_OPERATOR),
    "account.suspend": _writes(_OPERATOR),
    "audit.read": _reads(_REGULATOR, _AUDITOR, _OPERATOR, watched=True),
}
"""The one policy: action → who, holding which role on which kind of place. Nothing else decides access."""

APART: Final[frozenset[frozenset[Role]]] = frozenset(
    frozenset({issuer, other})
    for issuer in (Role.ISSUER_ADMIN, Role.ISSUER_MANAGER, Role.ISSUER_VIEWER)
    for other in (Role.CERTIFIER, Role.ASSESSOR, Role.VERIFIER, Role.REGULATOR)
)
"""Roles that one account never holds together: whoever judges issuers works for none of them."""
