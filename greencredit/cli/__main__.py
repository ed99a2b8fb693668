"""Lets `python -m greencredit.cli` stand for the installed command."""

from greencredit.cli.main import main

main()
