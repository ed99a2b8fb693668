"""HTTP of green actions: the catalogue, the factors, and a calculation that records nothing (试算)."""

from datetime import date
from typing import Annotated

from fastapi import Query

from greencredit.actions import queries, rules
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, requires
from greencredit.schemas.actions import FactorPage, GreenAction, Quantification, QuantificationRequest

router = Doors(tags=["actions"])


@router.get("/actions")
def every_action(_permit: Annotated[Permit, requires("public.read")]) -> tuple[GreenAction, ...]:
    """绿色行动目录: every action with its method, evidence, caps and source."""
    return queries.actions()


@router.get("/actions/{name}")
def one_action(_permit: Annotated[Permit, requires("public.read")], name: str) -> GreenAction:
    """绿色行动: one action of the catalogue."""
    return queries.action(name)


@router.post("/actions/{name}/quantify")
def quantify(
    _permit: Annotated[Permit, requires("public.read")], session: Reading, name: str, asked: QuantificationRequest
) -> Quantification:
    """减排量试算: compute an action with its full trace; nothing is recorded and no credit earned."""
    action, book = queries.action(name), queries.factor_book(session)
    return rules.quantify(action, inputs=asked.inputs, region=asked.region, on=asked.on, book=book)


@router.get("/factors")
def factors(
    _permit: Annotated[Permit, requires("public.read")],
    session: Reading,
    category: str | None = None,
    region: str | None = None,
    on: date | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> FactorPage:
    """排放因子: the current version of every factor, by id; `on` keeps those whose window holds the day."""
    return queries.factors(session, category=category, region=region, on=on, cursor=cursor, limit=limit)
