"""The jobs of a batch: list its subjects, issue the reports of a part, write the manifest; each can be resumed."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.kernel import logs
from greencredit.kernel.database import Database
from greencredit.kernel.errors import NotNow, Refusal
from greencredit.kernel.files.folder import NO_ROOM
from greencredit.kernel.files.kept import Files
from greencredit.kernel.files.opening import open_files
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import Job, Later, LeaseLost
from greencredit.kernel.settings import Settings
from greencredit.reports import queries, rules, service
from greencredit.reports.catalogue import ReportKind
from greencredit.reports.queries import Waiting
from greencredit.reports.service import Drawing, Place, Press
from greencredit.schemas.reports import IssuedReport, ReportFacts
from greencredit.schemas.reports.batches import Batch, BatchState

_AT_ONCE: Final = 20
"""How many reports are gathered and proven together: their facts are in memory, one receipt of the log serves all."""

_LOG: Final = logs.log(__name__)
_MOMENT: Final = timedelta(seconds=1)
_FULL: Final = timedelta(minutes=1)
"""How long a worker waits for room on the disk, or for the bucket; nobody is given up for that."""

_PREPARED: Final = "reports.prepared"
_SHARED_FOR: Final = timedelta(minutes=5)
_NO_ANSWER: Final = "reports.worker_lost"
_FAULT: Final = "reports.fault"


def cut(database: Database, job: Job) -> None:
    """List the subjects of a batch, page by page, each in a transaction of its own."""
    left = True
    while left:
        with database.writing() as session:
            left = service.cut_on(session, job.body["batch"])
        if left and job.stopping():
            raise Later(timedelta(0))


def issue_part(database: Database, job: Job) -> None:
    """Issue the reports of a part with the settings of this process."""
    issue_part_with(database, job, Settings(), service.press)


def issue_part_with(database: Database, job: Job, settings: Settings, press: Press) -> None:
    """Issue the reports of a part one by one; whoever stops anywhere loses at most the one that is being drawn.

    A report, its line in the register, its file and its mark in the batch come with one commit, and only while the
    worker still holds the part: nothing is lost, and nothing is issued twice.
    """
    batch_id, part = job.body["batch"], job.body["part"]
    first = part * service.PART_SUBJECTS
    with database.reading() as session:
        batch = queries.batch(session, batch_id)
        waiting = queries.waiting_in(session, batch_id, first, first + service.PART_SUBJECTS - 1)
        kind = queries.kind_named(batch.kind)
        prepared = _prepared(database, session, batch, kind)
    run = _Run(database, job, settings, press, batch, kind, prepared.shared, prepared.at)
    due = [one for one in waiting if one.run_after <= database.clock.now()]
    with _waiting_while_refused():
        for begin in range(0, len(due), _AT_ONCE):
            run.try_some(due[begin : begin + _AT_ONCE])
    with database.reading() as session:
        left = queries.waiting_in(session, batch_id, first, first + service.PART_SUBJECTS - 1)
    if left:
        raise Later(_pause_until(min(one.run_after for one in left), database.clock.now()))
    with database.writing() as session:
        service.close_part(session, batch_id, part)
        queue.finish(session, job)


def _prepared(database: Database, session: Session, batch: Batch, kind: ReportKind) -> "_Prepared":
    """Give what all reports of a batch share; a worker gathers it again after a while, not for every part."""
    memory, at = database.carried["memory"], database.clock.now()
    known: _Prepared | None = memory.get(_PREPARED)
    if known is None or known.batch != (batch.batch_id, batch.edition) or at - known.at > _SHARED_FOR:
        known = _Prepared((batch.batch_id, batch.edition), at, kind.prepare(session, batch.period))
        memory[_PREPARED] = known
    return known


class _Prepared(NamedTuple):
    """What the reports of one batch share, and when that was gathered."""

    batch: tuple[str, int]
    at: datetime
    shared: Any


class _Run(NamedTuple):
    """What one worker knows while it issues a part."""

    database: Database
    job: Job
    settings: Settings
    press: Press
    batch: Batch
    kind: ReportKind
    shared: Any
    gathered_at: datetime
    """When what all reports share was gathered: what was issued since may know more."""

    def try_some(self, some: Sequence[Waiting]) -> None:
        """Issue some reports one by one; they are proven together."""
        gathered: list[tuple[Place, ReportFacts]] = []
        for one in some:
            self._go_on_or_stop()
            place = Place(self.batch.batch_id, one.position)
            with self._answering_for(place), self.database.reading() as session:
                facts = self.kind.gather(session, one.subject_id, self.batch.period, self.shared)
                gathered.append((place, facts))
        lang, into = self.batch.lang, open_files(self.settings, service.FOLDER)
        with self.database.reading() as session:
            found = [service.already_issued(session, self.batch.kind, facts, lang, into) for _, facts in gathered]
        new = [facts for (_, facts), issued in zip(gathered, found, strict=True) if issued is None]
        draw = self.press(self.database, self.settings, self.batch.kind, new, lang)
        for (place, facts), issued in zip(gathered, found, strict=True):
            self._go_on_or_stop()
            if self.job.attempts > 1 and not self._dared(place):
                continue
            with self._answering_for(place):
                self._issue(place, draw(facts) if issued is None else issued, into)

    def _issue(self, place: Place, made: Drawing | IssuedReport, into: Files) -> None:
        """Register, keep, mark and tell in one transaction, while the part is still ours."""
        with self.database.writing() as session:
            self._hold(session)
            issued = service.enter(session, made, into, self.gathered_at) if isinstance(made, Drawing) else made
            service.settle(session, place, issued.number, issued.media_type)
            if self.batch.tells:
                service.tell_of(session, issued)

    @contextmanager
    def _answering_for(self, place: Place) -> Iterator[None]:
        """Write down why there is no report: a rule's refusal for good, anything else to be tried again."""
        try:
            yield
        except (LeaseLost, Later, NotNow):
            raise
        except Refusal as refusal:
            with self.database.writing() as session:
                self._hold(session)
                service.give_up(session, place, refusal.code, refusal.message)
        except Exception as error:  # noqa: BLE001 - one report's fault is not the end of the others
            _LOG.warning("a report of a batch failed", batch=place.batch_id, position=place.position, exc_info=True)
            told = f"{logs.told_of(error)} ({logs.place_of(error)})"
            with self.database.writing() as session:
                self._hold(session)
                service.put_off(session, place, _FAULT, told)

    def _dared(self, place: Place) -> bool:
        """Count the attempt before it is made: a report that ends its worker must not end every worker for ever."""
        with self.database.writing() as session:
            self._hold(session)
            return service.dare(session, place, _NO_ANSWER, "the worker stopped answering")

    def _go_on_or_stop(self) -> None:
        if self.job.stopping():
            raise Later(timedelta(0))

    def _hold(self, session: Session) -> None:
        """Refuse to write for a part that another worker took over meanwhile."""
        if not queue.renew(session, self.job):
            message = f"{self.job.worker} no longer holds {self.job.id}, attempt {self.job.attempts}"
            raise LeaseLost(message, job=self.job.id, attempt=self.job.attempts)


def close(database: Database, job: Job) -> None:
    """Write the manifest of a batch with the settings of this process."""
    close_with(database, job, Settings())


def close_with(database: Database, job: Job, settings: Settings) -> None:
    """Write the manifest of a batch, line by line, keep it, and enter its digest; a second time changes nothing."""
    batch_id, edition = job.body["batch"], job.body["edition"]
    with database.reading() as session:
        batch = queries.batch(session, batch_id)
    if (batch.state, batch.edition) != (BatchState.CLOSING, edition):
        return
    with _waiting_while_refused(), tempfile.TemporaryDirectory(prefix="manifest-") as folder:
        path = Path(folder) / "manifest.jsonl"
        reports = 0
        with database.reading() as session, path.open("wb") as file:
            file.write(rules.manifest_head(batch))
            for line in queries.issued_in(session, batch_id):
                file.write(rules.manifest_line(line._asdict()))
                reports += 1
        assert reports == batch.done, "the manifest has a line for every report that the parts count"
        kept = open_files(settings, service.FOLDER).keep(path, "jsonl")
    with database.writing() as session:
        service.close(session, batch_id, edition, kept, reports=reports, refused=batch.dead)


@contextmanager
def _waiting_while_refused() -> Iterator[None]:
    """Let a worker wait for room, for the bucket or for the stamp, however long that takes; it costs no attempt."""
    try:
        yield
    except NotNow as refusal:
        _LOG.warning("not for the moment", code=refusal.code)
        raise Later(_FULL) from refusal
    except OSError as fault:
        if fault.errno not in NO_ROOM:
            raise
        _LOG.warning("no room on the disk", exc_info=True)
        raise Later(_FULL) from fault


def _pause_until(due: datetime, at: datetime) -> timedelta:
    return max(due - at, _MOMENT)
