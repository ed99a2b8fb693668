"""Commands about what makes reports provable: revoke or supersede one, list what was withdrawn, change the seal."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened, settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from greencredit.schemas.reports.proven import ReportStanding, WithdrawalReason

_Number = Annotated[str, typer.Argument(help="报告编号 · number of the report")]


def revoke(
    number: _Number,
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            help="原因代码 · award_reversed, factor_withdrawn, facts_wrong, issued_by_mistake, key_compromised, "
            "holder_asked",
        ),
    ],
) -> None:
    """撤销报告 · declare that a report no longer stands; its number and digest stay on file."""
    from greencredit.reports import service

    why = _reason(reason)
    with opened() as database, database.writing() as session:
        standing = service.revoke(session, number, why, _operator(session, "report.withdraw", number, reason=why.value))
    _tell(standing)


def supersede(
    number: _Number,
    successor: Annotated[str, typer.Argument(help="新版报告编号 · number of the report that takes its place")],
) -> None:
    """以新版取代报告 · declare that a newer report takes the place of an older one."""
    from greencredit.reports import service

    with opened() as database, database.writing() as session:
        actor_id = _operator(session, "report.withdraw", number, successor=successor)
        standing = service.supersede(session, number, successor, actor_id)
    _tell(standing)


def withdrawn(
    out: Annotated[
        Path | None, typer.Option("--out", help="写入文件，缺省打印 · write here instead of printing")
    ] = None,
) -> None:
    """导出已撤销报告清单（已签名） · write the signed list of withdrawn reports, for `greencredit verify --status`."""
    from greencredit.reports import service

    with opened() as database, database.reading() as session:
        listed = service.status_list(session, service.seal_source(settings()))
    if out is None:
        output.show({"text": listed}, listed.rstrip("\n"))
        return
    out.write_bytes(listed.encode())
    output.show({"file": str(out)}, str(out))


def seal(
    *,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="换发新证书 · sign with a new certificate from now on")
    ] = False,
) -> None:
    """查看或更换签章证书 · show the certificate that reports are signed with, or change it; old ones stay checkable."""
    from greencredit.reports import queries, service

    source = service.seal_source(settings())
    with opened() as database, database.writing() as session:
        if rotate:
            _operator(session, "seal.change", source.place)
        found = service.rotate_seal(session, source) if rotate else service.open_seal(session, source)
        certificates = queries.seal_certificates(session)
    output.show(
        {"number": found.number, "sha256": found.signatory.fingerprint, "certificates": certificates},
        f"第 {found.number} 号证书 · certificate {found.number}",
        f"SHA-256 {found.signatory.fingerprint}",
        certificates[-1].rstrip("\n"),
    )


def schema(
    name: Annotated[
        str, typer.Argument(help="报告种类，或 receipt（回执） · kind of report, or receipt: the file beside its data")
    ],
) -> None:
    """打印报告内附数据的 JSON Schema · print the published shape of the data inside a kind of report."""
    import json

    from greencredit.reports import queries

    told = queries.published_shape(name, settings().public_url)
    output.show(told, json.dumps(told, ensure_ascii=False, indent=1))


def _reason(given: str) -> "WithdrawalReason":
    from greencredit.schemas.reports.proven import WithdrawalReason

    known = [one for one in WithdrawalReason if one is not WithdrawalReason.SUPERSEDED]
    if given not in known:
        wanted = f"{'、'.join(known)} 之一 · one of these"
        raise typer.BadParameter(wanted, param_hint="--reason")
    return WithdrawalReason(given)


def _tell(standing: "ReportStanding") -> None:
    status = standing.status.words
    line = f"{standing.number}  {status.zh} · {status.en}"
    output.show(standing, line if standing.successor is None else f"{line} → {standing.successor}")


def _operator(session: "Session", action: str, object_id: str, **facts: object) -> str:
    from greencredit.kernel import access
    from greencredit.kernel.access import Deed, operator_at_the_machine
    from greencredit.kernel.clock import now
    from greencredit.people.service import record_audit

    operator = operator_at_the_machine(now(session))
    access.require(operator, action)
    record_audit(session, operator, Deed(action, object_id, facts=facts))
    return operator.account_id or "operator"
