"""Direct awards: how their ground is written, and whether each rests on a promotion that was filed."""

from typing import Final

from sqlalchemy.orm import Session

from greencredit.issuers import queries as issuers
from greencredit.issuers.errors import UnknownFiling
from greencredit.ledger import queries as ledger
from greencredit.schemas.issuers import Filing, Promotion
from greencredit.schemas.ledger import GroundRun

PROMOTING: Final = "awards.promotion"
"""Under this name direct awards are posted to the ledger."""

_Answer = tuple[int, list[str]]


def reason_of(promotion: Promotion) -> str:
    """Word the ground of an award on a promotion."""
    return f"{promotion.title.zh} · {promotion.title.en}"


def document_of(filing: Filing, promotion: Promotion) -> str:
    """Name where a promotion is filed: the version of the filing, and its name there."""
    return f"{filing.filing_id}#{promotion.name}"


def promotion_named_in(document: str) -> str:
    """Give the name of the promotion from where it is filed."""
    return document.partition("#")[2]


def filing_named_in(document: str) -> str:
    """Give the id of the filing that holds a promotion."""
    return document.partition("#")[0]


def every_direct_award_has_its_ground(session: Session) -> _Answer:
    """Hold every run of direct awards against the filing that it names, and every direct award against a run."""
    broken: list[str] = []
    filings: dict[str, Filing | None] = {}
    awards, last = 0, 0
    while runs := ledger.ground_runs(session, after=last):
        for run in runs:
            awards += run.awards
            if fault := _fault(run, _filing(session, filing_named_in(run.document), filings)):
                broken.append(f"events {run.first} to {run.last}: {fault}")
        last = runs[-1].first
    posted = ledger.earnings_by(session, PROMOTING)
    if posted != awards:
        broken.append(f"awards with a ground={awards}, events={posted}")
    return posted, broken


def _filing(session: Session, filing_id: str, known: dict[str, Filing | None]) -> Filing | None:
    if filing_id not in known:
        try:
            known[filing_id] = issuers.filing(session, filing_id)
        except UnknownFiling:
            known[filing_id] = None
    return known[filing_id]


def _fault(run: GroundRun, filing: Filing | None) -> str | None:
    if filing is None:
        return f"{run.document} is not on file"
    promotion = next((one for one in filing.scheme.promotions if one.name == promotion_named_in(run.document)), None)
    if promotion is None:
        return f"{run.document} names no promotion of its filing"
    found = (run.issuer_id, run.issuers, run.terms_version, run.versions, run.caller, run.callers)
    if found != (filing.issuer_id, 1, filing.version, 1, PROMOTING, 1):
        return f"the events are not of {filing.issuer_id} under version {filing.version}, posted as {PROMOTING}"
    if run.largest > promotion.most_credits_each:
        return f"an award of {run.largest} credits, {promotion.most_credits_each} are filed at most"
    return None
