"""Storage that gives out, by name: a full disk, a lock that nobody gives back, a death between write and answer."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database
from greencredit.kernel.writer import NothingWritten
from greencredit.ledger import queries
from greencredit.ledger.rules import key_of
from greencredit.proofs import queries as proofs
from greencredit.schemas.ledger import Earning, Posted, Redemption, Verb
from tests.conftest import NOON, Dialect
from tests.ledger.ground import everything, lines
from tests.simulation import verbs
from tests.simulation.conftest import Fresh
from tests.simulation.schedule import Step
from tests.simulation.shaky import KEYS, Manner
from tests.simulation.verbs import Request
from tests.simulation.world import World

LED_3 = pytest.mark.proves("LED-3")


@pytest.fixture
def world(fresh: Fresh, tmp_path: Path) -> Iterator[World]:
    """Give two processes on one ledger, with awards of 100 credits for the first person."""
    world = World(fresh(), tmp_path / "log", "storage")
    for number in range(2):
        told(world, asked(world, number, Earning(1, 1, 50, key_of(f"first {number}"))))
    yield world
    world.close()


def asked(world: World, number: int, command: Any, process: int = 0) -> Request:  # noqa: ANN401
    """Send one command to a process."""
    request = Request(number, 1, verbs.book if isinstance(command, Earning) else verbs.carry, command)
    world.send(process, request)
    return request


def sent(world: World, many: list[Request]) -> list[Request]:
    """Send many commands at once to the first process; give the one that stands for all."""
    world.send(0, *many, atomic=False)
    return many[:1]


def told(world: World, *requests: Request) -> list[Any]:
    """Let the processes write, and give the answer that each request was given."""
    futures = [pending[2] for request in requests for pending in world.pending if request in pending[1]]
    for place in (0, 1):
        while world.processes[place].writer.waiting:
            world.step_of(place)
    answers = [future.exception() or future.result() if future.done() else None for future in futures]
    world.catch_up()
    return answers


def rows(world: World) -> Any:  # noqa: ANN401
    """Give everything there is."""
    with world.eye.reading() as session:
        return everything(session)


def whole(session: Session) -> bool:
    """Tell whether every invariant of ledger and log holds."""
    return all(one.holds for one in (*queries.audit(session), *proofs.audit(session)))


@LED_3
def test_a_full_disk_keeps_nothing_of_a_batch_and_takes_it_once_there_is_room(world: World, dialect: Dialect) -> None:
    many = [Request(100 + n, 1, verbs.book, Earning(2, 1, 1, key_of(f"many {n}"))) for n in range(400)]
    before = rows(world)
    if dialect == "sqlite":  # a real one: the file may not grow by a single page
        with world.processes[0].database.writing() as session:
            pages = session.execute(text("PRAGMA page_count")).scalar_one()
            session.execute(text(f"PRAGMA max_page_count = {pages}"))
    else:
        world.processes[0].database.faults.arm(6, Manner.FULL)
    full = told(world, *sent(world, many))
    after = rows(world)
    if dialect == "sqlite":
        with world.processes[0].database.writing() as session:
            session.execute(text("PRAGMA max_page_count = 1073741823"))

    again = told(world, *sent(world, many))

    assert ([type(answer) for answer in full], after == before) == ([NothingWritten], True)
    assert again == [[Posted(3 + n, repeated=False) for n in range(400)]]
    world.end()


@LED_3
def test_a_lock_that_nobody_gives_back_is_told_and_nothing_is_written(world: World, dialect: Dialect) -> None:
    before = rows(world)
    with world.eye.writing() as holder:
        if dialect == "postgres":
            holder.execute(text("SELECT * FROM ledger_head FOR UPDATE"))
        else:
            holder.connection()
        answers = told(world, request := asked(world, 10, Earning(1, 1, 7, key_of("locked"))))
    after = rows(world)

    again = told(world, asked(world, 11, request.command))

    assert ([type(answer) for answer in answers], after == before) == ([NothingWritten], True)
    assert again == [Posted(3, repeated=False)]
    world.end()


@LED_3
@pytest.mark.parametrize(
    ("manner", "is_kept"), [(Manner.KILLED, False), (Manner.KILLED_AFTER, True)], ids=["before", "after"]
)
def test_a_process_killed_at_its_commit_leaves_a_request_that_is_safely_sent_again(
    world: World, manner: Manner, is_kept: bool
) -> None:
    world.processes[0].database.faults.arm_commit(manner)
    first = told(world, asked(world, 10, Redemption(1, 30, 3, key_of("tea"))))

    again = told(world, asked(world, 11, Redemption(1, 30, 3, key_of("tea")), process=1))
    other = told(world, asked(world, 12, Redemption(1, 31, 3, key_of("tea"))))

    assert (first, again) == ([None], [Posted(3, repeated=is_kept)])
    assert [answer.code for answer in other] == ["ledger.key_reused"]
    assert (world.processes[0].lives, world.processes[1].lives) == (2, 1)
    world.end()


@LED_3
def test_a_clock_that_is_put_back_is_not_believed_and_the_time_of_the_ledger_never_falls(world: World) -> None:
    told(world, asked(world, 10, Earning(1, 2, 9, key_of("two days"))))
    world.clocks[1].at = NOON + timedelta(days=3)
    told(world, asked(world, 11, Redemption(1, 5, 3, key_of("of the others")), process=1))
    world.sweep(Step("sweep", 1, 0))
    world.clocks[0].at = NOON - timedelta(hours=5)
    late = told(world, asked(world, 12, Earning(1, 1, 4, key_of("late"))))
    spent = told(world, asked(world, 13, Redemption(1, 4, 3, key_of("what is there still"))))

    with world.eye.reading() as session:
        times = [row[0] for row in session.execute(text("SELECT at FROM ledger_batch ORDER BY id"))]
        series = [(one.verb, one.series, one.credits) for one in lines(session, since=4)]

    days = 3 * 86_400_000_000
    assert (late, spent) == ([Posted(6, repeated=False)], [Posted(7, repeated=False)])
    assert [time - times[0] for time in times] == [0, 0, 0, days, days, days, days]
    assert series == [(Verb.REDEEM, 1, 5), (Verb.EXPIRE, 2, 9), (Verb.EARN, 1, 4), (Verb.REDEEM, 1, 4)]
    world.end()


def test_sqlite_forces_every_commit_to_the_disk(world: World, dialect: Dialect) -> None:
    if dialect == "postgres":
        return
    with world.processes[0].database.writing() as session:
        found = [session.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous")]

    assert found == ["wal", 2]


@LED_3
def test_a_write_ahead_log_cut_or_damaged_anywhere_holds_exactly_the_batches_that_end_before(
    world: World, dialect: Dialect, tmp_path: Path
) -> None:
    """What is missing is whole batches from the end, which end beyond the cut: at its answer all was written."""
    if dialect == "postgres":
        return
    path = Path(world.url.removeprefix("sqlite:///"))
    wal = path.with_name(f"{path.name}-wal")
    with world.processes[0].database.writing() as session:
        session.connection().connection.driver_connection.rollback()  # type: ignore[union-attr] # there is one
        session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    ends = []
    for number in range(12):
        told(world, asked(world, 20 + number, Earning(1, 1, 5 + number, key_of(f"cut {number}")), process=number % 2))
        ends.append(wal.stat().st_size)
        told(world, asked(world, 50 + number, Redemption(1, 3, 3, key_of(f"spent {number}"))))
        ends.append(wal.stat().st_size)
    data, log, rng = path.read_bytes(), wal.read_bytes(), world.chance(1)
    frame = int.from_bytes(log[8:12]) + 24
    somewhere = [rng.randrange(32, len(log)) for _ in range(8)]
    cuts = [(cut, log[:cut]) for cut in (*range(32, len(log) + 1, 17 * frame), *ends, *somewhere)]
    for place in somewhere:
        damaged = log[:place] + bytes([log[place] ^ 1]) + log[place + 1 :]
        cuts.append((place - (place - 32) % frame, damaged))

    found = [_there(tmp_path / f"cut{n}.db", data, kept) for n, (_, kept) in enumerate(cuts)]

    assert len(ends) == len(set(ends)) == 24
    assert found == [2 + sum(end <= whole_until for end in ends) for whole_until, _ in cuts]
    world.end()


def _there(copy: Path, data: bytes, log: bytes) -> int:
    """Open a copy as a process would after a power cut; the books hold; give how many events there are."""
    copy.write_bytes(data)
    copy.with_name(f"{copy.name}-wal").write_bytes(log)
    database = Database(f"sqlite:///{copy}", keys=KEYS)
    with database.reading() as session:
        assert whole(session)
        there = int(session.execute(text("SELECT next_event - 1 FROM ledger_head")).scalar_one())
        numbers = list(session.execute(text("SELECT id FROM ledger_event ORDER BY id")).scalars())
    database.close()
    assert numbers == list(range(1, there + 1))
    return there
