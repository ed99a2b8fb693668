"""Accounts of enterprises (企业积分账户): funded, given from, passed on and taken back as the filing in force says.

Nothing else in the house reaches these verbs of the ledger. An issuer moves its own credits only, whoever else funded
the same enterprise. Beside them stands what an issuer gives up that a holder owes it (免追). A key that stands already
is answered as it was, whatever has been filed since.
"""

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.awards.errors import (
    EnterpriseNotFiled,
    MoreAllottedThanFiled,
    MoreFundedThanFiled,
    NoSuchFunding,
    RulesNotInForce,
)
from greencredit.awards.service.award import terms_of
from greencredit.issuers import queries as issuers
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.errors import Refusal
from greencredit.ledger import queries as ledger_queries
from greencredit.ledger import service as ledger
from greencredit.ledger.errors import NoSuchSeries
from greencredit.ledger.rules import scoped_keys
from greencredit.people import queries as people
from greencredit.people.errors import UnknownConsumer, UnknownEnterprise
from greencredit.schemas.awards import AllotmentOrder, FundingOrder, PassingOrder, WaiverOrder, WithdrawalOrder
from greencredit.schemas.issuers import EnterpriseTerms, Filing
from greencredit.schemas.ledger import Allotment, Command, Funding, Passing, Posted, Reason, Waiver, Withdrawal

_CALLER: Final = "awards.enterprise"
"""Under this name an issuer's orders are posted; keys are told apart by the issuer."""


class OfIssuer(NamedTuple):
    """What somebody of an issuer orders, and under which key."""

    issuer_id: str
    order: FundingOrder | AllotmentOrder | PassingOrder | WithdrawalOrder | WaiverOrder
    reason: Reason
    token: str


class _Asked(NamedTuple):
    """An order on its way to the ledger."""

    issuer_id: str
    caller: int
    order: Any
    reason: Reason
    key: bytes
    stands: int | None
    """The series of what stands for the key already; none: the key is new."""


def carry_out_each(session: Session, wishes: Sequence[OfIssuer]) -> list[Posted | Refusal]:
    """Carry orders out, each for itself: the batch verb of the writer."""
    return [_carried_out_or_refused(session, wish) for wish in wishes]


def _carried_out_or_refused(session: Session, wish: OfIssuer) -> Posted | Refusal:
    caller = ledger.caller(session, _CALLER)
    (key,) = scoped_keys(wish.issuer_id, [wish.token])
    try:
        stands = ledger_queries.series_of_key(session, caller, key)
        asked = _Asked(wish.issuer_id, caller, wish.order, wish.reason, key, stands)
        return ledger.post_one(session, caller, _COMMANDS[type(wish.order)](session, asked))
    except Refusal as refusal:  # every refusal comes before the first event
        return refusal


def _funding(session: Session, asked: _Asked) -> Funding:
    """Fund an enterprise; of two fundings at once the second sees the first, because the ledger's head is held.

    Raises:
        IssuingNotAllowed and its like (issuers): the issuer may not issue.
        UnknownEnterprise (people): no enterprise is registered with this id.
        EnterpriseNotFiled: the filing in force provides for no funding.
        MoreFundedThanFiled: it would be more than is filed for one month.
    """
    order: FundingOrder = asked.order
    if asked.stands is not None:
        series, enterprise = asked.stands, _known(session, order.enterprise)
        return Funding(enterprise, series, order.credits, asked.key, asked.reason)
    issuers.require_may_issue(session, asked.issuer_id)
    _require_registered(session, order.enterprise)
    filing, terms = _in_force(session, asked.issuer_id, "funding")
    most = terms.most_funded_a_month
    if most is None:
        raise EnterpriseNotFiled(asked.issuer_id, wanted="funding", found="accounts that are funded no more")
    today = civil_date(now(session))
    month = terms_of(filing, (today.year, today.month))
    if order.credits > most:  # seen before anybody's number is made
        raise MoreFundedThanFiled(order.enterprise, funded=0, found=order.credits, wanted=most)
    enterprise = ledger.holders(session, [order.enterprise])[order.enterprise]
    series = ledger.series(session, month)
    ledger.lock_head(session)
    stands = ledger_queries.series_of_key(session, asked.caller, asked.key)  # posted while this one waited
    if stands is not None:
        return Funding(enterprise, stands, order.credits, asked.key, asked.reason)
    issuers.require_covered(session, asked.issuer_id)  # others may have issued while this one waited
    funded = ledger_queries.funded_with(session, order.enterprise, asked.issuer_id, month.award_month)
    if funded + order.credits > most:
        raise MoreFundedThanFiled(order.enterprise, funded=funded, found=order.credits, wanted=most)
    return Funding(enterprise, series, order.credits, asked.key, asked.reason)


def _allotment(session: Session, asked: _Asked) -> Allotment:
    """Give a person credits from an enterprise's account.

    Raises:
        EnterpriseNotFiled, MoreAllottedThanFiled: the filing in force does not provide for it.
        UnknownConsumer: nobody of this id is registered, or he was erased meanwhile.
    """
    order: AllotmentOrder = asked.order
    if asked.stands is None:
        _, terms = _in_force(session, asked.issuer_id, "an allotment")
        if order.credits > terms.most_allotted_each:
            raise MoreAllottedThanFiled(order.enterprise, found=order.credits, wanted=terms.most_allotted_each)
    enterprise = _known(session, order.enterprise)
    holder = _person(session, order.consumer)
    return Allotment(enterprise, holder, order.credits, asked.key, asked.reason, asked.issuer_id)


def _passing(session: Session, asked: _Asked) -> Passing:
    """Give another enterprise credits from an enterprise's account.

    Raises:
        EnterpriseNotFiled: the filing in force does not provide for it.
        UnknownEnterprise (people): nobody is registered as the receiver.
    """
    order: PassingOrder = asked.order
    if asked.stands is None:
        _, terms = _in_force(session, asked.issuer_id, "passing on")
        if not terms.may_pass_on:
            raise EnterpriseNotFiled(asked.issuer_id, wanted="passing on", found="accounts that pass nothing on")
        _require_registered(session, order.receiver)
    giver = _known(session, order.giver)
    receiver = ledger.holders(session, [order.receiver])[order.receiver]
    return Passing(giver, receiver, order.credits, asked.key, asked.reason, asked.issuer_id)


def _withdrawal(session: Session, asked: _Asked) -> Withdrawal:
    """Take back what an enterprise's account still has of one funding.

    Raises:
        EnterpriseNotFiled: the filing in force says nothing of accounts of enterprises.
        NoSuchFunding: this issuer funded nobody under this number.
    """
    order: WithdrawalOrder = asked.order
    if asked.stands is None:
        _in_force(session, asked.issuer_id, "a withdrawal")
        if ledger_queries.issuer_of_funding(session, order.funding) != asked.issuer_id:
            raise NoSuchFunding(asked.issuer_id, order.funding)
    return Withdrawal(order.funding, order.credits, asked.key, asked.reason)


def _waiver(session: Session, asked: _Asked) -> Waiver:
    """Give up what a holder owes; it asks for no filing, because nobody loses by it but the issuer.

    Raises:
        NoSuchSeries: it is of another issuer, or of none.
    """
    order: WaiverOrder = asked.order
    if ledger_queries.issuer_of_series(session, order.series) != asked.issuer_id:
        raise NoSuchSeries(order.series)
    holder = _known(session, order.consumer)
    return Waiver(holder, order.series, order.credits, asked.key, asked.reason)


_COMMANDS: Final[MappingProxyType[type, Callable[[Session, _Asked], Command]]] = MappingProxyType(
    {
        FundingOrder: _funding,
        AllotmentOrder: _allotment,
        PassingOrder: _passing,
        WithdrawalOrder: _withdrawal,
        WaiverOrder: _waiver,
    }
)


def _in_force(session: Session, issuer_id: str, wanted: str) -> tuple[Filing, EnterpriseTerms]:
    """Give the filing in force and what it says of accounts of enterprises."""
    issuers.issuer(session, issuer_id)  # refuses an id that nobody has
    filing = issuers.filing_in_force(session, issuer_id, civil_date(now(session)))
    if filing is None:
        raise RulesNotInForce(issuer_id)
    terms = filing.scheme.enterprise
    if terms is None:
        raise EnterpriseNotFiled(issuer_id, wanted=wanted, found="no accounts of enterprises")
    return filing, terms


def _require_registered(session: Session, enterprise_id: str) -> None:
    if enterprise_id not in people.enterprises(session, [enterprise_id]):
        raise UnknownEnterprise(enterprise_id)


def _known(session: Session, subject_id: str) -> int:
    """Give the number of somebody who holds credits or held some; nobody else's is made."""
    return ledger_queries.holder_number(session, subject_id)


def _person(session: Session, consumer_id: str) -> int:
    """Give the number of a registered consumer, who stays registered until this transaction ends."""
    if consumer_id not in people.consumers(session, [consumer_id]):
        raise UnknownConsumer(consumer_id)
    number = ledger.holders(session, [consumer_id])[consumer_id]
    ledger.lock_head(session)  # an erasure holds it, too
    if consumer_id not in people.consumers(session, [consumer_id]):
        ledger.disown(session, ledger.made_here(session, [number]))
        raise UnknownConsumer(consumer_id)
    return number
