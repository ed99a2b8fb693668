"""What the tests of paper share: the printer or a named reason why there is none, and eyes for a PDF."""

import io
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import pikepdf
import pytest

from greencredit.reports.catalogue.proof import proof_of
from greencredit.reports.errors import PdfUnavailable
from greencredit.reports.queries import kinds
from greencredit.reports.render import Paper, Renderer, renderer_at
from greencredit.schemas.reports import Lang, ReportFacts
from tests.factories import filings, group_reports, reports
from tests.factories.project_reports import project_report
from tests.factories.region_reports import empty_region, region_report

PUBLIC_URL: Final = "https://credits.example"

RARE: Final = "𠮷田䶮𬭎<script>alert(1)</script>"


@cache
def every_case() -> Mapping[str, tuple[str, ReportFacts]]:
    """Give the readers every template must stand: ordinary, rare characters, nothing at all, far too much."""
    cases: dict[str, tuple[str, ReportFacts]] = {
        "consumer-ordinary": ("consumer", reports.consumer_report(60)),
        "consumer-rare": ("consumer", reports.consumer_report(9, name=RARE)),
        "consumer-empty": ("consumer", reports.consumer_report(0)),
        "consumer-unquantified": ("consumer", reports.consumer_report(30, purchases_only=True)),
        "consumer-one": ("consumer", reports.consumer_report(1)),
        "consumer-quarter": ("consumer", reports.consumer_report(120, period=reports.QUARTER)),
        "consumer-month": ("consumer", reports.consumer_report(120, period=reports.MONTH)),
        "consumer-four": ("consumer", reports.consumer_report(40, purchases_only=True, period=reports.MONTH)),
        "consumer-days": ("consumer", reports.consumer_report(120, period=reports.DAYS)),
        "proof-ordinary": ("proof", proof_of(reports.consumer_report(60))),
        "proof-rare": ("proof", proof_of(reports.consumer_report(9, name=RARE))),
        "proof-empty": ("proof", proof_of(reports.consumer_report(0))),
        "statement-ordinary": ("statement", reports.statement(30)),
        "statement-rare": ("statement", reports.statement(5, name=RARE)),
        "statement-empty": ("statement", reports.statement(0)),
        "filing-ordinary": ("issuer_filing", filings.issuer_filing()),
        "filing-rare": ("issuer_filing", filings.issuer_filing(name=RARE, approval_number="CNCA-DEMO-1")),
        "filing-empty": ("issuer_filing", filings.newly_registered()),
        "region-ordinary": ("region", region_report()),
        "region-rare": ("region", region_report(name=RARE)),
        "region-empty": ("region", empty_region()),
        "school-ordinary": ("school", group_reports.school_report(unpublished=(0, 5))),
        "school-rare": ("school", group_reports.school_report(name=RARE + "校" * 40, before=False)),
        "school-one": ("school", group_reports.school_report({"一年级": {"一（1）班": 1}}, part=300)),
        "school-empty": ("school", group_reports.school_report(idle=True, before=False)),
        "school-huge": ("school", group_reports.school_report(group_reports.classes(6, 10))),
        "community-ordinary": ("community", group_reports.community_report()),
        "community-rare": ("community", group_reports.community_report(name=RARE, communities=2)),
        "community-empty": ("community", group_reports.community_report(idle=True)),
        "enterprise-ordinary": ("enterprise", group_reports.enterprise_report()),
        "enterprise-rare": ("enterprise", group_reports.enterprise_report(name=RARE, departments=(64,))),
        "enterprise-empty": ("enterprise", group_reports.enterprise_report(idle=True)),
        "project-ordinary": ("project", project_report(adjusted=True)),
        "project-rare": ("project", project_report(title=RARE, worse=True, steps=3)),
        "project-empty": ("project", project_report(steps=1)),
    }
    return MappingProxyType(cases)


def page_of(facts: ReportFacts, lang: Lang) -> str:
    """Draw a page."""
    return renderer_at(PUBLIC_URL).page(paper_of(facts, lang))


def pdf_of(facts: ReportFacts, lang: Lang, *, renderer: Renderer | None = None) -> bytes:
    """Draw a PDF, or skip with the reason why this machine draws none."""
    try:
        return (renderer or renderer_at(PUBLIC_URL)).pdf(paper_of(facts, lang))
    except PdfUnavailable as missing:
        pytest.skip(missing.message)


def paper_of(facts: ReportFacts, lang: Lang) -> Paper:
    """Give the paper of any facts."""
    [kind] = [kind for kind in kinds().values() if kind.facts is type(facts)]
    return Paper(kind, facts, lang)


def words_of(page: str) -> str:
    """Give the visible text of a page, blanks closed up."""
    without_style = re.sub(r"<style>.*?</style>|</?i>|</?bdi>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without_style))


def attached(pdf: bytes) -> dict[str, bytes]:
    """Give the files embedded in a PDF."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {name: opened.attachments[name].get_file().read_bytes() for name in opened.attachments}
