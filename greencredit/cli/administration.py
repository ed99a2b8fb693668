"""Commands of whoever runs the platform: factors, accounts, roles, feeds, and taking an award back.

Each asks the policy for its action and writes its line of the audit log in the transaction of the deed.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened
from greencredit.kernel.policy import Role, ScopeKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from greencredit.kernel.access import Actor
    from greencredit.schemas.people import Account

factors = typer.Typer(help="排放因子 · emission factors", no_args_is_help=True)
account = typer.Typer(help="账户 · accounts", no_args_is_help=True)
grant = typer.Typer(help="授权 · roles", no_args_is_help=True)
feed = typer.Typer(help="数据来源 · feeds of evidence", no_args_is_help=True)
award = typer.Typer(help="发放 · awards", no_args_is_help=True)

_MACHINE: Final = "machine"
"""Who did it where a name is kept: somebody at the machine, without an account."""

_PASSWORD_BYTES: Final = 20
_BIGGEST: Final = 2**63 - 1
"""The largest number that the database keeps."""

_Login = Annotated[str, typer.Argument(help="登录名 · login")]


@factors.command()
def publish(file: Annotated[Path, typer.Argument(help="因子文件 CSV · file", exists=True, dir_okay=False)]) -> None:
    """发布因子文件，整份或不发布 · publish a factor file whole or not at all; again changes nothing."""
    from greencredit.actions import service

    with opened() as database, database.writing() as session:
        operator = _allowed(session, "factors.publish")
        published = service.publish_factors(session, file.read_bytes(), by=_MACHINE)
        facts = {"added": published.added, "unchanged": published.unchanged}
        _record(session, operator, "factors.publish", published.digest, facts)
    output.show(
        published,
        f"新增 {published.added:,} added · 未变 {published.unchanged:,} unchanged",
        f"文件摘要 digest: {published.digest}",
    )


@account.command("open")
def open_account(
    login: _Login,
    *,
    name: Annotated[str, typer.Option(help="显示名 · display name")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="从标准输入读密码 · read it from stdin")
    ] = False,
) -> None:
    """开立账户，未给密码则生成并只显示一次 · open an account; a password that was not given is made and told once."""
    from pydantic import SecretStr

    from greencredit.kernel.ids import base32
    from greencredit.people import service
    from greencredit.people.errors import WeakPassword
    from greencredit.schemas.people import NewAccount

    given = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    if given == "":  # an account without a password never signs in: not what was asked for
        raise WeakPassword(found_characters=0)
    with opened() as database, database.writing() as session:
        operator = _allowed(session, "account.open")
        made = base32(database.entropy(_PASSWORD_BYTES)) if given is None else None
        with _usable():
            wanted = NewAccount(login=login, display_name=name, password=SecretStr(given or made or ""))
        opened_account = service.register_account(session, wanted)
        _record(session, operator, "account.open", opened_account.id, {})
    told = [f"密码，仅此一次 · password, told this once: {made}"] if made else []
    output.show(
        {"account": opened_account, "password": made},
        f"{opened_account.id}  {opened_account.login}  {opened_account.display_name}",
        *told,
    )


@account.command()
def suspend(login: _Login) -> None:
    """停用：可登录查看，不得改动 · let an account read, and change nothing."""
    from greencredit.people import service

    with opened() as database, database.writing() as session:
        operator = _allowed(session, "account.suspend")
        found = service.suspend(session, operator, _known(session, login).id)
    output.show(found, f"{found.id}  {found.login}  {found.state}")


@account.command()
def reinstate(login: _Login) -> None:
    """恢复已停用的账户 · let a suspended account do again what its roles say."""
    from greencredit.people import service

    with opened() as database, database.writing() as session:
        operator = _allowed(session, "account.suspend")
        found = service.reinstate(session, operator, _known(session, login).id)
    output.show(found, f"{found.id}  {found.login}  {found.state}")


@grant.command()
def give(
    login: _Login,
    role: Annotated[Role, typer.Argument(help="角色 · role")],
    scope_kind: Annotated[ScopeKind, typer.Argument(help="范围 · kind of place")],
    scope_id: Annotated[str, typer.Argument(help="范围编号，平台则不填 · place; none for the platform")] = "",
    *,
    because: Annotated[str, typer.Option(help="原因 · why")],
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截止日（不含），审计员必填 · the day after the last")
    ] = None,
) -> None:
    """授予角色，自即刻起 · give an account a role in a place, from now on."""
    from greencredit.kernel.clock import start_of
    from greencredit.people import service
    from greencredit.schemas.people import NewGrant

    with opened() as database, database.writing() as session:
        operator = _allowed(session, "grant.give")
        with _usable():
            wanted = NewGrant(
                account_id=_known(session, login).id,
                role=role,
                scope_kind=scope_kind,
                scope_id=scope_id,
                until=until and start_of(until.date()),
                because=because,
            )
        given = service.grant(session, operator, wanted)
    place = f"{given.scope_kind} {given.scope_id}".strip()
    end = f" · 至 until {given.until:%F %T} UTC" if given.until else ""
    output.show(given, f"{given.id}  {given.role} · {place}{end}")


@grant.command()
def revoke(grant_id: Annotated[str, typer.Argument(help="授权编号 · id")]) -> None:
    """收回角色，再次收回不变 · take a role back; again changes nothing."""
    from greencredit.people import service

    with opened() as database, database.writing() as session:
        revoked = service.revoke_grant(session, _allowed(session, "grant.revoke"), grant_id)
    output.show(revoked, f"{revoked.id}  {revoked.role}  收回于 revoked: {revoked.revoked_at:%F %T} UTC")


@feed.command("open")
def open_feed(
    name: Annotated[str, typer.Argument(help="名称 · name")],
    kind: Annotated[str, typer.Argument(help="种类，见 feeds kinds · kind; see feeds kinds")],
    issuer_id: Annotated[str, typer.Argument(help="发行主体编号 · issuer")],
    region: Annotated[str, typer.Option(help="发生地代码 · region code, such as CN-SH")],
    merchant: Annotated[str | None, typer.Option(help="商家编号，购买类来源必填 · merchant, for purchases")] = None,
) -> None:
    """开立数据来源，再次开立不变 · open a feed of evidence; again changes nothing."""
    from greencredit.evidence import service
    from greencredit.evidence.catalogue import form_of
    from greencredit.issuers import queries as issuers
    from greencredit.merchants import queries as merchants
    from greencredit.schemas.evidence import NewFeed

    with _usable():
        wanted = NewFeed.model_validate(
            {"name": name, "kind": kind, "issuer_id": issuer_id, "merchant_id": merchant, "region": region}
        )
    service.require_door(form_of(wanted.kind))
    with opened() as database, database.writing() as session:
        operator = _allowed(session, "feed.open")
        issuers.issuer(session, issuer_id)
        if merchant is not None:
            merchants.merchant(session, merchant)
        found = service.open_feed(session, wanted)
        _record(session, operator, "feed.open", found.name, {"kind": found.kind, "issuer": found.issuer_id})
    output.show(found, f"{found.name}  {found.kind}  {found.issuer_id}  {found.region}")


@award.command()
def reverse(
    award_id: Annotated[int, typer.Argument(help="发放编号 · award", min=1, max=_BIGGEST)],
    credits_: Annotated[int, typer.Argument(metavar="CREDITS", help="收回积分 · credits", min=1, max=_BIGGEST)],
    reason: Annotated[str, typer.Option(help="原因，记入账本 · why; kept in the ledger")],
    document: Annotated[str | None, typer.Option(help="材料的 SHA-256 摘要 · digest of the document")] = None,
    key: Annotated[str, typer.Option(help="同额再次收回时另取 · another, to take the same number back again")] = "",
) -> None:
    """冲正，重复执行只收回一次 · take an award back, whole or in part; asked twice it is taken once."""
    from greencredit.awards import service

    if document is not None and not (len(document) == 64 and set(document) <= set("0123456789abcdef")):  # noqa: PLR2004 - hexadecimal SHA-256
        wanted = f"须为 64 位小写十六进制 · 64 hexadecimal digits wanted, found {len(document)} characters"
        raise typer.BadParameter(wanted, param_hint="--document")
    if not reason.strip():
        wanted = "须写明原因 · say why"
        raise typer.BadParameter(wanted, param_hint="--reason")
    with opened() as database, database.writing() as session:
        operator = _allowed(session, "award.reverse")
        posted = service.take_back(
            session, award_id, credits_=credits_, actor_id=_MACHINE, reason=reason, document=document, key=key
        )
        facts = {"credits": credits_, "event": posted.event_id, "repeated": posted.repeated}
        _record(session, operator, "award.reverse", str(award_id), facts)
    again = "（此前已收回，未做改动 · taken back before, nothing changed）" if posted.repeated else ""
    output.show(
        {"award_id": award_id, "credits": credits_, **posted.model_dump()},
        f"发放 award {award_id}: 收回 {credits_:,} 积分 credits taken back · 分录 event {posted.event_id}{again}",
    )


def _allowed(session: "Session", action: str) -> "Actor":
    """Give the operator at the machine, if the policy lets him do this."""
    from greencredit.kernel import access
    from greencredit.kernel.clock import now

    operator = access.operator_at_the_machine(now(session))
    access.require(operator, action)
    return operator


def _record(session: "Session", operator: "Actor", action: str, object_id: str, facts: Mapping[str, object]) -> None:
    from greencredit.kernel.access import Deed
    from greencredit.people.service import record_audit

    record_audit(session, operator, Deed(action, object_id, facts=facts))


def _known(session: "Session", login: str) -> "Account":
    from greencredit.people import queries
    from greencredit.people.errors import UnknownAccount

    found = queries.account_by_login(session, login)
    if found is None:
        raise UnknownAccount(login)
    return found


@contextmanager
def _usable() -> Iterator[None]:
    """Say in one line which part of a command can't be used, and never what a secret was."""
    from pydantic import ValidationError

    try:
        yield
    except ValidationError as fault:
        parts = (f"{'.'.join(map(str, one['loc']))} {one['msg']}".strip() for one in fault.errors(include_input=False))
        raise typer.BadParameter("; ".join(parts)) from None
