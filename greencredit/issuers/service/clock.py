"""The clockwork: whom it has to look at, what ran out and what was put right, and warnings before anything does."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules
from greencredit.issuers.catalogue import days_of, limit_on
from greencredit.issuers.service import life
from greencredit.issuers.service.cascade import people_of, tell_staff
from greencredit.issuers.service.guarantee import attest, measure
from greencredit.issuers.tables import IssuerRow, StepRow, WatchRow
from greencredit.kernel.access import clockwork
from greencredit.kernel.clock import civil_date, now, start_of
from greencredit.ledger import queries as ledger
from greencredit.notices import service as notices
from greencredit.schemas.issuers import Coverage, Issuer, LifeState
from greencredit.schemas.notices import Telling
from greencredit.schemas.values import Words

_WATCHED: Final = (LifeState.FILED, LifeState.ACTIVE, LifeState.RESTRICTED, LifeState.SUSPENDED, LifeState.WITHDRAWING)
_LED: Final = frozenset({LifeState.ACTIVE, LifeState.RESTRICTED})
"""States in which the clockwork sets and lifts reasons; elsewhere nothing is issued anyway."""

_PAPERS: Final = {
    "certificate": Words(zh="信用认证或评价", en="credit certification or evaluation"),
    "assessment": Words(zh="第三方评估", en="third-party assessment"),
    "statement": Words(zh="存管说明", en="custody statement"),
}


class Ending(NamedTuple):
    """A paper that ends."""

    what: str
    what_id: str
    last_day: date


def due(session: Session) -> list[str]:
    """List the issuers to look at: a day began since the last look, or something was done about them."""
    today = civil_date(now(session))
    newest = select(func.max(StepRow.number)).where(StepRow.issuer_id == IssuerRow.id).scalar_subquery()
    wanted = (
        select(IssuerRow.id)
        .outerjoin(WatchRow, WatchRow.issuer_id == IssuerRow.id)
        .where(
            IssuerRow.state.in_([one.value for one in _WATCHED]),
            or_(WatchRow.issuer_id.is_(None), WatchRow.day != today, WatchRow.edition != newest),
        )
        .order_by(IssuerRow.id)
    )
    return list(session.scalars(wanted))


def uncovered(session: Session) -> list[Coverage]:
    """Give the issuers, as measured now, whose coverage fell short, or reached the filed ratio again.

    Who has room enough is passed over by a few looks; of the others the last measurement is brought up to date from
    sums and the newest events, so that this can be asked at every tick.
    """
    found: list[Coverage] = []
    for issuer_id, was_kept in queries.unsure(session, _WATCHED, ledger.last_event(session)):
        fresh = queries.coverage_now(session, issuer_id)
        if fresh is not None and fresh.kept is not was_kept:
            found.append(fresh)
    return found


def look(session: Session, issuer_id: str) -> Issuer:
    """Look at one issuer: set reasons that hold, lift those that are gone, warn, note the look.

    Looking again changes nothing.
    """
    # The issuer's row is the lock of all that belongs to it: two looks at once are taken one after the other.
    row = session.get(IssuerRow, issuer_id, with_for_update=True, populate_existing=True)
    assert row is not None, "an issuer that is to be looked at is registered"
    today = civil_date(now(session))
    watch = session.get(WatchRow, issuer_id, populate_existing=True)
    if watch is None or watch.day != today:
        _begin_day(session, issuer_id)
    issuer = queries.issuer(session, issuer_id)
    if issuer.state in _LED:
        issuer = _lead(session, issuer, today)
    _warn(session, issuer, today)
    edition = queries.editions(session, [issuer_id])[issuer_id]
    if watch is None:
        session.add(WatchRow(issuer_id=issuer_id, day=today, edition=edition))
    else:
        watch.day, watch.edition = today, edition
    session.flush()
    return issuer


def _begin_day(session: Session, issuer_id: str) -> None:
    """Measure coverage from the balances themselves, once a day, and say it in the public log."""
    if queries.newest_statement(session, issuer_id) is None:
        return
    measured = measure(session, issuer_id)
    if measured is not None:
        attest(session, measured)


def _lead(session: Session, issuer: Issuer, today: date) -> Issuer:
    """Set what holds before anything is lifted, so that an issuer never issues between two reasons."""
    actor = clockwork(now(session))
    wrong = queries.faults(session, issuer.issuer_id, today)
    standing = [one.reason for one in queries.open_reasons(session, issuer.issuer_id)]
    for reason, refusal in wrong.items():
        if reason not in standing:
            because = f"{reason.words.zh} · {reason.words.en}: {refusal.facts['found']}"
            issuer = life.restrict(session, actor, issuer.issuer_id, reason=because, because=reason)
            tell_staff(session, issuer, "issuing_stopped", because=because)
    for reason in standing:
        if reason in rules.BY_CLOCK and reason not in wrong:
            because = f"已消除：{reason.words.zh} · put right: {reason.words.en}"
            issuer = life.lift(session, actor, issuer.issuer_id, reason=because, because=reason)
    return issuer


def endings(session: Session, issuer_id: str, today: date) -> list[Ending]:
    """List the papers that carry an issuer, each with its last day; where one follows another, the later counts."""
    found: list[Ending] = []
    certificates = queries.certificates(session, issuer_id)
    if certificates:
        last = max(certificates, key=lambda one: one.valid.last_day)
        found.append(Ending("certificate", last.certificate_id, last.valid.last_day))
    assessment = queries.newest_assessment(session, issuer_id)
    if assessment is not None:
        found.append(Ending("assessment", assessment.assessment_id, assessment.valid.last_day))
    statement = queries.newest_statement(session, issuer_id)
    if statement is not None:
        days = days_of("custody_statement", today)
        found.append(Ending("statement", statement.statement_id, rules.runs_out_on(statement, days)))
    return found


def _warn(session: Session, issuer: Issuer, today: date) -> None:
    """Tell an issuer's people of what runs out, 60, 30 and 7 days before; of stages that were missed only the last."""
    stages = sorted(limit_on("expiry_warning", today).days)
    tellings: list[Telling] = []
    for ending in endings(session, issuer.issuer_id, today):
        days = (ending.last_day - today).days
        stage = next((one for one in stages if 0 <= days <= one), None)
        if stage is None:
            continue
        facts = {
            "issuer": issuer.issuer_id,
            "paper": f"{_PAPERS[ending.what].zh} · {_PAPERS[ending.what].en}",
            "ends": start_of(ending.last_day + timedelta(days=1)).isoformat(),
            "days": days,
        }
        subject = f"{ending.what_id}:{stage}"
        tellings += [Telling(one, "paper_running_out", subject, facts) for one in people_of(session, issuer)]
    if tellings:
        notices.tell_many(session, tellings)
