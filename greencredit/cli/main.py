"""The command `greencredit`: hangs every group of commands on one tree and prints refusals as one line."""

import typer

app = typer.Typer(name="greencredit", no_args_is_help=True, pretty_exceptions_show_locals=False)


@app.callback()
def root() -> None:
    """绿色消费积分平台 · the green consumption credit platform."""


def main() -> None:
    """Run one command line."""
    app()
