"""Commands of the log: sign and publish it, change its key, and exchange files with witnesses without a network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened, settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from greencredit.schemas.proofs import StoredCheckpoint

app = typer.Typer(help="存证日志 · the append-only log", no_args_is_help=True)

_VKey = Annotated[str, typer.Argument(help="验证密钥 · verifier key, name+id+base64")]
_File = Annotated[Path, typer.Argument(help="文件 · file", exists=True, dir_okay=False)]
_Out = Annotated[Path | None, typer.Option("--out", help="写入文件，缺省打印 · write here instead of printing")]


@app.command()
def checkpoint() -> None:
    """签署当前日志 · sign the log as it stands; a size that was signed is not signed again."""
    from greencredit.proofs import service
    from greencredit.proofs.rules.exchange import origin_of

    with opened() as database, database.writing() as session:
        service.open_log(session, origin_of(settings().public_url))
        signed = service.checkpoint(session)
        _record(session, "checkpoint", size=signed.size)
    _show(signed)


@app.command()
def publish(
    everything: Annotated[bool, typer.Option("--everything", help="全部重写 · write every file anew")] = False,  # noqa: FBT002 - a command-line flag
) -> None:
    """发布为静态文件 · sign the log and bring its files up to that."""
    from greencredit.proofs import queries, service
    from greencredit.proofs.rules.exchange import origin_of

    found = settings()
    folder = queries.log_folder(found.data_dir)
    with opened() as database:
        done = service.publish(database, folder, origin=origin_of(found.public_url), everything=everything)
        with database.writing() as session:
            _record(session, "publish", size=done.size, files=done.files)
    output.show(done, f"日志 log: {done.size:,} 条 entries · 写入 {done.files:,} files written · {folder.absolute()}")


@app.command("rotate-key")
def rotate_key() -> None:
    """更换签名密钥 · hand over to a new key; the change is an entry of the log, signed by both keys."""
    from greencredit.proofs import service

    with opened() as database, database.writing() as session:
        vkey = service.rotate_key(session)
        _record(session, "rotate-key", vkey=vkey)
    output.show({"vkey": vkey}, vkey, "随下一批次生效 · hands over with the next batch")


@app.command()
def keys() -> None:
    """列出公钥与见证方 · list every key of the log, its witnesses, and our own witness key."""
    from greencredit.proofs import queries
    from greencredit.proofs.rules.exchange import witness_name_of

    with opened() as database, database.reading() as session:
        found = queries.log_keys(session, witness_name_of(settings().public_url))
    output.show(
        found,
        *(line for key in found.keys for line in (f"# 自 since {key.since:,}", f"log {key.vkey}")),
        *(f"witness {one.name} {one.vkey}" for one in found.witnesses),
        f"# 本机见证密钥 · this installation as a witness: {found.own_witness}",
    )


@app.command()
def policy(out: _Out = None) -> None:
    """导出信任策略 · write the policy file that `greencredit verify` asks for."""
    from greencredit.proofs import queries
    from greencredit.proofs.rules.exchange import witness_name_of
    from greencredit.proofs.rules.policy import policy_text

    with opened() as database, database.reading() as session:
        told = policy_text(queries.log_keys(session, witness_name_of(settings().public_url)))
    _hand_out(told, out)


@app.command("export-checkpoint")
def export_checkpoint(
    *,
    old: Annotated[int, typer.Option(help="见证方上次签署的长度 · the size the witness cosigned last", min=0)] = 0,
    out: _Out = None,
) -> None:
    """导出检查点供见证 · write the newest checkpoint with its proof, as a witness wants it."""
    from greencredit.proofs import queries
    from greencredit.proofs.errors import NoSuchCheckpoint
    from greencredit.proofs.rules.exchange import add_checkpoint_body

    with opened() as database, database.reading() as session:
        signed = queries.latest_checkpoint(session)
        if signed is None:
            raise NoSuchCheckpoint(None)
        proof = queries.consistency(session, old, signed.size)
    _hand_out(add_checkpoint_body(old, proof, signed.note), out)


@app.command("add-cosignature")
def add_cosignature(file: _File) -> None:
    """收取见证签名 · take in a cosigned checkpoint, or a witness's answer to the newest one."""
    from greencredit.proofs import queries, service

    data = file.read_bytes()
    with opened() as database:
        if data.startswith("— ".encode()):
            with database.reading() as session:
                newest = queries.latest_checkpoint(session)
            data = (newest.note if newest else "").encode() + data
        taken = service.add_cosignatures(database, data)
        with database.writing() as session:
            _record(session, "add-cosignature", size=taken.size, new=taken.new)
    output.show(taken, f"新增 {taken.new} new · 检查点 checkpoint {taken.size:,}")


@app.command("rebuild-tiles")
def rebuild_tiles() -> None:
    """由条目重建分片 · make missing tiles again from the entries; one that differs is refused."""
    from greencredit.proofs import service

    with opened() as database, database.writing() as session:
        made = service.rebuild_tiles(session)
        _record(session, "rebuild-tiles", made=made)
    output.show({"made": made}, f"重建 {made:,} tiles made")


@app.command("register-witness")
def register_witness(vkey: _VKey) -> None:
    """登记见证方 · take in cosignatures of this witness from now on."""
    from greencredit.proofs import service

    with opened() as database, database.writing() as session:
        name = service.register_witness(session, vkey)
        _record(session, "register-witness", name=name)
    output.show({"name": name}, name)


@app.command()
def watch(vkey: _VKey) -> None:
    """见证另一日志 · undertake to witness the log of this key."""
    from greencredit.proofs import service

    with opened() as database, database.writing() as session:
        origin = service.watch(session, vkey)
        _record(session, "watch", origin=origin)
    output.show({"origin": origin}, origin)


@app.command()
def cosign(file: _File, *, out: _Out = None) -> None:
    """作为见证方签署文件 · cosign, as a witness, what `export-checkpoint` wrote elsewhere."""
    from greencredit.proofs import service
    from greencredit.proofs.rules.exchange import parse_add_checkpoint, witness_name_of

    body = file.read_bytes()
    with opened() as database:
        line = service.cosign(database, body, name=witness_name_of(settings().public_url))
        signed = parse_add_checkpoint(body).signed
        with database.writing() as session:
            _record(session, "cosign", origin=signed.checkpoint.origin, size=signed.checkpoint.size)
    _hand_out(signed.note.signed + line, out)


@app.command()
def conflicts() -> None:
    """分叉证据 · list the evidence of logs that showed two trees of one size; exit code 1 if there is any."""
    from greencredit.proofs import queries

    with opened() as database, database.reading() as session:
        found = queries.conflicts(session)
    output.show_table(
        found,
        ("日志 · log", "长度 · size", "发现于 · seen (UTC)"),
        [(one.origin, f"{one.size:,}", f"{one.seen_at:%Y-%m-%d %H:%M:%S}") for one in found],
    )
    if found:
        raise typer.Exit(1)


@app.command()
def audit() -> None:
    """审计日志：由条目重算一切 · make everything again from the entries; exit code 1 if something does not agree."""
    from greencredit.proofs import queries

    with opened() as database, database.reading() as session:
        findings = queries.audit(session)
    output.show_table(
        findings,
        ("", "不变式 · invariant", "检查 · looked at", "结果 · found"),
        [
            ("✓" if one.holds else "✗", one.name, f"{one.looked_at:,}", "; ".join(one.broken) or one.sentence)
            for one in findings
        ],
    )
    if not all(one.holds for one in findings):
        raise typer.Exit(1)


def _show(signed: "StoredCheckpoint") -> None:
    facts = {"size": signed.size, "root": signed.root.hex(), "note": signed.note, "signed_at": signed.signed_at}
    output.show(facts, signed.note.rstrip("\n"))


def _hand_out(text: str, out: Path | None) -> None:
    if out is not None:
        out.write_bytes(text.encode())
        output.show({"file": str(out)}, str(out))
        return
    output.show({"text": text}, text.rstrip("\n"))


def _record(session: "Session", what: str, **facts: object) -> None:
    from greencredit.kernel import access
    from greencredit.kernel.access import Deed, operator_at_the_machine
    from greencredit.kernel.clock import now
    from greencredit.people.service import record_audit

    operator = operator_at_the_machine(now(session))
    access.require(operator, "log.manage")
    record_audit(session, operator, Deed("log.manage", what, facts=facts))
