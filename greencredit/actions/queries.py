"""Reads of the room: the catalogue of actions, the published factors, and the factor book that calculations use."""

from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from greencredit.actions import catalogue
from greencredit.actions.errors import ActionUnknown
from greencredit.actions.rules import FactorBook
from greencredit.actions.tables import FactorFile, FactorVersion
from greencredit.schemas.actions import Factor, FactorPage, GreenAction
from greencredit.schemas.values import Words

_FACTORS: Final = resources.files("greencredit.actions") / "factors"


def actions() -> tuple[GreenAction, ...]:
    """Give every action of the catalogue, by name."""
    return tuple(catalogue.load().values())


def action(name: str) -> GreenAction:
    """Give one action of the catalogue."""
    known = catalogue.load()
    if name not in known:
        raise ActionUnknown(name, known=len(known))
    return known[name]


def units() -> Mapping[str, Words]:
    """Give every unit that factors and inputs may have, with its words in both languages."""
    return catalogue.units()


def shipped_factor_file() -> bytes:
    """Give the factor file that comes with the platform, as it is to be published."""
    return (_FACTORS / "emission_factors.csv").read_bytes()


def factor_book(session: Session) -> FactorBook:
    """Give all current factors as one object in memory, for as many calculations as there are."""
    return FactorBook(_shape(row) for row in session.scalars(_current()))


def factor_versions(session: Session) -> tuple[Factor, ...]:
    """Give every version of every factor ever published, by id and version."""
    statement = select(FactorVersion).order_by(FactorVersion.id, FactorVersion.version)
    return tuple(_shape(row) for row in session.scalars(statement))


def factors(
    session: Session,
    *,
    category: str | None = None,
    region: str | None = None,
    on: date | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> FactorPage:
    """Give a page of current factors by id; `on` keeps those whose window holds the day."""
    wanted: list[ColumnElement[bool]] = []
    if category is not None:
        wanted.append(FactorVersion.category == category)
    if region is not None:
        wanted.append((";" + FactorVersion.region + ";").contains(f";{region};", autoescape=True))
    if on is not None:
        begun = or_(FactorVersion.valid_from.is_(None), FactorVersion.valid_from <= on)
        wanted.append(and_(begun, or_(FactorVersion.valid_to.is_(None), FactorVersion.valid_to >= on)))
    if cursor is not None:
        wanted.append(FactorVersion.id > cursor)
    rows = session.scalars(_current().where(*wanted).limit(limit + 1)).all()
    items = tuple(_shape(row) for row in rows[:limit])
    return FactorPage(items=items, next=items[-1].id if len(rows) > limit else None)


def factor_file_published(session: Session, digest: str) -> bool:
    """Tell whether a file with this digest was published."""
    return session.get(FactorFile, digest) is not None


def _current() -> Select[FactorVersion]:
    """Select the newest version of every factor."""
    newest = select(FactorVersion.id, func.max(FactorVersion.version).label("version")).group_by(FactorVersion.id)
    latest = newest.subquery()
    here = and_(FactorVersion.id == latest.c.id, FactorVersion.version == latest.c.version)
    return select(FactorVersion).join(latest, here).order_by(FactorVersion.id)


def _shape(row: FactorVersion) -> Factor:
    own = {name: getattr(row, name) for name in Factor.model_fields if name != "title"}
    return Factor.model_validate({**own, "title": Words(zh=row.title_zh, en=row.title_en)})
