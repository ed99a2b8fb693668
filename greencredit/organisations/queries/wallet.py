"""An enterprise's own account: what it has, what came in and where it went, now and over a period."""

from collections import defaultdict

from sqlalchemy.orm import Session

from greencredit.kernel.clock import now, start_of
from greencredit.ledger import queries as ledger
from greencredit.ledger.errors import NoSuchHolder
from greencredit.organisations.errors import NotAnEnterprise
from greencredit.organisations.queries.register import organisation
from greencredit.people import queries as people
from greencredit.schemas.ledger import Verb
from greencredit.schemas.organisations import AccountMoves, AccountPeriod, WalletBalance, WalletLine, WalletStatement
from greencredit.schemas.values import Credits, Period


def partner_names(session: Session, statement: WalletStatement) -> dict[str, str]:
    """Give what the other enterprises of a statement are called, by id."""
    return names_of(session, {line.partner for line in statement.lines if line.partner is not None})


def statement(session: Session, organisation_id: str, *, before: int | None = None, limit: int = 50) -> WalletStatement:
    """Give an enterprise's statement, newest movements first; the sums are over all of them, not of one page.

    Raises:
        NotAnEnterprise: a school, district or community holds no credits.
    """
    whole = organisation(session, organisation_id)
    if whole.enterprise_id is None:
        raise NotAnEnterprise(organisation_id, found=whole.kind)
    balances = [WalletBalance(**part._asdict()) for part in ledger.wallet_balances(session, whole.enterprise_id)]
    try:
        holder = ledger.holder_number(session, whole.enterprise_id)
    except NoSuchHolder:  # registered, and funded by nobody so far
        moves, sums = [], {}
    else:
        moves = ledger.wallet_lines(session, holder, before=before, limit=limit + 1)
        sums = ledger.wallet_sums(session, holder)
    shown = [
        WalletLine(posted_at=move.at, **{name: value for name, value in move._asdict().items() if name != "at"})
        for move in moves[:limit]
    ]
    return WalletStatement(
        organisation_id=organisation_id,
        enterprise_id=whole.enterprise_id,
        name=whole.name,
        as_of=now(session),
        balances=tuple(balances),
        credits=Credits(sum(one.credits for one in balances)),
        received=Credits(sums.get((Verb.FUND, True), 0) + sums.get((Verb.PASS, True), 0)),
        given_to_staff=Credits(sums.get((Verb.ALLOT, False), 0)),
        given_to_partners=Credits(sums.get((Verb.PASS, False), 0)),
        taken_back=Credits(sums.get((Verb.REVERSE_FUND, False), 0)),
        lines=tuple(shown),
        next_before=shown[-1].event_id if len(moves) > limit else None,
    )


def account(session: Session, organisation_id: str, period: Period) -> AccountPeriod:
    """Give what came and went on an enterprise's account in a period, by issuer, terms, funding and partner.

    Raises:
        NotAnEnterprise: a school, district or community holds no credits.
    """
    whole = organisation(session, organisation_id)
    if whole.enterprise_id is None:
        raise NotAnEnterprise(organisation_id, found=whole.kind)
    try:
        holder = ledger.holder_number(session, whole.enterprise_id)
    except NoSuchHolder:  # registered, and funded by nobody so far
        return AccountPeriod(opening={}, moves=(), receivers=0)
    first, last = (ledger.last_event_before(session, start_of(day)) for day in (period.since, period.until))
    opening: defaultdict[str, int] = defaultdict(int)
    for flow in ledger.wallet_flows(session, holder, after=0, until=first):
        opening[flow.issuer_id] += flow.credits if flow.incoming else -flow.credits
    moves = tuple(
        AccountMoves(**{name: value for name, value in flow._asdict().items() if name != "moves"}, times=flow.moves)
        for flow in ledger.wallet_flows(session, holder, after=first, until=last)
    )
    return AccountPeriod(
        opening={issuer: Credits(sum_) for issuer, sum_ in sorted(opening.items())},
        moves=moves,
        receivers=ledger.wallet_receivers(session, holder, after=first, until=last),
    )


def names_of(session: Session, enterprise_ids: set[str]) -> dict[str, str]:
    """Give what enterprises are called, by id."""
    return {one.id: one.name for one in people.enterprises(session, enterprise_ids).values()}
