"""Commands for evidence: take a file in, look at what became of it."""

from pathlib import Path
from typing import Annotated

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened

app = typer.Typer()


@app.command("import")
def import_file(
    feed: Annotated[str, typer.Argument(help="数据来源名称 · name of the feed")],
    file: Annotated[Path, typer.Argument(help="CSV 或 Parquet 文件 · file", exists=True, dir_okay=False)],
    encoding: Annotated[str, typer.Option(help="utf-8 或 or gb18030")] = "utf-8",
    rejects: Annotated[Path | None, typer.Option(help="退回明细写到 · write rejects to")] = None,
) -> None:
    """导入凭证并发放，可中断重来 · take a file in and award; may be killed and run again."""
    from greencredit.awards import jobs
    from greencredit.evidence import service as evidence
    from greencredit.kernel.access import Deed, operator_at_the_machine
    from greencredit.people.service import record_audit

    with opened() as database:
        with output.progress(file.name) as advance:
            outcome = jobs.import_file(database, feed, file, encoding=encoding, progress=advance)
        with database.writing() as session:
            deed = Deed("evidence.take_in", feed, facts={"batch": outcome.batch_id, "lines": outcome.lines})
            record_audit(session, operator_at_the_machine(database.clock.now()), deed)
        into = rejects or file.with_name(f"{file.stem}-rejects.csv")
        if outcome.rejected or outcome.duplicates:
            with database.reading() as session:
                evidence.write_rejects(session, outcome.batch_id, into)
    again = "（此前已导入，未做改动 · taken in before, nothing changed）" if outcome.already_done else ""
    sent_back = f"退回明细 rejects: {into}" if outcome.rejected or outcome.duplicates else "没有退回 · no rejects"
    output.show(
        outcome,
        f"批次 batch {outcome.batch_id}: {outcome.lines:,} 行 lines{again}",
        f"发放 {outcome.awarded:,} awards · {outcome.credits:,} 积分 credits · {outcome.grams:,} g CO2e",
        f"非绿色 {outcome.not_green:,} not green · 未得分 {outcome.no_credit:,} no credit · "
        f"重复 {outcome.duplicates:,} duplicates · 退回 {outcome.rejected:,} rejected",
        sent_back,
    )
