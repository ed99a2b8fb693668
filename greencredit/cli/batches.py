"""Commands for batches of reports: order, look, work, read what was given up, put it back, take the manifest."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened, settings
from greencredit.cli.periods import lang_of, period_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from greencredit.kernel.access import Actor
    from greencredit.schemas.reports.batches import Batch

app = typer.Typer(help="报告批次 · reports by the million", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(help="批次编号 · id of the batch")]
_LISTED_AT_ONCE: Final = 1000


@app.command()
def order(
    kind: Annotated[str, typer.Argument(help="报告种类 · kind")],
    *,
    issuer: Annotated[
        str | None, typer.Option(help="只限该发行主体的持有人 · who ever held credits of this one")
    ] = None,
    listed: Annotated[
        Path | None,
        typer.Option("--list", exists=True, dir_okay=False, help="名单，每行一个编号 · a file, one id a line"),
    ] = None,
    since: Annotated[str | None, typer.Option(help="起始日，默认上一年 · first day; the last full year")] = None,
    until: Annotated[str | None, typer.Option(help="截止日（不含） · the day after the last")] = None,
    lang: Annotated[str, typer.Option("--lang", help="zh 或 or en")] = "zh",
    tell: Annotated[bool, typer.Option(help="签发后通知本人（只发链接） · tell each reader, with a link")] = False,
    key: Annotated[str | None, typer.Option(help="同一键只下一次单 · the same key orders once")] = None,
) -> None:
    """下单：全部消费者、一个主体的持有人或名单 · order a batch; ordering again with one key gives the same."""
    from greencredit.reports import service
    from greencredit.schemas.reports.batches import NewBatch, Population

    if issuer is not None and listed is not None:
        wanted = "只能给出其一 · give one of the two"
        raise typer.BadParameter(wanted, param_hint="--issuer --list")
    population = Population.ISSUER if issuer else Population.LISTED if listed else Population.EVERYONE
    period = period_of(since, until)
    told = ":".join(
        (kind, lang_of(lang), str(period.since), str(period.until), population, issuer or str(listed or ""))
    )
    asked = NewBatch(
        kind=kind,
        period=period,
        lang=lang_of(lang),
        population=population,
        issuer_id=issuer,
        tells=tell,
        key=key or told[:100],
    )
    with opened() as database:
        with database.writing() as session:
            operator = _may(session)
            batch = service.order(session, asked, operator.account_id or "")
            _record(session, operator, batch.batch_id, kind=kind, population=population.value)
        if listed is not None and batch.state.value == "cutting":
            for some in _pages(listed):
                with database.writing() as session:
                    service.add_subjects(session, batch.batch_id, some)
            with database.writing() as session:
                service.finish_listing(session, batch.batch_id)
        with database.reading() as session:
            from greencredit.reports import queries

            batch = queries.batch(session, batch.batch_id)
    _show(batch)


@app.command("list")
def list_batches(limit: Annotated[int, typer.Option(help="条数 · lines", min=1, max=200)] = 20) -> None:
    """批次列表，新的在前 · list batches, newest first."""
    from greencredit.reports import queries

    with opened() as database, database.reading() as session:
        found = queries.batches(session, limit=limit)
    output.show_table(
        found,
        ("编号 · id", "种类 · kind", "期间 · period", "状态 · state", "已签发 · done", "未签发 · dead", "剩余 · left"),
        [
            (
                one.batch_id,
                one.kind,
                f"{one.period.since} – {one.period.last_day}",
                one.state.words.zh,
                f"{one.done:,}",
                f"{one.dead:,}",
                f"{one.left:,}",
            )
            for one in found
        ],
    )


@app.command()
def show(batch_id: _Id) -> None:
    """进度：已完成、失败、剩余、速度、预计 · progress of one batch."""
    from greencredit.reports import queries

    with opened() as database, database.reading() as session:
        found = queries.batch(session, batch_id)
    _show(found)


@app.command()
def work(
    processes: Annotated[int, typer.Option(help="进程数 · processes", min=1, max=64)] = 1,
    batch_id: Annotated[
        str | None, typer.Option("--batch", help="显示该批次的进度条 · show the bar of this one")
    ] = None,
) -> None:
    """签发到期的批次，可随时中断、可多机同时 · issue what waits; stop at any time, run it on any number of machines."""
    from greencredit.reports import queries
    from greencredit.reports.jobs import Crew

    with opened() as database:
        with database.reading() as session:
            watched = queries.batch(session, batch_id) if batch_id else None
        total = watched.subjects if watched and watched.state.value != "cutting" else None
        crew = Crew(database, settings(), processes)
        with output.progress("报告 · reports", total) as advance:
            before = watched.done + watched.dead if watched else 0
            advance(before)
            for seen in crew.watched_until_done(batch_id):
                advance(seen - before)
                before = seen
        with database.reading() as session:
            found = [queries.batch(session, batch_id)] if batch_id else queries.batches(session, limit=20)
    open_ones = [one for one in found if one.state.value != "closed"]
    output.show(found, *(_line(one) for one in found))
    if open_ones:
        raise typer.Exit(1)


@app.command()
def dead(
    batch_id: _Id,
    after: Annotated[int, typer.Option(help="上一页最后的位置 · the last position of the page before")] = -1,
    limit: Annotated[int, typer.Option(help="条数 · lines", min=1, max=1000)] = 100,
) -> None:
    """未签发的对象与原因 · whose reports were given up, and why."""
    from greencredit.reports import queries

    with opened() as database, database.reading() as session:
        queries.batch(session, batch_id)
        found = queries.dead_reports(session, batch_id, after=after, limit=limit)
    output.show_table(
        found,
        ("位置 · place", "对象 · subject", "次数 · tries", "代码 · code", "原因 · reason"),
        [(one.position, one.subject_id, one.attempts, one.code, one.reason) for one in found],
    )


@app.command()
def retry(
    batch_id: _Id,
    subject_ids: Annotated[list[str] | None, typer.Argument(help="只重试这些对象 · only these subjects")] = None,
) -> None:
    """重新排队未签发的对象 · put back what was given up; a new manifest follows."""
    from greencredit.reports import service

    with opened() as database, database.writing() as session:
        operator = _may(session)
        count = service.put_back(session, batch_id, tuple(subject_ids or ()))
        _record(session, operator, batch_id, put_back=count)
    output.show({"subjects": count}, f"重新排队 put back: {count:,}")


@app.command()
def manifest(
    batch_id: _Id,
    out: Annotated[Path, typer.Option("--out", help="写入文件 · write the manifest here")],
    proof: Annotated[Path | None, typer.Option("--proof", help="另写日志回执 · and its .tlog-proof here")] = None,
) -> None:
    """取出签发清单与日志回执 · write the manifest, and the proof that its digest is in the log."""
    from greencredit.kernel.files.opening import open_files
    from greencredit.reports import queries
    from greencredit.reports.jobs import FOLDER

    with opened() as database, database.reading() as session:
        found = queries.manifest(session, batch_id)
        shown = queries.manifest_proof(session, batch_id) if proof else ""
    with out.open("wb") as file:
        file.writelines(open_files(settings(), FOLDER).chunks(found.path, found.sha256))
    if proof is not None:
        proof.write_bytes(shown.encode())
    output.show(found, f"{out}  {found.reports:,} 份报告 · reports  sha256 {found.sha256}")


def _pages(file: Path) -> Iterator[list[str]]:
    """Read a list piece by piece; empty lines and what stands behind a first comma are left out."""
    with file.open(encoding="utf-8-sig") as lines:
        ids = (line.partition(",")[0].strip() for line in lines)
        wanted = (one for one in ids if one)
        while page := list(islice(wanted, _LISTED_AT_ONCE)):
            yield page


def _show(batch: "Batch") -> None:
    lines = [
        _line(batch),
        f"种类 kind: {batch.kind}  期间 period: {batch.period.since} – {batch.period.last_day}  {batch.lang}",
        f"对象 population: {batch.population.words.zh} · {batch.population.words.en}  {batch.issuer_id or ''}".rstrip(),
    ]
    if batch.per_minute is not None and batch.minutes_left is not None:
        lines.append(f"速度 rate: {batch.per_minute:,.1f}/min  预计还需 left: {batch.minutes_left:,.0f} min")
    lines += [
        f"清单 manifest {one.edition}: {one.reports:,} 份 reports, {one.refused:,} 未签发 refused, sha256 {one.sha256}"
        for one in batch.manifests
    ]
    output.show(batch, *lines)


def _line(batch: "Batch") -> str:
    share = 100 * (batch.done + batch.dead) // batch.subjects if batch.subjects else 100
    return (
        f"{batch.batch_id}  {batch.state.words.zh} · {batch.state.words.en}  {share}%  "
        f"已签发 done {batch.done:,}  未签发 dead {batch.dead:,}  剩余 left {batch.left:,}"
    )


def _may(session: "Session") -> "Actor":
    from greencredit.kernel import access
    from greencredit.kernel.access import operator_at_the_machine
    from greencredit.kernel.clock import now

    operator = operator_at_the_machine(now(session))
    access.require(operator, "report.batch")
    return operator


def _record(session: "Session", operator: "Actor", batch_id: str, **facts: object) -> None:
    from greencredit.kernel.access import Deed
    from greencredit.people.service import record_audit

    record_audit(session, operator, Deed("report.batch", batch_id, facts=facts))
