"""Reports over HTTP: asking for one, taking it out, and batches by the million (报告)."""

from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from greencredit.kernel.doors import Doors
from greencredit.kernel.files.opening import open_files
from greencredit.kernel.http import Configured, Permit, Reading, Writing, requires
from greencredit.reports import queries, service
from greencredit.reports.rules.published import FOLDER
from greencredit.schemas.reports import IssuedReport
from greencredit.schemas.reports.batches import Batch, DeadReport, NewBatch, NewReport, ReportRequest, Requeued

router = Doors(prefix="/reports", tags=["reports 报告"])
public = Doors(tags=["reports 报告"])
"""What every report is written by; its address is part of it."""

_Reads = Annotated[Permit, requires("report.read")]
_Orders = Annotated[Permit, requires("report.batch")]
_Watches = Annotated[Permit, requires("operations.read")]
_PRIVATE = {"Cache-Control": "no-store"}
_OPEN = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
_LINES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/jsonl": {"schema": {"type": "string"}}}}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in queries.SUFFIXES}}
}


@router.post("", status_code=202)
def ask(permit: Annotated[Permit, requires("report.issue")], session: Writing, wanted: NewReport) -> ReportRequest:
    """申请报告: have one report made; asking twice for the same one at a time makes it once."""
    permit.require(*queries.places_of(session, wanted.kind, wanted.subject_id))
    asked = service.ask(session, wanted)
    permit.concerns(asked.request_id, kind=wanted.kind, subject=wanted.subject_id)
    return asked


@router.get("/requests/{request_id}")
def request(permit: _Reads, session: Reading, request_id: str) -> ReportRequest:
    """申请进度: how far a request is, and the number of the report as soon as there is one."""
    found = queries.request(session, request_id)
    queries.require_readable(session, permit.actor, found.kind, found.subject_id, request_id)
    return found


@router.post("/batches", status_code=202)
def order(permit: _Orders, session: Writing, wanted: NewBatch) -> Batch:
    """报告批次下单: order the reports of a whole population; the same key orders once."""
    permit.require()
    batch = service.order(session, wanted, permit.actor.account_id or "")
    permit.concerns(batch.batch_id, kind=batch.kind, population=batch.population.value)
    return batch


@router.get("/batches")
def batches(
    permit: _Watches,
    session: Reading,
    before: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> list[Batch]:
    """报告批次列表: batches, newest first."""
    permit.require()
    return queries.batches(session, before=before, limit=limit)


@router.get("/batches/{batch_id}")
def batch(permit: _Watches, session: Reading, batch_id: str) -> Batch:
    """报告批次进度: done, given up, left, rate and estimate."""
    permit.require()
    return queries.batch(session, batch_id)


@router.get("/batches/{batch_id}/dead")
def dead(
    permit: _Watches,
    session: Reading,
    batch_id: str,
    after: Annotated[int, Query(ge=-1)] = -1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[DeadReport]:
    """未签发的对象与原因: whose reports were given up, and why, page by page."""
    permit.require()
    queries.batch(session, batch_id)
    return queries.dead_reports(session, batch_id, after=after, limit=limit)


@router.post("/batches/{batch_id}/retry")
def retry(permit: _Orders, session: Writing, batch_id: str) -> Requeued:
    """重新排队: put back everything that was given up; a new manifest follows."""
    permit.require()
    count = service.put_back(session, batch_id)
    permit.concerns(batch_id, put_back=count)
    return Requeued(subjects=count)


@router.get("/batches/{batch_id}/manifest", response_class=StreamingResponse, responses=_LINES)
def manifest(permit: _Watches, session: Reading, settings: Configured, batch_id: str) -> StreamingResponse:
    """签发清单: every number of a batch with its digests, as JSON lines."""
    permit.require()
    found = queries.manifest(session, batch_id)
    pieces = open_files(settings, service.FOLDER).chunks(found.path, found.sha256)
    return StreamingResponse(pieces, media_type="application/jsonl", headers=_PRIVATE)


@router.get("/batches/{batch_id}/manifest/proof", response_class=PlainTextResponse)
def manifest_proof(permit: _Watches, session: Reading, batch_id: str) -> PlainTextResponse:
    """签发清单的日志回执: proves that the manifest's digest is in the log (.tlog-proof)."""
    permit.require()
    return PlainTextResponse(queries.manifest_proof(session, batch_id), headers=_PRIVATE)


@router.get("/{number}")
def report(permit: _Reads, session: Reading, number: str) -> IssuedReport:
    """报告登记: what the register says of a report that one may read; any other is as unknown as none."""
    return queries.readable(session, permit.actor, number)


@router.get("/{number}/file", response_class=Response, responses=_FILE)
def file(permit: _Reads, session: Reading, settings: Configured, number: str) -> Response:
    """报告文件: the file itself, its digest checked."""
    found = queries.readable(session, permit.actor, number)
    content = open_files(settings, service.FOLDER).read(found.path, found.file_sha256)
    name = f"{found.number}-{found.lang}.{queries.SUFFIXES[found.media_type]}"
    headers = _PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=found.media_type, headers=headers)


@public.get(f"/{FOLDER}/{{name}}", dependencies=[requires("public.read")])
def shape(settings: Configured, response: Response, name: str) -> dict[str, Any]:
    """报告数据格式: the JSON Schema of the `report.json` of a kind, or of `receipt` for the receipt beside it."""
    response.headers.update(_OPEN)
    return queries.published_shape(name, settings.public_url)
