"""A failure at the first, second, third … thing that a batch of every verb asks of the driver, in every manner."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest

from tests.simulation import verbs
from tests.simulation.conftest import Fresh
from tests.simulation.requests import WEIGHTS, Wishes
from tests.simulation.shaky import Manner
from tests.simulation.world import World


def asked_for(world: World, turn: int) -> None:
    """Send one request of every verb to the first process, a quarter of them by the doors that answer one by one."""
    for place, verb in enumerate(WEIGHTS):
        number = 1_000 + 100 * turn + place
        request = Wishes(world.chance(number), world.model).request(number, verb)
        if request.verb is not verbs.decide:
            request.caller = 1  # another caller's would be another batch of the ledger in the same transaction
        if request.verb is verbs.settle and (turn + place) % 4:
            request.verb = verbs.carry
        world.send(0, request)


def survived(world: World, manners: Sequence[Manner]) -> tuple[int, int]:
    """Let each thing fail in its turn, until a batch is through before that; tell how many, and how many died."""
    world.start()
    deaths = 0
    for after in count(1):
        asked_for(world, after)
        lives, faults = world.processes[0].lives, world.processes[0].database.faults
        faults.arm(after, manners[after % len(manners)])
        while world.processes[0].writer.waiting:
            world.step_of(0)
        world.catch_up()
        faults.disarm()
        world.ask_again()
        deaths += world.processes[0].lives - lives
        if not faults.struck and after > 40:
            return after - 1, deaths
        faults.struck = 0
    raise AssertionError


def lived(fresh: Fresh, folder: Path, seed: str, manners: Sequence[Manner]) -> tuple[int, int]:
    """Live through all of it, and hold the end against every promise."""
    world = World(fresh(), folder / "log", seed)
    try:
        numbers = survived(world, manners)
        world.end()
    finally:
        world.close()
    return numbers


@pytest.mark.proves("LED-3")
def test_whatever_write_of_a_batch_fails_nothing_is_half_there_and_asking_again_helps(
    fresh: Fresh, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    failed, died = lived(fresh, tmp_path, f"{pytestconfig.getoption('seed')}", list(Manner))

    assert failed >= 40
    assert failed // 3 - 2 <= died <= failed // 3 + 2


@pytest.mark.slow
@pytest.mark.proves("LED-3")
@pytest.mark.parametrize("manner", list(Manner), ids=lambda manner: manner.name.lower())
def test_every_write_of_a_batch_fails_in_every_manner(
    fresh: Fresh, tmp_path: Path, pytestconfig: pytest.Config, manner: Manner
) -> None:
    failed, died = lived(fresh, tmp_path, f"{pytestconfig.getoption('seed')}", [manner])

    assert failed >= 40
    assert died == (failed if manner in {Manner.KILLED, Manner.KILLED_AFTER} else 0)
