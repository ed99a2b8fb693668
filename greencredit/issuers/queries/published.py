"""What others see of issuers: the public register, the filing dossier, papers about to run out."""

from collections.abc import Collection
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from greencredit.issuers import rules
from greencredit.issuers.catalogue import limit_on
from greencredit.issuers.errors import UnknownIssuer
from greencredit.issuers.queries.coverage import coverage_now, coverages, statements
from greencredit.issuers.queries.filed import filing_in_force, filings
from greencredit.issuers.queries.liability import frozen_sum
from greencredit.issuers.queries.papers import assessments, certificates
from greencredit.issuers.queries.registered import entered, history, issuer, issuers
from greencredit.issuers.queries.standing import Gathered, bars_of, gathered, may_issue, open_reasons, reasons_in
from greencredit.kernel.clock import civil_date, now
from greencredit.schemas.issuers import (
    SPENDING_ORDER,
    Bar,
    Dossier,
    Filing,
    FilingState,
    FilingStep,
    LifeState,
    OpenReason,
    PublicIssuer,
    PublicStep,
    PublicTerms,
    RegisterEntry,
    RunningOut,
    Step,
)
from greencredit.schemas.values import Period


def issuers_public(session: Session) -> list[PublicIssuer]:
    """List the public register: everybody who ever got as far as issuing, with state, filing number and terms."""
    wanted = [one.issuer_id for one in issuers(session) if one.state in rules.PUBLIC]
    found = public_issuers(session, wanted)
    return [found[one] for one in wanted]


def public_issuer(session: Session, issuer_id: str) -> PublicIssuer:
    """Give an issuer's line in the public register; who never came so far is not found."""
    if issuer(session, issuer_id).state not in rules.PUBLIC:
        raise UnknownIssuer(issuer_id)
    today = civil_date(now(session))
    (of,) = gathered(session, [issuer_id], today).values()
    return _public(of, today, bars_of(session, of, today, at_this_moment=True))


def register_entry(session: Session, issuer_id: str) -> RegisterEntry:
    """Give everything the register knows of an issuer: its line, its terms in force and past, and its life so far.

    Drafts, checks and opinions are nobody's business; what was decided is everybody's.
    """
    line = public_issuer(session, issuer_id)
    accepted = [one for one in filings(session, issuer_id) if one.state in rules.ACCEPTED_EVER]
    days = [one.effective_on for one in accepted] + [None]
    terms = [_terms(one, ended_on) for one, ended_on in zip(accepted, days[1:], strict=True)]
    steps = [one for one in history(session, issuer_id) if one.subject == "issuer" or one.step in _DECIDED]
    return RegisterEntry(issuer=line, terms=tuple(reversed(terms)), history=tuple(_public_step(one) for one in steps))


_DECIDED: Final = frozenset({FilingStep.ACCEPT, FilingStep.TAKE_EFFECT, FilingStep.SUPERSEDE})


def _terms(one: Filing, ended_on: date | None) -> PublicTerms:
    assert one.number is not None, "an accepted version has its number"
    assert one.effective_on is not None, "an accepted version has its day"
    scheme = one.scheme
    return PublicTerms(
        version=one.version,
        state=one.state,
        state_title=one.state.words,
        filing_number=one.number,
        effective_on=one.effective_on,
        ended_on=ended_on,
        digest=one.digest,
        scheme_title=scheme.title,
        face_value_fen_per_100_credits=scheme.face_value_fen_per_100_credits,
        validity=scheme.validity.title,
        coverage_basis_points=scheme.guarantee.coverage_basis_points,
        redemption_terms=scheme.redemption_terms,
        complaints=scheme.complaints,
        standards=scheme.standards,
    )


def _public_step(one: Step) -> PublicStep:
    state = LifeState(one.to_state) if one.subject == "issuer" else FilingState(one.to_state)
    return PublicStep(
        at=one.at,
        subject=one.subject,
        step=one.step,
        to_state=one.to_state,
        to_title=state.words,
        role=one.role,
        reason=one.reason,
        document_digest=one.document_digest,
    )


def public_issuers(session: Session, issuer_ids: Collection[str]) -> dict[str, PublicIssuer]:
    """Give lines of the register, with coverage as the clockwork measured it last; who is not in it is absent."""
    today = civil_date(now(session))
    return {
        issuer_id: _public(of, today, bars_of(session, of, today, at_this_moment=False))
        for issuer_id, of in gathered(session, issuer_ids, today).items()
        if of.issuer.state in rules.PUBLIC
    }


def _public(of: Gathered, today: date, bars: tuple[Bar, ...]) -> PublicIssuer:
    found, filed, scheme = of.issuer, of.filed, of.scheme
    certificate = rules.certificate_on(of.papers.certificates, today)
    return PublicIssuer(
        issuer_id=found.issuer_id,
        name=found.name,
        english_name=found.english_name,
        code=found.code,
        kind=found.kind,
        kind_title=found.kind.words,
        region=found.region,
        state=found.state,
        state_title=found.state.words,
        since=entered(of.steps),
        may_issue=not bars,
        bars=bars,
        filing_number=filed.number if filed else None,
        filing_version=filed.version if filed else None,
        effective_on=filed.effective_on if filed else None,
        scheme_title=scheme.title if scheme else None,
        face_value_fen_per_100_credits=scheme.face_value_fen_per_100_credits if scheme else None,
        validity=scheme.validity.title if scheme else None,
        spending_order=SPENDING_ORDER,
        redemption_terms=scheme.redemption_terms if scheme else (),
        clawback=scheme.clawback.title if scheme else None,
        refund=scheme.refund_title if scheme else None,
        complaints=scheme.complaints if scheme else None,
        certificate_title=certificate.title if certificate else None,
        coverage=of.coverage,
        reasons=tuple(_unsigned(reasons_in(of.steps))),
        standards=scheme.standards if scheme else (),
    )


def dossier(session: Session, issuer_id: str) -> Dossier:
    """Gather everything that an issuer's filing dossier prints."""
    today = civil_date(now(session))
    found = issuer(session, issuer_id)
    papers = certificates(session, issuer_id)
    judged = assessments(session, issuer_id)
    versions = filings(session, issuer_id)
    return Dossier(
        issuer=found,
        as_of=now(session),
        certificate=rules.certificate_on(papers, today) or (papers[-1] if papers else None),
        certificates=tuple(papers),
        assessment=judged[-1] if judged else None,
        assessments=tuple(judged),
        filing=filing_in_force(session, issuer_id, today) or (versions[-1] if versions else None),
        filings=tuple(versions),
        history=tuple(history(session, issuer_id)),
        may_issue=may_issue(session, issuer_id),
        reasons=tuple(open_reasons(session, issuer_id)),
        statements=tuple(statements(session, issuer_id)),
        coverage=coverage_now(session, issuer_id),
        coverages=tuple(coverages(session, issuer_id)),
        frozen=frozen_sum(session, issuer_id),
    )


def _unsigned(reasons: list[OpenReason]) -> list[OpenReason]:
    """Leave out who decided, and his words: what everybody sees names nobody."""
    return [one.model_copy(update={"by": one.role, "because": one.title.zh}) for one in reasons]


def running_out(session: Session, on: date) -> list[RunningOut]:
    """List the papers of living issuers that end within the longest warning, or have ended, soonest first."""
    horizon = max(limit_on("expiry_warning", on).days)
    found: list[RunningOut] = []
    for one in issuers(session):
        if one.state in rules.ENDED:
            continue
        papers: list[tuple[str, str, Period]] = [
            ("certificate", paper.certificate_id, paper.valid) for paper in certificates(session, one.issuer_id)[-1:]
        ]
        papers += [
            ("assessment", paper.assessment_id, paper.valid) for paper in assessments(session, one.issuer_id)[-1:]
        ]
        for what, what_id, valid in papers:
            days_left = (valid.last_day - on).days
            if days_left <= horizon:
                found.append(
                    RunningOut(
                        issuer_id=one.issuer_id,
                        name=one.name,
                        what=what,
                        what_id=what_id,
                        last_day=valid.last_day,
                        days_left=days_left,
                    )
                )
    return sorted(found, key=lambda one: (one.last_day, one.issuer_id, one.what))
