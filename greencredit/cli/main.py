"""The command `greencredit`: hangs every group of commands on one tree and prints refusals as one line.

Heavy libraries are imported inside the commands that need them, so that `--help` stays quick.
"""

import sys
from typing import Annotated, Final

import typer

from greencredit.cli import (
    actions,
    administration,
    books,
    credentials,
    documents,
    earning,
    feeds,
    filings,
    installation,
    log,
    notices,
    organisations,
    output,
    people,
    projects,
    queues,
    reports,
    trajectories,
    verify,
)

_JSON: Final = "--json"
_REFUSED: Final = 2

app = typer.Typer(
    name="greencredit",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,
)
app.add_typer(installation.app)
app.add_typer(feeds.app)
app.add_typer(feeds.feeds, name="feeds")
app.add_typer(feeds.certificates, name="certificates")
app.add_typer(documents.app, name="documents")
books.ledger.add_typer(trajectories.app)
app.add_typer(books.ledger, name="ledger")
app.add_typer(actions.app, name="actions")
app.add_typer(filings.app, name="filing")
app.add_typer(reports.app, name="report")
app.add_typer(log.app, name="log")
app.add_typer(people.app, name="people")
app.add_typer(organisations.app, name="organisation")
app.add_typer(notices.app, name="notices")
app.add_typer(projects.app, name="projects")
app.add_typer(queues.jobs, name="jobs")
app.add_typer(queues.outbox, name="outbox")
verify.app.add_typer(credentials.checking)
app.add_typer(verify.app, name="verify")
app.add_typer(credentials.app, name="badge")
app.add_typer(administration.factors, name="factors")
app.add_typer(administration.account, name="account")
app.add_typer(administration.grant, name="grant")
app.add_typer(administration.feed, name="feed")
app.add_typer(administration.award, name="award")
app.add_typer(earning.app, name="awards")


@app.callback()
def root(as_json: Annotated[bool, typer.Option(_JSON, help="机器可读输出 · print JSON, for machines")] = False) -> None:  # noqa: FBT002 - a command-line flag
    """绿色消费积分平台 · the green consumption credit platform."""
    output.AS_JSON.set(as_json)


def main(arguments: list[str] | None = None) -> None:
    """Run one command line; `--json` may stand anywhere in it."""
    given = sys.argv[1:] if arguments is None else arguments
    asked = [_JSON] if _JSON in given else []
    from greencredit.kernel.errors import Refusal

    try:
        app([*asked, *(word for word in given if word != _JSON)])
    except Refusal as refusal:
        output.refuse(refusal)
        sys.exit(_REFUSED)
