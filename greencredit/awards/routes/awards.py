"""Awards over HTTP: files in, direct awards in, awards and their explanation out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import Path, Query, UploadFile
from fastapi.responses import StreamingResponse
from pydantic_core import to_json
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from greencredit.awards import queries, service
from greencredit.evidence import queries as evidence
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Scope, ScopeKind
from greencredit.kernel.bare import KEY_HEADER, LARGEST, BareRoute, Key, body_told, key_if_any, key_in, path_told
from greencredit.kernel.columns import Columns, UnfitCell, UnfitColumns, cells_of, of_csv, of_json
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import (
    Configured,
    Permit,
    Posting,
    Reading,
    Store,
    Writing,
    number_in,
    of,
    posts,
    requires,
)
from greencredit.ledger import queries as ledger
from greencredit.ledger.rules import scoped_keys
from greencredit.schemas.actions import Quantification
from greencredit.schemas.awards import (
    AwardLine,
    ConsumerTotals,
    DirectAwardColumns,
    DirectAwarded,
    DirectAwardsTaken,
    ImportOutcome,
    NewDirectAward,
    ReversalOrder,
    TakenIn,
    Upload,
)
from greencredit.schemas.ledger import (
    AwardStory,
    ExportQuery,
    Following,
    IssuerPosition,
    Posted,
    TakenBack,
    TrajectoryPage,
    TrajectoryQuery,
)

router = Doors(tags=["awards 积分发放"])
hot = Doors(tags=["awards 积分发放"])
"""The doors of issuers' machines; they are looked at before all others."""

_SINGLE: Final = {"consumer": str, "credits": int, "promotion": str}
_JSON: Final = "application/json"
_ANSWER: Final = b'{"event_id":%d,"repeated":%s}'
_AT_ISSUER: Final = of(ScopeKind.ISSUER, "issuer_id")


def _issuer_places(session: Session, issuer_id: str) -> Iterable[Scope]:
    return issuers.scopes_of(issuers.issuer(session, issuer_id))


def _of_issuer(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return _issuer_places(session, str(parameters["issuer_id"]))


def _of_feed(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return _issuer_places(session, evidence.feed(session, str(parameters["feed"])).issuer_id)


def _of_batch(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return _issuer_places(session, evidence.issuer_of_batch(session, number_in(parameters, "batch_id")))


def of_award(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    """Give the places in which an award under a rule lies: its issuer, and the consumer who holds it."""
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


async def give(request: Request, posting: Annotated[Posting, posts("award.give", at=_AT_ISSUER)]) -> Response:
    """促销发放（单笔）: award credits on a filed promotion; durable before the answer, and once for each key."""
    asked = cells_of(await request.body(), _SINGLE)
    basis = service.Basis(request.path_params["issuer_id"], asked["promotion"], str(posting.actor.account_id))
    (key,) = scoped_keys(basis.issuer_id, [key_in(request)])
    item: service.DirectAward = (basis, asked["consumer"], asked["credits"], key)
    posted: Posted = await posting.submit(service.award_directly, item, concerns=_of_one)
    return Response(_ANSWER % (posted.event_id, b"true" if posted.repeated else b"false"), 201, media_type=_JSON)


async def give_many(request: Request, posting: Annotated[Posting, posts("award.give", at=_AT_ISSUER)]) -> Response:
    """促销发放（批量）: award up to 10,000 items, in columns of JSON or as CSV; all or nothing, or each for itself.

    `mode=continue` answers item by item and keeps what is in order; `mode=atomic` writes all or nothing. Every item has
    its key, so that a request can be repeated as it is.
    """
    atomic, promotion = _asked(request)
    basis = service.Basis(request.path_params["issuer_id"], promotion, str(posting.actor.account_id))
    columns = _columns(request, await request.body())
    key = key_if_any(request) if "key" in columns.of else key_in(request)
    bulk = service.bulk_of(columns, basis, key, atomic=atomic)
    outcomes = await posting.submit_many(service.award_directly, bulk.items, atomic=atomic, concerns=_of_many)
    return Response(to_json(service.answer_of(bulk, outcomes, atomic=atomic)), 200, media_type=_JSON)


def _asked(request: Request) -> tuple[bool, str]:
    """Read from the query whether all or nothing is asked for, and which promotion."""
    query = request.query_params
    mode, promotion = query.get("mode", "continue"), query.get("promotion")
    if mode not in {"atomic", "continue"}:
        raise UnfitCell(column="mode", found=mode, wanted="atomic or continue")
    if not promotion:
        raise UnfitCell(column="promotion", found="none", wanted="the name of a filed promotion")
    return mode == "atomic", promotion


def _columns(request: Request, body: bytes) -> Columns:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/csv":
        return of_csv(body, service.COLUMNS, most=service.MOST_ITEMS)
    if kind == _JSON:
        return of_json(body, service.COLUMNS, most=service.MOST_ITEMS)
    raise UnfitColumns(found=f"Content-Type {kind or 'none'}", wanted=f"{_JSON} or text/csv")


def _of_one(posted: Posted) -> tuple[str, Mapping[str, object]]:
    return "", {"event": posted.event_id, "repeated": posted.repeated}


def _of_many(outcomes: Sequence[Any]) -> tuple[str, Mapping[str, object]]:
    refused = sum(isinstance(one, Exception) for one in outcomes)
    return "", {"items": len(outcomes), "refused": refused}


_ONE: Final = {"consumer": "con_示例", "credits": 30, "promotion": "welcome_gift"}
_MANY: Final = {"consumer": ["con_示例甲", "con_示例乙"], "credits": [30, 50], "key": ["2026-11-22.1", "2026-11-22.2"]}
_MODE: Final = {"type": "string", "enum": ["continue", "atomic"], "default": "continue"}
_PROMOTION: Final = {"name": "promotion", "in": "query", "required": True, "schema": {"type": "string"}}
hot.add_api_route(
    "/issuers/{issuer_id}/awards",
    give,
    methods=["POST"],
    status_code=201,
    response_model=DirectAwarded,
    route_class_override=BareRoute,
    openapi_extra={
        "parameters": [path_told("issuer_id"), KEY_HEADER | {"required": True}],
        "requestBody": body_told({"application/json": (NewDirectAward, _ONE)}),
    },
)
hot.add_api_route(
    "/issuers/{issuer_id}/awards/batch",
    give_many,
    methods=["POST"],
    response_model=DirectAwardsTaken,
    route_class_override=BareRoute,
    openapi_extra={
        "parameters": [
            path_told("issuer_id"),
            _PROMOTION,
            {"name": "mode", "in": "query", "schema": _MODE},
            KEY_HEADER,
        ],
        "requestBody": body_told(
            {
                "application/json": (DirectAwardColumns, _MANY),
                "text/csv": (None, "consumer,credits,key\ncon_示例甲,30,2026-11-22.1\ncon_示例乙,50,2026-11-22.2\n"),
            }
        ),
    },
)


@router.post("/awards/{award_id}/reversals", status_code=201)
async def reverse(
    posting: Annotated[Posting, posts("award.reverse")],
    award_id: Annotated[int, Path(ge=1, le=LARGEST)],
    order: ReversalOrder,
    idempotency_key: Key,
) -> TakenBack:
    """冲正: take an award back, whole or in part, as far as the issuer's filing says; caps it used are free again."""
    actor = str(posting.actor.account_id)
    wish = service.TakeBack(award_id, order.credits, actor, order.reason, order.document, f"{actor}:{idempotency_key}")
    taken: TakenBack = await posting.submit(service.take_back_each, wish)
    return taken


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
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
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
    _permit: Annotated[Permit, requires("award.read", at=of_award)], session: Reading, award_id: int
) -> AwardLine:
    """发放说明: one award with every step of how its credits came about."""
    return queries.award(session, award_id)


@router.get("/awards/{award_id}/quantification")
def quantification(
    _permit: Annotated[Permit, requires("award.read", at=of_award)], session: Reading, award_id: int
) -> Quantification | None:
    """减排量说明: the whole computation of an award's grams; null for a purchase, which is not quantified (未量化)."""
    return queries.quantification(session, queries.award(session, award_id).evidence_id)


# ---- Trajectories ----------------------------------------------------------------------------------------------------

_EXPORT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"text/csv": {}, "application/vnd.apache.parquet": {}},
        "description": "lines as they come; what they are of stands in the header Export-Facts, in Parquet also inside",
    }
}


@router.get("/issuers/{issuer_id}/trajectory")
def trajectory(
    permit: _FollowsIssuer, session: Reading, issuer_id: str, asked: Annotated[TrajectoryQuery, Query()]
) -> TrajectoryPage:
    """发行主体的全流程轨迹: everything that happened to an issuer's credits, page by page."""
    names = queries.named_for(permit.actor, session, issuer_id)
    return ledger.trajectory(session, Following.of_issuer(issuer_id), pseudonym=names, **asked.page())


@router.get("/issuers/{issuer_id}/trajectory/export", response_class=StreamingResponse, responses=_EXPORT)
def export_of_issuer(
    permit: _FollowsIssuer, session: Reading, store: Store, issuer_id: str, asked: Annotated[ExportQuery, Query()]
) -> StreamingResponse:
    """导出发行主体轨迹: all of it as CSV or Parquet."""
    following = Following.of_issuer(issuer_id)
    facts = ledger.facts_of(session, str(following), asked)
    permit.concerns(issuer_id, form=asked.form, as_of=facts.as_of)
    found = ledger.windows(
        store.reading, following, facts, lambda window: queries.named_for(permit.actor, window, issuer_id)
    )
    made = ledger.exported(found, facts, asked)
    return StreamingResponse(made.content, media_type=made.media_type, headers=made.headers)


@router.get("/series/{series_id}/trajectory")
def trajectory_of_series(
    permit: _FollowsSeries, session: Reading, series_id: int, asked: Annotated[TrajectoryQuery, Query()]
) -> TrajectoryPage:
    """批次的全流程轨迹: everything that happened to the credits of a series, page by page."""
    names = queries.named_for(permit.actor, session, ledger.issuer_of_series(session, series_id))
    return ledger.trajectory(session, Following.of_series(series_id), pseudonym=names, **asked.page())


@router.get("/issuers/{issuer_id}/rules/{rule}/trajectory")
def trajectory_of_rule(
    permit: _FollowsIssuer, session: Reading, issuer_id: str, rule: str, asked: Annotated[TrajectoryQuery, Query()]
) -> TrajectoryPage:
    """规则的全流程轨迹: the awards of a rule one after the other, each with all that became of it."""
    return queries.rule_trajectory(session, issuer_id, rule, asked, queries.named_for(permit.actor, session, issuer_id))


@router.get("/issuers/{issuer_id}/rules/{rule}/trajectory/export", response_class=StreamingResponse, responses=_EXPORT)
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
    found = queries.rule_windows(
        store.reading, issuer_id, rule, facts, lambda at: queries.named_for(permit.actor, at, issuer_id)
    )
    made = ledger.exported(found, facts, asked)
    return StreamingResponse(made.content, media_type=made.media_type, headers=made.headers)


@router.get("/awards/{award_id}/story")
def story(
    permit: Annotated[Permit, requires("trajectory.read", at=_of_any_award)], session: Reading, award_id: int
) -> AwardStory:
    """一笔积分的去向: where each credit of an award is now, and the way it took."""
    issuer_id, subject = ledger.places_of_award(session, award_id)
    himself = subject is not None and permit.actor.subject_id == subject
    names = ledger.unnamed if himself else queries.named_for(permit.actor, session, issuer_id)
    return ledger.award_story(session, award_id, pseudonym=names)
