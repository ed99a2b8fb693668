"""Direct awards: amounts that the issuer's own systems decided, on the ground of a promotion it has filed (促销发放).

They rest on no evidence of ours, so that they never count as green nor as CO2e. Each names its promotion, gives at most
what is filed for one award, and stands in the series of the filing in force. One row of the ledger says the ground of a
whole run of awards, and the filing itself holds the promotion's words, so that nothing is kept twice.

What is asked again and again (who may award what, which number a consumer has) is remembered in the process, only after
it was committed, and only for as long as nothing was changed: an issuer's newest step and the count of erasures say so
in every transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.awards.errors import MoreThanFiled, NoSuchPromotion, PromotionNotInForce, RulesNotInForce
from greencredit.awards.queries.direct import PROMOTING, document_of, promotion_named_in, reason_of
from greencredit.awards.service.award import terms_of
from greencredit.awards.service.turns import hold_what_is_owed
from greencredit.issuers import queries as issuers
from greencredit.issuers import rules as issuing
from greencredit.issuers.errors import UnknownIssuer
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.database import after_commit
from greencredit.kernel.errors import Refusal
from greencredit.ledger import queries as ledger_queries
from greencredit.ledger import service as ledger
from greencredit.ledger.errors import KeyReused, NotPositive
from greencredit.people import queries as people
from greencredit.people.errors import UnknownConsumer
from greencredit.schemas.issuers import Filing, Promotion
from greencredit.schemas.ledger import Earning, Posted, Reason

Outcome = Posted | Refusal
"""What became of one award."""


class Basis(NamedTuple):
    """On what an award is given: whose promotion, which, and who posts it."""

    issuer_id: str
    promotion: str
    actor_id: str


DirectAward = tuple[Basis, str, int, bytes]
"""Basis, consumer, credits and key; a plain tuple, because a request holds ten thousand."""


class _May(NamedTuple):
    """What an issuer may award on a day, as of its newest step."""

    edition: int
    on: date
    filing: Filing
    series: int


class _Ready(NamedTuple):
    """What awards on one basis need."""

    series: int
    most: int
    reason: Reason


_MAY: Final = "awards.may"
_HOLDERS: Final = "awards.holders"
_CALLER: Final = "awards.caller"
_REMEMBERED: Final = 250_000
"""Consumers whose numbers are kept in memory: about 40 MB."""


def award_directly(session: Session, items: Sequence[DirectAward]) -> list[Outcome]:
    """Book awards on filed promotions: the batch verb of the writer, one outcome each, in their order.

    An award whose key stands for the same award already is answered as it was, whatever has changed since.
    """
    outcomes: list[Outcome | None] = [None] * len(items)
    order: Iterable[int] = range(len(items))
    bases = {item[0] for item in items}
    if len(bases) > 1:  # the awards on one ground lie together, so that one row can say it
        order = sorted(order, key=lambda place: items[place][0])
    ready = _ready(session, bases)
    numbers = holders_of(session, {item[1] for item in items})
    earnings: list[Earning] = []
    places: list[int] = []
    for place in order:
        basis, consumer, credits_, key = items[place]
        found, holder = ready[basis], numbers.get(consumer)
        if isinstance(found, Refusal):
            outcomes[place] = found
        elif holder is None:
            outcomes[place] = UnknownConsumer(consumer)
        elif credits_ <= 0:
            outcomes[place] = NotPositive(found=credits_)
        elif credits_ > found.most:
            outcomes[place] = MoreThanFiled(basis.promotion, found=credits_, wanted=found.most)
        else:
            earnings.append(Earning(holder, found.series, credits_, key))
            places.append(place)
    caller = _caller(session)
    for place, outcome in zip(places, ledger.earn_each(session, caller, earnings), strict=True):
        outcomes[place] = outcome
    _keep_grounds(session, items, places, outcomes, ready)
    _answer_repetitions(session, caller, items, outcomes, numbers)
    return [outcome for outcome in outcomes if outcome is not None]


def _keep_grounds(
    session: Session,
    items: Sequence[DirectAward],
    places: Sequence[int],
    outcomes: Sequence[Outcome | None],
    ready: Mapping[Basis, _Ready | Refusal],
) -> None:
    runs = []
    for basis, same in groupby(places, key=lambda place: items[place][0]):
        fresh = [
            found.event_id for place in same if isinstance(found := outcomes[place], Posted) and not found.repeated
        ]
        found_ready = ready[basis]
        if fresh and isinstance(found_ready, _Ready):
            runs.append((fresh[0], fresh[-1], found_ready.reason))
    if runs:
        ledger.ground(session, runs)


def _answer_repetitions(
    session: Session,
    caller: int,
    items: Sequence[DirectAward],
    outcomes: list[Outcome | None],
    numbers: Mapping[str, int],
) -> None:
    """Hold repetitions to their ground, and answer what was refused now but stands since before as it was answered."""
    asked = [place for place, one in enumerate(outcomes) if not isinstance(one, Posted) or one.repeated]
    if not asked:
        return
    stands = ledger_queries.awards_by_key(session, caller, {items[place][3] for place in asked})
    grounds = ledger_queries.grounds_of(session, [event_id for event_id, _, _ in stands.values()])
    for place in asked:
        basis, consumer, credits_, key = items[place]
        if key not in stands:
            continue
        event_id, holder, booked = stands[key]
        on_file = grounds.get(event_id)
        promotion = None if on_file is None else promotion_named_in(on_file.document or "")
        if (numbers.get(consumer), credits_, basis.promotion) == (holder, booked, promotion):
            outcomes[place] = Posted(event_id, repeated=True)
        elif consumer in numbers:
            outcomes[place] = KeyReused(event_id=event_id, key=key.hex())


def _ready(session: Session, bases: Iterable[Basis]) -> dict[Basis, _Ready | Refusal]:
    """Find out what may be awarded on each basis today, or why not."""
    asked = set(bases)
    hold_what_is_owed(session)  # two writers would else both find the guarantee sufficient
    editions = issuers.editions(session, {basis.issuer_id for basis in asked})
    today = civil_date(now(session))
    found: dict[Basis, _Ready | Refusal] = {}
    for basis in asked:
        try:
            may = _may(session, basis.issuer_id, editions.get(basis.issuer_id), today)
            promotion = _promotion(may.filing, basis.promotion, today)
        except Refusal as refusal:
            found[basis] = refusal
        else:
            reason = Reason(basis.actor_id, reason_of(promotion), document_of(may.filing, promotion))
            found[basis] = _Ready(may.series, promotion.most_credits_each, reason)
    return found


def _may(session: Session, issuer_id: str, edition: int | None, today: date) -> _May:
    if edition is None:
        raise UnknownIssuer(issuer_id)
    known: dict[str, _May] = _memory(session).setdefault(_MAY, {})
    may = known.get(issuer_id)
    if may is not None and (may.edition, may.on) == (edition, today):
        issuers.require_covered(session, issuer_id)  # what is owed changes without a step, and within the day
        return may
    issuers.require_may_issue(session, issuer_id)
    filing = issuers.filing_in_force(session, issuer_id, today)
    if filing is None:
        raise RulesNotInForce(issuer_id)
    # A card issuer's credits follow settled spending: whatever was filed once, the door gives none for signing up.
    issuing.require_spending_only(issuers.issuer(session, issuer_id).kind, filing.scheme)
    series = ledger.series(session, terms_of(filing, (today.year, today.month)))
    found = _May(edition, today, filing, series)
    _remember(session, lambda: known.update({issuer_id: found}))
    return found


def _promotion(filing: Filing, name: str, today: date) -> Promotion:
    filed = {one.name: one for one in filing.scheme.promotions}  # a scheme has each name once
    promotion = filed.get(name)
    if promotion is None:
        raise NoSuchPromotion(filing.issuer_id, found=name, wanted=list(filed))
    if not promotion.holds(today):
        raise PromotionNotInForce(name, on=today, since=promotion.since, until=promotion.until)
    return promotion


def holders_of(session: Session, consumer_ids: set[str]) -> Mapping[str, int]:
    """Give the numbers of those consumers that are registered; whoever is made here stays registered to the end."""
    memory = _memory(session)
    erasures = ledger_queries.erasures(session)
    kept: tuple[int, dict[str, int]] = memory.get(_HOLDERS, (-1, {}))
    if kept[0] != erasures or len(kept[1]) > _REMEMBERED:
        kept = (erasures, {})
    known = kept[1]
    if not (missing := [one for one in consumer_ids if one not in known]):
        return known
    registered = people.registered(session, missing)
    found = _still_there(session, ledger.holders(session, registered)) if registered else {}

    def remember() -> None:
        known.update(found)
        memory[_HOLDERS] = kept

    _remember(session, remember)
    return {one: known[one] for one in consumer_ids if one in known} | found


def _still_there(session: Session, found: Mapping[str, int]) -> dict[str, int]:
    """Leave out whoever was erased between the look at the register and his new number.

    An erasure holds the ledger's head: who is registered while this transaction holds it stays so until its end.
    """
    made = ledger.made_here(session, found.values())
    if not made:
        return dict(found)
    ledger.lock_head(session)
    there = people.registered(session, [one for one, number in found.items() if number in made])
    gone = {one: number for one, number in found.items() if number in made and one not in there}
    if gone:
        ledger.disown(session, gone.values())
    return {one: number for one, number in found.items() if one not in gone}


def _caller(session: Session) -> int:
    memory = _memory(session)
    number: int | None = memory.get(_CALLER)
    if number is None:
        number = ledger.caller(session, PROMOTING)
        made = number
        _remember(session, lambda: memory.update({_CALLER: made}))
    return number


def _memory(session: Session) -> dict[str, Any]:
    memory: dict[str, Any] = session.info.get("memory", {})
    return memory


def _remember(session: Session, what: Callable[[], None]) -> None:
    """Keep in memory only what was committed: a number that was rolled back may be another's tomorrow."""
    after_commit(session, what)
