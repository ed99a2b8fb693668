"""企业环境行动报告: what the staff of an enterprise did together, and what came and went on its own account."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy.orm import Session

from greencredit.awards import rules as awards
from greencredit.issuers import queries as issuers
from greencredit.organisations import queries as organisations
from greencredit.reports import rules
from greencredit.reports.catalogue import gather_group, group_kind
from greencredit.schemas.issuers import Scheme
from greencredit.schemas.ledger import Verb
from greencredit.schemas.organisations import AccountMoves, AccountPeriod, OrganisationKind, UnitFacts
from greencredit.schemas.reports import (
    AccountFlow,
    AccountPartner,
    EnterpriseAccount,
    EnterpriseReport,
    FundingShareNote,
)
from greencredit.schemas.values import Credits, Period, Words


def gather(session: Session, subject_id: str, period: Period, shared: Any = None) -> EnterpriseReport:  # noqa: ANN401 - as every kind
    """Collect the facts of an enterprise, or of one of its departments, which has no account of its own."""
    del shared

    def account(found: UnitFacts) -> dict[str, object]:
        return {"account": _account(session, found) if found.unit.parent_id is None else None}

    of = (OrganisationKind.ENTERPRISE,)
    return gather_group(EnterpriseReport, session, subject_id, period, kind="enterprise", of=of, more=account)


def _account(session: Session, found: UnitFacts) -> EnterpriseAccount:
    figures = found.figures
    moved = organisations.account(session, figures.organisation_id, figures.period)
    partners = organisations.names_of(session, {one.partner for one in moved.moves if one.partner is not None})
    allotted = [one for one in moved.moves if one.verb is Verb.ALLOT]
    return EnterpriseAccount(
        flows=tuple(_flows(session, moved, figures.period)),
        partners=tuple(_partners(moved.moves, partners)),
        shares=tuple(_shares(session, moved.moves)),
        allotments=sum(one.times for one in allotted),
        staff=moved.receivers if not moved.receivers or moved.receivers >= figures.smallest_group else None,
    )


def _flows(session: Session, moved: AccountPeriod, period: Period) -> Iterator[AccountFlow]:
    """Add the account up by issuer: what was there, what came, what went, what is left."""
    for issuer_id in sorted({*moved.opening, *(one.issuer_id for one in moved.moves)}):
        mine = [one for one in moved.moves if one.issuer_id == issuer_id]

        def total(verb: Verb, *, incoming: bool, of: list[AccountMoves] = mine) -> Credits:
            return Credits(sum(one.credits for one in of if one.verb is verb and one.incoming is incoming))

        issuer = issuers.issuer(session, issuer_id)
        filing = issuers.filing_in_force(session, issuer_id, period.last_day)
        terms = None if filing is None else filing.scheme.enterprise
        yield AccountFlow(
            issuer_id=issuer_id,
            issuer=rules.name_words(issuer.name, issuer.english_name),
            filing_number=None if filing is None else filing.number,
            terms=None if terms is None else terms.title,
            opening=moved.opening.get(issuer_id, Credits(0)),
            funded=total(Verb.FUND, incoming=True),
            received=total(Verb.PASS, incoming=True),
            allotted=total(Verb.ALLOT, incoming=False),
            passed=total(Verb.PASS, incoming=False),
            taken_back=total(Verb.REVERSE_FUND, incoming=False),
            closing=Credits(
                moved.opening.get(issuer_id, 0) + sum(one.credits if one.incoming else -one.credits for one in mine)
            ),
        )


def _partners(moves: Iterable[AccountMoves], names: dict[str, str]) -> Iterator[AccountPartner]:
    sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in moves:
        if one.partner is not None:
            sums[one.partner, one.issuer_id][0 if one.incoming else 1] += one.credits
    for (partner, issuer_id), (received, given) in sorted(sums.items()):
        yield AccountPartner(
            name=names.get(partner, partner), issuer_id=issuer_id, received=Credits(received), given=Credits(given)
        )


def _shares(session: Session, moves: Iterable[AccountMoves]) -> Iterator[FundingShareNote]:
    """Say who pays for what came in from issuers: in the parts that the version of the filing names, to the unit."""
    for one in moves:
        if one.verb is not Verb.FUND or not one.incoming:
            continue
        scheme = _scheme(session, one)
        split = scheme.split(one.funding)
        parts = [share.parts for share in split.shares]
        for share, credits_ in zip(split.shares, awards.shares_of(one.credits, parts), strict=True):
            funder = scheme.funder(share.funder)
            yield FundingShareNote(
                issuer_id=one.issuer_id,
                split=split.title,
                funder=funder.title,
                kind=funder.kind.words,
                parts=share.parts,
                of=sum(parts),
                credits=Credits(credits_),
            )


def _scheme(session: Session, one: AccountMoves) -> Scheme:
    return next(
        filing.scheme for filing in issuers.filings(session, one.issuer_id) if filing.version == one.terms_version
    )


def _rows(report: EnterpriseReport) -> Iterator[tuple[object, ...]]:
    yield from rules.group_rows(report)
    since, until = report.period.since.isoformat(), report.period.until.isoformat()
    for flow in report.account.flows if report.account is not None else ():
        for name in ("opening", "funded", "received", "allotted", "passed", "taken_back", "closing"):
            told = (None, None, None, getattr(flow, name), None)
            yield (f"account_{name}", flow.issuer_id, flow.issuer.zh, since, until, *told)


REPORT = group_kind(
    "enterprise",
    Words(zh="企业环境行动报告", en="Enterprise Environmental Action Report"),
    EnterpriseReport,
    gather,
    _rows,
)
