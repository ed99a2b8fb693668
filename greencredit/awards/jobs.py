"""Takes a file in, chunk by chunk: each chunk is one transaction, so that an import can be killed and run again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from greencredit.actions import queries as actions
from greencredit.actions.rules import FactorBook
from greencredit.awards import queries, service
from greencredit.evidence import errors as evidence_errors
from greencredit.evidence import queries as evidence_queries
from greencredit.evidence import service as evidence
from greencredit.evidence.catalogue import Ground, form_of
from greencredit.issuers import queries as issuers
from greencredit.kernel import logs
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.kernel.messages.queue import Job, Later
from greencredit.ledger.errors import BooksDoNotHold, HolderErased
from greencredit.projects.errors import RecordDoesNotHold
from greencredit.schemas.awards import ImportOutcome
from greencredit.schemas.evidence import Batch, Feed

TAKE_PROJECTS: Final = "awards.take_projects"
"""The kind of job that awards what verifiers signed off."""

AUDIT: Final = "awards.audit"
"""The kind of job that audits awards, their rules, caps and grounds."""

_DOES_NOT_HOLD: Final = "projects.record_does_not_hold"
"""Noted of a project whose record contradicts itself: nothing is awarded on it."""

_LOG: Final = logs.log(__name__)

Progress = Callable[[int], None]
"""Told how many more records were read."""


def import_file(
    database: Database, feed_name: str, path: Path, *, encoding: str = "utf-8", progress: Progress = lambda _: None
) -> ImportOutcome:
    """Take a file of evidence in and award what it proves; the same file again changes nothing.

    Raises:
        EmptyFile, MissingColumn, WrongColumnType, WrongEncoding, Unreadable (evidence): nothing was taken in.
        NotActive and its like (issuers), RulesNotInForce, RuleDiffers: the issuer may not issue, or not by these rules;
            chunks done before stay done.
        BatchMovedOn (evidence): the same file is being taken in elsewhere.
    """
    file_digest = evidence.digest_of(path, encoding)
    with database.reading() as session:
        feed = evidence_queries.feed(session, feed_name)
    evidence.require_door(form_of(feed.kind))
    evidence.require_readable(path, form_of(feed.kind), encoding)
    with database.writing() as session:
        batch = evidence.open_batch(session, feed, file_name=path.name, file_digest=file_digest)
        already_done = batch.closed_at is not None
        service.open_import(session, batch, feed)
        if not already_done and form_of(feed.kind).ground is not Ground.REFUND:  # what comes back always may
            issuers.require_may_issue(session, feed.issuer_id)
            service.bring_in_rules(session, feed.issuer_id)
    progress(batch.lines)
    if not already_done:
        for records in _chunks(database, feed, batch, path, encoding):
            progress(records)
        with database.writing() as session:
            evidence.close_batch(session, batch.batch_id)
    with database.reading() as session:
        return queries.import_outcome(session, batch.batch_id, already_done=already_done)


def _chunks(database: Database, feed: Feed, batch: Batch, path: Path, encoding: str) -> Iterator[int]:
    """Do the file's remaining chunks, one transaction each, and tell how many records each held."""
    form = form_of(feed.kind)
    with database.reading() as session:
        source = evidence.Source(session, feed)
        book = actions.factor_book(session, issuer_id=feed.issuer_id) if source.is_action else None
    done = batch.lines
    for chunk in evidence.together(evidence.chunks(path, form, encoding, skip=batch.lines), form):
        _take_chunk(database, source, book, batch.batch_id, chunk, done)
        done += chunk.records
        yield chunk.records


def take_projects(database: Database, job: Job) -> None:
    """Award what was signed off since; killed or done twice it changes nothing, for each part is taken over once.

    A project whose issuer may not issue now waits, says why, and is tried again the next time.
    """
    with database.writing() as session:
        service.note_sign_offs(session)
    with database.reading() as session:
        found = service.waiting(session)
    for project_id in found:
        if job.stopping():
            raise Later
        _take_project(database, project_id)


def _take_project(database: Database, project_id: str) -> None:
    goes_on = True
    while goes_on:
        try:
            with database.writing() as session:
                goes_on = service.take_over_parts(session, project_id)
        except (Refusal, RecordDoesNotHold) as fault:
            code = fault.code if isinstance(fault, Refusal) else _DOES_NOT_HOLD
            with database.writing() as session:
                service.let_wait(session, project_id, code)
            _LOG.warning("a project waits", project=project_id, code=code)
            return


def audit(database: Database, job: Job) -> None:
    """Hold awards against events, rules, caps and grounds; what is broken is told in the log, and the job is given up.

    Raises:
        BooksDoNotHold: an invariant is broken.
    """
    del job
    with database.reading() as session:
        findings = queries.audit(session)
    for finding in findings:
        if not finding.holds:
            _LOG.error("invariant broken", invariant=finding.name, sentence=finding.sentence, found=finding.broken)
    if broken := [finding.name for finding in findings if not finding.holds]:
        raise BooksDoNotHold(broken)
    _LOG.info("the awards hold", invariants=len(findings), looked_at=sum(one.looked_at for one in findings))


def take_in(database: Database, job: Job) -> None:
    """Take an uploaded file in; called again it goes on where it was."""
    import_file(database, job.body["feed"], Path(job.body["path"]), encoding=job.body["encoding"])


def _take_chunk(
    database: Database,
    source: evidence.Source,
    book: FactorBook | None,
    batch_id: int,
    chunk: evidence.Chunk,
    done: int,
) -> None:
    """Do one chunk in one transaction; once more, if somebody behind its cards is erased meanwhile."""
    while True:
        try:
            with database.writing() as session:
                took = service.take_chunk(session, source, batch_id, chunk, after=done, book=book)
                service.advance(session, batch_id, took.awarded)
                source.cards.require_all_there(session)
        except (evidence_errors.ErasedMeanwhile, HolderErased):
            source.cards.forget()  # an erasure takes the cards away: looked up again, they are nobody's
        else:
            return
