"""The people and the issuer of the demonstration, led through the real verbs with a clock set to those days."""

import secrets
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from demo import facts, judges
from demo.documents import hand_in
from greencredit.awards.queries.cases import suggested
from greencredit.awards.service.cases import store_cases
from greencredit.issuers import queries as issuers
from greencredit.issuers import service as issuing
from greencredit.kernel.access import Actor, Role, Scope, ScopeKind, operator_at_the_machine
from greencredit.kernel.clock import StandingClock, civil_date, now
from greencredit.kernel.database import Database
from greencredit.people import queries as people
from greencredit.people import service as peopling
from greencredit.schemas.awards import Caps, EarningRule, Ground, PerKilogram, PerYuan
from greencredit.schemas.issuers import (
    AccountKind,
    ClawbackPolicy,
    ClawbackTerms,
    Compensation,
    ComplaintChannel,
    CustodyKind,
    Guarantee,
    Issuer,
    NewCustodyStatement,
    Scheme,
    StandardRef,
    Validity,
)
from greencredit.schemas.people import NewAccount, NewGrant
from greencredit.schemas.values import Credits, Fen, Words

_PASSWORD_BYTES: Final = 9
LOGINS: Final = {
    "operator": "平台运营（演示）",
    "regulator": "监管人员（演示）",
    "issuer": "发行主体管理员（演示）",
    "certifier": "信用评价机构（演示）",
    "assessor": "第三方评估机构评分人（演示）",
    "reviewer": "第三方评估机构复核人（演示）",
    "community": "社区管理员（演示）",
}
_WHY: Final = "演示流程：按备案程序办理"


def open_accounts(database: Database) -> dict[str, str]:
    """Open the demonstration accounts that are not there yet, and give the passwords of those just opened."""
    made: dict[str, str] = {}
    with database.writing() as session:
        machine = operator_at_the_machine(now(session))
        households = {login: f"示例家庭 {int(card):04d} 号" for card, login in facts.PORTAL_HOUSEHOLDS.items()}
        for login, display_name in (LOGINS | households).items():
            if people.account_by_login(session, login) is None:
                made[login] = secrets.token_urlsafe(_PASSWORD_BYTES)
                account = peopling.register_account(
                    session, NewAccount(login=login, display_name=display_name, password=made[login])
                )
                if (role := _PLATFORM_ROLES.get(login)) is not None:
                    grant = NewGrant(account_id=account.id, role=role, scope_kind=ScopeKind.PLATFORM, because=_WHY)
                    peopling.grant(session, machine, grant)
    return made


def household_accounts(session: Session) -> dict[str, str]:
    """Give the account of each household that can sign in, by its card."""
    found = {card: people.account_by_login(session, login) for card, login in facts.PORTAL_HOUSEHOLDS.items()}
    return {card: account.id for card, account in found.items() if account is not None}


_PLATFORM_ROLES: Final = {"operator": Role.OPERATOR, "regulator": Role.REGULATOR}


def lead_issuer(database: Database, clock: StandingClock, data_dir: Path) -> Issuer:
    """Register, certify, assess, file and activate the demonstration's issuer; once only."""
    with database.reading() as session:
        found = issuers.living_issuer_with_code(session, judges.code_of(facts.ISSUER_CODE_INNER))
    if found is not None:
        return found
    clock.at = facts.REGISTERED_AT
    with database.writing() as session:
        judges.enter(session, _actor(database, "operator"))
        founder = _actor(database, "issuer")
        issuer = issuing.register(session, founder, judges.new_issuer(session, founder, data_dir), reason=_WHY)
        _grant_roles(database, session, issuer.issuer_id)
    with database.writing() as session:
        issuing.submit(session, _actor(database, "issuer"), issuer.issuer_id, reason=_WHY)
    clock.at = facts.CERTIFIED_AT
    with database.writing() as session:
        certifier = _actor(database, "certifier")
        paper = judges.certificate(session, certifier, data_dir)
        issuing.certify(session, certifier, issuer.issuer_id, paper, reason=_WHY)
    clock.at = facts.ASSESSED_AT
    with database.writing() as session:
        assessor = _actor(database, "assessor")
        judged = judges.assessment(session, assessor, data_dir)
        scored = issuing.score_assessment(session, assessor, issuer.issuer_id, judged, reason=_WHY)
        reviewer = _actor(database, "reviewer")
        issuing.sign_assessment(session, reviewer, issuer.issuer_id, scored.scored_id, reason=_WHY)
    clock.at = facts.FILED_AT
    with database.writing() as session:
        admin = _actor(database, "issuer")
        draft = issuing.draft_filing(session, admin, issuer.issuer_id, scheme(), reason=_WHY)
        store_cases(session, admin, draft.filing_id, suggested(draft.scheme))
        filing = issuing.submit_filing(session, admin, draft.filing_id, reason=_WHY)
    clock.at = facts.ACCEPTED_AT
    with database.writing() as session:
        regulator = _actor(database, "regulator")
        issuing.accept_filing(
            session,
            regulator,
            filing.filing_id,
            "示例备案2024-0001",
            digest=filing.digest,
            effective_on=facts.YEAR.since,
            reason=_WHY,
        )
    clock.at = facts.ACTIVE_AT
    with database.writing() as session:
        issuing.bring_into_effect(session, operator_at_the_machine(now(session)))
    _state_guarantee(database, issuer.issuer_id, facts.FILED_AT.date(), data_dir)
    with database.writing() as session:
        return issuing.activate(session, _actor(database, "regulator"), issuer.issuer_id, reason=_WHY)


def _grant_roles(database: Database, session: Session, issuer_id: str) -> None:
    """Give everybody who acts for the issuer or judges it his role."""
    machine = operator_at_the_machine(now(session))
    here, rater, assessor = Scope(ScopeKind.ISSUER, issuer_id), judges.RATER, judges.ASSESSOR
    for login, role, place in (
        ("issuer", Role.ISSUER_ADMIN, here),
        ("certifier", Role.CERTIFIER, here),
        ("certifier", Role.CERTIFIER, rater),
        ("assessor", Role.ASSESSOR, here),
        ("assessor", Role.ASSESSOR, assessor),
        ("reviewer", Role.ASSESSOR, here),
        ("reviewer", Role.ASSESSOR, assessor),
    ):
        account = people.account_by_login(session, login)
        assert account is not None, "accounts are opened first"
        grant = NewGrant(account_id=account.id, role=role, scope_kind=place.kind, scope_id=place.id, because=_WHY)
        if place not in _scopes(_actor(database, login), role):
            peopling.grant(session, machine, grant)


def state_guarantee_again(database: Database, issuer_id: str, data_dir: Path) -> None:
    """Put the newest statement of the custodian on file, unless one of this day is there."""
    today = civil_date(database.clock.now())
    with database.reading() as session:
        newest = issuers.newest_statement(session, issuer_id)
    if newest is None or newest.as_of < today:
        _state_guarantee(database, issuer_id, today, data_dir)


def _state_guarantee(database: Database, issuer_id: str, as_of: date, data_dir: Path) -> None:
    with database.writing() as session:
        admin = _actor(database, "issuer")
        statement = NewCustodyStatement(
            amount_fen=Fen(800_000),
            as_of=as_of,
            bank="示例银行",
            account_kind=AccountKind.CUSTODY_ACCOUNT,
            account_title="示例生鲜超市积分保障专户",
            account_last4="0000",
            document=hand_in(session, admin, data_dir, f"存管说明 {as_of}.pdf"),
        )
        issuing.state_guarantee(session, admin, issuer_id, statement, reason=_WHY)


def _scopes(actor: Actor, role: Role) -> set[Scope]:
    return {grant.scope for grant in actor.grants if grant.role is role}


def _actor(database: Database, login: str) -> Actor:
    with database.reading() as session:
        account = people.account_by_login(session, login)
        assert account is not None, "accounts are opened first"
        return people.actor_of(session, account.id)


def scheme() -> Scheme:
    """Give the scheme that the demonstration's issuer files."""
    return Scheme(
        title=Words(zh="示例生鲜绿色消费积分方案", en="Example Fresh green credit scheme"),
        region=facts.REGION,
        face_value_fen_per_100_credits=100,
        monthly_cap_credits=Credits(5_000_000),
        validity=Validity(),
        upgrade_promise=Words(zh="每年评估并只增不减持有人权益。", en="Rights are reviewed yearly and only ever grow."),
        guarantee=Guarantee(amount_fen=Fen(800_000), bank="示例银行", custody_kind=CustodyKind.CUSTODY_ACCOUNT),
        redemption_terms=(
            Words(zh="可在全部入驻商户抵扣，每 100 积分抵 1 元", en="100 credits offset one yuan at every merchant"),
            Words(
                zh="兑换的服务与付费服务同时段、同质量、同条款",
                en="Same slots, quality and terms as the paid service",
            ),
        ),
        compensations=(
            Compensation(
                occasion=Words(zh="商户取消已兑换的服务", en="A merchant cancels what was redeemed"), percent=10
            ),
        ),
        clawback=ClawbackTerms(policy=ClawbackPolicy.SHORTAGE, cap_credits=Credits(500)),
        refund_grace_days=30,
        complaints=ComplaintChannel(phone="000-00000000", answer_days=7),
        standards=(StandardRef(title="绿色消费积分技术规范", publisher="中国国际经济技术合作促进会"),),
        rules=_earning_rules(),
    )


def _earning_rules() -> tuple[EarningRule, ...]:
    return (
        EarningRule(
            name="green_basket",
            version=1,
            title=Words(zh="绿色商品消费", en="Green shopping"),
            ground=Ground.PURCHASE,
            products=("organic_produce", "plant_protein", "plant_drink", "refill", "reusable", "efficient_lamp"),
            rate=PerYuan(credits=Credits(5)),
            caps=Caps(per_day=Credits(200), per_month=Credits(1_000), per_year=Credits(6_000)),
            budget_credits=Credits(2_000_000),
            since=facts.YEAR.since,
        ),
        EarningRule(
            name="green_travel",
            version=1,
            title=Words(zh="绿色出行", en="Green travel"),
            ground=Ground.ACTION,
            actions=("metro_trip_km", "bus_trip", "bike_shared_trip", "walk_trip"),
            rate=PerKilogram(credits=Credits(60)),
            caps=Caps(per_day=Credits(120), per_month=Credits(1_200)),
            since=facts.YEAR.since,
        ),
        EarningRule(
            name="recycling",
            version=1,
            title=Words(zh="资源回收", en="Recycling"),
            ground=Ground.ACTION,
            actions=("recycle_paper_mixed", "recycle_pet", "recycle_glass"),
            rate=PerKilogram(credits=Credits(40)),
            caps=Caps(per_day=Credits(150)),
            since=facts.YEAR.since,
        ),
        EarningRule(
            name="home_retrofit",
            version=1,
            title=Words(zh="居家节能", en="Saving energy at home"),
            ground=Ground.ACTION,
            actions=("led_lamp", "household_electricity_saving"),
            rate=PerKilogram(credits=Credits(10)),
            caps=Caps(per_year=Credits(3_000)),
            budget_credits=Credits(300_000),
            since=facts.YEAR.since,
        ),
    )
