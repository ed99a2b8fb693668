"""Commands that follow credits: a trajectory on the screen, an export into a file, what became of an award."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from greencredit.kernel.database import Database
    from greencredit.ledger.queries import Pseudonym
    from greencredit.schemas.ledger import Following, Line

app = typer.Typer()

_Consumer = Annotated[str | None, typer.Option(help="消费者编号 · consumer")]
_Holder = Annotated[int | None, typer.Option(help="持有人代号 · holder's number")]
_Issuer = Annotated[str | None, typer.Option(help="发行主体 · issuer")]
_Series = Annotated[int | None, typer.Option(help="批次 · series")]
_Award = Annotated[int | None, typer.Option(help="发放编号 · award")]
_Rule = Annotated[str | None, typer.Option(help="规则名，与 --issuer 同用 · rule, together with --issuer")]
_Since = Annotated[str | None, typer.Option(help="起始日（含，北京时间） · first day, in China")]
_Until = Annotated[str | None, typer.Option(help="截止日（不含） · the day after the last")]


@app.command()
def trajectory(
    consumer: _Consumer = None,
    holder: _Holder = None,
    issuer: _Issuer = None,
    series: _Series = None,
    award: _Award = None,
    rule: _Rule = None,
    since: _Since = None,
    until: _Until = None,
    limit: Annotated[int, typer.Option(help="最多行数 · at most so many lines", min=1, max=500)] = 50,
    before: Annotated[int | None, typer.Option(help="从此事件之前继续 · go on before this event", min=1)] = None,
) -> None:
    """全流程轨迹，最新的在前 · what happened, newest first; holders by number, never by name."""
    from greencredit.awards import queries as awards
    from greencredit.ledger import queries
    from greencredit.schemas.ledger import TrajectoryQuery

    asked = TrajectoryQuery(since=_instant(since), until=_instant(until), before=before, limit=limit)
    with opened() as database:
        with database.reading() as session:
            if rule is not None:
                page = awards.rule_trajectory(session, _issuer_of(issuer, rule), rule, asked)
            else:
                following = _following(session, consumer, holder, issuer, series, award)
                page = queries.trajectory(session, following, **asked.page())
        _note(database, page.following, {"lines": len(page.lines), "as_of": page.as_of})
    columns = (
        "事件 · event",
        "时间 · when",
        "动作 · what",
        "积分 · credits",
        "持有人 · holder",
        "对方 · party",
        "原因 · why",
    )
    rows = [
        (
            line.event_id,
            f"{line.posted_at:%F %T} UTC",
            f"{line.title.zh} · {line.title.en}",
            f"{line.credits:,}" if line.award is None else f"{line.award_credits:,} / {line.credits:,} (#{line.award})",
            line.holder,
            line.party,
            "; ".join(filter(None, (line.reason, line.document, line.actor_id))),
        )
        for line in page.lines
    ]
    output.show_table(page, columns, rows)
    if page.next is not None:
        output.say(f"还有更多 · there is more: --before {page.next}")


@app.command()
def export(  # noqa: PLR0913, PLR0917 - one option for each thing that can be followed
    file: Annotated[Path, typer.Argument(help="写入的文件，.csv 或 .parquet · the file to write")],
    consumer: _Consumer = None,
    holder: _Holder = None,
    issuer: _Issuer = None,
    series: _Series = None,
    award: _Award = None,
    rule: _Rule = None,
    since: _Since = None,
    until: _Until = None,
    bom: Annotated[bool, typer.Option("--bom", help="CSV 带字节序标记 · begin CSV with a byte order mark")] = False,  # noqa: FBT002 - a flag
    plain: Annotated[bool, typer.Option("--plain", help="列名只用英文 · head columns with names alone")] = False,  # noqa: FBT002 - a flag
) -> None:
    """导出轨迹到文件，旁边写一份说明 · export into a file, with its facts beside it as JSON."""
    from greencredit.awards import queries as awards
    from greencredit.ledger import queries
    from greencredit.schemas.ledger import ExportQuery

    form = file.suffix.removeprefix(".").lower()
    if form not in {"csv", "parquet"}:
        wanted = f"文件名以 .csv 或 .parquet 结尾 · a name that ends in .csv or .parquet; found {file.name}"
        raise typer.BadParameter(wanted, param_hint="FILE")
    asked = ExportQuery(since=_instant(since), until=_instant(until), form=form, bom=bom, plain=plain)
    counted = _Counted()
    with opened() as database:
        with database.reading() as session:
            if rule is not None:
                of = _issuer_of(issuer, rule)
                facts = queries.facts_of(session, awards.following_rule(session, of, rule), asked)
                lines = awards.rule_windows(database.reading, of, rule, facts, _by_number)
            else:
                following = _following(session, consumer, holder, issuer, series, award)
                facts = queries.facts_of(session, str(following), asked)
                lines = queries.windows(database.reading, following, facts, _by_number)
        with output.progress("轨迹 · lines") as advance:
            _write(file, queries.exported(counted.through(lines, advance), facts, asked).content)
        _note(database, facts.following, {"form": form, "as_of": facts.as_of, "lines": counted.lines})
    beside = file.with_name(file.name + ".json")
    beside.write_text(facts.model_dump_json(indent=2) + "\n", encoding="utf-8")
    output.show(
        {"file": str(file), "lines": counted.lines, "facts": facts},
        f"{counted.lines:,} 行 · lines → {file}",
        f"说明 facts: {beside}（截至事件 as of event {facts.as_of:,}，日志 log size {facts.log_size:,}）",
    )


@app.command()
def story(award: Annotated[int, typer.Argument(help="发放编号 · award")]) -> None:
    """一笔积分的去向 · where each credit of an award is now, and the way it took."""
    from greencredit.ledger import queries

    with opened() as database:
        with database.reading() as session:
            found = queries.award_story(session, award)
        _note(database, f"award:{award}", {"as_of": found.as_of})
    output.show_table(
        found,
        ("积分 · credits", "现在 · now", "自 · since", "对方 · party", "经过 · events"),
        [
            (
                f"{part.credits:,}",
                f"{part.title.zh} · {part.title.en}",
                f"{part.since:%F %T} UTC",
                part.party,
                " → ".join(map(str, part.path)),
            )
            for part in found.now
        ],
    )


@app.command()
def serial(text: Annotated[str, typer.Argument(help="序列号 · serial")]) -> None:
    """查序列号 · what anyone may know of one credit by its serial."""
    from greencredit.ledger import queries

    with opened() as database, database.reading() as session:
        found = queries.serial_state(session, text)
    output.show(
        found,
        f"{found.serial}  {found.title.zh} · {found.title.en}",
        f"发行主体 issuer: {found.issuer_id}  备案版本 terms: {found.terms_version}  发放月 month: {found.award_month}",
        f"发放于 issued: {found.issued_at:%F %T} UTC",
    )


class _Counted:
    def __init__(self) -> None:
        self.lines = 0

    def through(self, windows: "Iterator[list[Line]]", advance: Callable[[int], None]) -> "Iterator[list[Line]]":
        for lines in windows:
            yield lines
            self.lines += len(lines)
            advance(len(lines))


def _write(file: Path, content: Iterator[bytes]) -> None:
    """Write beside first: an export that was interrupted leaves no file that looks whole."""
    part = file.with_name(file.name + ".part")
    with part.open("wb") as written:
        written.writelines(content)
    part.replace(file)


def _by_number(_session: "Session") -> "Pseudonym":
    from greencredit.ledger import queries

    return queries.by_number


def _following(
    session: "Session",
    consumer: str | None,
    holder: int | None,
    issuer: str | None,
    series: int | None,
    award: int | None,
) -> "Following":
    from greencredit.ledger import queries
    from greencredit.schemas.ledger import Following

    if consumer is not None and holder is None:
        holder = queries.holder_number(session, consumer)
    match holder, series, issuer, award:
        case int(), int(), None, None:
            return Following.leaf(holder, series)
        case int(), None, None, None:
            return Following.of_holder(holder)
        case None, int(), None, None:
            return Following.of_series(series)
        case None, None, str(), None:
            return Following.of_issuer(issuer)
        case None, None, None, int():
            return Following.of_award(award)
    wanted = "一个对象，或持有人加批次 · one thing to follow, or a holder and a series"
    raise typer.BadParameter(wanted, param_hint="--consumer --holder --issuer --series --award --rule")


def _issuer_of(issuer: str | None, rule: str) -> str:
    if issuer is None:
        wanted = f"规则 {rule} 须指明发行主体 · a rule needs its issuer"
        raise typer.BadParameter(wanted, param_hint="--issuer")
    return issuer


def _instant(day: str | None) -> "datetime | None":
    from greencredit.kernel.clock import start_of

    try:
        return None if day is None else start_of(date.fromisoformat(day))
    except ValueError as fault:
        wanted = f"日期，如 2026-03-01 · a day such as 2026-03-01; found {day}"
        raise typer.BadParameter(wanted, param_hint="--since --until") from fault


def _note(database: "Database", object_id: str, facts: dict[str, object]) -> None:
    """Write down that somebody at the machine looked, as the doors of the API do."""
    from greencredit.kernel.access import Deed, operator_at_the_machine
    from greencredit.people.service import record_audit

    with database.writing() as session:
        deed = Deed("trajectory.read", object_id, facts=facts)
        record_audit(session, operator_at_the_machine(database.clock.now()), deed)
