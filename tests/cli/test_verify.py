"""The offline verifier: files in, one line a step, exit code 0 or 1; no database is so much as imported."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from greencredit.ledger.rules.paths import OUTSTANDING, PATHS
from greencredit.proofs.errors import ProofRefused
from greencredit.proofs.rules.receipt import consistency_text, file_text
from tests.cli.conftest import Run
from tests.factories.paper_log import EFFECTS, REDEEM, PaperLog, make_row, make_signer
from tests.house.sources import ROOT

_PROBE = """
import sys

def watch(event, arguments):
    if event.startswith(("socket.", "sqlite3.", "subprocess.")) and event != "socket.__new__":
        print("reached out:", event, file=sys.stderr)

sys.addaudithook(watch)
from greencredit.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    code = int(ended.code or 0)
else:
    code = 0
heavy = ("sqlalchemy", "greencredit.kernel.database", "psycopg", "pandas", "fastapi", "weasyprint")
print("imported:", *(name for name in heavy if name in sys.modules))
sys.exit(code)
"""


@pytest.fixture
def log() -> PaperLog:
    """Give a log of a few batches."""
    made = PaperLog()
    made.post([make_row(1), make_row(2)])
    made.post([make_row(3, kind=REDEEM, amount=4, party=55)])
    made.post([make_row(4, holder=8)])
    return made


@pytest.fixture
def files(log: PaperLog, tmp_path: Path) -> Path:
    """Lay out everything that can be checked."""
    statement = log.statement(7, opening={}, closing={"3": 16})
    texts = {
        "policy": log.policy_text(),
        "receipt.json": file_text(log.receipt(3)),
        "entry.tlog-proof": log.proof_of(1).text,
        "statement.json": file_text(statement),
        "old": log.checkpoint(1),
        "new": log.checkpoint(),
        "between": consistency_text(log.consistency(1, 3)),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for path, data in log.files().items():
        (tmp_path / "tiles" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tiles" / path).write_bytes(data)
    return tmp_path


def _words(files: Path, *names: str) -> list[str]:
    return ["verify", *(str(files / name) if (files / name).exists() else name for name in names)]


_COMMANDS = [
    ("receipt", "receipt.json"),
    ("receipt", "entry.tlog-proof"),
    ("statement", "statement.json"),
    ("checkpoint", "old", "new", "--proof", "between"),
    ("log", "tiles"),
]


@pytest.mark.proves("LED-5", "UX-3")
@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
def test_what_is_true_holds_in_chinese_and_english(run: Run, files: Path, command: tuple[str, ...]) -> None:
    told = run(*_words(files, *command, "--policy", "policy"))

    assert (told.code, told.err) == (0, "")
    lines = told.out.splitlines()
    assert lines[-1] == "成立：每一步都已核对。 · It holds: every step was checked."
    assert all(line.startswith("✓ ") for line in lines[:-1])


@pytest.mark.proves("LED-5")
def test_a_receipt_is_told_step_by_step(run: Run, files: Path, log: PaperLog) -> None:
    told = run(*_words(files, "receipt", "receipt.json", "--policy", "policy"))

    assert told.out.splitlines() == [
        "✓ 格式 · form of the file: greencredit-receipt/v1",
        (
            "✓ 检查点签名 · signature of the checkpoint: "
            f"credits.example.cn/log/2026; 3 entries; {log.signer.verifier.text}"
        ),
        "✓ 见证方 · witnesses: size 3: none; quorum none",
        "✓ 条目在日志中 · the entry is in the log: entry 1 of 3",
        "✓ 批次记录 · record of the batch: batch 2, events 3 to 3",
        "✓ 流水在批次中 · the event is in its batch: event 3: kind 9, series 3, 4 credits",
        "成立：每一步都已核对。 · It holds: every step was checked.",
    ]


def _flip(file: Path, place: int) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(bytes(data))


def _spoil_receipt(files: Path) -> None:
    told = json.loads((files / "receipt.json").read_text("utf-8"))
    (files / "receipt.json").write_text(json.dumps(told | {"salt": "A" * 22 + "=="}), encoding="utf-8")


def _spoil_statement(files: Path) -> None:
    told = json.loads((files / "statement.json").read_text("utf-8"))
    (files / "statement.json").write_text(json.dumps(told | {"closing": {"3": 17}}), encoding="utf-8")


def _spoil_policy(files: Path) -> None:
    stranger = make_signer(seed="stranger").verifier.text
    (files / "policy").write_text(f"log {stranger}\nquorum none\n", encoding="utf-8")


@pytest.mark.proves("LED-5", "UX-3")
@pytest.mark.parametrize(
    ("command", "spoil", "step", "code", "zh", "en"),
    [
        (
            ("receipt", "receipt.json"),
            _spoil_receipt,
            "event_in_batch",
            "proofs.row_altered",
            "不成立：止于“流水在批次中”——流水被改动。",
            (
                "the event is in its batch – the event's bytes and salt do not lead to the root that its batch "
                "was sealed with"
            ),
        ),
        (
            ("receipt", "receipt.json"),
            _spoil_policy,
            "checkpoint_signature",
            "proofs.log_signature_missing",
            "不成立：止于“检查点签名”——缺少日志签名。",
            ("signature of the checkpoint – no key of the log that was valid at this size has signed the checkpoint"),
        ),
        (
            ("statement", "statement.json"),
            _spoil_statement,
            "totals",
            "proofs.totals_differ",
            "不成立：止于“合计”——合计不符。",
            "totals – the closing total of a series is not the opening total and the events between",
        ),
        (
            ("checkpoint", "old", "new", "--proof", "between"),
            lambda files: (files / "between").write_text("", encoding="utf-8"),
            "consistency",
            "proofs.path_wrong",
            "不成立：止于“只增不改”——路径有误。",
            (
                "nothing was changed, only added – a proof has another number of hashes than the tree's shape "
                "demands, or one of another length"
            ),
        ),
        (
            ("log", "tiles"),
            lambda files: _flip(files / "tiles" / "tile" / "0" / "000.p" / "3", 40),
            "entries",
            "proofs.tile_altered",
            "不成立：止于“逐条逐片核对”——分片被改动。",
            "every entry and every tile – a tile does not hold the hashes that follow from the entries",
        ),
        (
            ("log", "tiles"),
            lambda files: (files / "tiles" / "checkpoint").unlink(),
            "form",
            "proofs.tile_missing",
            "不成立：止于“格式”——缺少分片。",
            "form of the file – a tile or bundle that a log of this size has is not there",
        ),
    ],
)
def test_what_was_altered_fails_with_code_1_and_names_the_step(
    run: Run,
    files: Path,
    command: tuple[str, ...],
    spoil: Callable[[Path], object],
    step: str,
    code: str,
    zh: str,
    en: str,
) -> None:
    spoil(files)

    told = run(*_words(files, *command, "--policy", "policy"))
    for_machines = run("--json", *_words(files, *command, "--policy", "policy"))

    lines = told.out.splitlines()
    assert (told.code, lines[-1]) == (1, f"{zh} · It fails at: {en} [{code}]")
    assert [line[:2] for line in lines[-3:-1]] == ["✗ ", "  "]
    assert lines[-2].startswith("  应为 wanted: ")
    facts = json.loads(for_machines.out)
    failed = facts["steps"][-1]
    assert (for_machines.code, facts["holds"]) == (1, False)
    assert (failed["name"], failed["ok"], failed["code"]) == (step, False, code)


@pytest.mark.proves("LED-5")
def test_a_fork_is_named_as_what_it_is(run: Run, files: Path, log: PaperLog) -> None:
    log.entries[2] = log.entries[2].replace(b'"10"', b'"11"')
    (files / "other").write_text(log.checkpoint(), encoding="utf-8")

    told = run(*_words(files, "checkpoint", "new", "other", "--policy", "policy"))

    assert told.code == 1
    assert told.out.splitlines()[-1] == (
        "不成立：止于“只增不改”——日志分叉。 · It fails at: nothing was changed, only added – two signed checkpoints of "
        "one size show different roots; keep both, they are evidence [proofs.forked]"
    )


def test_a_policy_that_cannot_be_read_is_refused_before_anything_is_checked(run: Run, files: Path) -> None:
    (files / "policy").write_text("quorum\n", encoding="utf-8")

    told = run(*_words(files, "log", "tiles", "--policy", "policy"))

    assert (told.code, told.out) == (2, "")
    assert told.err == (
        "未执行 · refused: found quorum and 0 words on line 1, wanted log, witness, group or (once) quorum "
        "[proofs.policy_malformed]\n"
    )


@pytest.mark.parametrize("command", [("receipt", "nothing.json"), ("log", "nowhere"), ("log", "policy")])
def test_a_file_that_is_not_there_is_a_wrong_command_line(run: Run, files: Path, command: tuple[str, ...]) -> None:
    assert run(*_words(files, *command, "--policy", "policy")).code == 2


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
def test_no_database_is_imported_and_nothing_reaches_out(files: Path, command: tuple[str, ...]) -> None:
    words = _words(files, *command, "--policy", "policy")

    done = subprocess.run(
        [sys.executable, "-c", _PROBE, *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "imported:"


@pytest.mark.proves("LED-5")
def test_the_verifier_knows_what_every_kind_of_event_does() -> None:
    from greencredit.cli.verify import effects_of_kinds

    effects = effects_of_kinds()

    assert effects.keys() == {int(verb) for verb in PATHS}
    assert {kind: effects[kind] for kind in EFFECTS} == EFFECTS
    assert all(abs(one) <= 1 for pair in effects.values() for one in pair)
    outstanding = {
        int(verb): (path.target in OUTSTANDING) - (path.source in OUTSTANDING) for verb, path in PATHS.items()
    }
    assert {kind: sum(pair) for kind, pair in effects.items()} == outstanding


def test_every_failure_has_words_in_both_languages() -> None:
    for kind in ProofRefused.__subclasses__():
        zh, colon, en = (kind.__doc__ or "").partition(": ")

        assert (bool(zh) and not zh.isascii(), colon, bool(en)) == (True, ": ", True), kind
