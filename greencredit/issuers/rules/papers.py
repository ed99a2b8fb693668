"""Which certificate counts on a day, what is wrong with an assessment, who is not independent, what scores bear out."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from greencredit.issuers.errors import (
    FeesTooHigh,
    NotIndependent,
    SameCode,
    SameGroup,
    SameLegalRepresentative,
    VerdictNotBorneOut,
    WrongIndicators,
)
from greencredit.schemas.issuers import (
    Agency,
    Assessment,
    Certificate,
    Condition,
    Document,
    Fees,
    Indicator,
    IndicatorSet,
    NewAssessment,
    Paper,
    RequiredPaper,
    Verdict,
)


def certificate_on(certificates: list[Certificate], day: date) -> Certificate | None:
    """Give the certificate that counts on a day: the newest that covers it and whose agency was not withdrawn."""
    covering = [one for one in certificates if one.counts_on(day)]
    return max(covering, key=lambda one: one.number, default=None)


def lapsed_certificate_on(certificates: list[Certificate], day: date) -> Certificate | None:
    """Give the newest certificate that would cover a day if its agency had not been withdrawn."""
    covering = [one for one in certificates if day in one.valid and not one.counts_on(day)]
    return max(covering, key=lambda one: one.number, default=None)


def assessment_fault(assessment: Assessment | None, day: date) -> str | None:
    """Say why the newest assessment does not carry issuing on a day by itself, or none if it does."""
    if assessment is None:
        return "none"
    if assessment.verdict is Verdict.FAIL:
        return f"verdict fail of {assessment.signed_on}"
    if day not in assessment.valid:
        return f"one valid from {assessment.valid.since} to {assessment.valid.last_day}"
    return None


def overdue_conditions(assessment: Assessment | None, day: date) -> tuple[Condition, ...]:
    """List the conditions whose day has passed and that are not met; one alone takes the pass away."""
    if assessment is None:
        return ()
    return tuple(one for one in assessment.open_conditions() if one.due_on < day)


# ---- Independence ----------------------------------------------------------------------------------------------------


class Party(NamedTuple):
    """What ties are found by: a company's code, whom it belongs to, who signs for it."""

    code: str
    controlling_code: str | None
    legal_representative: str


def ties(body: str, agency: Party, issuer: Party, fees: Fees, *, most_basis_points: int) -> list[NotIndependent]:
    """List every tie between an agency and an issuer, each as the refusal it leads to."""
    found: list[NotIndependent] = []
    if agency.code == issuer.code:
        found.append(SameCode(body=body, found=agency.code, wanted="another unified social credit code"))
    if same_person(agency.legal_representative, issuer.legal_representative):
        # The name stays out of the facts: refusals are logged and shown, and a name is somebody's.
        found.append(SameLegalRepresentative(body=body, found="the same", wanted="another legal representative"))
    shared = _groups(agency) & _groups(issuer)
    if shared and agency.code != issuer.code:
        found.append(SameGroup(body=body, found=min(shared), wanted="no common controlling shareholder"))
    if fees.from_issuer_fen * 10_000 > fees.income_fen * most_basis_points:
        share = fees.from_issuer_fen * 10_000 // fees.income_fen
        found.append(FeesTooHigh(body=body, found=_percent(share), wanted=f"at most {_percent(most_basis_points)}"))
    return found


def require_independent(body: str, agency: Party, issuer: Party, fees: Fees, *, most_basis_points: int) -> None:
    """Refuse an agency that has a tie with the issuer; the first tie is the answer."""
    for tie in ties(body, agency, issuer, fees, most_basis_points=most_basis_points):
        raise tie


def party_of(agency: Agency) -> Party:
    """Give what an agency's ties are found by."""
    return Party(agency.code, agency.controlling_code, agency.legal_representative)


def same_person(one: str, other: str) -> bool:
    """Tell whether two names are written alike, whatever their width, case and spaces.

    Two people may bear one name; then another agency is asked. The other error would be worse.
    """
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _groups(party: Party) -> frozenset[str]:
    """Give the codes that stand for whom a company belongs to: itself, and its controlling shareholder."""
    return frozenset(one for one in (party.code, party.controlling_code) if one)


def _percent(basis_points: int) -> str:
    return f"{basis_points // 100}.{basis_points % 100:02d}%"


# ---- Scores ----------------------------------------------------------------------------------------------------------


def indicators_of(paper: NewAssessment, wanted: IndicatorSet) -> tuple[Indicator, ...]:
    """Join scores with the set in force, or refuse scores that are not those of the set, each once."""
    if paper.criteria_version != wanted.version:
        raise WrongIndicators(what="the version", found=[paper.criteria_version], wanted=[wanted.version])
    names = [one.name for one in wanted.indicator]
    scored = [one.indicator for one in paper.scores]
    if sorted(scored) != sorted(names):
        raise WrongIndicators(what="the scored indicators", found=sorted(scored), wanted=sorted(names))
    by_name = {one.indicator: one for one in paper.scores}
    return tuple(
        Indicator(
            name=one.name,
            title=one.title,
            weight_percent=one.weight_percent,
            score=by_name[one.name].score,
            finding=by_name[one.name].finding,
            evidence=by_name[one.name].evidence,
        )
        for one in wanted.indicator
    )


def require_borne_out(verdict: Verdict, indicators: Sequence[Indicator], marks: IndicatorSet) -> None:
    """Refuse a verdict that is better than the weighted scores allow; an assessor may always be stricter."""
    least = {Verdict.PASS: marks.pass_from, Verdict.CONDITIONAL: marks.conditional_from, Verdict.FAIL: 0}[verdict] * 100
    found = sum(one.weight_percent * one.score for one in indicators)
    if found < least:
        raise VerdictNotBorneOut(verdict=verdict, found=found, wanted=least)


def papers_in(paper: NewAssessment) -> list[Document]:
    """List every document that an assessment names."""
    return [paper.document, paper.declaration, *(one.evidence for one in paper.scores)]


# ---- Papers of a registration ----------------------------------------------------------------------------------------


def missing_papers(required: Iterable[RequiredPaper], documents: Iterable[Paper]) -> tuple[RequiredPaper, ...]:
    """List the required papers that are not among the documents."""
    present = {one.paper for one in documents}
    return tuple(one for one in required if one.name not in present)
