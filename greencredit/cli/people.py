"""Commands about one person's data: the copy he may ask for, and forgetting him."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from greencredit.kernel.access import Actor

app = typer.Typer(help="个人信息 · personal data", no_args_is_help=True)

_Consumer = Annotated[str, typer.Argument(metavar="CONSUMER", help="消费者编号 · consumer")]
_By = Annotated[str, typer.Option(help="经办账户的登录名 · login of whoever does it")]
_MOST: Final = 2**53 - 1


@app.command()
def export(
    consumer_id: _Consumer,
    *,
    by: _By,
    out: Annotated[
        Path | None, typer.Option("--out", help="写入文件，缺省打印 · write here instead of printing")
    ] = None,
) -> None:
    """个人信息副本 · write everything that is kept about a person, contacts in full, as JSON."""
    import sys

    from greencredit.privacy import queries

    with opened() as database, database.writing() as session:
        actor = _allowed(session, "personal.copy", consumer_id, by)
        told = queries.copy_of(session, consumer_id).model_dump_json(indent=1) + "\n"
        _record(session, actor, "personal.copy", consumer_id, 0)
    if out is None:
        sys.stdout.write(told)
        return
    out.write_text(told, encoding="utf-8")
    output.show({"file": str(out), "bytes": len(told.encode())}, str(out))


@app.command()
def erase(
    consumer_id: _Consumer,
    *,
    by: _By,
    credits_: Annotated[
        int | None, typer.Option("--credits", help="放弃的积分数，须与现有相符 · credits given up", min=0, max=_MOST)
    ] = None,
) -> None:
    """注销：先列出将放弃什么，写明 --credits 才执行 · without --credits only tells what would be given up."""
    from greencredit.privacy import queries, service
    from greencredit.schemas.privacy import Erasure

    with opened() as database, database.writing() as session:
        actor = _allowed(session, "personal.erase", consumer_id, by)
        if credits_ is None:
            found = queries.before_erasure(session, consumer_id)
            output.show(
                found,
                f"将放弃 {found.credits:,} 积分 credits to be given up · 兑换中 held {found.held:,} · "
                f"冻结 frozen {found.frozen:,} · 待追回 owed {found.owed:,} · 报告 reports {found.reports:,}",
                f"确认请加 · to go on: --credits {found.credits}",
            )
            return
        erased = service.erase(session, consumer_id, Erasure(credits=credits_))
        _record(session, actor, "personal.erase", consumer_id, erased.credits_given_up)
    output.show(
        erased,
        f"已注销 erased {consumer_id} · 放弃 {erased.credits_given_up:,} 积分 credits given up · "
        f"冻结事件 {erased.events_frozen:,} events frozen",
    )


def _allowed(session: "Session", action: str, consumer_id: str, login: str) -> "Actor":
    from greencredit.kernel.access import Scope, ScopeKind, require
    from greencredit.people import queries
    from greencredit.people.errors import UnknownAccount

    found = queries.account_by_login(session, login)
    if found is None:
        raise UnknownAccount(login)
    actor = queries.actor_of(session, found.id)
    require(actor, action, Scope(ScopeKind.CONSUMER, consumer_id))
    return actor


def _record(session: "Session", actor: "Actor", action: str, consumer_id: str, credits_: int) -> None:
    from greencredit.kernel.access import Deed
    from greencredit.people.service import record_audit

    record_audit(session, actor, Deed(action, consumer_id, facts={"credits": credits_}))
