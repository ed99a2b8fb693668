"""Some things are done in one place only: commits, the time, chance; and some things are done nowhere."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from greencredit.schemas.ledger import Verb
from tests.house.sources import ROOT, Source, committed_files, sources

_COMMITS: Final = {"greencredit/kernel/database.py"}
_TELLS_TIME: Final = {"greencredit/kernel/clock.py"}
_DRAWS: Final = {f"greencredit/kernel/{name}.py" for name in ("database", "ids", "installation", "keys")}

_CLOCKS: Final = re.compile(
    r"(^|\.)((datetime|date)\.(now|today|utcnow|fromtimestamp)|time\.(time|time_ns|localtime|gmtime)"
    r"|func\.(now|current_timestamp|current_date|localtimestamp))$"
)
_CLOCKS_IN_SQL: Final = re.compile(
    r"\b(CURRENT_(TIMESTAMP|DATE|TIME)|now\(\)|datetime\('now'|strftime\([^)]*'now')", re.IGNORECASE
)
_CHANCE: Final = re.compile(r"^(secrets|random|uuid|os\.urandom|numpy\.random)(\.|$)")

# Credits are never sold, cashed out, traded or handed from one person to another: no verb may be named so.
_FORBIDDEN_VERBS: Final = re.compile(
    r"(^|_)(transfers?|sell|cash_?out|encash|trade|auction|(send|give|gift)_credits?)(_|$)"
)
_VERBS: Final = {
    *("earn", "activate", "hold", "capture", "release", "redeem", "restore", "expire", "reverse", "donate", "freeze"),
    *("unfreeze", "adjust", "compensate", "award", "award_between_enterprises"),
}
_EVENTS_OF: Final = {
    **dict.fromkeys(("accrue", "repay", "settle"), "earn"),
    **dict.fromkeys(("reverse_pending", "fall_short", "waive", "reverse_fund"), "reverse"),
    **dict.fromkeys(("revive_out", "revive_in"), "restore"),
    **dict.fromkeys(("adjust_up", "adjust_down"), "adjust"),
    **dict.fromkeys(("fund", "allot", "pass"), "award_between_enterprises"),
    "capture_donation": "donate",
}
"""Events that are part of a verb of the standard; nothing else may become an event."""

_WALLET_COMMANDS: Final = re.compile(r"(^|\.)(Funding|Allotment|Passing|Withdrawal)$")
_MOVE_WALLETS: Final = {
    "greencredit/schemas/ledger/__init__.py",
    "greencredit/ledger/rules/issue.py",
    "greencredit/ledger/rules/verbs.py",
    "greencredit/ledger/service/people.py",
    "greencredit/awards/service/enterprise.py",
}
"""The ledger itself, and the one place that asks the filing in force first."""

_INDEX_HOSTS: Final = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|deb\.debian\.org"
    r"|(?:^|\W)(?:index-url|find-links)\s*=\s*\S*(?:http|file):",
    re.IGNORECASE,
)
_MACHINE_PATHS: Final = re.compile(r"(?<![\w.:/-])/(?:root|work|home|opt/pypi)/[\w.]")
_BINARY: Final = {".ttf", ".otf", ".png", ".jpg", ".ico", ".pdf", ".parquet", ".woff2", ".gz", ".pyc", ".db"}


def _names(source: Source, pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{source.name}:{line} {name}" for line, name in (*source.calls(), *source.imports()) if pattern.search(name)
    ]


def _commits(source: Source) -> list[str]:
    return [] if source.name in _COMMITS else _names(source, re.compile(r"\.commit$"))


def _times(source: Source) -> list[str]:
    in_sql = [
        f"{source.name}:{node.lineno} {node.value}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CLOCKS_IN_SQL.search(node.value)
    ]
    return [] if source.name in _TELLS_TIME else _names(source, _CLOCKS) + in_sql


def _draws(source: Source) -> list[str]:
    return [] if source.name in _DRAWS else _names(source, _CHANCE)


def _forbidden_verbs(source: Source) -> list[str]:
    return [
        f"{source.name}:{node.lineno} {node.name}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and _FORBIDDEN_VERBS.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name).lower())
    ]


def _wallets(source: Source) -> list[str]:
    return [] if source.name in _MOVE_WALLETS else _names(source, _WALLET_COMMANDS)


def _all(finder: Callable[[Source], list[str]], *folders: str) -> list[str]:
    return [found for source in sources(*(folders or ("greencredit", "demo"))) for found in finder(source)]


def _committed_lines(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number} {found[0]}"
        for path in committed_files()
        if path.suffix not in _BINARY
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if (found := pattern.search(line))
    ]


def test_only_the_database_commits() -> None:
    assert _all(_commits) == []


def test_only_the_clock_knows_what_time_it_is_and_no_database_is_asked() -> None:
    assert _all(_times) == []


def test_only_the_kernel_draws_chance() -> None:
    assert _all(_draws, "greencredit") == []  # the demonstration invents people, from a seed


@pytest.mark.proves("LED-1")
def test_no_verb_sells_credits_or_hands_them_to_another_person() -> None:
    assert _all(_forbidden_verbs) == []


@pytest.mark.proves("LED-1", "AWD-5")
def test_credits_reach_accounts_of_enterprises_in_one_place_only_where_the_filing_is_asked() -> None:
    assert _all(_wallets) == []
    assert {source.name for source in sources("greencredit") if _names(source, _WALLET_COMMANDS)} == _MOVE_WALLETS


@pytest.mark.proves("LED-1")
def test_the_ledger_knows_the_verbs_of_the_standard_and_no_other() -> None:
    assert {_EVENTS_OF.get(name, name) for verb in Verb if (name := verb.name.lower())} - _VERBS == set()
    assert set(_EVENTS_OF) - {verb.name.lower() for verb in Verb} == set()


@pytest.mark.parametrize(
    ("finder", "planted"),
    [
        (_commits, "session.commit()"),
        (_commits, "database.writing().commit()"),
        (_times, "datetime.now(UTC)"),
        (_times, "datetime.datetime.utcnow()"),
        (_times, "date.today()"),
        (_times, "time.time()"),
        (_times, "func.now()"),
        (_times, "text('SELECT CURRENT_TIMESTAMP')"),
        (_draws, "import random"),
        (_draws, "from secrets import token_hex"),
        (_draws, "uuid.uuid4()"),
        (_draws, "os.urandom(8)"),
        (_wallets, "from greencredit.schemas.ledger import Funding"),
        (_wallets, "from greencredit.schemas.ledger.commands import Passing as Given"),
        (_wallets, "shapes.Allotment(1, 2, 3, key, why)"),
        (_wallets, "Withdrawal(1, 2, key, why)"),
        (_forbidden_verbs, "def transfer(session): ..."),
        (_forbidden_verbs, "def transfer_credits(session): ..."),
        (_forbidden_verbs, "class CreditTransfer: ..."),
        (_forbidden_verbs, "def cash_out(session): ..."),
        (_forbidden_verbs, "def sell(session): ..."),
    ],
)
def test_a_planted_violation_is_found(finder: Callable[[Source], list[str]], planted: str) -> None:
    source = Source(ROOT / "greencredit" / "planted.py", planted, ast.parse(planted))

    assert len(finder(source)) == 1


@pytest.mark.parametrize(
    ("finder", "harmless"),
    [
        (_commits, "session.flush()"),
        (_times, "clock.now(session)"),
        (_times, "time.perf_counter()"),
        (_draws, "new_id(session, 'iss', at)"),
        (_forbidden_verbs, "def withdraw(session): ..."),
        (_forbidden_verbs, "class Traded: ..."),
    ],
)
def test_what_is_allowed_is_not_reported(finder: Callable[[Source], list[str]], harmless: str) -> None:
    source = Source(ROOT / "greencredit" / "planted.py", harmless, ast.parse(harmless))

    assert finder(source) == []


def test_no_package_index_is_named_in_what_is_committed() -> None:
    assert _committed_lines(_INDEX_HOSTS) == []


def test_no_path_of_one_machine_is_named_in_what_is_committed() -> None:
    assert _committed_lines(_MACHINE_PATHS) == []


def test_the_walk_over_committed_files_sees_this_very_file() -> None:
    assert Path(__file__) in set(committed_files())
