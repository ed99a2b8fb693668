"""The operator's view of reports by the million: order, watch, put back, take the manifest (报告批次)."""

from datetime import date
from typing import Annotated, Final, Self

from fastapi import Form, Query, Request, Response
from pydantic import BaseModel, Field, model_validator

from greencredit.kernel.access import may
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.kernel.ids import new_id
from greencredit.reports import queries, service
from greencredit.schemas.report_pages import BatchesPage, BatchPage, ReportChoice
from greencredit.schemas.reports import Lang
from greencredit.schemas.reports.batches import BatchState, NewBatch, Population
from greencredit.schemas.values import Period
from greencredit.web import pages

router = Doors(include_in_schema=False)

_Watches = Annotated[Permit, requires("operations.read")]
_Orders = Annotated[Permit, requires("report.batch")]
_HERE: Final = "/operator/batches"
_DEAD_SHOWN: Final = 50
_SHOWN: Final = 20
_LOOK_AGAIN: Final = {"Refresh": "10"}
"""An open batch moves: the page is asked for again, without a script."""


class _Ordered(BaseModel):
    """What the form sends."""

    kind: str = Field(max_length=40)
    population: Population
    issuer_id: str = Field(default="", max_length=100)
    subject_ids: str = Field(default="", max_length=1_000_000)
    since: date
    last_day: date
    report_lang: Lang
    tells: bool = False
    key: str = Field(max_length=100)

    @model_validator(mode="after")
    def _stands_for_an_order(self) -> Self:
        assert self.batch, "whatever does not fit is refused here, where the form is read"
        return self

    @property
    def batch(self) -> NewBatch:
        """Give the order that it stands for."""
        return NewBatch(
            kind=self.kind,
            period=Period(since=self.since, until=date.fromordinal(self.last_day.toordinal() + 1)),
            lang=self.report_lang,
            population=self.population,
            issuer_id=self.issuer_id.strip() or None,
            subject_ids=tuple(self.subject_ids.split()),
            tells=self.tells,
            key=self.key,
        )


@router.get(_HERE)
def batches(
    permit: _Watches, request: Request, session: Reading, before: Annotated[str | None, Query(max_length=100)] = None
) -> Response:
    """List batches and offer the form for another one (报告批次)."""
    permit.require()
    at = now(session)
    page = BatchesPage(
        as_of=at,
        may_order=may(permit.actor, "report.batch"),
        batches=tuple(queries.batches(session, before=before, limit=_SHOWN)),
        kinds=tuple(ReportChoice(value=kind.name, title=kind.title) for kind in queries.kinds().values()),
        populations=tuple(ReportChoice(value=one.value, title=one.words) for one in Population),
        key=new_id(session, "key", at),
        last_year=civil_date(at).year - 1,
    )
    return pages.render(request, permit.actor, "batches.html", page=page)


@router.post(_HERE)
def order(permit: _Orders, session: Writing, wanted: Annotated[_Ordered, Form()]) -> Response:
    """Order a batch (下单)."""
    permit.require()
    batch = service.order(session, wanted.batch, permit.actor.account_id or "")
    permit.concerns(batch.batch_id, kind=batch.kind, population=batch.population.value)
    return pages.see_other(f"{_HERE}/{batch.batch_id}")


@router.get(f"{_HERE}/{{batch_id}}")
def batch(permit: _Watches, request: Request, session: Reading, batch_id: str) -> Response:
    """Show how far a batch is (进度)."""
    permit.require()
    found = queries.batch(session, batch_id)
    dead = queries.dead_reports(session, batch_id, limit=_DEAD_SHOWN + 1)
    page = BatchPage(
        as_of=now(session),
        may_order=may(permit.actor, "report.batch"),
        batch=found,
        kind_title=queries.kind_named(found.kind).title,
        dead=tuple(dead[:_DEAD_SHOWN]),
        more_dead=len(dead) > _DEAD_SHOWN,
    )
    response = pages.render(request, permit.actor, "batch.html", page=page)
    if found.state is not BatchState.CLOSED:
        response.headers.update(_LOOK_AGAIN)
    return response


@router.post(f"{_HERE}/{{batch_id}}/retry")
def retry(permit: _Orders, session: Writing, batch_id: str) -> Response:
    """Put back what was given up (重新排队)."""
    permit.require()
    permit.concerns(batch_id, put_back=service.put_back(session, batch_id))
    return pages.see_other(f"{_HERE}/{batch_id}")
