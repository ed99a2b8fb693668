"""Commands for evidence: take a file in, look at what became of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened

if TYPE_CHECKING:
    from greencredit.schemas.certificates import ImportedList

app = typer.Typer()
feeds = typer.Typer(help="数据来源状况与种类 · how feeds stand, and which kinds there are", no_args_is_help=True)
certificates = typer.Typer(help="证书名录 · signed lists of certificates", no_args_is_help=True)


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


@feeds.command()
def status(
    issuer: Annotated[str | None, typer.Option(help="只看一个发行主体 · of one issuer")] = None,
) -> None:
    """各来源的收件、退回、重复与延迟 · what came, what was sent back, and how late it comes."""
    from greencredit.evidence import queries

    with opened() as database, database.reading() as session:
        found = queries.statuses(session, issuer)
    lines = [
        f"{one.feed}  {one.kind}  读入 read {one.lines:,} · 可计 qualifying {one.qualifying:,} · "
        f"重复 duplicates {one.duplicates:,} · 搁置 put aside {one.put_aside:,} · 退回 rejected {one.rejected:,} · "
        f"退款 refunds {one.refunds:,} · 延迟 lag {_seconds(one.lag_seconds)} · "
        f"静默 silent {_seconds(one.silent_seconds)}"
        for one in found
    ]
    output.show(found, *(lines or ["没有数据来源 · no feeds"]))


@feeds.command()
def kinds(
    kind: Annotated[str | None, typer.Argument(help="种类，不填则列出全部 · one kind; all, if left out")] = None,
) -> None:
    """来源种类及其字段 · the kinds of source and their columns."""
    from greencredit.evidence import queries
    from greencredit.evidence.catalogue import form_of

    if kind is not None:
        form_of(kind)
    found = [one for one in queries.kinds() if kind in {None, one.kind}]
    lines = []
    for one in found:
        lines.append(f"{one.kind}  {one.title.zh} · {one.title.en}")
        if kind is not None:
            lines += [f"  {one.explains.zh}", f"  {one.explains.en}"]
            for column in one.columns:
                left_out = "" if column.required else "（可不填 · may be left out）"
                lines.append(f"  {column.name}  {column.title.zh} · {column.title.en}: {column.wanted}{left_out}")
    output.show(found, *lines)


def _seconds(count: int | None) -> str:
    return "–" if count is None else f"{count:,} s"


@certificates.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(help="签名的名录 JSON · a signed list", exists=True, dir_okay=False)],
) -> None:
    """导入签名的证书名录，重复导入不变 · take a signed list in; again changes nothing."""
    from greencredit.evidence import service
    from greencredit.kernel import access
    from greencredit.kernel.access import Deed
    from greencredit.people.service import record_audit

    with opened() as database, database.writing() as session:
        operator = access.operator_at_the_machine(database.clock.now())
        access.require(operator, "certificates.keep")
        found = service.import_list(session, file.read_bytes())
        deed = Deed("certificates.keep", found.publisher, facts={"number": found.number, "digest": found.digest})
        record_audit(session, operator, deed)
    output.show(found, _told(found))


@certificates.command("trust")
def trust(
    key_id: Annotated[str, typer.Argument(help="密钥名称 · name of the key")],
    publisher: Annotated[str, typer.Argument(help="发布方 · publisher")],
    algorithm: Annotated[str, typer.Argument(help="ed25519 或 or ecdsa-p256-sha256")],
    public_key: Annotated[str, typer.Argument(help="公钥 Base64 · public key")],
) -> None:
    """信任发布方的签发密钥 · trust the key of a publisher of lists."""
    from pydantic import ValidationError

    from greencredit.evidence import service
    from greencredit.kernel import access
    from greencredit.kernel.access import Deed
    from greencredit.people.service import record_audit
    from greencredit.schemas.certificates import NewSigner

    facts = {"key_id": key_id, "publisher": publisher, "algorithm": algorithm, "public_key": public_key}
    try:
        new = NewSigner.model_validate(facts)
    except ValidationError as fault:
        first = fault.errors(include_input=False)[0]
        wanted = f"{'.'.join(map(str, first['loc']))} {first['msg']}"
        raise typer.BadParameter(wanted) from None
    with opened() as database, database.writing() as session:
        operator = access.operator_at_the_machine(database.clock.now())
        access.require(operator, "certificates.keep")
        found = service.trust_signer(session, new)
        record_audit(session, operator, Deed("certificates.keep", key_id, facts={"publisher": publisher}))
    output.show(found, f"{found.key_id}  {found.publisher}  {found.algorithm}")


@certificates.command("list")
def list_lists() -> None:
    """在用的名录及其天数 · the lists in force and their age."""
    from greencredit.evidence import queries

    with opened() as database, database.reading() as session:
        found = queries.lists_in_force(session)
    output.show(found, *([_told(one) for one in found] or ["没有名录 · no lists"]))


def _told(one: "ImportedList") -> str:
    stale = "，过旧，不可用 · too old to be used" if one.stale else ""
    return (
        f"{one.publisher}  {one.kind}  第 {one.number} 份 list {one.number} · {one.listed_on} · "
        f"{one.age_days} 天 days old（最多 at most {one.stale_after_days}）{stale} · "
        f"{one.certificates:,} 张 certificates"
    )
