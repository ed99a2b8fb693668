"""Awards over HTTP: files in, awards and their explanation out."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, UploadFile
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from greencredit.awards import queries, service
from greencredit.evidence import queries as evidence
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Role, Scope, ScopeKind, serving
from greencredit.kernel.http import Configured, Permit, Reading, Store, Writing, number_in, of, requires
from greencredit.ledger import queries as ledger
from greencredit.schemas.actions import Quantification
from greencredit.schemas.awards import AwardLine, ConsumerTotals, ImportOutcome, TakenIn, Upload
from greencredit.schemas.ledger import (
    AwardStory,
    ExportQuery,
    Following,
    IssuerPosition,
    TrajectoryPage,
    TrajectoryQuery,
)

router = APIRouter(tags=["awards 积分发放"])


def _issuer_places(session: Session, issuer_id: str) -> Iterable[Scope]:
    return issuers.scopes_of(issuers.issuer(session, issuer_id))


def _of_issuer(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return _issuer_places(session, str(parameters["issuer_id"]))


def _of_feed(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return _issuer_places(session, evidence.feed(session, str(parameters["feed"])).issuer_id)


def _of_batch(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return _issuer_places(session, evidence.issuer_of_batch(session, number_in(parameters, "batch_id")))


def _of_award(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    award_id = number_in(parameters, "award_id")
    holder = queries.holder_of(session, award_id)
    yield from _issuer_places(session, queries.award(session, award_id).issuer_id)
    if holder is not None:
        yield Scope(ScopeKind.CONSUMER, holder)


def _of_any_award(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    """Whatever brought credits into being: an award under a rule, a compensation, a correction, an enterprise's."""
    issuer_id, subject = ledger.places_of_award(session, number_in(parameters, "award_id"))
    yield from _issuer_places(session, issuer_id)
    if subject is not None:
        yield Scope(ScopeKind.CONSUMER, subject)


def _of_series(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return _issuer_places(session, ledger.issuer_of_series(session, number_in(parameters, "series_id")))


_FollowsIssuer = Annotated[Permit, requires("trajectory.read", at=_of_issuer)]
_FollowsSeries = Annotated[Permit, requires("trajectory.read", at=_of_series)]
_OVERSEERS = {Role.REGULATOR, Role.AUDITOR}


def named_for(permit: Permit, session: Session, issuer_id: str) -> ledger.Pseudonym:
    """Give the names under which whoever asks knows holders: an issuer's own, or for overseers their numbers."""
    roles = {grant.role for grant in serving(permit.actor, permit.action)}
    return ledger.by_number if roles & _OVERSEERS else ledger.for_issuer(session, issuer_id)


@router.post("/feeds/{feed}/files", status_code=202)
def take_in(
    permit: Annotated[Permit, requires("evidence.take_in", at=_of_feed)],
    session: Writing,
    settings: Configured,
    feed: str,
    file: UploadFile,
    encoding: Annotated[str, Query(pattern=r"^(utf-8|gb18030)$")] = "utf-8",
) -> TakenIn:
    """提交凭证文件: keep a CSV or Parquet file and take it in by a job; the same file again changes nothing."""
    taken = service.accept_upload(session, settings, feed, file.file, name=file.filename or "file", encoding=encoding)
    permit.concerns(feed, job=taken.job_id)
    return taken


@router.get("/feeds/{feed}/files/{job_id}")
def upload(
    _permit: Annotated[Permit, requires("evidence.read", at=_of_feed)], session: Reading, feed: str, job_id: str
) -> Upload:
    """文件处理结果: what became of a file that was handed in."""
    return service.upload_of(session, feed, job_id)


@router.get("/imports/{batch_id}")
def outcome(
    _permit: Annotated[Permit, requires("evidence.read", at=_of_batch)], session: Reading, batch_id: int
) -> ImportOutcome:
    """导入结果: what became of a file."""
    return queries.import_outcome(session, batch_id)


@router.get("/issuers/{issuer_id}/position")
def position(
    _permit: Annotated[Permit, requires("issuer.read", at=_of_issuer)], session: Reading, issuer_id: str
) -> IssuerPosition:
    """积分负债: what an issuer has issued and still owes."""
    return ledger.position_of(session, issuer_id)


@router.get("/consumers/{consumer_id}/awards")
def awards(
    _permit: Annotated[Permit, requires("consumer.read", at=of(ScopeKind.CONSUMER, "consumer_id"))],
    session: Reading,
    consumer_id: str,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[AwardLine]:
    """发放明细: a holder's awards, newest first, each with its rule, its evidence and how it came about."""
    return queries.awards_of(session, consumer_id, before=before, limit=limit)


@router.get("/consumers/{consumer_id}/totals")
def totals(
    _permit: Annotated[Permit, requires("consumer.read", at=of(ScopeKind.CONSUMER, "consumer_id"))],
    session: Reading,
    consumer_id: str,
) -> ConsumerTotals:
    """汇总: what a holder did and earned, by kind and by month."""
    return queries.totals_of(session, consumer_id)


@router.get("/awards/{award_id}")
def award(
    _permit: Annotated[Permit, requires("award.read", at=_of_award)], session: Reading, award_id: int
) -> AwardLine:
    """发放说明: one award with every step of how its credits came about."""
    return queries.award(session, award_id)


@router.get("/awards/{award_id}/quantification")
def quantification(
    _permit: Annotated[Permit, requires("award.read", at=_of_award)], session: Reading, award_id: int
) -> Quantification | None:
    """减排量说明: the whole computation of an award's grams; null for a purchase, which is not quantified (未量化)."""
    return queries.quantification(session, queries.award(session, award_id).evidence_id)


# ---- Trajectories ----------------------------------------------------------------------------------------------------


@router.get("/issuers/{issuer_id}/trajectory")
def trajectory(
    permit: _FollowsIssuer, session: Reading, issuer_id: str, asked: Annotated[TrajectoryQuery, Query()]
) -> TrajectoryPage:
    """发行主体的全流程轨迹: everything that happened to an issuer's credits, page by page."""
    names = named_for(permit, session, issuer_id)
    return ledger.trajectory(session, Following.of_issuer(issuer_id), pseudonym=names, **asked.page())


@router.get("/issuers/{issuer_id}/trajectory/export", response_class=StreamingResponse)
def export_of_issuer(
    permit: _FollowsIssuer, session: Reading, store: Store, issuer_id: str, asked: Annotated[ExportQuery, Query()]
) -> StreamingResponse:
    """导出发行主体轨迹: all of it as CSV or Parquet."""
    following = Following.of_issuer(issuer_id)
    facts = ledger.facts_of(session, str(following), asked)
    permit.concerns(issuer_id, form=asked.form, as_of=facts.as_of)
    found = ledger.windows(store.reading, following, facts, lambda window: named_for(permit, window, issuer_id))
    made = ledger.exported(found, facts, asked)
    return StreamingResponse(made.content, media_type=made.media_type, headers=made.headers)


@router.get("/series/{series_id}/trajectory")
def trajectory_of_series(
    permit: _FollowsSeries, session: Reading, series_id: int, asked: Annotated[TrajectoryQuery, Query()]
) -> TrajectoryPage:
    """批次的全流程轨迹: everything that happened to the credits of a series, page by page."""
    names = named_for(permit, session, ledger.issuer_of_series(session, series_id))
    return ledger.trajectory(session, Following.of_series(series_id), pseudonym=names, **asked.page())


@router.get("/issuers/{issuer_id}/rules/{rule}/trajectory")
def trajectory_of_rule(
    permit: _FollowsIssuer, session: Reading, issuer_id: str, rule: str, asked: Annotated[TrajectoryQuery, Query()]
) -> TrajectoryPage:
    """规则的全流程轨迹: the awards of a rule one after the other, each with all that became of it."""
    return queries.rule_trajectory(session, issuer_id, rule, asked, named_for(permit, session, issuer_id))


@router.get("/issuers/{issuer_id}/rules/{rule}/trajectory/export", response_class=StreamingResponse)
def export_of_rule(
    permit: _FollowsIssuer,
    session: Reading,
    store: Store,
    issuer_id: str,
    rule: str,
    asked: Annotated[ExportQuery, Query()],
) -> StreamingResponse:
    """导出规则轨迹: all of it as CSV or Parquet."""
    facts = ledger.facts_of(session, queries.following_rule(session, issuer_id, rule), asked)
    permit.concerns(issuer_id, rule=rule, form=asked.form, as_of=facts.as_of)
    found = queries.rule_windows(store.reading, issuer_id, rule, facts, lambda at: named_for(permit, at, issuer_id))
    made = ledger.exported(found, facts, asked)
    return StreamingResponse(made.content, media_type=made.media_type, headers=made.headers)


@router.get("/awards/{award_id}/story")
def story(
    permit: Annotated[Permit, requires("trajectory.read", at=_of_any_award)], session: Reading, award_id: int
) -> AwardStory:
    """一笔积分的去向: where each credit of an award is now, and the way it took."""
    issuer_id, subject = ledger.places_of_award(session, award_id)
    himself = subject is not None and permit.actor.subject_id == subject
    names = ledger.unnamed if himself else named_for(permit, session, issuer_id)
    return ledger.award_story(session, award_id, pseudonym=names)
