"""Simulated lives of two processes on one ledger: one number decides everything that happens, and replays it."""

from pathlib import Path

import pytest

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


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("number", range(6))
def test_whatever_fails_what_was_acknowledged_is_there_once(
    fresh: Fresh, tmp_path: Path, pytestconfig: pytest.Config, request: pytest.FixtureRequest, number: int
) -> None:
    _live(fresh, tmp_path, pytestconfig, request, number, steps=90)


def _live(
    fresh: Fresh, folder: Path, config: pytest.Config, request: pytest.FixtureRequest, number: int, *, steps: int
) -> None:
    seed = f"{config.getoption('seed')}:{number}"
    replay = f"python -m pytest -n0 --seed {config.getoption('seed')} '{request.node.nodeid}'"
    live(fresh, folder, seed, schedule.drawn(seed, steps), replay)
