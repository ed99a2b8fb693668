"""Commands about earning: why something was given or not, dry runs, simulations, worked cases."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened

if TYPE_CHECKING:
    from greencredit.schemas.awards.trials import CasesReport, DryRun, Simulation, TrialLine
    from greencredit.schemas.issuers import Scheme
    from greencredit.schemas.values import Period, Words

app = typer.Typer(help="发放规则 · earning", no_args_is_help=True)

_BIGGEST: Final = 2**63 - 1
_FAILED: Final = 1
_COLUMNS: Final = ("holder", "evidence_id", "occurred_on", "rule", "version", "credits")

_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="方案文件 JSON · the scheme")]
_Facts = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="事实文件 JSON · facts")]
_Since = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="起始日（含） · first day, in China")]
_Until = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="截止日（不含） · the day after the last")]


@app.command()
def explain(
    award_id: Annotated[int, typer.Argument(metavar="AWARD", help="发放编号 · award", min=1, max=_BIGGEST)],
) -> None:
    """为什么得到这些积分 · why an award is what it is, in sentences."""
    from greencredit.awards.queries.explained import award_explained

    with opened() as database, database.reading() as session:
        found = award_explained(session, award_id)
    output.show(found, *_said((found.by, *found.sentences)))


@app.command("explain-evidence")
def explain_evidence(
    evidence_id: Annotated[
        int, typer.Argument(metavar="EVIDENCE", help="凭证编号 · evidence", min=-_BIGGEST, max=_BIGGEST)
    ],
) -> None:
    """为什么没有得到积分，怎样才能得到 · every rule replayed as things stood then, and what would have been needed."""
    from greencredit.awards.service.replay import explain_evidence as replay

    with opened() as database, database.reading() as session:
        found = replay(session, evidence_id)
    output.show(found, *_said(found.sentences))


@app.command("dry-run")
def dry_run(
    file: _File,
    *,
    issuer: Annotated[str, typer.Option(help="发行主体编号 · issuer")],
    since: _Since,
    until: _Until,
    as_filed: Annotated[
        bool, typer.Option("--as-filed", help="只在规则载明的日期内适用 · rules hold only on the days they say")
    ] = False,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="逐笔写入文件，只含代号 · each award, by pseudonym, into this file")
    ] = None,
) -> None:
    """试算：规则放在过去一段时间会怎样，不写入数据 · what rules would have done to a past period; writes nothing."""
    from greencredit.awards.service.dry_run import dry_run as run
    from greencredit.evidence import queries as evidence

    scheme, period = _scheme(file), _period(since, until)
    with opened() as database, database.reading() as session, _lines_to(csv_file) as told:
        total = evidence.recorded_count(session, issuer, period)
        with output.progress("试算 dry run", total) as advance:
            found = run(session, issuer, scheme, period, as_filed=as_filed, told=told, progress=advance)
    output.show(found, *_dry_lines(found))


@app.command()
def simulate(file: _File, facts: _Facts, *, since: _Since, until: _Until) -> None:
    """推演：用给定的事实过一遍方案的日子，不碰真实数据 · live a scheme over dates with given facts; touches no data."""
    from pydantic import TypeAdapter

    from greencredit.awards.queries.trials import simulate as run
    from greencredit.schemas.awards.trials import Fact

    with _readable(facts):
        given = TypeAdapter(tuple[Fact, ...]).validate_json(facts.read_bytes())
    found = run(_scheme(file), given, _period(since, until))
    output.show(found, *_simulated(found))


@app.command()
def cases(
    file: _File, stated: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="样例文件 JSON · cases")]
) -> None:
    """重放样例，有一个不符则返回 1 · replay worked cases of a scheme; exit code 1 when one does not come out."""
    from pydantic import TypeAdapter

    from greencredit.awards.queries.cases import tried
    from greencredit.schemas.awards.trials import GoldenCase

    with _readable(stated):
        given = TypeAdapter(tuple[GoldenCase, ...]).validate_json(stated.read_bytes())
    report = tried(_scheme(file), given)
    output.show(report, *_case_lines(report))
    if not report.passed:
        raise typer.Exit(_FAILED)


def _said(sentences: "tuple[Words, ...]") -> list[str]:
    return [line for one in sentences for line in (one.zh, f"  {one.en}")]


def _dry_lines(found: "DryRun") -> Iterator[str]:
    period = found.period
    yield f"{period.since} – {period.last_day}  凭证 evidence {found.evidence:,}  得分 earning {found.earning:,}"
    yield (
        f"积分 credits {found.credits:,}（现行 in force {found.credits_in_force:,}）  "
        f"成本 cost ¥{found.cost_fen / 100:,.2f}（现行 in force ¥{found.cost_in_force_fen / 100:,.2f}）"
    )
    for rule in found.rules:
        yield (
            f"  {rule.title.zh} · {rule.title.en} {rule.name}  {rule.credits_in_force:,} → {rule.credits:,} "
            f"({rule.credits - rule.credits_in_force:+,})"
        )
    for band in found.bands:
        most = "…" if band.most is None else f"{band.most:,}"
        yield (
            f"  {band.least:,}–{most} 分 credits: 持有人 holders {band.holders:,}  {band.credits_in_force:,} → "
            f"{band.credits:,}  多 more {band.more:,} 少 less {band.less:,} 同 same {band.same:,}"
        )
    for cap in found.caps:
        yield f"  {cap.title.zh} · {cap.title.en}: {cap.times:,} 次 times, {-cap.cut:,}"
    for funder in found.funders:
        yield f"  {funder.title.zh} · {funder.title.en}: {funder.credits:,}  ¥{funder.cost_fen / 100:,.2f}"
    for one in found.notes:
        yield from (one.zh, f"  {one.en}")


def _simulated(found: "Simulation") -> Iterator[str]:
    for award in found.awards:
        yield f"{award.fact.on}  {award.fact.holder}  {award.fact.subject}  {award.credits:,}"
        for rule in award.rules:
            yield from (f"  {line}" for line in _said((*rule.sentences, *rule.needed)))
    for day in found.days:
        yield f"{day.on}: {day.facts:,} 件 facts, {day.credits:,} 分 credits"
    yield f"合计 in all: {found.credits:,} 分 credits, ¥{found.cost_fen / 100:,.2f}"


def _case_lines(report: "CasesReport") -> Iterator[str]:
    for one in report.results:
        yield f"{'✓' if one.passed else '✗'} {one.name}  {one.title.zh} · {one.title.en}  {one.found.credits:,}"
        yield from (f"    {line}" for line in _said(one.faults))


@contextmanager
def _lines_to(path: Path | None) -> "Iterator[Callable[[TrialLine], None]]":
    """Write each award into a file as it is told; without a file, nowhere."""
    if path is None:
        yield lambda _: None
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        yield lambda line: writer.writerow(line.model_dump(mode="json"))


def _scheme(file: Path) -> "Scheme":
    from greencredit.schemas.issuers import Scheme

    with _readable(file):
        return Scheme.model_validate_json(file.read_bytes())


def _period(since: datetime, until: datetime) -> "Period":
    from greencredit.schemas.values import Period

    if until <= since:
        wanted = "须晚于起始日 · later than the first day"
        raise typer.BadParameter(wanted, param_hint="--until")
    return Period(since=since.date(), until=until.date())


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Say field by field what in a file can't be read."""
    from pydantic import ValidationError

    try:
        yield
    except ValidationError as faults:
        found: list[dict[str, Any]] = [
            {"path": ".".join(map(str, one["loc"])), "found": one["msg"]}
            for one in faults.errors(include_url=False, include_input=False)
        ]
        output.show({"file": str(file), "faults": found}, *(f"{one['path']}: {one['found']}" for one in found))
        raise typer.Exit(_FAILED) from None
