"""Facts of issuer dossiers, obviously synthetic: in full, or of an issuer that has only just registered."""

from datetime import UTC, date, datetime
from typing import Any, Final

from greencredit.reports import rules
from greencredit.schemas.issuers import ClawbackPolicy, ClawbackTerms
from greencredit.schemas.reports import (
    AssessmentNote,
    CertificateNote,
    ConditionNote,
    CoverageMonth,
    CoverageNote,
    EarningRuleNote,
    Ground,
    GuaranteeNote,
    IndicatorNote,
    IntakeFigures,
    IssuanceFigures,
    IssuanceMonth,
    IssuerFiling,
    LiabilityMonth,
    LifeNote,
    Notice,
    Registration,
    RejectLine,
    RuleFigures,
    SchemeNote,
    StandardNote,
    StatementNote,
    Verdict,
    VersionNote,
)
from greencredit.schemas.values import Credits, Fen, Grams, Period, Words
from tests.factories import reports as reports_factory
from tests.factories.filing_papers import review

NOTHING: Final = IssuanceFigures(
    awards=0,
    holders=0,
    issued=Credits(0),
    reversed=Credits(0),
    expired=Credits(0),
    used=Credits(0),
    outstanding=Credits(0),
)


_MADE_UP: Final = Notice(
    name="demonstration",
    text=Words(zh="发行主体、证书与评估均为演示用虚构材料。", en="Issuer, certificate and assessment are made up."),
)


def registration(name: str = "示例绿色商贸有限公司", english_name: str | None = None) -> Registration:
    """Give registered facts."""
    return Registration(
        issuer_id="iss_example",
        name=rules.name_words(name, english_name),
        uscc="91310000MA1FL00000",
        kind="retailer",
        kind_title=Words(zh="零售企业", en="Retailer"),
        legal_representative="示例法人",
        registered_on=date(2024, 11, 4),
        region_title=Words(zh="上海市（假定）", en="Shanghai (assumed)"),
        address="示例市示例区示例路 1 号",
        contact="示例联系人 021-0000-0000",
    )


def certificate(*, approval_number: str | None = None) -> CertificateNote:
    """Give a certificate, of an approved body only if it has an approval number."""
    return CertificateNote(
        body_name="示例信用服务机构",
        body_uscc="91310000MA1FL11111",
        approval_number=approval_number,
        certificate_number="DEMO-CR-2024-001",
        grade="AA",
        score=88,
        scope="绿色消费积分发行",
        valid=Period(since=date(2024, 11, 10), until=date(2026, 11, 10)),
        document_sha256="1" * 64,
    )


def assessment() -> AssessmentNote:
    """Give a conditional assessment with one condition met."""
    titles = (
        ("规则清晰与公平", "Clear and fair rules", 25, 92),
        ("绿色依据可查", "Evidence of greenness", 25, 84),
        ("价值保障", "Guarantee", 20, 95),
        ("数据质量与核对", "Data quality", 15, 78),
        ("消费者权益与投诉", "Consumer rights", 15, 88),
    )
    return AssessmentNote(
        assessor_name="示例评估有限公司",
        assessor_uscc="91110000MA0AB00000",
        criteria_version="示例准则 2024",
        signed_on=date(2024, 11, 20),
        valid=Period(since=date(2024, 12, 1), until=date(2026, 12, 1)),
        indicators=tuple(
            IndicatorNote(
                title=Words(zh=zh, en=en),
                weight_percent=weight,
                score=score,
                finding="退货冲正需在三日内完成（示例）" if score < 80 else None,
            )
            for zh, en, weight, score in titles
        ),
        score_hundredths=sum(weight * score for _, _, weight, score in titles),
        verdict=Verdict.CONDITIONAL,
        two_persons=True,
        conditions=(
            ConditionNote(text="补充退货冲正流程（示例）", due_on=date(2025, 2, 1), closed_on=date(2025, 1, 15)),
        ),
        document_sha256="2" * 64,
    )


def filed_rules() -> tuple[EarningRuleNote, ...]:
    """Give two rules as they were filed."""
    return (
        EarningRuleNote(
            rule_id="green_basket",
            version=1,
            title=Words(zh="绿色商品消费", en="Green purchases"),
            ground=Ground.PURCHASE,
            rate=Words(zh="每消费 1 元绿色商品得 1 分。", en="One credit for each yuan spent on green products."),
            conditions=(Words(zh="商品须在绿色商品对照表内。", en="The product is on the green list."),),
            caps=(Words(zh="每人每日不超过 200 分。", en="At most 200 credits a person and day."),),
            budget_credits=Credits(5_000_000),
            funding=Words(zh="发行主体", en="the issuer"),
            effective_from=date(2024, 12, 20),
            effective_until=date(2027, 1, 1),
        ),
        EarningRuleNote(
            rule_id="green_action",
            version=1,
            title=Words(zh="绿色出行与回收", en="Green travel and recycling"),
            ground=Ground.ACTION,
            rate=Words(zh="每减排 1 千克 CO₂e 得 10 分。", en="Ten credits for each kilogram of CO₂e avoided."),
            conditions=(),
            caps=(),
            funding=Words(zh="发行主体", en="the issuer"),
            effective_from=date(2024, 12, 20),
        ),
    )


def scheme() -> SchemeNote:
    """Give a filed scheme with two rules."""
    return SchemeNote(
        version=2,
        title=Words(zh="示例绿色消费积分方案", en="Example green credit scheme"),
        filing_number="GCF-DEMO-2026-0001",
        accepted_on=date(2024, 12, 10),
        effective_from=date(2024, 12, 20),
        digest="3" * 64,
        face_value_fen_per_100_credits=Fen(100),
        validity=Words(zh="终身有效", en="Valid for life"),
        upgrade_promise=Words(zh="每年增加一项兑换权益", en="One more way to redeem every year"),
        spending_order=Words(zh="先到期者先用。", en="Soonest expiry first."),
        rules=filed_rules(),
        monthly_cap_credits=Credits(1_000_000),
        redemption_terms=(
            Words(
                zh="在全部接入商户使用，与现金消费同等服务。",
                en="Usable at every merchant, with the same service as for cash.",
            ),
        ),
        compensations=(
            Words(
                zh="因商户取消的，全额退回并按面值的 10% 补偿。",
                en="Cancelled by the merchant: all returned, and 10% on top.",
            ),
        ),
        clawback=ClawbackTerms(policy=ClawbackPolicy.SHORTAGE, cap_credits=Credits(500)).title,
        refund=Words(
            zh="积分终身有效，什么时候退回都按原条款使用",
            en="Credits are valid for life: whenever they are refunded, they are usable on their original terms",
        ),
        particulars=(),
        guarantee=GuaranteeNote(
            kind=Words(zh="专用存管账户", en="Dedicated custody account"),
            custodian="示例银行",
            amount_fen=Fen(120_000_00),
            filed_coverage_basis_points=10_000,
            document_sha256="4" * 64,
        ),
        complaint_channel="400-000-0000（示例）",
        complaint_days=7,
        standards=(StandardNote(title="绿色消费积分技术规范", publisher="示例协会"),),
    )


def history() -> tuple[LifeNote, ...]:
    """Give the life of an issuer up to activity."""
    states = (
        ("登记中", "Draft", "示例经办", "发行主体", "issuer"),
        ("已提交", "Submitted", "示例经办", "发行主体", "issuer"),
        ("已通过信用评价", "Evaluated", "示例管理员", "平台", "operator"),
        ("已评估", "Assessed", "示例评估师", "评估机构", "assessor"),
        ("已备案", "Filed", "示例监管员", "监管部门", "regulator"),
        ("正常发行", "Active", "示例监管员", "监管部门", "regulator"),
    )
    words = [Words(zh=zh, en=en) for zh, en, *_ in states]
    return tuple(
        LifeNote(
            at=datetime(2024, 11, 4 + 4 * place, 2, 30, tzinfo=UTC),
            from_state=words[place - 1] if place else None,
            to_state=words[place],
            by=Words(zh=by, en=by),
            role=Words(zh=role_zh, en=role_en),
            reason="材料齐全，符合要求（示例）",
            document="示例材料.pdf",
            document_sha256=f"{place:x}" * 64,
        )
        for place, (_zh, _en, by, role_zh, role_en) in enumerate(states)
    )


def rule_figures() -> tuple[RuleFigures, ...]:
    """Give what two rules granted."""
    return (
        RuleFigures(
            rule_id="green_basket",
            version=1,
            ground=Ground.PURCHASE,
            title=Words(zh="绿色商品消费", en="Green purchases"),
            awards=600_000,
            holders=2469,
            credits=Credits(4_000_000),
            avoided_g_co2e=None,
        ),
        RuleFigures(
            rule_id="green_action",
            version=1,
            ground=Ground.ACTION,
            title=Words(zh="绿色出行与回收", en="Green travel and recycling"),
            awards=40_000,
            holders=800,
            credits=Credits(900_000),
            avoided_g_co2e=Grams(90_123_456),
        ),
    )


def liability(granted: list[int], outstanding: int) -> tuple[LiabilityMonth, ...]:
    """Roll forward what was granted month by month; what was taken back was taken back in the last month."""
    lines, opening = [], 0
    for number, credits_ in enumerate(granted, start=1):
        adjusted = outstanding - sum(granted) if number == len(granted) else 0
        closing = opening + credits_ + adjusted
        lines.append(
            LiabilityMonth(
                month=date(2025, number, 1),
                opening=Credits(opening),
                granted=Credits(credits_),
                redeemed=Credits(0),
                expired=Credits(0),
                adjusted=Credits(adjusted),
                closing=Credits(closing),
            )
        )
        opening = closing
    return tuple(lines)


def coverage_months(outstanding: int) -> tuple[CoverageMonth, ...]:
    """Give coverage at three month's ends, short once."""
    return tuple(
        CoverageMonth(
            on=date(2025, number, 28),
            guarantee_fen=Fen(outstanding),
            outstanding_value_fen=Fen(outstanding * 10 // tenths),
            coverage_basis_points=tenths * 1_000,
            is_kept=tenths >= 10,
        )
        for number, tenths in ((10, 12), (11, 9), (12, 10))
    )


def standing(granted: list[int], outstanding: int) -> dict[str, Any]:
    """Give what stands behind the credits, how what is owed came about, and the versions of the filing."""
    return {
        "statements": (
            StatementNote(
                as_of=reports_factory.YEAR.until,
                amount_fen=Fen(outstanding + 1_500_000),
                custodian="示例银行股份有限公司",
                kind=Words(zh="专用存管账户", en="Dedicated custody account"),
                account_last4="0000",
                document_sha256="d" * 64,
            ),
        ),
        "coverage_months": coverage_months(outstanding),
        "liability": liability(granted, outstanding),
        "versions": (
            VersionNote(
                version=2,
                state=Words(zh="已生效", en="In effect"),
                filing_number="GCF-DEMO-2026-0001",
                submitted_on=reports_factory.YEAR.since,
                decided_on=reports_factory.YEAR.since,
                effective_from=reports_factory.YEAR.since,
                digest="e" * 64,
            ),
        ),
    }


def issuer_filing(
    *, name: str = "示例绿色商贸有限公司", english_name: str | None = None, approval_number: str | None = None
) -> IssuerFiling:
    """Make the dossier of an active issuer with a year of issuance."""
    lines = reports_factory.awards(400)
    months = rules.months_of(lines, reports_factory.YEAR, ())
    scale = 2469
    issued = sum(line.credits for line in months) * scale
    outstanding = issued - 12_345
    return IssuerFiling(
        registration=registration(name, english_name),
        period=reports_factory.YEAR,
        as_of=reports_factory.AS_OF,
        state=Words(zh="正常发行", en="Active"),
        bars=(),
        certificate=certificate(approval_number=approval_number),
        assessment=assessment(),
        scheme=scheme(),
        history=history(),
        figures=IssuanceFigures(
            awards=400 * scale,
            holders=scale,
            issued=Credits(issued),
            reversed=Credits(12_345),
            expired=Credits(0),
            used=Credits(0),
            outstanding=Credits(outstanding),
        ),
        coverage=CoverageNote(
            guarantee_fen=Fen(outstanding + 1_500_000),
            outstanding_value_fen=Fen(outstanding),
            coverage_basis_points=(outstanding + 1_500_000) * 10_000 // outstanding,
            filed_basis_points=10_000,
        ),
        **review(),
        **standing([line.credits * scale for line in months], outstanding),
        rules=rule_figures(),
        months=tuple(
            IssuanceMonth(
                month=line.month,
                awards=line.awards * scale,
                spent_fen=Fen(line.spent_fen * scale),
                issued=Credits(line.credits * scale),
                avoided_g_co2e=Grams(line.avoided_g_co2e * scale),
            )
            for line in months
        ),
        top_kinds=rules.kinds_of(lines),
        intake=IntakeFigures(lines=1_469_307, awarded=161_204, not_qualifying=1_307_901, repeated=190, rejected=12),
        rejects=(RejectLine(reason=Words(zh="金额为负", en="Negative amount"), lines=12),),
        methods=reports_factory.method_notes(lines),
        factors=(reports_factory.factor_note(),),
        notices=(_MADE_UP,),
    )


def newly_registered() -> IssuerFiling:
    """Make the dossier of an issuer that has nothing yet but its registration."""
    return IssuerFiling(
        registration=registration(),
        period=reports_factory.YEAR,
        as_of=reports_factory.AS_OF,
        state=Words(zh="登记中", en="Draft"),
        bars=(Words(zh="尚未取得信用评价。", en="No credit evaluation yet."),),
        certificate=None,
        assessment=None,
        scheme=None,
        history=history()[:1],
        figures=NOTHING,
        coverage=None,
        rules=(),
        months=(),
        top_kinds=(),
        intake=None,
        rejects=(),
        methods=(),
        factors=(),
        notices=(),
    )
