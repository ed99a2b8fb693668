"""A file of any kind, taken in at once or in pieces, killed and run again: the outcome is the same."""

import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

import pyarrow as pa
import pytest
from sqlalchemy.orm import Session

from greencredit.awards import jobs, service
from greencredit.awards.service.award import Awarded
from greencredit.evidence.errors import BatchMovedOn
from greencredit.evidence.service import files
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.schemas.awards import Caps
from greencredit.schemas.evidence import FeedKind
from tests.conftest import NOON
from tests.factories.awards import (
    action_rule,
    awarded,
    credits_of,
    publish_factors,
    purchase_rule,
    require_sound,
    state,
    take_in,
)
from tests.factories.evidence import (
    Shop,
    activities_csv,
    activities_parquet,
    bought,
    did,
    make_shop,
    open_feed,
    receipt_csv,
    receipt_parquet,
)
from tests.house.sources import ROOT

RULES = (
    purchase_rule(threshold_fen=5000, caps=Caps(per_day=150, per_month=400), budget_credits=900),
    purchase_rule(name="soy", products=("soy_drinks",), multiplier_percent=150, caps=Caps(per_person=120)),
    action_rule(caps=Caps(per_day=300)),
)


def a_month() -> list[dict[str, object]]:
    """Give forty receipts of three households: green and not, good and bad, some of them twice."""
    rows: list[dict[str, object]] = []
    for number in range(40):
        facts = {
            "receipt_no": f"R{number:03d}",
            "card_no": f"CARD-000{number % 3 + 1}",
            "sold_at": f"2026-01-{number % 28 + 1:02d}T1{number % 9}:00:00",
        }
        for line, product in enumerate(("carrots", "bread", "soy", "mystery", "carrots")[: number % 5 + 1], start=1):
            rows.append(bought(**facts, line_no=line, product_code=product, amount_yuan=f"{number + line * 7}.{line}0"))
        if number % 7 == 0:
            rows.append(rows[-1])
        if number % 11 == 0:
            rows.append(bought(**facts, line_no=9, quantity=0))
    return rows


def open_shop(database: Database) -> Shop:
    """Open a shop with every kind of cap."""
    with database.writing() as session:
        publish_factors(session)
        return make_shop(session, *RULES)


# ---- One outcome ---------------------------------------------------------------------------------------------------


@pytest.mark.proves("AWD-3")
def test_text_and_parquet_give_the_same_outcome_and_the_same_awards(database: Database, tmp_path: Path) -> None:
    rows = [row | {"line_no": int(str(row["line_no"])), "quantity": int(str(row["quantity"]))} for row in a_month()]
    outcomes, awards = [], []

    for number, path in enumerate(
        (receipt_csv(tmp_path / "r.csv", rows), receipt_parquet(tmp_path / "r.parquet", rows)), start=1
    ):
        with database.writing() as session:
            shop = make_shop(session, *RULES, number=number)
        outcomes.append(take_in(database, shop.receipts, path))
        awards.append([awarded(database, consumer) for consumer in shop.consumers.values()])

    same = {"batch_id": 0, "file_name": "", "file_digest": ""}
    assert outcomes[0].model_copy(update=same) == outcomes[1].model_copy(update=same)
    assert awards[0] == awards[1]
    outcome = outcomes[0]
    assert (outcome.lines, outcome.duplicates, outcome.rejected) == (len(rows), 5, 21)
    assert outcome.lines == (
        outcome.awarded + outcome.no_credit + outcome.not_green + outcome.duplicates + outcome.rejected
    )
    assert outcome.credits == sum(map(sum, awards[0]))


def test_activities_give_the_same_outcome_from_text_and_parquet(database: Database, tmp_path: Path) -> None:
    rows = [
        did(record_no=f"T{number}", quantity=str(number), card_no=f"CARD-000{number % 3 + 1}") for number in range(9)
    ]
    with database.writing() as session:
        publish_factors(session)
        shops = [make_shop(session, action_rule(), number=number) for number in (1, 2)]
    paths = (
        activities_csv(tmp_path / "a.csv", rows),
        activities_parquet(tmp_path / "a.parquet", rows, inputs=pa.string()),
    )

    outcomes = [take_in(database, shop.activities, path) for shop, path in zip(shops, paths, strict=True)]

    same = {"batch_id": 0, "file_name": "", "file_digest": ""}
    assert outcomes[0].model_copy(update=same) == outcomes[1].model_copy(update=same)
    assert (outcomes[0].lines, outcomes[0].awarded, outcomes[0].rejected) == (9, 8, 1)


@pytest.mark.proves("AWD-3")
def test_the_same_file_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    shop = open_shop(database)
    path = receipt_csv(tmp_path / "receipts.csv", a_month())
    first = take_in(database, shop.receipts, path)
    before = state(database)

    again = take_in(database, shop.receipts, path.rename(tmp_path / "another name.csv"))

    assert (first.already_done, again) == (False, first.model_copy(update={"already_done": True}))
    assert state(database) == before


def test_a_file_done_before_is_answered_though_the_issuer_was_suspended_since(
    database: Database, tmp_path: Path
) -> None:
    from greencredit.issuers import service as issuing
    from tests.factories.issuers import WHY, regulator

    shop = open_shop(database)
    path = receipt_csv(tmp_path / "receipts.csv", [bought()])
    first = take_in(database, shop.receipts, path)
    with database.writing() as session:
        issuing.suspend(session, regulator(), shop.issuer_id, reason=WHY)

    assert take_in(database, shop.receipts, path) == first.model_copy(update={"already_done": True})


@pytest.mark.proves("AWD-3")
def test_lines_in_another_file_are_duplicates_one_and_all(database: Database, tmp_path: Path) -> None:
    shop = open_shop(database)
    take_in(database, shop.receipts, receipt_csv(tmp_path / "one.csv", a_month()))
    balances = [credits_of(database, consumer) for consumer in shop.consumers.values()]

    again = take_in(database, shop.receipts, receipt_csv(tmp_path / "two.csv", list(reversed(a_month()))))

    assert (again.awarded, again.no_credit, again.not_green, again.rejected) == (0, 0, 0, 21)
    assert again.duplicates == again.lines - 21
    assert [credits_of(database, consumer) for consumer in shop.consumers.values()] == balances


# ---- Chunks and interruptions --------------------------------------------------------------------------------------


def test_a_receipt_that_straddles_two_chunks_meets_its_threshold(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 3)
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(threshold_fen=7000))
    rows = [
        bought(receipt_no="R1"),
        bought(receipt_no="R2"),
        bought(receipt_no="R3"),
        bought(receipt_no="R3", line_no=2),
    ]

    outcome = take_in(database, shop.receipts, receipt_csv(tmp_path / "receipts.csv", rows))

    assert awarded(database, shop.consumers["CARD-0001"]) == [36, 36]
    assert (outcome.awarded, outcome.no_credit) == (2, 2)


@pytest.mark.slow
@pytest.mark.parametrize("lines", [2, 5, 1000])
def test_the_size_of_the_chunks_changes_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: int
) -> None:
    outcomes, awards = [], []
    for number, size in ((1, lines), (2, 50_000)):
        monkeypatch.setattr(files, "CHUNK_LINES", size)
        with database.writing() as session:
            shop = make_shop(session, *RULES, number=number)
        outcomes.append(take_in(database, shop.receipts, receipt_csv(tmp_path / "receipts.csv", a_month())))
        awards.append([awarded(database, consumer) for consumer in shop.consumers.values()])

    assert len({one.model_copy(update={"batch_id": 0}) for one in outcomes}) == 1
    assert awards[0] == awards[1]


class PowerCut(Exception):  # noqa: N818 - not an error of ours
    """What ends an import in the middle."""


def cut_in(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    """Let an import break off in its n-th chunk, after everything was written and before it is committed."""
    advance, seen = service.advance, []  # the last statement before a chunk's commit

    def broken(session: Session, batch_id: int, done: Awarded) -> None:
        advance(session, batch_id, done)
        seen.append(batch_id)
        if len(seen) == chunk:
            raise PowerCut

    monkeypatch.setattr(service, "advance", broken)


@pytest.mark.slow
@pytest.mark.proves("AWD-3")
def test_an_import_broken_off_again_and_again_ends_as_if_nothing_had_been(
    twins: tuple[Database, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 11)
    path = receipt_csv(tmp_path / "receipts.csv", a_month())
    undisturbed, broken = twins
    expected = take_in(undisturbed, open_shop(undisturbed).receipts, path)
    shop = open_shop(broken)

    for chunk in (1, 1, 2, 4):
        with monkeypatch.context() as interruption:
            cut_in(interruption, chunk)
            with pytest.raises(PowerCut):
                jobs.import_file(broken, shop.receipts, path)
        require_sound(broken)
        assert state(broken) != state(undisturbed)
    outcome = take_in(broken, shop.receipts, path)

    assert outcome == expected
    assert state(broken) == state(undisturbed)


@pytest.mark.slow
@pytest.mark.proves("AWD-3")
@pytest.mark.parametrize("chunk", [1, 6])
def test_a_killed_process_leaves_whole_chunks_and_the_next_one_ends_the_work(
    twins: tuple[Database, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 7)
    path = receipt_csv(tmp_path / "receipts.csv", a_month())
    undisturbed, killed = twins
    expected = take_in(undisturbed, open_shop(undisturbed).receipts, path)
    shop = open_shop(killed)
    url = killed.url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
    at, key = NOON.isoformat(), bytes(range(32)).hex()
    program = [sys.executable, "-m", "tests.awards.killed_import", url, shop.receipts, str(path), at, key, str(chunk)]

    ended = subprocess.run(program, cwd=ROOT, capture_output=True, check=False)

    assert (ended.returncode, ended.stderr) == (-signal.SIGKILL, b"")
    require_sound(killed)
    assert state(killed) != state(undisturbed)
    assert take_in(killed, shop.receipts, path) == expected
    assert state(killed) == state(undisturbed)


# ---- Two at once ---------------------------------------------------------------------------------------------------


def both_at_once(one: Callable[[], object], other: Callable[[], object]) -> list[object]:
    """Do two things at the same time and give their answers, refusals included."""
    barrier = Barrier(2)

    def started_together(act: Callable[[], object]) -> object:
        barrier.wait(timeout=60)
        try:
            return act()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(started_together, (one, other)))


@pytest.mark.proves("AWD-1")
def test_two_files_at_once_never_fill_one_budget_twice(
    twins: tuple[Database, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 5)
    database, _ = twins
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(budget_credits=1_000))
        other = make_shop(session, purchase_rule(), number=2, consumers=shop.consumers)
    with database.writing() as session:
        open_feed(session, "second", FeedKind.RECEIPTS, shop.issuer_id, merchant_id=other.merchant_id)
    path = receipt_csv(tmp_path / "receipts.csv", [bought(receipt_no=f"R{number}") for number in range(40)])

    both_at_once(
        lambda: jobs.import_file(database, shop.receipts, path),
        lambda: jobs.import_file(database, "second", path),
    )

    require_sound(database)
    assert credits_of(database, shop.consumers["CARD-0001"]) == 1_000


@pytest.mark.proves("ACT-5", "AWD-3")
def test_one_line_in_two_files_at_once_earns_once(
    twins: tuple[Database, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 5)
    database, _ = twins
    with database.writing() as session:
        shop = make_shop(session, purchase_rule())
    rows = [bought(receipt_no=f"R{number}") for number in range(40)]
    paths = [receipt_csv(tmp_path / f"{number}.csv", rows[:: 1 - 2 * number]) for number in (0, 1)]

    outcomes = both_at_once(*(partial(jobs.import_file, database, shop.receipts, path) for path in paths))

    require_sound(database)
    assert [one for one in outcomes if isinstance(one, Refusal)] == []
    assert credits_of(database, shop.consumers["CARD-0001"]) == 40 * 36


@pytest.mark.proves("AWD-3")
def test_one_file_imported_twice_at_once_is_taken_in_once(
    twins: tuple[Database, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_LINES", 5)
    undisturbed, database = twins
    path = receipt_csv(tmp_path / "receipts.csv", a_month())
    expected = take_in(undisturbed, open_shop(undisturbed).receipts, path)
    shop = open_shop(database)

    outcomes = both_at_once(*[partial(jobs.import_file, database, shop.receipts, path)] * 2)

    refused = [one for one in outcomes if isinstance(one, Refusal)]
    assert {one.code for one in refused} <= {BatchMovedOn.code}
    assert take_in(database, shop.receipts, path).model_copy(update={"already_done": False}) == expected
    assert state(database) == state(undisturbed)
