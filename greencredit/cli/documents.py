"""Commands about documents: is every file of the register there, and is it whole?"""

import typer

from greencredit.cli import output
from greencredit.cli.opening import opened, settings

app = typer.Typer(help="材料 · documents", no_args_is_help=True)


@app.callback()
def documents() -> None:
    """材料 · documents."""


@app.command()
def audit() -> None:
    """核对：逐一重读材料文件 · read every file again; exit code 1 if one is lost or was altered."""
    from greencredit.documents import queries

    with opened() as database, database.reading() as session:
        found = queries.audit(session, settings().data_dir / queries.FOLDER)
    output.show(
        found,
        f"检查 looked at: {found.looked_at:,}",
        f"缺失 lost: {', '.join(found.lost) or '0'}",
        f"被改动 altered: {', '.join(found.altered) or '0'}",
        f"未登记 not in the register: {len(found.strange):,}",
    )
    if not found.holds:
        raise typer.Exit(1)
