"""The audit of accounts of enterprises: every order is held against the filing that was in force on its day."""

from collections import Counter
from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from greencredit.issuers import queries as issuers
from greencredit.kernel.clock import civil_date
from greencredit.ledger import queries as ledger
from greencredit.ledger.queries.wallets import FiledMove
from greencredit.people import queries as people
from greencredit.schemas.issuers import EnterpriseTerms
from greencredit.schemas.ledger import Verb

_Terms = Callable[[str, date], EnterpriseTerms | None]
"""What an issuer had filed of accounts of enterprises, on a civil date."""


def every_enterprise_move_is_filed(session: Session) -> tuple[int, list[str]]:
    """Hold every order about accounts of enterprises against the filing in force on its day."""
    return held_against(session, _terms_of(session))


def held_against(session: Session, terms: _Terms) -> tuple[int, list[str]]:
    """Hold every funding, allotment and passing against the limits filed for its day, its account against the register.

    Of fundings the sum counts that an enterprise has for one month at that moment; what was taken back counts no more.
    """
    funded, broken, looked_at = Counter[tuple[str | None, str, int]](), [], 0
    known: dict[str, bool] = {}
    for move in ledger.filed_moves(session):
        looked_at += 1
        if move.verb in {Verb.FUND, Verb.REVERSE_FUND}:
            sign = 1 if move.verb is Verb.FUND else -1
            funded[move.enterprise, move.issuer_id, move.award_month] += sign * move.credits
        so_far = funded[move.enterprise, move.issuer_id, move.award_month]
        fault = _fault(move, terms(move.issuer_id, civil_date(move.at)), so_far)
        if fault is None and not _is_registered(session, move.enterprise, known):
            fault = "its account is of no registered enterprise"
        if fault is not None:
            broken.append(f"event {move.event_id}: {fault}")
    return looked_at, broken


def _terms_of(session: Session) -> _Terms:
    found: dict[tuple[str, date], EnterpriseTerms | None] = {}

    def terms(issuer_id: str, on: date) -> EnterpriseTerms | None:
        if (issuer_id, on) not in found:
            filing = issuers.filing_in_force(session, issuer_id, on)
            found[issuer_id, on] = None if filing is None else filing.scheme.enterprise
        return found[issuer_id, on]

    return terms


def _fault(move: FiledMove, terms: EnterpriseTerms | None, funded: int) -> str | None:
    if terms is None:
        return "no filing in force that day says anything of accounts of enterprises"
    if move.verb is Verb.FUND:
        most = terms.most_funded_a_month
        if most is None:
            return "the filing in force that day provides for no funding"
        return f"funded with {funded} for {move.award_month}, {most} are filed" if funded > most else None
    if move.verb is Verb.ALLOT and move.credits > terms.most_allotted_each:
        return f"a person was given {move.credits} at once, {terms.most_allotted_each} are filed"
    if move.verb is Verb.PASS and not terms.may_pass_on:
        return "the filing in force that day lets no enterprise pass on"
    return None


def _is_registered(session: Session, enterprise: str | None, known: dict[str, bool]) -> bool:
    if enterprise is None:
        return False
    if enterprise not in known:
        known[enterprise] = enterprise in people.enterprises(session, [enterprise])
    return known[enterprise]
