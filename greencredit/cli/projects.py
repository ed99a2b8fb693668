"""Commands for energy-saving projects: looking at a meter file without a register, and the steps up to the measurement.

Signing off is not among them: a verifier signs with his own account, through the API.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from greencredit.cli import output
from greencredit.cli.opening import opened

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from greencredit.kernel.access import Actor
    from greencredit.schemas.projects import Candidate, Carrier, FitTest, Measurement

app = typer.Typer(help="节能减排项目 · energy-saving projects", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(help="项目编号 · project")]
_Meter = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="计量文件 CSV · meter file")]
_Weather = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="气温文件 CSV · outdoor temperatures")]
_Carrier = Annotated[str, typer.Option(help="能源品种 · electricity, natural_gas or heat")]


@app.command()
def check(meter: _Meter, *, weather: _Weather = None, carrier: _Carrier = "electricity") -> None:
    """检查计量文件，不登记 · look at a meter file; whatever is wrong is named by line, nothing is kept."""
    from greencredit.projects import rules
    from greencredit.projects.catalogue import carriers

    found = rules.take_in(meter.read_bytes(), carriers()[_carrier(carrier)], weather=_read(weather))
    facts = {**found.model_dump(mode="json", exclude={"intervals"}), "days": found.days, "used_milli": found.used_milli}
    output.show(
        facts,
        f"{found.grain.words.zh} {found.grain}  {found.period.since} – {found.period.last_day}",
        f"行 lines: {found.lines:,}  天 days: {found.days:,}  缺 missing: {found.missing_days}",
        f"用量 used: {found.used_milli / 1000:,.3f} {carriers()[found.carrier].unit}",
    )


@app.command()
def fit(meter: _Meter, *, weather: _Weather = None, carrier: _Carrier = "electricity") -> None:
    """试拟合全部模型，不登记 · try every form of model on a file and show them all; nothing is kept."""
    from greencredit.projects import rules
    from greencredit.projects.catalogue import carriers, uncertainty

    series = rules.take_in(meter.read_bytes(), carriers()[_carrier(carrier)], weather=_read(weather))
    found = rules.fit(series.intervals, terms=uncertainty(series.grain.models))
    facts = {"model": found.model, "statistics": found.statistics, "candidates": found.candidates}
    columns = ("形式 form", "名称 name", "占用项 occupancy", "参数 p", "BIC", "R²", "CV(RMSE)", "选用 chosen")
    output.show_table(facts, columns, [_row(one) for one in found.candidates])


@app.command("open")
def open_project(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="立项文件 JSON · the order")],
) -> None:
    """立项 · open a project from a file."""
    from greencredit.projects import service
    from greencredit.schemas.projects import NewProject

    try:
        wanted = NewProject.model_validate_json(file.read_bytes())
    except ValidationError as fault:
        parts = (f"{'.'.join(map(str, one['loc']))} {one['msg']}".strip() for one in fault.errors(include_input=False))
        raise typer.BadParameter("; ".join(parts)) from None
    with opened() as database, database.writing() as session:
        operator = _allowed(session, "project.open")
        made = service.open_project(session, operator, wanted)
        _record(session, operator, "project.open", made.project_id, {"issuer": wanted.issuer_id})
    output.show(made, f"{made.project_id}  {made.terms.title.zh}  {made.state.words.zh} {made.state}")


@app.command()
def data(
    project_id: _Id,
    part: Annotated[str, typer.Argument(help="baseline / reporting")],
    meter: _Meter,
    *,
    weather: _Weather = None,
) -> None:
    """取数 · take a meter file in for one side of the comparison."""
    from greencredit.projects import service
    from greencredit.schemas.projects import Part

    if part not in set(Part):
        wanted = "baseline 或 or reporting"
        raise typer.BadParameter(wanted, param_hint="PART")
    content, outside = meter.read_bytes(), _read(weather)
    with opened() as database, database.writing() as session:
        operator = _allowed(session, "project.keep")
        side = Part(part)
        kept = service.add_data(session, operator, project_id, side, meter=content, weather=outside, name=meter.name)
        _record(session, operator, "project.keep", project_id, {"data": kept.number, "digest": kept.digest})
    output.show(kept, f"{kept.part.words.zh} {kept.part}  {kept.period.since} – {kept.period.last_day}  {kept.digest}")


@app.command()
def baseline(
    project_id: _Id, *, freeze: Annotated[bool, typer.Option(help="达标则冻结 · freeze it if it fits")] = False
) -> None:
    """建立基准模型 · fit the baseline, show its tests, and freeze it where that is asked."""
    from greencredit.projects import service

    with opened() as database:
        with database.writing() as session:
            operator = _allowed(session, "project.keep")
            kept = service.fit_baseline(session, operator, project_id)
            _record(session, operator, "project.keep", project_id, {"baseline": kept.baseline.number})
        if freeze:  # what was fitted stays, also where it may not be frozen
            with database.writing() as session:
                operator = _allowed(session, "project.keep")
                service.freeze_baseline(session, operator, project_id, reason="命令行 · command line")
                _record(session, operator, "project.keep", project_id, {"frozen": kept.baseline.number})
    model, state = kept.baseline.model, "已冻结 frozen" if freeze else "未冻结 not frozen"
    output.show(kept, f"{model.form.words.zh} {model.form}  {state}", *map(_test, kept.baseline.tests))


@app.command()
def measure(project_id: _Id) -> None:
    """计量 · measure the saving against the frozen baseline."""
    from greencredit.projects import service

    with opened() as database, database.writing() as session:
        operator = _allowed(session, "project.keep")
        kept = service.measure(session, operator, project_id)
        _record(session, operator, "project.keep", project_id, {"measurement": kept.measurement.number})
    output.show(kept, *_told(kept.measurement), *map(_test, kept.measurement.tests), f"摘要 digest: {kept.digest}")


@app.command()
def show(project_id: _Id) -> None:
    """查看项目 · show a project with its steps and shares."""
    from greencredit.projects import queries

    with opened() as database, database.reading() as session:
        found = queries.project(session, project_id)
    output.show(
        found,
        f"{found.project_id}  {found.terms.title.zh}  {found.state.words.zh} {found.state}",
        *(f"{one.at:%F %T} UTC  {one.state}  {one.by}  {one.reason}" for one in found.steps),
        *(f"{one.participant_id}  {one.weight}  {one.grams:,} g" for one in found.shares),
    )


@app.command("list")
def list_projects() -> None:
    """项目列表 · list the projects."""
    from greencredit.kernel.access import operator_at_the_machine
    from greencredit.kernel.clock import now
    from greencredit.projects import queries

    with opened() as database, database.reading() as session:
        found = queries.projects(session, operator_at_the_machine(now(session)), limit=10_000)
    rows = [
        (one.project_id, one.title.zh, one.issuer_id, one.region, f"{one.state.words.zh} {one.state}") for one in found
    ]
    output.show_table(found, ("编号 id", "名称 title", "主体 issuer", "地区 region", "阶段 state"), rows)


@app.command()
def recompute(
    project_id: _Id, number: Annotated[int | None, typer.Option(help="第几次计量 · which measurement")] = None
) -> None:
    """仅凭记录复算 · compute a measurement again from its record alone; exit code 1 if it does not hold."""
    from greencredit.projects import queries, rules
    from greencredit.projects.errors import RecordDoesNotHold

    with opened() as database, database.reading() as session:
        kept = queries.measurement(session, project_id, number)
    found = rules.recompute(kept.measurement)
    try:
        rules.require_recomputes(kept.measurement)
    except RecordDoesNotHold as fault:
        output.show({"holds": False, "recomputed": found}, f"不一致 does not hold: {fault}")
        raise typer.Exit(1) from None
    output.show({"holds": True, "recomputed": found}, *_told(kept.measurement), "复算一致 · the record holds")


def _allowed(session: "Session", action: str) -> "Actor":
    """Give the operator at the machine, if the policy lets him do this."""
    from greencredit.kernel import access
    from greencredit.kernel.clock import now

    operator = access.operator_at_the_machine(now(session))
    access.require(operator, action)
    return operator


def _record(session: "Session", operator: "Actor", action: str, project_id: str, facts: Mapping[str, object]) -> None:
    from greencredit.kernel.access import Deed
    from greencredit.people.service import record_audit

    record_audit(session, operator, Deed(action, project_id, facts=facts))


def _carrier(name: str) -> "Carrier":
    from greencredit.schemas.projects import Carrier

    if name not in set(Carrier):
        wanted = " / ".join(Carrier)
        raise typer.BadParameter(wanted, param_hint="--carrier")
    return Carrier(name)


def _read(path: Path | None) -> bytes | None:
    return None if path is None else path.read_bytes()


def _row(one: "Candidate") -> tuple[object, ...]:
    figures = ("–" if value is None else f"{value:f}" for value in (one.bic, one.r_squared, one.cvrmse))
    why = one.why_not.zh if one.why_not else ""
    return (
        one.form,
        one.form.words.zh,
        "是" if one.with_occupancy else "",
        one.parameters,
        *figures,
        "✓" if one.chosen else why,
    )


def _test(one: "FitTest") -> str:
    mark = "通过 passed" if one.passed else "参考 advisory" if one.criterion.advisory else "未通过 failed"
    sense = "≤" if one.criterion.sense.value == "at_most" else "≥"
    found = "–" if one.found is None else f"{one.found:f}"
    return f"{mark}  {one.criterion.title.zh} {found} {sense} {one.criterion.limit:f}"


def _told(found: "Measurement") -> list[str]:
    share = "" if found.saved_share is None else f"（{found.saved_share:.1%}）"
    sure = (
        "–" if found.uncertainty is None or found.uncertainty.fraction is None else f"±{found.uncertainty.fraction:.1%}"
    )
    return [
        f"{found.period.since} – {found.period.last_day}",
        f"节能量 saved: {found.saved_milli / 1000:,.3f}{share}  不确定度 uncertainty: {sure}",
        f"计入 counts: {found.counted_milli / 1000:,.3f}  减排量 avoided: {found.counted_grams:,} g",
    ]
