"""How long the check of a full scheme takes, against writing the same scheme once in its canonical form."""

import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Final

from benchmarks import Asked, Row, run
from greencredit.issuers import rules
from greencredit.issuers.catalogue.checks import checks
from greencredit.schemas.awards import EarningRule, Ground, PerYuan
from greencredit.schemas.issuers import (
    CheckReport,
    Compensation,
    ComplaintChannel,
    CustodyKind,
    CustodyTerms,
    Guarantee,
    IssuerKind,
    MarketingText,
    Particular,
    Scheme,
    StandardRef,
)
from greencredit.schemas.values import Credits, Fen, Words

_MUST_MILLISECONDS: Final = 200.0
_ROUNDS: Final = 30
_QUICK_ROUNDS: Final = 3
_DAY: Final = date(2026, 3, 2)
_RULES: Final = 60
_TEXTS: Final = 120
_FILLER: Final = "积分可在全部入驻门店抵扣消费，每一百积分抵一元；服务取消时按原批次退回，并按备案比例补偿。"


def measure(asked: Asked) -> list[Row]:
    """Check a scheme as large as any that is filed, with a version before it; take the median."""
    scheme, before = _scheme(120), _scheme(100)
    rounds = _QUICK_ROUNDS if asked.quick else _ROUNDS
    report = _check(scheme, before)
    assert report.stopping == (), report.stopping
    ours = _median(lambda: _check(scheme, before), rounds)
    limit = _median(lambda: rules.sections_of(scheme), rounds)
    row = Row(
        "check of a full scheme: ms, against writing it in canonical JSON",
        ours,
        limit,
        ours / limit,
        f"< {_MUST_MILLISECONDS:.0f}",
        "–",
        ours < _MUST_MILLISECONDS,
    )
    return [row]


def _check(scheme: Scheme, before: Scheme) -> CheckReport:
    return rules.check_scheme(scheme, checks(), kind=IssuerKind.RETAILER, on=_DAY, before=before)


def _median(work: Callable[[], object], rounds: int) -> float:
    """Give the median duration in milliseconds."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1_000)
    return sorted(taken)[len(taken) // 2]


def _scheme(fen_per_100: int) -> Scheme:
    return Scheme(
        title=Words(zh="示例绿色积分方案", en="Example green credit scheme"),
        region="CN-SH",
        face_value_fen_per_100_credits=fen_per_100,
        monthly_cap_credits=Credits(100_000_000),
        upgrade_promise=Words(zh="每年评估并只增不减持有人权益。", en="Rights only ever grow."),
        guarantee=Guarantee(amount_fen=Fen(50_000_000), bank="示例银行", custody_kind=CustodyKind.CUSTODY_ACCOUNT),
        redemption_terms=tuple(_words(number) for number in range(_TEXTS)),
        compensations=tuple(Compensation(occasion=_words(number), percent=10) for number in range(_TEXTS // 4)),
        refund_grace_days=30,
        complaints=ComplaintChannel(phone="000-00000000", answer_days=7),
        standards=(StandardRef(title="绿色消费积分技术规范", publisher="中国国际经济技术合作促进会"),),
        particulars=tuple(
            Particular(name=f"particular_{number}", text=_words(number)) for number in range(_TEXTS // 4)
        ),
        rules=tuple(_rule(number) for number in range(_RULES)),
        marketing=tuple(
            MarketingText(place=f"示例位置 {number}", text=_words(number)) for number in range(_TEXTS // 2)
        ),
        custody=CustodyTerms(account_name="示例专户", release_terms=(_words(0),)),
    )


def _words(number: int) -> Words:
    return Words(zh=f"第 {number} 条：{_FILLER * 3}", en=f"Clause {number}: accepted at every member store. " * 5)


def _rule(number: int) -> EarningRule:
    return EarningRule(
        name=f"rule_{number}",
        version=1,
        title=Words(zh=f"示例规则 {number}", en=f"Example rule {number}"),
        ground=Ground.PURCHASE,
        products=("organic_produce",),
        rate=PerYuan(credits=Credits(1)),
        since=date(2024, 1, 1),
    )


if __name__ == "__main__":
    sys.exit(run({"filing": measure}, __doc__ or ""))
