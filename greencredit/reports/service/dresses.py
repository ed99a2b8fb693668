"""A report in another dress: the facts of an issued file as a page for a phone, or in large print (大字版).

The number belongs to facts and language, not to a file: a dress carries the same number, digest and code, and is drawn
from the facts inside the file that was issued, so that it can't say anything else. It is neither signed nor kept.
"""

import json
from enum import StrEnum
from typing import Final, NamedTuple

from greencredit.reports import queries, rules
from greencredit.reports.errors import DigestDiffers, PdfUnavailable
from greencredit.reports.rules.checking.opened import opened
from greencredit.schemas.reports import IssuedReport

FACTS: Final = "report.json"


class Dress(StrEnum):
    """How else a report can be had."""

    PAGE = "page"
    """One column, self-contained, for a phone (手机版)."""
    LARGE = "large"
    """PDF in large print (大字版)."""


class Dressed(NamedTuple):
    """A report as it was drawn anew."""

    media_type: str
    content: bytes
    name: str


def dressed(issued: IssuedReport, content: bytes, dress: Dress, *, public_url: str) -> Dressed:
    """Draw an issued report in another dress, from the facts inside its own file.

    Raises:
        DigestDiffers: the facts in the file are not those of the register.
        PdfUnavailable: the report was issued as a page, or this machine draws no PDF.
    """
    if issued.media_type != queries.PDF:
        if dress is Dress.LARGE:
            reason = f"{issued.number} was issued as a page"
            raise PdfUnavailable(reason)
        return Dressed(issued.media_type, content, f"{issued.number}-{issued.lang}.html")
    from greencredit.reports.render import Paper, renderer_at

    facts = opened(content).files[FACTS]
    if (found := rules.digest_of(facts)) != issued.facts_sha256:
        raise DigestDiffers(found=f"data of the digest {found}", wanted=issued.facts_sha256)
    kind = queries.kind_named(issued.kind)
    record = kind.facts.model_validate(json.loads(facts)["facts"])
    paper = Paper(kind, record, issued.lang, kept=facts)
    renderer = renderer_at(public_url)
    if dress is Dress.PAGE:
        return Dressed("text/html", renderer.page(paper).encode(), f"{issued.number}-{issued.lang}.html")
    return Dressed(queries.PDF, renderer.pdf(paper, large=True), f"{issued.number}-{issued.lang}-large.pdf")
