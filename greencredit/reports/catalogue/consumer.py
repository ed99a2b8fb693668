"""个人环境贡献报告: what one person or household did, earned and avoided, and how that is known."""

from collections.abc import Iterable

from greencredit.reports.catalogue import ReportKind, Sheet
from greencredit.schemas.reports import ConsumerReport
from greencredit.schemas.values import Words


def _award_rows(report: ConsumerReport) -> Iterable[tuple[object, ...]]:
    for line in report.awards:
        yield (
            line.on.isoformat(),
            line.ground.value,
            line.subject,
            line.title.zh,
            line.family,
            line.quantity,
            line.unit.zh,
            line.merchant,
            line.spent_fen,
            line.credits,
            line.reversed_credits,
            line.avoided_g_co2e,
            line.method_id,
            line.tier,
            line.rule_id,
            line.issuer_id,
            line.evidence_id,
            line.award_id,
        )


_COLUMNS = (
    "on,ground,subject,title_zh,family,quantity,unit_zh,merchant,spent_fen,credits,reversed_credits,avoided_g_co2e,method_id,tier,"
    "rule_id,issuer_id,evidence_id,award_id"
)

REPORT = ReportKind(
    name="consumer",
    title=Words(zh="个人环境贡献报告", en="Personal Environmental Contribution Report"),
    facts=ConsumerReport,
    sheet=Sheet(file_name="awards.csv", columns=tuple(_COLUMNS.split(",")), rows=_award_rows),
)
