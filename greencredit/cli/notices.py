"""Commands for notices: which ways are set up, what became of what was sent, remind now, try a way."""

from typing import Annotated

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened, settings

app = typer.Typer(help="通知 · notices", no_args_is_help=True)


@app.command()
def ways() -> None:
    """哪些通知方式已开通 · which ways are set up; a setting that is missing is named."""
    from greencredit.notices.errors import SettingsIncomplete
    from greencredit.notices.jobs.outlets import outlet_of
    from greencredit.schemas.notices import Way

    found: list[tuple[Way, str, str]] = [(Way.INBOX, "on", "")]
    for way in (Way.MAIL, Way.SMS, Way.WEBHOOK):
        try:
            found.append((way, "off" if outlet_of(way, settings()) is None else "on", ""))
        except SettingsIncomplete as refusal:
            found.append((way, "incomplete", refusal.message))
    output.show_table(
        [{"way": way, "state": state, "detail": detail} for way, state, detail in found],
        ("方式 · way", "状态 · state", "说明 · detail"),
        [(f"{way.words.zh} · {way}", state, detail) for way, state, detail in found],
    )


@app.command()
def remind() -> None:
    """提醒即将到期的积分 · remind holders of what ends soon; a second time on the same day tells nobody twice."""
    from greencredit.notices import service

    told = 0
    with opened() as database, output.progress("提醒 · reminding") as progress:
        while True:
            with database.writing() as session:
                page = service.remind(session)
            told += page.told
            progress(page.told)
            if page.done:
                break
    output.show({"told": told}, f"新增 {told} 条到期提醒 · {told} new reminders")


@app.command()
def deliveries(
    way: Annotated[str | None, typer.Option(help="mail, sms, webhook")] = None,
    outcome: Annotated[str | None, typer.Option(help="sent, later, refused, given_up, off …")] = None,
    before: Annotated[str | None, typer.Option(help="上一页最后的编号 · the last id of the page before")] = None,
    limit: Annotated[int, typer.Option(help="每页条数 · lines", min=1, max=1000)] = 20,
) -> None:
    """送达记录，新的在前 · the delivery log, newest first; it holds no address and names nobody."""
    from greencredit.kernel.clock import SHANGHAI
    from greencredit.notices import queries
    from greencredit.schemas.notices import Outcome, Way

    for given, known in ((way, set(Way)), (outcome, set(Outcome))):
        if given is not None and given not in known:
            message = f"found {given}, one of {', '.join(sorted(known))} wanted"
            raise typer.BadParameter(message)
    with opened() as database, database.reading() as session:
        found = queries.delivery_log(
            session,
            way=Way(way) if way else None,
            outcome=Outcome(outcome) if outcome else None,
            before=before,
            limit=limit,
        )
    output.show_table(
        [{"id": line_id, **line.model_dump(mode="json")} for line_id, line in found],
        ("编号 · id", "通知 · notice", "方式 · way", "次数 · try", "时间 · at (CST)", "结果 · outcome", "应答 · code"),
        [
            (
                line_id,
                line.notice_id,
                line.way,
                line.attempt,
                f"{line.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
                f"{line.outcome.words.zh} · {line.outcome}",
                line.code,
            )
            for line_id, line in found
        ],
    )
