"""Energy-saving projects over HTTP: opening, data, baseline, measurement, adjustments, the verifier's word."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import Query, UploadFile
from sqlalchemy.orm import Session

from greencredit.kernel.access import Scope, ScopeKind
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, number_in, requires
from greencredit.projects import queries, rules, service
from greencredit.schemas.projects import (
    Adjustment,
    Claim,
    DataFile,
    KeptBaseline,
    KeptMeasurement,
    NewAdjustment,
    NewDecision,
    NewProject,
    NewRefusal,
    NewSignOff,
    Part,
    Project,
    ProjectLine,
    Recomputed,
)

router = Doors(prefix="/projects", tags=["projects 节能减排项目"])


def _of_project(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return queries.scopes_of(session, str(parameters["project_id"]))


def _of_record(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    number_in(parameters, "number")
    return _of_project(session, parameters)


_Opens = Annotated[Permit, requires("project.open")]
_Keeps = Annotated[Permit, requires("project.keep", at=_of_project)]
_Reads = Annotated[Permit, requires("project.read", at=_of_project)]
_ReadsRecord = Annotated[Permit, requires("project.read", at=_of_record)]
_Verifies = Annotated[Permit, requires("project.verify", at=_of_project)]
_VerifiesRecord = Annotated[Permit, requires("project.verify", at=_of_record)]


@router.post("", status_code=201)
def open_project(permit: _Opens, session: Writing, new: NewProject) -> Project:
    """立项: open a project under an issuer; its participants and their weights stand from the beginning."""
    permit.require(Scope(ScopeKind.ISSUER, new.issuer_id))
    opened = service.open_project(session, permit.actor, new)
    permit.concerns(opened.project_id, issuer=new.issuer_id)
    return opened


@router.get("")
def projects(
    permit: Annotated[Permit, requires("project.read")],
    session: Reading,
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[ProjectLine]:
    """项目列表: the projects that the asker may read, by id; `after` is the last one of the page before."""
    return queries.projects(session, permit.actor, after=after, limit=limit)


@router.get("/{project_id}")
def project(_permit: _Reads, session: Reading, project_id: str) -> Project:
    """项目: a project with its data, steps, adjustments and shares."""
    return queries.project(session, project_id)


@router.post("/{project_id}/data/{part}", status_code=201)
def add_data(
    permit: _Keeps,
    session: Writing,
    project_id: str,
    part: Part,
    meter: UploadFile,
    weather: UploadFile | None = None,
) -> DataFile:
    """取数: take a meter file in, and outdoor temperatures where it has none; whole or not at all."""
    outside = None if weather is None else weather.file.read()
    content, name = meter.file.read(), meter.filename or ""
    return service.add_data(session, permit.actor, project_id, part, meter=content, weather=outside, name=name)


@router.post("/{project_id}/baseline", status_code=201)
def fit_baseline(permit: _Keeps, session: Writing, project_id: str) -> KeptBaseline:
    """建模: try every form of model on the baseline data and keep the one chosen, with its tests."""
    return service.fit_baseline(session, permit.actor, project_id)


@router.get("/{project_id}/baseline")
def baseline(_permit: _Reads, session: Reading, project_id: str) -> KeptBaseline:
    """基准模型: the newest baseline, after the freeze the frozen one, with the data it was fitted to."""
    return queries.baseline(session, project_id)


@router.post("/{project_id}/baseline/freeze")
def freeze_baseline(permit: _Keeps, session: Writing, project_id: str, why: NewRefusal) -> Project:
    """冻结基准: from now on neither the baseline's data nor its model change; refused unless it fits."""
    return service.freeze_baseline(session, permit.actor, project_id, reason=why.reason)


@router.post("/{project_id}/measurements", status_code=201)
def measure(permit: _Keeps, session: Writing, project_id: str) -> KeptMeasurement:
    """计量: measure the saving of the newest reporting data; kept whatever its sign."""
    return service.measure(session, permit.actor, project_id)


@router.get("/{project_id}/measurements/{number}")
def measurement(_permit: _ReadsRecord, session: Reading, project_id: str, number: int) -> KeptMeasurement:
    """节能量: one measurement with every line, factor and test."""
    return queries.measurement(session, project_id, number)


@router.get("/{project_id}/measurements/{number}/recomputed")
def recomputed(_permit: _ReadsRecord, session: Reading, project_id: str, number: int) -> Recomputed:
    """复算: what follows from the measurement's record alone, years later, whatever factors have become."""
    return rules.recompute(queries.measurement(session, project_id, number).measurement)


@router.post("/{project_id}/adjustments", status_code=201)
def propose(permit: _Keeps, session: Writing, project_id: str, new: NewAdjustment) -> Adjustment:
    """非常规调整: propose a change that no model can know of; it counts once the verifier has signed it."""
    return service.propose(session, permit.actor, project_id, new)


@router.post("/{project_id}/adjustments/{number}/decision", status_code=201)
def decide(permit: _VerifiesRecord, session: Writing, project_id: str, number: int, said: NewDecision) -> Adjustment:
    """调整审定: sign an adjustment or decline it, once."""
    return service.decide(session, permit.actor, project_id, number, said)


@router.post("/{project_id}/sign-off", status_code=201)
def sign_off(permit: _Verifies, session: Writing, project_id: str, said: NewSignOff) -> Project:
    """核证: sign the newest measurement off by its digest; its grams are shared among the participants."""
    return service.sign_off(session, permit.actor, project_id, said)


@router.post("/{project_id}/refusal", status_code=201)
def refuse(permit: _Verifies, session: Writing, project_id: str, said: NewRefusal) -> Project:
    """不予核证: end a project without an award; what was measured stays on file."""
    return service.refuse(session, permit.actor, project_id, said)


@router.get("/{project_id}/claims")
def claims(_permit: _Reads, session: Reading, project_id: str) -> tuple[Claim, ...]:
    """可发放的减排量: each participant's grams and fingerprint, once the project is signed off."""
    return queries.signed_off(session, project_id=project_id)
