"""Simulated lives of two processes on one ledger: one number decides everything that happens, and replays it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from greencredit.kernel.writer import batches, commands
from greencredit.ledger.service import names, posting, state
from tests.conftest import Dialect
from tests.simulation import schedule
from tests.simulation.conftest import Fresh
from tests.simulation.world import World


def live(fresh: Fresh, folder: Path, seed: str, steps: list[schedule.Step], replay: str) -> World:
    """Run a schedule; one that fails is shortened and told with the line that replays it."""
    try:
        return run(fresh, folder, seed, steps)
    except Exception as error:
        short = schedule.shrunken(steps, lambda some: fails(fresh, folder, seed, some))
        message = (
            f"seed {seed}: {type(error).__name__}: {error}\n"
            f"replays with: {replay}\n"
            f"{len(short)} of {len(steps)} steps are enough: {schedule.written(short)}"
        )
        raise AssertionError(message) from error


def run(fresh: Fresh, folder: Path, seed: str, steps: list[schedule.Step]) -> World:
    world = World(fresh(), folder / "log", seed)
    try:
        return world.run(steps)
    finally:
        world.close()


def fails(fresh: Fresh, folder: Path, seed: str, steps: list[schedule.Step]) -> bool:
    try:
        run(fresh, folder, seed, steps)
    except Exception:  # noqa: BLE001 - whatever goes wrong
        return True
    return False


def begun(
    fresh: Fresh, folder: Path, config: pytest.Config, request: pytest.FixtureRequest, number: int, steps: int
) -> World:
    """Draw and run what a number of a run says, under the seed of the whole session."""
    session_seed = config.getoption("seed")
    replay = f"python -m pytest -n0 --seed {session_seed} '{request.node.nodeid}'"
    seed = f"{session_seed}:{number}"
    return live(fresh, folder, seed, schedule.drawn(seed, steps), replay)


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("number", range(3))
def test_whatever_fails_what_was_acknowledged_is_there_once(
    fresh: Fresh, tmp_path: Path, pytestconfig: pytest.Config, request: pytest.FixtureRequest, number: int
) -> None:
    begun(fresh, tmp_path, pytestconfig, request, number, 90)


@pytest.mark.slow
@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("number", range(100, 130))
def test_in_many_long_lives_what_was_acknowledged_is_there_once(
    fresh: Fresh, tmp_path: Path, pytestconfig: pytest.Config, request: pytest.FixtureRequest, number: int
) -> None:
    begun(fresh, tmp_path, pytestconfig, request, number, 160)


def test_the_same_number_gives_the_same_life_byte_by_byte(fresh: Fresh, tmp_path: Path) -> None:
    lives = [run(fresh, tmp_path, "0:7", schedule.drawn("0:7", 90)) for _ in range(2)]

    assert lives[0].roots == lives[1].roots
    assert len(lives[0].roots) > 5


def test_a_schedule_is_written_in_a_line_and_read_again() -> None:
    steps = schedule.drawn("0:1", 50)

    assert schedule.read(schedule.written(steps)) == steps


# ---- The check can fail ----------------------------------------------------------------------------------------------


def _told_before_commit(patch: pytest.MonkeyPatch) -> None:
    """The writer answers first and commits afterwards."""

    def hasty(self: Any, entries: list[Any], waiting: Any) -> None:  # noqa: ANN401
        with self._database.batch(self._begin_seconds) as session:
            due = self._drop_late(entries, waiting)
            batches.carry_out(session, due)
            commands.answer(due)

    patch.setattr(batches.Batches, "_once", hasty)


def _lost_leg(patch: pytest.MonkeyPatch) -> None:
    """A balance is now and then not carried."""
    carry = posting._carry_back  # noqa: SLF001 - the fault is planted inside
    patch.setattr(posting, "_carry_back", lambda hot, moves: carry(hot, moves[1:] if len(moves) > 2 else moves))


def _forgetful(patch: pytest.MonkeyPatch) -> None:
    """Keys beyond the greatest are new without a look, and one that is not is believed to be."""
    patch.setattr(state, "_greatest_key", lambda _session, _caller: bytes(16))


def _credulous(patch: pytest.MonkeyPatch) -> None:
    """A commit that raised is believed to have kept nothing."""
    patch.setattr(batches, "is_surely_undone", lambda _error: True)


def _remembers_what_was_undone(patch: pytest.MonkeyPatch) -> None:
    """The number of somebody new is remembered before it is committed."""
    patch.setattr(names, "NEW_HOLDERS", "elsewhere")


# Each with a number from which on some life shows it, found by trying; a change of the ledger may move it a little.
_Plant = Callable[[pytest.MonkeyPatch], None]
_PLANTS: Final[dict[_Plant, int]] = {
    _told_before_commit: 0,
    _lost_leg: 5,
    _forgetful: 0,
    _credulous: 3,
    _remembers_what_was_undone: 38,
}


_ON_POSTGRES: Final[dict[_Plant, int]] = {_credulous: 113}
"""Where the same life shows it on one engine only: from where on one does on the other."""


def _shows(fresh: Fresh, folder: Path, first: int) -> int:
    """Give the number of the first life that fails."""
    numbers = range(first, first + 40)
    return next(n for n in numbers if fails(fresh, folder, f"0:{n}", schedule.drawn(f"0:{n}", 90)))


@pytest.mark.slow
@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("plant", [_told_before_commit, _lost_leg], ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_found(fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plant: _Plant) -> None:
    plant(monkeypatch)
    number = _shows(fresh, tmp_path, _PLANTS[plant])

    monkeypatch.undo()
    run(fresh, tmp_path, f"0:{number}", schedule.drawn(f"0:{number}", 90))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("plant", _PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_told_by_the_few_steps_that_show_it(
    fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plant: _Plant, dialect: Dialect
) -> None:
    if plant is _remembers_what_was_undone and dialect == "postgres":
        return  # its sequences never give a number twice, so that there it does no harm
    plant(monkeypatch)
    first = _ON_POSTGRES.get(plant, _PLANTS[plant]) if dialect == "postgres" else _PLANTS[plant]
    number = _shows(fresh, tmp_path, first)
    seed, steps = f"0:{number}", schedule.drawn(f"0:{number}", 90)

    with pytest.raises(AssertionError, match=f"^seed {seed}: .*\nreplays with: the line\n") as told:
        live(fresh, tmp_path, seed, steps, "the line")

    short = schedule.read(str(told.value).rpartition("are enough: ")[2])
    assert len(short) < len(steps) / 2
    assert fails(fresh, tmp_path, seed, short)
    monkeypatch.undo()
    run(fresh, tmp_path, seed, short)
