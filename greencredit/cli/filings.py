"""Commands for whoever prepares a filing: the same checks as at submission, from a file and without a register."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from greencredit.cli import output

if TYPE_CHECKING:
    from pydantic import ValidationError

    from greencredit.schemas.issuers import CheckReport, CheckResult, IssuerKind, Scheme

app = typer.Typer(help="备案 · filings", no_args_is_help=True)

_FAILED: Final = 1
_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="方案文件 JSON · the scheme")]
_Kind = Annotated[str, typer.Option(help="主体类别，如 retailer、bank · kind of issuer")]
_Before = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="现行方案 JSON · the version in force, to compare with")
]
_On = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="按哪一天的检查项 · by the checks of that day")
]


@app.command()
def check(file: _File, *, kind: _Kind = "retailer", before: _Before = None, on: _On = None) -> None:
    """逐项检查方案，必须项未通过则返回 1 · check a scheme rule by rule; exit code 1 when a must fails."""
    from greencredit.issuers import queries
    from greencredit.kernel.clock import SystemClock, civil_date

    scheme, in_force = _scheme(file), None if before is None else _scheme(before)
    day = civil_date(SystemClock().now()) if on is None else on.date()
    report = queries.check_alone(scheme, kind=_kind(kind), on=day, before=in_force)
    output.show(report, *_lines(report))
    if not report.passed:
        raise typer.Exit(_FAILED)


@app.command()
def compare(before: _File, after: _File) -> None:
    """逐项对比两版条款 · tell every difference between two versions and what it means for existing credits."""
    from greencredit.issuers import rules
    from greencredit.schemas.issuers import EXISTING_CREDITS_RULE

    found = rules.changes(_scheme(before), _scheme(after))
    lines = [f"{one.effect.words.zh} {one.effect}  {one.sentence.zh} · {one.sentence.en}" for one in found]
    output.show(found, *lines, EXISTING_CREDITS_RULE.zh, EXISTING_CREDITS_RULE.en)


def _scheme(file: Path) -> "Scheme":
    from pydantic import ValidationError

    from greencredit.schemas.issuers import Scheme

    try:
        return Scheme.model_validate_json(file.read_bytes())
    except ValidationError as faults:
        output.show(_faults(faults), *(f"{one['path']}: {one['found']}" for one in _faults(faults)))
        raise typer.Exit(_FAILED) from faults


def _faults(faults: "ValidationError") -> list[dict[str, str]]:
    return [
        {"path": ".".join(str(part) for part in one["loc"]), "found": one["msg"]}
        for one in faults.errors(include_url=False, include_input=False)
    ]


def _kind(name: str) -> "IssuerKind":
    from greencredit.schemas.issuers import IssuerKind

    if name not in set(IssuerKind):
        message = f"{name} 不是主体类别 · one of {', '.join(IssuerKind)} was wanted, found {name}"
        raise typer.BadParameter(message)
    return IssuerKind(name)


def _lines(report: "CheckReport") -> list[str]:
    told = [line for one in report.results for line in _told(one)]
    verdict = "通过 passed" if report.passed else f"未通过 failed: {', '.join(report.stopping)}"
    return [*told, f"{verdict} · 版本摘要 version {report.filing_digest}"]


def _told(result: "CheckResult") -> list[str]:
    head = f"{result.outcome.words.zh} {result.outcome}  {result.severity.words.zh}  {result.name}  "
    lines = [f"{head}{result.title.zh} · {result.title.en}"]
    if result.findings:
        lines += [f"    {one.path}: {one.found}" for one in result.findings]
        lines.append(f"    应当 wanted: {result.wanted.zh} · {result.wanted.en}")
        lines += [f"    依据 ground: {one.title.zh} · {one.title.en}" for one in result.basis]
    return lines
