"""发行主体备案报告: who issues, on whose word, under which rules, what was issued and what stands behind it."""

from collections.abc import Iterable

from greencredit.reports.catalogue import ReportKind, Sheet
from greencredit.schemas.reports import IssuerFiling
from greencredit.schemas.values import Words


def _month_rows(report: IssuerFiling) -> Iterable[tuple[object, ...]]:
    for line in report.months:
        yield line.month.isoformat(), line.awards, line.spent_fen, line.issued, line.avoided_g_co2e


REPORT = ReportKind(
    name="issuer_filing",
    title=Words(zh="发行主体备案报告", en="Issuer Filing Dossier"),
    facts=IssuerFiling,
    sheet=Sheet(
        file_name="issuance.csv",
        columns=("month", "awards", "spent_fen", "issued", "avoided_g_co2e"),
        rows=_month_rows,
    ),
)
