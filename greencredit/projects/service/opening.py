"""Opening a project (立项), and the one place that writes a step of its life."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Actor, Scope, ScopeKind, require
from greencredit.kernel.clock import now
from greencredit.kernel.ids import new_id
from greencredit.people import queries as people
from greencredit.people.errors import UnknownConsumer
from greencredit.projects import queries, rules
from greencredit.projects.errors import UnknownProject
from greencredit.projects.tables import ProjectRow, StepRow
from greencredit.schemas.projects import NewProject, Project, ProjectState

_CONSUMER: Final = "con_"


def open_project(session: Session, actor: Actor, new: NewProject) -> Project:
    """Open a project under an issuer that is in the register, for participants that are known."""
    require(actor, "project.open", Scope(ScopeKind.ISSUER, new.issuer_id))
    issuers.issuer(session, new.issuer_id)
    consumers = [one.holder_id for one in new.participants if one.holder_id.startswith(_CONSUMER)]
    known = people.consumers(session, consumers)
    for holder_id in consumers:
        if holder_id not in known:
            raise UnknownConsumer(holder_id)
    at = now(session)
    row = ProjectRow(
        id=new_id(session, "prj", at),
        issuer_id=new.issuer_id,
        region=new.region,
        meter=new.meter,
        terms=new.model_dump_json(),
        opened_by=who(actor),
        opened_at=at,
    )
    session.add(row)
    session.flush()
    write_step(session, row.id, ProjectState.OPEN, actor, reason=new.title.zh)
    return queries.project(session, row.id)


def who(actor: Actor) -> str:
    """Name whoever acts: his account, or the way he came if he has none."""
    return actor.account_id or actor.via.value


def locked(session: Session, project_id: str, step: rules.Step) -> ProjectRow:
    """Lock a project and refuse a step that does not begin where it stands."""
    row = session.get(ProjectRow, project_id, with_for_update=True)
    if row is None:
        raise UnknownProject(project_id)
    rules.require_step(project_id, step, queries.state_of(session, project_id))
    return row


def write_step(
    session: Session,
    project_id: str,
    state: ProjectState,
    actor: Actor,
    *,
    reason: str,
    baseline: int | None = None,
    measurement: int | None = None,
    document: str | None = None,
) -> datetime:
    """Write the next step of a locked project down."""
    at = now(session)
    last = session.scalar(select(func.max(StepRow.number)).where(StepRow.project_id == project_id)) or 0
    session.add(
        StepRow(
            project_id=project_id,
            number=last + 1,
            state=state.value,
            by=who(actor),
            at=at,
            reason=reason,
            baseline_number=baseline,
            measurement_number=measurement,
            document=document,
        )
    )
    session.flush()
    return at
