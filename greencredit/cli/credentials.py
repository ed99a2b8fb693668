"""Commands for portable proofs: issue, list, hand out, keys and lists; and their check, which needs none of that."""

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened, settings
from greencredit.cli.verify import tell

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from greencredit.schemas.badges import NewPortableProof

app = typer.Typer(help="便携证明 · portable proofs", no_args_is_help=True)
checking = typer.Typer()
"""Hung below `greencredit verify`."""


class FormName(StrEnum):
    """In which form a proof is handed out."""

    JSON = "json"
    JWT = "jwt"
    PNG = "png"
    SVG = "svg"


class SuiteName(StrEnum):
    """By which algorithm a key signs."""

    EDDSA_JCS_2022 = "eddsa-jcs-2022"
    RS256 = "RS256"


_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="凭证文件 · json, jwt, png or svg")]
_Consumer = Annotated[str, typer.Argument(help="消费者编号 · consumer")]
_Number = Annotated[str, typer.Argument(help="编号 · number")]
_Out = Annotated[Path | None, typer.Option("--out", dir_okay=False, help="写入文件 · write to a file")]


def _optional(name: str, told: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(name, exists=True, dir_okay=False, help=told)
    return found


@checking.command()
def credential(
    file: _File,
    keys: Annotated[
        Path, typer.Option("--keys", exists=True, dir_okay=False, help="签发方公钥 · DID document, or JSON Web Key set")
    ],
    *,
    status: Annotated[Path | None, _optional("--status", "撤销状态列表 · status list")] = None,
    identity: Annotated[str | None, typer.Option(help="出示者的编号 · id of whoever shows it")] = None,
    key_proof: Annotated[Path | None, _optional("--key-proof", "公钥的日志证明 · .tlog-proof of the key")] = None,
    policy: Annotated[Path | None, _optional("--policy", "信任策略文件 · whom you trust (tlog-policy)")] = None,
    at: Annotated[datetime | None, typer.Option(help="按此时刻（UTC）核对 · check as of this instant")] = None,
) -> None:
    """验证便携证明 · check a portable proof; says what was checked, and what was not for want of a file."""
    from greencredit.kernel.clock import SystemClock
    from greencredit.proofs.rules.policy import Policy
    from greencredit.proofs.rules.verify_credential import Handed, LogEvidence, keys_of, verify_credential

    if (key_proof is None) is not (policy is None):
        wanted = "日志证明与策略须同时给出 · give both files or neither"
        raise typer.BadParameter(wanted, param_hint="--key-proof --policy")
    log = None
    if key_proof is not None and policy is not None:
        log = LogEvidence(key_proof.read_bytes(), Policy.parse(policy.read_bytes()))
    handed = Handed(
        keys=keys_of(keys.read_bytes()),
        at=SystemClock().now() if at is None else at.replace(tzinfo=UTC),
        status=None if status is None else status.read_bytes(),
        identity=identity,
        log=log,
    )
    tell(verify_credential(file.read_bytes(), handed))


@app.command()
def issue(
    consumer_id: _Consumer,
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="起始日 · first day")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="截止日（不含） · the day after the last")],
    lang: Annotated[str, typer.Option("--lang", help="zh 或 or en")] = "zh",
) -> None:
    """签发便携证明 · issue a portable proof and the report that says the same; again gives the same."""
    from greencredit.badges import jobs

    wanted = _wanted(since.date(), until.date(), lang)
    with opened() as database:
        found = jobs.issue_one(database, settings(), consumer_id, wanted.period, wanted.lang)
        with database.writing() as session:
            _note(session, "badge.issue", found.number, {"consumer": consumer_id})
    output.show(found, f"{found.number}  {found.period.since} – {found.period.last_day}  {found.credential_id}")


@app.command("list")
def list_(consumer_id: _Consumer) -> None:
    """列出便携证明 · list a holder's portable proofs."""
    from greencredit.badges import queries

    with opened() as database, database.reading() as session:
        found = queries.proofs_of(session, consumer_id)
    output.show_table(
        found,
        ("编号 · number", "期间 · period", "状态 · state"),
        [
            (
                one.number,
                f"{one.period.since} – {one.period.last_day}",
                "有效 valid" if one.revoked_at is None else f"已撤销 revoked {one.revoked_at:%F}",
            )
            for one in found
        ],
    )


@app.command()
def export(consumer_id: _Consumer, number: _Number, form: FormName = FormName.JSON, out: _Out = None) -> None:
    """导出便携证明 · hand a portable proof out as json, jwt, png or svg."""
    from greencredit.badges import service

    with opened() as database, database.reading() as session:
        data = service.file_of(session, consumer_id, number, form.value)
    path = out or Path(f"{number}.{form.value}")
    path.write_bytes(data)
    output.show({"file": str(path), "size_bytes": len(data)}, str(path))


@app.command()
def keys(
    *, jwks: Annotated[bool, typer.Option("--jwks", help="JSON Web Key 集 · key set")] = False, out: _Out = None
) -> None:
    """导出签发方公钥 · write the DID document, or the JSON Web Key set."""
    import json

    from greencredit.badges import queries

    with opened() as database, database.reading() as session:
        found = queries.key_set(session) if jwks else queries.did_document(session, settings().public_url)
    _hand_out(json.dumps(found, ensure_ascii=False, indent=1) + "\n", out)


@app.command()
def status(number: Annotated[int, typer.Argument(help="列表编号 · list", min=1)] = 1, out: _Out = None) -> None:
    """导出撤销状态列表 · write the newest signed status list."""
    from greencredit.badges import queries

    with opened() as database, database.reading() as session:
        found = queries.status_document(session, number)
    _hand_out(found, out)


@app.command("key-proof")
def key_proof_(
    suite: SuiteName, number: Annotated[int, typer.Argument(help="密钥序号 · key", min=1)] = 1, out: _Out = None
) -> None:
    """导出公钥的日志证明 · write the proof that a key stands in the log."""
    from greencredit.badges import queries

    with opened() as database, database.reading() as session:
        found = queries.key_in_log(session, suite.value, number)
    _hand_out(found, out)


@app.command("rotate-key")
def rotate_key(suite: SuiteName) -> None:
    """更换签名密钥 · sign with a new key from now on; old proofs still stand under the old one."""
    from greencredit.badges import service

    with opened() as database, database.writing() as session:
        found = service.rotate_key(session, suite.value, settings().public_url)
        _note(session, "badge.manage", suite.value, {"key": found})
    output.show({"suite": suite.value, "key": found}, found)


def _wanted(since: date, until: date, lang: str) -> "NewPortableProof":
    from pydantic import ValidationError

    from greencredit.schemas.badges import NewPortableProof

    try:
        return NewPortableProof.model_validate({"period": {"since": since, "until": until}, "lang": lang})
    except ValidationError as fault:
        wanted = f"两个先后有序的日期，zh 或 en · two days in order, zh or en; found {since}, {until}, {lang}"
        raise typer.BadParameter(wanted, param_hint="--since --until --lang") from fault


def _note(session: "Session", action: str, object_id: str, facts: dict[str, object]) -> None:
    from greencredit.kernel.access import Deed, operator_at_the_machine
    from greencredit.kernel.clock import now
    from greencredit.people.service import record_audit

    record_audit(session, operator_at_the_machine(now(session)), Deed(action, object_id, facts=facts))


def _hand_out(told: str, out: Path | None) -> None:
    if out is None:
        output.show({"text": told}, told.rstrip("\n"))
        return
    out.write_text(told, encoding="utf-8")
    output.show({"file": str(out)}, str(out))
