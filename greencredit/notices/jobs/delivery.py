"""Delivers one notice by one way: decides, calls outside without a transaction, writes down what became of it."""

from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.kernel import logs
from greencredit.kernel.clock import civil_date, now, start_of
from greencredit.kernel.database import Database
from greencredit.kernel.messages.queue import Job, Later
from greencredit.kernel.settings import Settings
from greencredit.notices import queries, rules, service
from greencredit.notices.catalogue import kind_named
from greencredit.notices.errors import NotAccepted
from greencredit.notices.jobs.outlets import Message, Outlet, Unsent, outlet_of
from greencredit.schemas.notices import Outcome, Way

_LOG: Final = logs.log(__name__)


class _Decided(NamedTuple):
    """What is to be done now: send this, or write down why not; at most one of the two."""

    message: Message | None
    outcome: Outcome = Outcome.SENDING


def deliver(database: Database, job: Job) -> None:
    """Let a message of the outbox leave with the settings of this installation."""
    deliver_with(database, job, Settings())


def deliver_with(database: Database, job: Job, settings: Settings) -> None:
    """Let a message of the outbox leave; the far side may see it twice, under one id, if this process dies meanwhile.

    Raises:
        Later: the reader's quiet hours or the most he wants in a day; it costs no attempt.
        NotAccepted: refused for good; not tried again.
        Unsent: not this time; the outbox tries again after a pause.
    """
    notice_id, way = job.body["notice"], Way(job.body["way"])
    with database.reading() as session:
        consumer_id = queries.reader_of(session, notice_id)
        if consumer_id is None:
            return  # forgotten since: there is nobody to tell, and nothing to write down
        outlet = outlet_of(way, settings)
        decided = _decide(session, consumer_id, notice_id, way, outlet, settings)
    attempt = _Attempt(database, job, notice_id, consumer_id, way)
    if decided.message is None or outlet is None:
        attempt.record(decided.outcome)
        return
    try:
        code = outlet.send(decided.message)
    except Unsent as unsent:
        attempt.failed(unsent)
        raise
    attempt.record(Outcome.SENT, code)


class _Attempt(NamedTuple):
    """One attempt, as the delivery log tells of it."""

    database: Database
    job: Job
    notice_id: str
    consumer_id: str
    way: Way

    def record(self, outcome: Outcome, code: str = "") -> None:
        """Write the outcome down, in a transaction of its own; whoever was forgotten meanwhile leaves no line."""
        with self.database.writing() as session:
            if queries.reader_of(session, self.notice_id) is not None:
                service.record_attempt(
                    session,
                    self.notice_id,
                    self.consumer_id,
                    self.way,
                    attempt=self.job.attempts,
                    outcome=outcome,
                    code=code,
                )
        _LOG.info("notice delivery", notice=self.notice_id, way=self.way.value, outcome=outcome.value, code=code)

    def failed(self, unsent: Unsent) -> None:
        """Write a failure down; one that is for good goes on as a refusal, which the outbox does not try again."""
        if unsent.for_good:
            self.record(Outcome.REFUSED, unsent.code)
            raise NotAccepted(self.way, unsent.code) from None
        last = self.job.attempts >= self.job.attempts_max
        self.record(Outcome.GIVEN_UP if last else Outcome.LATER, unsent.code)


def _decide(
    session: Session, consumer_id: str, notice_id: str, way: Way, outlet: Outlet | None, settings: Settings
) -> _Decided:
    """Look again at what holds now: between writing and leaving the reader may have chosen otherwise."""
    told = queries.notice_as_written(session, notice_id)
    chosen = queries.preferences(session, consumer_id)
    kind = kind_named(told.kind)
    address = queries.address(session, consumer_id, way) if way in rules.ADDRESSED else ""
    if way not in rules.ways_of(kind, chosen):
        return _Decided(None, Outcome.NOT_WANTED)
    if outlet is None:
        return _Decided(None, Outcome.OFF)
    if address is None:
        return _Decided(None, Outcome.NO_CONTACT)
    at = now(session)
    sent = queries.sent_since(session, consumer_id, way, start_of(civil_date(at)))
    if (due := rules.may_go_at(at, way, chosen, sent)) > at:
        raise Later(due - at)
    issuers = {told.facts["issuer"]} if "issuer" in told.facts else set()
    texts = rules.worded(kind, told.facts, queries.senders(session, issuers))
    message = Message(
        id=f"{notice_id}.{way}",
        notice_id=notice_id,
        consumer_id=consumer_id,
        kind=kind.name,
        to=address,
        lang=chosen.lang,
        texts=texts,
        facts=told.facts,
        written_at=told.at,
        now=at,
        link=f"{settings.public_url}/me/inbox/{notice_id}",
        settings_link=f"{settings.public_url}/me/inbox/settings",
    )
    return _Decided(message)
