"""Commands about the books: audit, balances, proofs; and awards from a file."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened

ledger = typer.Typer(help="积分账本 · ledger", no_args_is_help=True)

_BIGGEST: Final = 2**63 - 1
_Out = Annotated[Path | None, typer.Option("--out", help="写入文件，缺省打印 · write here instead of printing")]


@ledger.command()
def audit() -> None:
    """审计：由事件重算一切 · rebuild everything from events; exit code 1 if an invariant is broken."""
    from greencredit.awards import queries as awards
    from greencredit.ledger import queries
    from greencredit.proofs import queries as proofs

    with opened() as database, database.reading() as session:
        findings = [*queries.audit(session), *awards.audit(session), *proofs.audit(session)]
    output.show_table(
        findings,
        ("", "不变式 · invariant", "检查 · looked at", "结果 · found"),
        [
            (
                "✓" if finding.holds else "✗",
                finding.name,
                f"{finding.looked_at:,}",
                "; ".join(finding.broken) or finding.note or finding.sentence,
            )
            for finding in findings
        ],
    )
    if not all(finding.holds for finding in findings):
        raise typer.Exit(1)


@ledger.command()
def balance(consumer_id: Annotated[str, typer.Argument(help="消费者编号 · consumer")]) -> None:
    """余额 · what a holder has, in spending order."""
    from greencredit.ledger import queries
    from greencredit.people import queries as people

    with opened() as database, database.reading() as session:
        balances = queries.balances_of(session, people.consumer(session, consumer_id).id)
    output.show_table(
        balances,
        ("发行主体 · issuer", "发放月 · month", "有效期 · expires", "可用 · available"),
        [
            (one.terms.issuer_id, one.terms.award_month, one.terms.expires_at or "终身有效 · for life", one.available)
            for one in balances
        ],
    )


@ledger.command()
def receipt(
    event_id: Annotated[int, typer.Argument(metavar="EVENT", help="账本事件 · ledger event", min=1, max=_BIGGEST)],
    *,
    checkpoint: Annotated[
        int | None, typer.Option(help="检查点长度 · size of a checkpoint", min=1, max=_BIGGEST)
    ] = None,
    out: _Out = None,
) -> None:
    """回执：一笔流水的离线证明 · what proves an event off line; `greencredit verify receipt` checks it."""
    from greencredit.ledger import queries

    with opened() as database, database.reading() as session:
        told = queries.receipt(session, event_id, checkpoint=checkpoint)
    _hand_out(told, out)


@ledger.command()
def statement(
    consumer_id: Annotated[str, typer.Argument(metavar="CONSUMER", help="消费者编号 · consumer")],
    *,
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="起始日（含） · first day, in China")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="截止日（不含） · the day after the last")],
    out: _Out = None,
) -> None:
    """对账证明：一段时间的全部流水 · what proves a holder's events of a period; `greencredit verify statement`."""
    from greencredit.ledger import queries
    from greencredit.schemas.values import Period

    if until <= since:
        wanted = "须晚于起始日 · later than the first day"
        raise typer.BadParameter(wanted, param_hint="--until")
    period = Period(since=since.date(), until=until.date())
    with opened() as database, database.reading() as session:
        told = queries.statement(session, consumer_id, period)
    _hand_out(told, out)


@ledger.command()
def post(
    file: Annotated[Path, typer.Argument(help="CSV：consumer,credits,key · file", exists=True, dir_okay=False)],
    issuer: Annotated[str, typer.Option(help="发行主体编号 · issuer")],
    promotion: Annotated[str, typer.Option(help="备案促销名称 · filed promotion")],
    mode: Annotated[
        str, typer.Option(help="continue 逐笔 · each for itself; atomic 整份或不发 · all or nothing")
    ] = "continue",
    key: Annotated[
        str | None, typer.Option(help="无 key 列时的整份幂等键 · key of the file, without a key column")
    ] = None,
    rejects: Annotated[Path | None, typer.Option(help="退回明细写到 · write rejects to")] = None,
) -> None:
    """促销发放一份文件，可中断重来 · award a file of direct awards; may be killed and run again."""
    from greencredit.awards import service
    from greencredit.cli.rejects import Rejects
    from greencredit.kernel.access import Deed, Scope, ScopeKind, operator_at_the_machine, require
    from greencredit.people.service import record_audit

    if mode not in {"continue", "atomic"}:
        raise typer.BadParameter(mode, param_hint="--mode")
    with opened() as database, Rejects(rejects or file.with_name(f"{file.stem}-rejects.csv")) as sent_back:
        operator = operator_at_the_machine(database.clock.now())
        require(operator, "award.give", Scope(ScopeKind.ISSUER, issuer))
        basis = service.Basis(issuer, promotion, "machine")
        with output.progress(file.name) as advance:
            told = service.award_file(
                database.writing, file, basis, atomic=mode == "atomic", key=key, refused=sent_back, progress=advance
            )
        with database.writing() as session:
            record_audit(session, operator, Deed("award.give", issuer, facts=told._asdict()))
    output.show(
        told._asdict() | {"rejects": str(sent_back.path) if told.refused else None, "first_refused": sent_back.first},
        f"{told.items:,} 笔 items · 发放 {told.awarded:,} awarded · 重复 {told.repeated:,} repeated · "
        f"退回 {told.refused:,} refused",
        *(f"  第 {one['line']} 行 line: {one['detail']} [{one['code']}]" for one in sent_back.first),
        f"退回明细 rejects: {sent_back.path}" if told.refused else "没有退回 · no rejects",
    )


def _hand_out(told: str, out: Path | None) -> None:
    """Write a proof where it was asked for; the proof is JSON itself, whoever reads it."""
    if out is None:
        sys.stdout.write(told)
        return
    out.write_text(told, encoding="utf-8")
    output.show({"file": str(out), "bytes": len(told.encode())}, str(out))
