"""Commands about green actions: the catalogue, why an award was given, and computing one again from its record."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened

if TYPE_CHECKING:
    from greencredit.schemas.actions import AwardRecord

app = typer.Typer(help="绿色行动 · green actions", no_args_is_help=True)

_BIGGEST: Final = 2**63 - 1
_FAILED: Final = 1
_SHOWN: Final = 100

_Award = Annotated[int, typer.Argument(metavar="AWARD", help="发放编号 · award", min=1, max=_BIGGEST)]


@app.command("list")
def list_actions() -> None:
    """行动目录 · every action of the catalogue."""
    from greencredit.actions import queries

    catalogue = queries.actions()
    output.show_table(
        catalogue,
        ("代码 · name", "行动 · action", "单位 · unit", "数据等级 · tier", "公式 · formula"),
        [(one.name, f"{one.title.zh} · {one.title.en}", one.unit, one.tier, one.formula) for one in catalogue],
    )


@app.command()
def explain(award_id: _Award) -> None:
    """逐步说明一笔发放：数值、因子、版本、来源 · every step of an award, with numbers, factors, versions, sources."""
    from greencredit.awards.queries.explain import explained
    from greencredit.awards.queries.record import award_record

    with opened() as database, database.reading() as session:
        record = award_record(session, award_id)
    steps = explained(record)
    facts = record.award
    lines = [
        f"{facts['title']['zh']} · {facts['title']['en']}  {facts['occurred_on']}  {facts['quantity']} {facts['unit']}",
        f"凭证 evidence: {facts['evidence_id']}  发行主体 issuer: {facts['issuer_id']}",
    ]
    for number, step in enumerate(steps, start=1):
        lines.append(f"{number}. {step.title.zh} · {step.title.en}")
        for said in step.sentences:
            lines.append(f"   {said.zh}")
            lines += [f"   {said.en}"] if said.en != said.zh else []
    output.show({"award": facts, "steps": steps, "quantification": record.quantification}, *lines)


@app.command("record")
def hand_out_record(
    award_id: _Award,
    out: Annotated[
        Path | None, typer.Option("--out", help="写入文件，缺省打印 · write here instead of printing")
    ] = None,
) -> None:
    """发放记录，可离线重算 · the record of an award; `greencredit actions verify-award` computes it again."""
    text = _record(award_id).model_dump_json(indent=2) + "\n"
    if out is None:
        sys.stdout.write(text)
        return
    out.write_text(text, encoding="utf-8")
    output.show({"file": str(out), "bytes": len(text.encode())}, str(out))


@app.command()
def verify_award(
    what: Annotated[str, typer.Argument(metavar="FILE|AWARD", help="记录文件或发放编号 · file of a record, or award")],
) -> None:
    """由记录本身重算一笔发放，不用数据库也不联网 · compute an award again from its record alone; exit code 0 or 1."""
    from greencredit.awards.queries.check import check_record

    file = Path(what)
    if file.is_file():
        text = file.read_text(encoding="utf-8", errors="replace")
    elif what.isascii() and what.isdigit() and 0 < int(what) <= _BIGGEST:
        text = _record(int(what)).model_dump_json()
    else:
        wanted = "须为文件或发放编号 · a file, or the number of an award"
        raise typer.BadParameter(wanted, param_hint="FILE|AWARD")
    check = check_record(text)
    lines = [f"{'✓' if step.ok else '✗'} {step.title.zh} · {step.title.en}" for step in check.steps]
    if check.failed is None:
        lines.append(
            "成立：每一步都由记录本身重算一致。 · It holds: every part was computed again from the record alone."
        )
    else:
        last = check.steps[-1]
        lines += [
            f"  记录为 found: {last.found}",
            f"  应为 wanted: {last.wanted}",
            f"不成立：止于“{last.title.zh}”。 · It fails at: {last.title.en} [{last.name}]",
        ]
    output.show(check, *lines)
    if check.failed is not None:
        raise typer.Exit(_FAILED)


@app.command()
def negatives(
    *,
    issuer: Annotated[str | None, typer.Option(help="发行主体编号 · issuer")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="起始日（含） · first day")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截止日（不含） · the day after the last")
    ] = None,
    after: Annotated[int, typer.Option(help="接着此凭证之后 · go on after this evidence", min=0, max=_BIGGEST)] = 0,
) -> None:
    """负减排：如实保留、从不发放 · actions that emitted more than their baseline: kept, never awarded."""
    from datetime import date

    from greencredit.awards import queries
    from greencredit.schemas.values import Period

    if since is not None and until is not None and until <= since:
        wanted = "须晚于起始日 · later than the first day"
        raise typer.BadParameter(wanted, param_hint="--until")
    period = Period(since=since.date() if since else date.min, until=until.date() if until else date.max)
    with opened() as database, database.reading() as session:
        page = queries.negative_page(
            session, issuer_ids=None if issuer is None else [issuer], period=period, after=after, limit=_SHOWN
        )
    output.show_table(
        page,
        ("凭证 · evidence", "日期 · day", "行动 · action", "发行主体 · issuer", "地区 · region", "克 · grams"),
        [
            (one.evidence_id, one.occurred_on, f"{one.title.zh} · {one.title.en}", one.issuer_id, one.region, one.grams)
            for one in page.items
        ],
    )
    output.say(f"共 {page.total:,} 项 in all · {page.grams:,} g" + (f" · --after {page.next}" if page.next else ""))


@app.command()
def overrides(
    action: Annotated[str | None, typer.Option(help="行动代码 · action")] = None,
) -> None:
    """基准设定及复核 · baselines set with a document, and what a second person decided."""
    from greencredit.actions import queries

    with opened() as database, database.reading() as session:
        found = queries.overrides(session, action=action)
    said = {None: "待复核 · waits", True: "已批准 · approved", False: "未批准 · refused"}
    output.show_table(
        found,
        (
            "编号 · id",
            "行动 · action",
            "名称 · name",
            "适用 · place",
            "版本 · version",
            "数值 · value",
            "自 · since",
            "依据 · document",
            "复核 · decision",
        ),
        [
            (
                one.id,
                one.action,
                one.name,
                one.place,
                one.version,
                f"{one.value} {one.unit}",
                one.since,
                f"{one.publisher}《{one.document}》{one.page}",
                said[one.approved],
            )
            for one in found
        ],
    )


@app.command()
def products() -> None:
    """碳减排产品清单 · the list of carbon-reduction products, with the law each rests on."""
    from greencredit.actions import queries

    listed = queries.reduction_products()
    output.show_table(
        listed,
        ("代码 · name", "产品 · product", "计入减排量 · adds CO2e", "依据 · source"),
        [
            (
                one.name,
                f"{one.title.zh} · {one.title.en}",
                "是 · yes" if one.adds_co2e else "否 · no",
                f"{one.source.zh} · {one.source.en}",
            )
            for one in listed
        ],
    )


def _record(award_id: int) -> "AwardRecord":
    from greencredit.awards.queries.record import award_record

    with opened() as database, database.reading() as session:
        return award_record(session, award_id)
