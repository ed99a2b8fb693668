"""Checks of proofs that need neither our database nor a network: files in, one line a step, exit code 0 or 1."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from greencredit.cli import output

if TYPE_CHECKING:
    from greencredit.proofs.rules.policy import Policy
    from greencredit.proofs.rules.verify import Effects
    from greencredit.schemas.proofs import Step


_FAILED: Final = 1
_UNKNOWN_SIGNER: Final = 2
_REPORT: Final = "report"


class _FilesFirst(TyperGroup):
    """Takes `verify FILE` for `verify report FILE`: what most people hold in their hands is a report."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - as click's own
        """Find the command; a word that is none of them is the name of a file."""
        is_command = args[0] in self.commands or args[0].startswith("-")
        return super().resolve_command(ctx, args if is_command else [_REPORT, *args])


app = typer.Typer(
    cls=_FilesFirst,
    help="离线验证，策略文件两行即可 · check proofs without database or network; two lines make a policy: "
    "`log <verifier key>` and `quorum none`",
    no_args_is_help=True,
)

_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="文件 · file")]
_PolicyFile = Annotated[
    Path, typer.Option("--policy", exists=True, dir_okay=False, help="信任策略文件 · whom you trust (tlog-policy)")
]


@app.command()
def report(
    file: _File,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", exists=True, dir_okay=False, help="信任策略文件 · whom you trust (tlog-policy)"),
    ] = None,
    status: Annotated[
        Path | None,
        typer.Option("--status", exists=True, dir_okay=False, help="已撤销报告清单 · signed list of withdrawn reports"),
    ] = None,
    stamp_roots: Annotated[
        Path | None,
        typer.Option(
            "--timestamp-roots", exists=True, dir_okay=False, help="时间戳机构根证书 · PEM, where it is stamped"
        ),
    ] = None,
) -> None:
    """验证报告 PDF · check the PDF of a report; `verify FILE` does the same.

    退出码：0 成立；1 不成立；2 文件完整，但未给出策略，签发人未核对。
    Exit code 0: it holds; 1: it fails; 2: it is whole, but without a policy nobody asked whose it is.
    """
    from greencredit.kernel.clock import SystemClock
    from greencredit.reports.rules.checking.verify import verify_report
    from greencredit.reports.rules.signature.revision import LARGEST_BYTES

    with file.open("rb") as opened:
        data = opened.read(LARGEST_BYTES + 1)
    listed = None if status is None else status.read_bytes()
    trusted = None if policy is None else _policy(policy)
    roots = None if stamp_roots is None else stamp_roots.read_bytes()
    tell(verify_report(data, trusted, listed, SystemClock().now(), roots), signer_asked=trusted is not None)


@app.command()
def receipt(file: _File, policy: _PolicyFile) -> None:
    """验证一笔流水的回执 · check the receipt of one event, or the .tlog-proof of a log entry."""
    from greencredit.proofs.rules.verify import verify_receipt

    tell(verify_receipt(file.read_bytes(), _policy(policy)))


@app.command()
def statement(file: _File, policy: _PolicyFile) -> None:
    """验证对账证明 · check a holder's statement; it shows that events are there, not that none is left out."""
    from greencredit.proofs.rules.verify import verify_statement

    tell(verify_statement(file.read_bytes(), _policy(policy), effects_of_kinds()))


@app.command()
def standing(file: _File, policy: _PolicyFile) -> None:
    """验证发放当时的主体状态 · check that an issuer was filed and active when an event was posted."""
    from greencredit.proofs.rules.verify_standing import verify_standing

    tell(verify_standing(file.read_bytes(), _policy(policy)))


@app.command()
def checkpoint(
    old: _File,
    new: _File,
    policy: _PolicyFile,
    proof: Annotated[
        Path | None, typer.Option("--proof", exists=True, dir_okay=False, help="一致性证明 · consistency proof")
    ] = None,
) -> None:
    """比较两个检查点 · check that a log was only added to between two checkpoints."""
    from greencredit.proofs.rules.verify import verify_checkpoint_pair

    between = None if proof is None else proof.read_bytes()
    tell(verify_checkpoint_pair(old.read_bytes(), new.read_bytes(), between, _policy(policy)))


@app.command()
def log(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="日志文件夹 · folder of the log")],
    policy: _PolicyFile,
) -> None:
    """验证整个日志 · check every entry, every tile and the root of a whole log."""
    from greencredit.proofs.rules.verify_log import verify_log

    def read(path: str) -> bytes | None:
        place = folder / path
        return place.read_bytes() if place.is_file() else None

    with output.progress("核对日志条目 · log entries") as advance:
        steps = verify_log(read, _policy(policy), effects_of_kinds(), advance)
    tell(steps)


@app.command()
def manifest(
    file: _File,
    policy: _PolicyFile,
    proof: Annotated[
        Path, typer.Option("--proof", exists=True, dir_okay=False, help="日志回执 · the .tlog-proof of the manifest")
    ],
    reports: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="应在清单中的文件 · files that are on it")
    ] = None,
) -> None:
    """验证批次签发清单 · check the manifest of a batch of reports against the log, and that files are on it."""
    from greencredit.kernel.files.kept import digest_of
    from greencredit.reports.rules.manifest import verify_manifest

    wanted = {str(one): digest_of(one)[0] for one in reports or ()}
    with file.open("rb") as lines:
        steps = verify_manifest(lines, proof.read_bytes(), _policy(policy), wanted)
    tell(steps)


def _policy(file: Path) -> "Policy":
    from greencredit.proofs.rules.policy import Policy

    return Policy.parse(file.read_bytes())


def effects_of_kinds() -> "Effects":
    """Tell what each kind of event does to what its holder and its party have: the ledger's own paths say it."""
    from greencredit.ledger.rules.paths import EFFECTS

    return EFFECTS


def tell(steps: "Sequence[Step]", *, signer_asked: bool = True) -> None:
    """Print the steps of a check, and end with the exit code that they come to."""
    from greencredit.proofs.rules.steps import TITLES, failed_step

    failed = failed_step(steps)
    lines = []
    for step in steps:
        title, mark = TITLES[step.name], "✗" if not step.ok else "✓" if step.checked else "–"
        lines.append(f"{mark} {title.zh} · {title.en}: {step.found}")
    if failed is not None:
        title, (zh, en) = TITLES[failed.name], _meaning(failed.code)
        lines += [
            f"  应为 wanted: {failed.wanted}",
            f"不成立：止于“{title.zh}”——{zh}。 · It fails at: {title.en} – {en} [{failed.code}]",
        ]
    elif not signer_asked:
        lines.append(
            "文件完整，但没有给出策略，签发人未核对。 · It is whole, but without --policy nobody asked whose it is."
        )
    elif all(step.checked for step in steps):
        lines.append("成立：每一步都已核对。 · It holds: every step was checked.")
    else:
        lines.append("成立，标“–”的一步除外，没有核对。 · It holds, but for what is marked –, which was not checked.")
    holds = failed is None and signer_asked
    output.show({"holds": holds, "steps": [step.model_dump() for step in steps]}, *lines)
    if not holds:
        raise typer.Exit(_UNKNOWN_SIGNER if failed is None else _FAILED)


def _meaning(code: str) -> tuple[str, str]:
    """Give what a code means in both languages, as its class says it."""
    from greencredit.kernel.errors import every_refusal

    kind = next(kind for kind in every_refusal() if kind.code == code)
    zh, _, en = (kind.__doc__ or "").partition(": ")
    return zh, " ".join(en.split()).rstrip(".")
