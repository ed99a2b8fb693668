"""Who judges the demonstration's issuer, and the papers that it and they hand in."""

from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from demo import facts
from demo.documents import hand_in
from greencredit.issuers import queries, rules, service
from greencredit.issuers.catalogue.indicators import indicator_set_on
from greencredit.issuers.catalogue.papers import required_papers
from greencredit.kernel.access import Actor, Scope, ScopeKind
from greencredit.schemas.issuers import (
    AgencyKind,
    Contact,
    Fees,
    Grade,
    IssuerKind,
    NewAgency,
    NewAssessment,
    NewCertificate,
    NewIssuer,
    Paper,
    Score,
    Verdict,
)
from greencredit.schemas.values import Fen

_WHY: Final = "演示流程：机构入册"
_FEES: Final = Fees(from_issuer_fen=Fen(2_000_000), income_fen=Fen(300_000_000))
_SCORES: Final = (92, 86, 90, 84)


def code_of(inner_number: int) -> str:
    """Make a code that passes both checks in region 000000, which is no region: it is nobody's."""
    inner = f"{inner_number:08d}"
    first = f"91000000{inner}{rules.organisation_check_character(inner)}"
    return first + rules.check_character(first)


_RATER, _ASSESSOR = code_of(10_000_002), code_of(10_000_003)
RATER: Final = Scope(ScopeKind.AGENCY, _RATER)
ASSESSOR: Final = Scope(ScopeKind.AGENCY, _ASSESSOR)


def enter(session: Session, operator: Actor) -> None:
    """Enter the agencies in the register, unless they are there."""
    for kind, code, name in (
        (AgencyKind.CREDIT, _RATER, "示例信用评价机构"),
        (AgencyKind.ASSESSMENT, _ASSESSOR, "示例第三方评估机构"),
    ):
        if queries.agency_with_code(session, kind, code) is None:
            agency = NewAgency(
                kind=kind, name=name, code=code, legal_representative=f"{name}法人", listed_since=date(2020, 1, 1)
            )
            service.list_agency(session, operator, agency, reason=_WHY)


def new_issuer(session: Session, actor: Actor, data_dir: Path) -> NewIssuer:
    """Describe the issuer, with every paper that its kind registers with."""
    papers = [
        (one.name, hand_in(session, actor, data_dir, f"{one.title.zh}.pdf"))
        for one in required_papers(IssuerKind.RETAILER)
    ]
    return NewIssuer(
        name=facts.ISSUER_NAME,
        english_name="Example Fresh Market Co., Ltd.",
        code=code_of(facts.ISSUER_CODE_INNER),
        kind=IssuerKind.RETAILER,
        region=facts.REGION,
        legal_representative="示例法定代表人",
        address="示例市示例区示例路 1 号",
        contact=Contact(name="示例联系人", phone="000-00000000"),
        documents=tuple(Paper(**dict(document), paper=name) for name, document in papers),
    )


def certificate(session: Session, actor: Actor, data_dir: Path) -> NewCertificate:
    """Describe the evaluation of the issuer's credit standing, by a body that is not approved to certify."""
    return NewCertificate(
        body_code=_RATER,
        certificate_number="示例-XY-2024-0001",
        grade=Grade.AA,
        score=88,
        scope="绿色消费积分发行",
        valid=facts.PAPERS_VALID,
        document=hand_in(session, actor, data_dir, "信用评价报告.pdf"),
        fees=_FEES,
    )


def assessment(session: Session, actor: Actor, data_dir: Path) -> NewAssessment:
    """Describe the assessment, scored against the set in force on its day."""
    signed_on = facts.ASSESSED_AT.date()
    marks = indicator_set_on(signed_on)
    evidence = hand_in(session, actor, data_dir, "评估底稿.pdf")
    return NewAssessment(
        assessor_code=_ASSESSOR,
        criteria_version=marks.version,
        scores=tuple(
            Score(indicator=one.name, score=score, finding=f"演示：{one.title.zh}，符合要求", evidence=evidence)
            for one, score in zip(marks.indicator, _SCORES, strict=True)
        ),
        verdict=Verdict.PASS,
        signed_on=signed_on,
        valid=facts.PAPERS_VALID.model_copy(update={"since": signed_on}),
        declaration=hand_in(session, actor, data_dir, "利益冲突声明.pdf"),
        document=hand_in(session, actor, data_dir, "第三方评估报告.pdf"),
        fees=_FEES,
    )
