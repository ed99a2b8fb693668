"""Issuers for tests, led through the real verbs; every company is 示例…, every code lies in a region that is none."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from greencredit.awards.queries.cases import suggested
from greencredit.awards.service.cases import store_cases
from greencredit.documents import service as documents
from greencredit.issuers import queries, service
from greencredit.issuers.catalogue.indicators import indicator_set_on
from greencredit.issuers.catalogue.papers import required_papers
from greencredit.kernel.access import Actor, Role, Scope, ScopeKind
from greencredit.kernel.clock import civil_date, now
from greencredit.schemas.awards import EarningRule, Ground, PerAction, PerYuan
from greencredit.schemas.issuers import (
    AccountKind,
    AgencyKind,
    ClawbackPolicy,
    ClawbackTerms,
    ComplaintChannel,
    Condition,
    Contact,
    CustodyKind,
    Fees,
    Filing,
    Grade,
    Guarantee,
    Issuer,
    IssuerKind,
    LifeState,
    NewAssessment,
    NewCertificate,
    NewCustodyStatement,
    NewIssuer,
    Paper,
    Referral,
    Scheme,
    Score,
    StandardRef,
    Verdict,
)
from greencredit.schemas.values import Credits, Fen, Period, Words
from tests.factories import agencies
from tests.factories.documents import example_document, hand_in
from tests.factories.people import make_actor
from tests.factories.recorded import written_again

agency_scope, assessor_of = agencies.agency_scope, agencies.assessor_of
certifier_of, reviewer_of = agencies.certifier_of, agencies.reviewer_of
synthetic_code = agencies.synthetic_code
new_agency = agencies.new_agency

WHY: Final = "示例：按程序办理"
APPROVAL: Final = "示例-批准-1"
FEES: Final = Fees(from_issuer_fen=Fen(1_000_000), income_fen=Fen(100_000_000))
"""One percent of an agency's income."""

OTHER_PAPERS: Final = tuple(
    example_document(name)
    for name in (
        "信用证书.pdf",
        "评估底稿.pdf",
        "利益冲突声明.pdf",
        "评估报告.pdf",
        "存管说明.pdf",
        "存管协议.pdf",
        "示例材料.pdf",
    )
)
"""What certificates, assessments and met conditions of these factories name."""


# ---- Who acts ------------------------------------------------------------------------------------------------------


def anybody(account_id: str = "acc_admin") -> Actor:
    """Give a signed-in account without a grant: enough to register."""
    return make_actor(None, account_id=account_id)


def admin_of(issuer_id: str, account_id: str = "acc_admin") -> Actor:
    """Give an administrator of the issuer."""
    return make_actor(Role.ISSUER_ADMIN, ScopeKind.ISSUER, issuer_id, account_id=account_id)


def regulator(region: str = "CN-SH") -> Actor:
    """Give a regulator of a region."""
    return make_actor(Role.REGULATOR, ScopeKind.REGION, region, account_id="acc_regulator")


def operator() -> Actor:
    """Give somebody of the platform's operator."""
    return make_actor(Role.OPERATOR, account_id="acc_operator")


def actor_in(role: Role, issuer: Issuer) -> Actor:
    """Give an actor who holds a role where it reaches the issuer, if the role can reach an issuer at all."""
    scopes = {
        Role.ISSUER_ADMIN: Scope(ScopeKind.ISSUER, issuer.issuer_id),
        Role.ISSUER_MANAGER: Scope(ScopeKind.ISSUER, issuer.issuer_id),
        Role.ISSUER_VIEWER: Scope(ScopeKind.ISSUER, issuer.issuer_id),
        Role.CERTIFIER: Scope(ScopeKind.ISSUER, issuer.issuer_id),
        Role.ASSESSOR: Scope(ScopeKind.ISSUER, issuer.issuer_id),
        Role.REGULATOR: Scope(ScopeKind.REGION, issuer.region),
        Role.CONSUMER: Scope(ScopeKind.CONSUMER, "con_example"),
    }
    scope = scopes.get(role, Scope(ScopeKind.PLATFORM))
    return make_actor(role, scope.kind, scope.id, account_id=f"acc_{role}")


# ---- What they hand in ---------------------------------------------------------------------------------------------


def new_issuer(*, number: int = 1, kind: IssuerKind = IssuerKind.RETAILER, name: str = "示例零售有限公司") -> NewIssuer:
    """Describe a synthetic company."""
    return NewIssuer(
        name=name,
        english_name="Example Retail Co., Ltd.",
        code=synthetic_code(number),
        kind=kind,
        region="CN-SH",
        legal_representative="示例法人",
        address="示例市示例路 1 号",
        contact=Contact(name="示例联系人", phone="000-00000000"),
        documents=registration_papers(kind),
    )


def registration_papers(kind: IssuerKind = IssuerKind.RETAILER) -> tuple[Paper, ...]:
    """Describe every paper that a kind of issuer registers with."""
    named = ((one.name, example_document(f"{one.title.zh}.pdf")) for one in required_papers(kind))
    return tuple(Paper(**dict(document), paper=name) for name, document in named)


def new_certificate(
    on: date, *, grade: Grade = Grade.AA, days: int = 365, approval_number: str | None = None
) -> NewCertificate:
    """Describe a certificate that begins thirty days before a date and lasts so many days after it.

    With an approval number it is one of the approved agency, whose number in the register is `APPROVAL`.
    """
    return NewCertificate(
        body_code=synthetic_code(902 if approval_number else 900),
        certificate_number="示例-XY-0001",
        grade=grade,
        score=88,
        scope="绿色消费积分发行",
        valid=Period(since=on - timedelta(days=30), until=on + timedelta(days=days)),
        document=example_document("信用证书.pdf"),
        fees=FEES,
    )


def new_assessment(
    on: date,
    *,
    verdict: Verdict = Verdict.PASS,
    conditions: tuple[Condition, ...] = (),
    days: int = 365,
    assessor_code: str | None = None,
) -> NewAssessment:
    """Describe an assessment signed on a date, scored against the set in force on it."""
    marks = indicator_set_on(on)
    return NewAssessment(
        assessor_code=assessor_code or synthetic_code(901),
        criteria_version=marks.version,
        scores=tuple(
            Score(indicator=one.name, score=score, finding="示例：符合要求", evidence=example_document("评估底稿.pdf"))
            for one, score in zip(marks.indicator, (91, 85, 88, 80), strict=True)
        ),
        verdict=verdict,
        conditions=conditions,
        signed_on=on,
        valid=Period(since=on, until=on + timedelta(days=days)),
        declaration=example_document("利益冲突声明.pdf"),
        document=example_document("评估报告.pdf"),
        fees=FEES,
    )


def example_rule(since: date = date(2024, 1, 1)) -> EarningRule:
    """Describe one credit for every yuan of organic produce."""
    return EarningRule(
        name="organic_produce",
        version=1,
        title=Words(zh="有机农产品", en="Organic produce"),
        ground=Ground.PURCHASE,
        products=("organic_produce",),
        rate=PerYuan(credits=Credits(1)),
        since=since,
    )


def new_scheme(*earning_rules: EarningRule, fen_per_100: int = 100, clawback: ClawbackTerms | None = None) -> Scheme:
    """Describe a scheme with one rule, unless others are given."""
    return Scheme(
        title=Words(zh="示例绿色积分方案", en="Example green credit scheme"),
        region="CN-SH",
        face_value_fen_per_100_credits=fen_per_100,
        monthly_cap_credits=Credits(100_000_000),
        guarantee=Guarantee(amount_fen=Fen(50_000_000), bank="示例银行", custody_kind=CustodyKind.CUSTODY_ACCOUNT),
        clawback=clawback or ClawbackTerms(),
        refund_grace_days=30,
        redemption_terms=(Words(zh="可在入驻门店抵扣消费", en="Accepted for purchases in member stores"),),
        complaints=ComplaintChannel(phone="000-00000000", answer_days=7),
        standards=(StandardRef(title="绿色消费积分技术规范", publisher="中国国际经济技术合作促进会"),),
        rules=earning_rules or (example_rule(),),
        referral=next(map(_referral_of, (one for one in earning_rules if one.ground is Ground.REFERRAL)), None),
    )


def _referral_of(rule: EarningRule) -> Referral:
    """Say of referrals what a rule for them gives."""
    assert isinstance(rule.rate, PerAction), "a gift is fixed"
    title = Words(zh="推荐奖励", en="Referral")
    return Referral(title=title, credits_each=rule.rate.credits, most_credits=rule.caps.per_person)


def owed_up_to(credits_: int) -> ClawbackTerms:
    """File that what is spent is owed after a clawback, up to so many credits."""
    return ClawbackTerms(policy=ClawbackPolicy.SHORTAGE, cap_credits=Credits(credits_))


def new_statement(on: date, *, amount_fen: int = 500_000_000_000, **changes: object) -> NewCustodyStatement:
    """Describe what a custodian states of a day."""
    return NewCustodyStatement.model_validate(
        {
            "amount_fen": amount_fen,
            "as_of": on,
            "bank": "示例银行",
            "account_kind": AccountKind.CUSTODY_ACCOUNT,
            "account_title": "示例零售有限公司积分保障专户",
            "account_last4": "0000",
            "document": example_document("存管说明.pdf"),
        }
        | changes
    )


# ---- What has to be there before ------------------------------------------------------------------------------------


def make_agencies(session: Session) -> None:
    """Enter the agencies in the register whose papers `new_certificate` and `new_assessment` describe; once."""
    if queries.agency_with_code(session, AgencyKind.CREDIT, synthetic_code(900)) is not None:
        return
    for agency in (
        new_agency(),
        new_agency(901, kind=AgencyKind.ASSESSMENT, name="示例评估有限公司"),
        new_agency(902, name="示例认证有限公司", approval_number=APPROVAL),
    ):
        service.list_agency(session, operator(), agency, reason=WHY)


def hand_papers_in(session: Session, *account_ids: str, kind: IssuerKind = IssuerKind.RETAILER) -> None:
    """Hand in, for each account, every paper that orders of these factories name."""
    for account_id in account_ids:
        hand_in(session, account_id, *registration_papers(kind), *OTHER_PAPERS)


def make_assessed(session: Session, issuer_id: str, paper: NewAssessment) -> Issuer:
    """Have an issuer's scheme scored by one of the assessor's people and signed by another."""
    assessor, reviewer = assessor_of(issuer_id, paper.assessor_code), reviewer_of(issuer_id, paper.assessor_code)
    scored = service.score_assessment(session, assessor, issuer_id, paper, reason=WHY)
    return service.sign_assessment(session, reviewer, issuer_id, scored.scored_id, reason=WHY)


# ---- The way through life ------------------------------------------------------------------------------------------


def make_issuer(
    session: Session,
    state: LifeState | str = LifeState.ACTIVE,
    *,
    number: int = 1,
    kind: IssuerKind = IssuerKind.RETAILER,
    name: str = "示例零售有限公司",
    scheme: Scheme | None = None,
) -> Issuer:
    """Lead a synthetic company through the real verbs into a state; see `recorded` for the first one on SQLite."""
    state, scheme = LifeState(state), scheme or new_scheme()

    def lead(session: Session) -> str:
        make_agencies(session)
        hand_papers_in(session, "acc_admin", kind=kind)
        registered = service.register(session, anybody(), new_issuer(number=number, kind=kind, name=name), reason=WHY)
        # Papers of the issuer may be named again by whoever acts for it or judges it.
        documents.attach(session, anybody(), registered.issuer_id, OTHER_PAPERS)
        walk = _Walk(session, registered.issuer_id, scheme)
        for verb in walk.way_to(state):
            verb()
        return registered.issuer_id

    if state is LifeState.CLOSED:  # which moves the clock
        return queries.issuer(session, lead(session))
    way = (state, number, kind, name, scheme.model_dump_json())
    return queries.issuer(session, written_again(session, way, lead) or lead(session))


def make_filing(
    session: Session, issuer_id: str, scheme: Scheme | None = None, *, actor: Actor | None = None
) -> Filing:
    """Submit another version of an issuer's scheme."""
    actor = actor or admin_of(issuer_id)
    drafted = make_draft(session, issuer_id, scheme, actor=actor)
    return service.submit_filing(session, actor, drafted.filing_id, reason=WHY)


def make_draft(session: Session, issuer_id: str, scheme: Scheme | None = None, *, actor: Actor | None = None) -> Filing:
    """Draft a version with worked cases that come out, so that it can be handed in."""
    actor = actor or admin_of(issuer_id)
    drafted = service.draft_filing(session, actor, issuer_id, scheme or new_scheme(), reason=WHY)
    return with_cases(session, drafted, actor=actor)


def with_cases(session: Session, drafted: Filing, *, actor: Actor | None = None) -> Filing:
    """Store the worked cases that a draft suggests itself."""
    store_cases(session, actor or admin_of(drafted.issuer_id), drafted.filing_id, suggested(drafted.scheme))
    return queries.filing(session, drafted.filing_id)


class _Walk:
    """The verbs that lead one issuer from draft to a state."""

    def __init__(self, session: Session, issuer_id: str, scheme: Scheme) -> None:
        self.session, self.issuer_id, self.scheme = session, issuer_id, scheme
        self.today = civil_date(now(session))

    def way_to(self, state: LifeState) -> list[Callable[[], object]]:
        """Give the verbs to call, in order."""
        to_active = [self.submit, self.certify, self.assess, self.file, self.state_guarantee, self.activate]
        ways: dict[LifeState, list[Callable[[], object]]] = {
            LifeState.DRAFT: [],
            LifeState.SUBMITTED: [*to_active[:1]],
            LifeState.RETURNED: [self.submit, self.give_back],
            LifeState.CERTIFIED: [*to_active[:2]],
            LifeState.ASSESSED: [*to_active[:3]],
            LifeState.FILED: [*to_active[:4]],
            LifeState.ACTIVE: [*to_active],
            LifeState.RESTRICTED: [*to_active, self.restrict],
            LifeState.SUSPENDED: [*to_active, self.suspend],
            LifeState.WITHDRAWING: [*to_active, self.suspend, self.withdraw],
            LifeState.CLOSED: [*to_active, self.suspend, self.withdraw, self.close],
            LifeState.REFUSED: [self.submit, self.refuse],
            LifeState.LAPSED: [self.lapse],
        }
        return ways[state]

    def submit(self) -> None:
        service.submit(self.session, admin_of(self.issuer_id), self.issuer_id, reason=WHY)

    def give_back(self) -> None:
        service.return_(self.session, regulator(), self.issuer_id, reason=WHY)

    def certify(self) -> None:
        paper = new_certificate(self.today)
        service.certify(self.session, certifier_of(self.issuer_id), self.issuer_id, paper, reason=WHY)

    def assess(self) -> None:
        make_assessed(self.session, self.issuer_id, new_assessment(self.today))

    def file(self) -> None:
        filed = make_filing(self.session, self.issuer_id, self.scheme)
        number = f"示例备2026-{self.issuer_id[-6:]}"
        service.accept_filing(self.session, regulator(), filed.filing_id, number, digest=filed.digest, reason=WHY)

    def state_guarantee(self) -> None:
        statement = new_statement(self.today)
        service.state_guarantee(self.session, admin_of(self.issuer_id), self.issuer_id, statement, reason=WHY)

    def activate(self) -> None:
        service.activate(self.session, regulator(), self.issuer_id, reason=WHY)

    def restrict(self) -> None:
        service.restrict(self.session, regulator(), self.issuer_id, reason=WHY)

    def suspend(self) -> None:
        service.suspend(self.session, regulator(), self.issuer_id, reason=WHY)

    def withdraw(self) -> None:
        service.withdraw(self.session, admin_of(self.issuer_id), self.issuer_id, reason=WHY)

    def close(self) -> None:
        clock = self.session.info["clock"]
        clock.move(timedelta(days=31))
        service.close(self.session, regulator(), self.issuer_id, reason=WHY)

    def refuse(self) -> None:
        service.refuse(self.session, regulator(), self.issuer_id, reason=WHY)

    def lapse(self) -> None:
        service.lapse(self.session, admin_of(self.issuer_id), self.issuer_id, reason=WHY)
