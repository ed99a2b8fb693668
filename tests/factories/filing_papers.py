"""Papers, checks, differences and decisions of a made-up filing."""

from datetime import UTC, date, datetime
from typing import Any

from greencredit.issuers import queries as issuers
from greencredit.issuers.catalogue.checks import checks
from greencredit.schemas.reports.filing_papers import (
    ChangeLine,
    CheckLine,
    CheckSummary,
    CodeOverride,
    Difference,
    FieldNote,
    FrozenNote,
    OpinionLine,
    PaperLine,
    PastPaper,
    PlacingNote,
    SectionLine,
)
from greencredit.schemas.values import Credits, Period, Words

ON = date(2024, 12, 2)


def _words(zh: str, en: str) -> Words:
    return Words(zh=zh, en=en)


def review() -> dict[str, Any]:
    """Give everything that a dossier says of how a filing came to be accepted."""
    return {
        "papers": (
            PaperLine(title=_words("营业执照", "Business licence"), basis=_platform(), sha256="5" * 64),
            PaperLine(title=_words("诚信承诺书", "Pledge of integrity"), basis=_platform(), sha256="6" * 64),
            PaperLine(title=_words("授权委托书", "Authorisation"), basis=_platform(), sha256=None),
        ),
        "code_override": CodeOverride(reason="示例：早年赋码", found="0", wanted="X", document_sha256="7" * 64),
        "past_papers": (
            PastPaper(
                title=_words("信用评价", "Credit evaluation"),
                by="示例信用服务机构",
                number="DEMO-CR-2023-001",
                outcome=_words("A", "A"),
                valid=Period(since=date(2023, 11, 10), until=date(2024, 11, 10)),
            ),
        ),
        "legal": issuers.legal_basis("issuer_filing", date(2025, 12, 31)),
        "placing": _placing(),
        "check": _check(),
        "sections": (
            SectionLine(
                title=_words("名称与面值", "Title and face value"),
                digest="8" * 64,
                passed=None,
                by=None,
                summary=None,
                report_sha256=None,
            ),
            SectionLine(
                title=_words("积分获取规则", "Earning rules"),
                digest="9" * 64,
                passed=True,
                by="awards",
                summary="12 个样例全部一致 · 12 worked cases agree",
                report_sha256="a" * 64,
            ),
        ),
        "differences": (_difference(),),
        "opinions": _opinions(),
        "frozen": FrozenNote(awards=12, credits=Credits(340), open_awards=2, open_credits=Credits(40)),
    }


def _placing() -> PlacingNote:
    return PlacingNote(
        tier=_words("省级备案", "Provincial filing"),
        authority=_words("上海市", "Shanghai"),
        authority_region="CN-SH",
        acceptance_workdays=5,
        decision_workdays=20,
        four_eyes=True,
        submitted_on=ON,
        admitted_on=date(2024, 12, 4),
        due_on=date(2025, 1, 2),
        decided_on=date(2024, 12, 10),
    )


def _opinions() -> tuple[OpinionLine, ...]:
    return (
        OpinionLine(
            version=2,
            verdict=_words("同意备案", "Accept"),
            at=datetime(2024, 12, 10, 3, 0, tzinfo=UTC),
            by=_words("示例监管员", "示例监管员"),
            reason="补正后符合要求（示例）",
            fields=(),
        ),
        OpinionLine(
            version=1,
            verdict=_words("退回补正", "Return"),
            at=datetime(2024, 11, 28, 3, 0, tzinfo=UTC),
            by=_words("示例监管员", "示例监管员"),
            reason="一处需要补正（示例）",
            fields=(
                FieldNote(title=_words("存管机构", "Custodian"), path="guarantee.bank", reason="请写明存管银行全称"),
            ),
        ),
    )


def _platform() -> Words:
    return _words("平台规则", "The platform's own rule")


def _check() -> CheckSummary:
    lines = [
        CheckLine(
            title=one.title,
            must=one.severity.value == "must",
            outcome="not_applicable" if one.kinds else "passed",
            basis=tuple(dict.fromkeys(each.title for each in one.basis_on(ON))) or (_platform(),),
            found=(),
        )
        for one in checks()
    ]
    (vague,) = (place for place, one in enumerate(checks()) if one.name == "vague_green")
    found = ("marketing[0].zh: 绿色环保好选择（示例）",)
    failed = lines.pop(vague).model_copy(update={"outcome": "failed", "must": False, "found": found})
    return CheckSummary(on=ON, report_sha256="b" * 64, passed=True, lines=(failed, *lines))


def _difference() -> Difference:
    return Difference(
        version=2,
        against=1,
        changes=(
            ChangeLine(
                title=_words("每百积分面值（分）", "Face value of 100 credits, in fen"),
                before="100",
                after="120",
                effect="better",
                effect_title=_words("更有利", "Better"),
                sentence=_words("面值由每百分 1.00 元升至 1.20 元。", "The face value rises from CNY 1.00 to 1.20."),
            ),
            ChangeLine(
                title=_words("每月发放上限", "Monthly cap"),
                before="1000000",
                after="800000",
                effect="neutral",
                effect_title=_words("无影响", "Neutral"),
                sentence=_words("上限只影响以后的发放。", "The cap touches later credits only."),
            ),
        ),
    )
