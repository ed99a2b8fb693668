"""Commands for reports: one, many by the batch, and what the register says about a number."""

from typing import TYPE_CHECKING, Annotated

import typer

from greencredit.cli import batches, output, proven
from greencredit.cli.opening import opened, settings
from greencredit.cli.periods import lang_of, period_of

if TYPE_CHECKING:
    from greencredit.kernel.database import Database

app = typer.Typer(help="报告 · reports", no_args_is_help=True)
app.add_typer(batches.app, name="batch")
for _command in (proven.revoke, proven.supersede, proven.withdrawn, proven.seal, proven.schema):
    app.command()(_command)

_Kind = Annotated[
    str,
    typer.Argument(
        help="报告种类 · consumer, proof, statement, school, community, enterprise, issuer_filing, region, project"
    ),
]
_Language = Annotated[str, typer.Option("--lang", help="zh 或 or en")]
_Since = Annotated[str | None, typer.Option(help="起始日，默认上一年 · first day; the last full year if not given")]
_Until = Annotated[str | None, typer.Option(help="截止日（不含） · the day after the last")]


@app.command()
def issue(
    kind: _Kind,
    subject_id: Annotated[
        str,
        typer.Argument(
            help="消费者、组织、发行主体编号或地区代码 · id of a person, organisation or issuer; code of a region"
        ),
    ],
    lang: _Language = "zh",
    since: _Since = None,
    until: _Until = None,
) -> None:
    """签发一份报告 · issue one report; the same facts give the same number and file."""
    from greencredit.reports import jobs

    period = period_of(since, until)
    with opened() as database:
        found = jobs.issue_one(database, settings(), kind, subject_id, period, lang_of(lang))
        _note(database, found.number, {"kind": kind, "subject": subject_id})
    store = settings().report_store.rstrip("/") or settings().data_dir / jobs.FOLDER
    output.show(found, f"{found.number}  {store}/{found.path}")


@app.command()
def check(
    number: Annotated[str, typer.Argument(help="报告编号 · number")],
    digest: Annotated[str | None, typer.Option(help="事实摘要 · digest of the facts, as in the QR code")] = None,
) -> None:
    """核对编号与摘要 · what the register says about a number; exit code 1 if the digest differs."""
    from greencredit.reports import queries

    with opened() as database, database.reading() as session:
        found = queries.by_number(session, number)
    agrees = None if digest is None else digest == found.facts_sha256
    words = {None: "未给出摘要 · no digest given", True: "一致 · agrees", False: "不一致 · differs"}
    output.show(
        {"report": found, "digest_agrees": agrees},
        f"{found.number}  {found.kind}  {found.lang}  {found.period.since} – {found.period.last_day}",
        f"签发 issued: {found.issued_at:%F %T} UTC",
        f"事实摘要 digest: {found.facts_sha256}",
        f"核对 check: {words[agrees]}",
    )
    if agrees is False:
        raise typer.Exit(1)


def _note(database: "Database", object_id: str, facts: dict[str, object]) -> None:
    from greencredit.kernel.access import Deed, operator_at_the_machine
    from greencredit.people.service import record_audit

    with database.writing() as session:
        deed = Deed("report.issue", object_id, facts=facts)
        record_audit(session, operator_at_the_machine(database.clock.now()), deed)
