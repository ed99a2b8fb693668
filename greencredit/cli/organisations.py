"""Commands about organisations: founded, listed, given units, their figures published and read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened
from greencredit.schemas.organisations import SMALLEST_GROUP, OrganisationKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from greencredit.kernel.access import Actor
    from greencredit.schemas.organisations import Figures, UnitFigures
    from greencredit.schemas.values import Period

app = typer.Typer(help="组织与成员 · schools, communities, enterprises", no_args_is_help=True)

_DAY: Final = ["%Y-%m-%d"]
_Organisation = Annotated[str, typer.Argument(metavar="ORGANISATION", help="组织编号 · organisation")]
_Since = Annotated[datetime, typer.Argument(formats=_DAY, help="周期首日 · first day")]
_Until = Annotated[datetime, typer.Argument(formats=_DAY, help="周期末日的次日 · first day after it")]


@app.command()
def found(
    kind: Annotated[OrganisationKind, typer.Argument(help="类别 · kind")],
    name: Annotated[str, typer.Argument(help="名称 · name")],
    *,
    region: Annotated[str, typer.Option(help="地区，如 CN-SH · region")],
    code: Annotated[str | None, typer.Option(help="企业的统一社会信用代码 · code of an enterprise")] = None,
    smallest_group: Annotated[
        int, typer.Option(help="最小显示人数 · numbers are shown of so many people at least", min=SMALLEST_GROUP)
    ] = SMALLEST_GROUP,
) -> None:
    """设立组织 · found a school, district, community or enterprise."""
    from greencredit.organisations import service
    from greencredit.schemas.organisations import NewOrganisation

    with opened() as database, database.writing() as session:
        operator = _allowed(session, "organisation.found")
        with _usable():
            new = NewOrganisation(kind=kind, name=name, region=region, code=code, smallest_group=smallest_group)
        made = service.found(session, new)
        _record(session, operator, "organisation.found", made.organisation_id)
    output.show(made, f"{made.organisation_id}  {made.kind.words.zh}  {made.name}", f"  {made.units[0].unit_id}")


@app.command()
def add(
    organisation_id: _Organisation,
    parent_id: Annotated[str, typer.Argument(help="上级单元 · the unit it lies in")],
    name: Annotated[str, typer.Argument(help="名称 · name")],
    *,
    for_children: Annotated[
        bool, typer.Option("--for-children", help="成员未满 14 周岁，须监护人同意 · members are under 14")
    ] = False,
) -> None:
    """增设单元：年级、班级、社区、楼栋、部门 · add a grade, class, community, building or department."""
    from greencredit.organisations import service
    from greencredit.schemas.organisations import NewUnit

    with opened() as database, database.writing() as session:
        operator = _allowed(session, "organisation.change")
        with _usable():
            new = NewUnit(parent_id=parent_id, name=name, for_children=for_children)
        made = service.add_unit(session, organisation_id, new)
        _record(session, operator, "organisation.change", organisation_id)
    output.show(made, f"{made.unit_id}  {made.level.words.zh}  {made.name}")


@app.command("list")
def list_() -> None:
    """列出组织与单元 · list organisations with their units."""
    from greencredit.organisations import queries

    with opened() as database, database.reading() as session:
        operator = _allowed(session, "organisation.read")
        listed = queries.organisations(session, operator, limit=10_000)
    rows = [
        (unit.unit_id, unit.level.words.zh, unit.name, unit.parent_id or one.organisation_id)
        for one in listed
        for unit in one.units
    ]
    output.show_table(listed, ("单元 unit", "层级 level", "名称 name", "属于 in"), rows)


@app.command()
def publish(organisation_id: _Organisation, since: _Since, until: _Until) -> None:
    """发布已结束周期的群体数据，只发布一次 · publish the figures of a period that is over; again tells the same."""
    from greencredit.organisations import service

    period = _period(since, until)
    with opened() as database:
        with database.reading() as session:  # the slow half holds nothing up
            operator = _allowed(session, "organisation.publish")
            draft = service.work_out(session, organisation_id, period)
        with database.writing() as session:
            published = service.publish(session, organisation_id, period, draft)
            _record(session, operator, "organisation.publish", organisation_id)
    _show(published)


@app.command()
def figures(organisation_id: _Organisation, since: _Since, until: _Until) -> None:
    """查看已发布的群体数据 · read the figures that were published of a period."""
    from greencredit.organisations import queries

    with opened() as database, database.reading() as session:
        _allowed(session, "organisation.read")
        published = queries.figures(session, organisation_id, _period(since, until))
    _show(published)


def _show(published: "Figures") -> None:
    rows = [_row(one) for one in published.units]
    rows += [(one.level.words.zh, one.name, "—", "—", "—", "—", "—") for one in published.withheld]
    columns = ("层级 level", "名称 name", "成员 members", "参与 took part", "行动 actions", "积分 credits", "克 g CO2e")
    output.show_table(published, columns, rows)
    output.say(
        f"— 人数不足 {published.smallest_group} 人或可由其他数字推算，不显示 · "
        f"fewer than {published.smallest_group} people, or computable from other numbers: not shown"
    )


def _row(one: "UnitFigures") -> tuple[object, ...]:
    told = (one.members, f"{one.participants:,}", f"{one.actions:,}", f"{one.credits:,}", one.grams)
    return (one.level.words.zh, one.name, *("—" if number is None else number for number in told))


def _period(since: datetime, until: datetime) -> "Period":
    from greencredit.schemas.values import Period

    with _usable():
        return Period(since=since.date(), until=until.date())


@contextmanager
def _usable() -> Iterator[None]:
    """Say in one line which part of a command can't be used."""
    from pydantic import ValidationError

    try:
        yield
    except ValidationError as fault:
        parts = (f"{'.'.join(map(str, one['loc']))} {one['msg']}".strip() for one in fault.errors(include_input=False))
        raise typer.BadParameter("; ".join(parts)) from None


def _allowed(session: "Session", action: str) -> "Actor":
    from greencredit.kernel.access import operator_at_the_machine, require
    from greencredit.kernel.clock import now

    operator = operator_at_the_machine(now(session))
    require(operator, action)
    return operator


def _record(session: "Session", operator: "Actor", action: str, organisation_id: str) -> None:
    from greencredit.kernel.access import Deed
    from greencredit.people.service import record_audit

    record_audit(session, operator, Deed(action, organisation_id))
