"""Checks of proofs that need neither our database nor a network: files in, one line a step, exit code 0 or 1."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from greencredit.cli import output

if TYPE_CHECKING:
    from greencredit.proofs.rules.policy import Policy
    from greencredit.proofs.rules.verify import Effects
    from greencredit.schemas.proofs import Step

app = typer.Typer(
    help="离线验证，策略文件两行即可 · check proofs without database or network; two lines make a policy: "
    "`log <verifier key>` and `quorum none`",
    no_args_is_help=True,
)

_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="文件 · file")]
_PolicyFile = Annotated[
    Path, typer.Option("--policy", exists=True, dir_okay=False, help="信任策略文件 · whom you trust (tlog-policy)")
]
_FAILED: Final = 1


@app.command()
def receipt(file: _File, policy: _PolicyFile) -> None:
    """验证一笔流水的回执 · check the receipt of one event, or the .tlog-proof of a log entry."""
    from greencredit.proofs.rules.verify import verify_receipt

    _tell(verify_receipt(file.read_bytes(), _policy(policy)))


@app.command()
def statement(file: _File, policy: _PolicyFile) -> None:
    """验证对账证明 · check a holder's statement; it shows that events are there, not that none is left out."""
    from greencredit.proofs.rules.verify import verify_statement

    _tell(verify_statement(file.read_bytes(), _policy(policy), effects_of_kinds()))


@app.command()
def standing(file: _File, policy: _PolicyFile) -> None:
    """验证发放当时的主体状态 · check that an issuer was filed and active when an event was posted."""
    from greencredit.proofs.rules.verify_standing import verify_standing

    _tell(verify_standing(file.read_bytes(), _policy(policy)))


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
    _tell(verify_checkpoint_pair(old.read_bytes(), new.read_bytes(), between, _policy(policy)))


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
    _tell(steps)


def _policy(file: Path) -> "Policy":
    from greencredit.proofs.rules.policy import Policy

    return Policy.parse(file.read_bytes())


def effects_of_kinds() -> "Effects":
    """Tell what each kind of event does to what its holder and its party have: the ledger's own paths say it."""
    from greencredit.ledger.rules.paths import EFFECTS

    return EFFECTS


def _tell(steps: "Sequence[Step]") -> None:
    from greencredit.proofs.rules.steps import TITLES, failed_step

    failed = failed_step(steps)
    lines = []
    for step in steps:
        title = TITLES[step.name]
        lines.append(f"{'✓' if step.ok else '✗'} {title.zh} · {title.en}: {step.found}")
    if failed is None:
        lines.append("成立：每一步都已核对。 · It holds: every step was checked.")
    else:
        title, (zh, en) = TITLES[failed.name], _meaning(failed.code)
        lines += [
            f"  应为 wanted: {failed.wanted}",
            f"不成立：止于“{title.zh}”——{zh}。 · It fails at: {title.en} – {en} [{failed.code}]",
        ]
    output.show({"holds": failed is None, "steps": [step.model_dump() for step in steps]}, *lines)
    if failed is not None:
        raise typer.Exit(_FAILED)


def _meaning(code: str) -> tuple[str, str]:
    """Give what a code means in both languages, as its class says it."""
    from greencredit.kernel.errors import every_refusal

    kind = next(kind for kind in every_refusal() if kind.code == code)
    zh, _, en = (kind.__doc__ or "").partition(": ")
    return zh, " ".join(en.split()).rstrip(".")
