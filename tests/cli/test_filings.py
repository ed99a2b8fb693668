"""Checking a scheme from a terminal: every check a line, exit code 1 when a must fails, no installation needed."""

import json
from pathlib import Path
from typing import Any

import pytest

from greencredit.issuers import rules
from greencredit.issuers.catalogue.checks import checks
from tests.cli.conftest import Run
from tests.factories.issuers import new_scheme


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write the example scheme into a file."""
    return written(tmp_path / "scheme.json")


def written(path: Path, **fields: Any) -> Path:  # noqa: ANN401 - any field of a scheme
    """Write a scheme with other fields into a file."""
    path.write_text(json.dumps(new_scheme().model_dump(mode="json") | fields, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.proves("ISS-4")
def test_a_scheme_in_order_is_told_check_by_check(run: Run, file: Path) -> None:
    told = run("filing", "check", str(file), "--on", "2026-03-02")

    assert (told.code, told.err) == (0, "")
    lines = told.out.splitlines()
    assert sum(line.startswith(("通过", "未通过", "不适用")) for line in lines) == len(checks()) + 1
    assert lines[-1] == f"通过 passed · 版本摘要 version {rules.scheme_digest(new_scheme())}"


@pytest.mark.proves("ISS-4")
def test_a_must_that_fails_is_told_with_field_words_ground_and_exit_code(run: Run, tmp_path: Path) -> None:
    terms = [{"zh": "最 终 解释权归本公司", "en": "As we say"}]

    told = run("filing", "check", str(written(tmp_path / "bad.json", redemption_terms=terms)))

    assert told.code == 1
    assert "    redemption_terms[0].zh: 最 终 解释权" in told.out
    assert "《侵害消费者权益行为处罚办法》第十二条" in told.out
    assert "未通过 failed: final_interpretation" in told.out


def test_a_machine_reads_the_whole_report(run: Run, tmp_path: Path) -> None:
    told = run("--json", "filing", "check", str(written(tmp_path / "bad.json", existing_credits="take_new_terms")))

    report = json.loads(told.out)
    assert (told.code, report["passed"]) == (1, False)
    assert [one["name"] for one in report["results"]] == [one.name for one in checks()]


def test_a_bank_is_asked_for_more(run: Run, file: Path) -> None:
    told = run("filing", "check", str(file), "--kind", "bank")

    assert (told.code, told.out.splitlines()[-1].partition(" · ")[0]) == (1, "未通过 failed: particulars")


def test_a_face_value_of_zero_is_no_scheme(run: Run, tmp_path: Path) -> None:
    told = run("filing", "check", str(written(tmp_path / "zero.json", face_value_fen_per_100_credits=0)))

    assert (told.code, told.out) == (1, "face_value_fen_per_100_credits: Input should be greater than 0\n")


def test_two_versions_are_compared(run: Run, file: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other.json", face_value_fen_per_100_credits=80)

    told = run("filing", "compare", str(file), str(other))

    assert told.code == 0
    first = "更不利（不适用于已发放积分） worse  条款“每百积分面值（分）”由 100 改为 80"
    assert told.out.splitlines()[0].startswith(first)


def test_a_kind_that_is_none_is_refused(run: Run, file: Path) -> None:
    told = run("filing", "check", str(file), "--kind", "wizard")

    assert told.code == 2
    assert "wizard" in told.err
