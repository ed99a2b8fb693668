"""What happens in a simulation, and when: drawn from one number, written in a line, made shorter when it fails."""

import time
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Final, NamedTuple


class Step(NamedTuple):
    """One thing that happens; what exactly, its own number says, so that it stays the same when others are left out."""

    act: str
    process: int
    number: int


_WEIGHTS: Final = {
    "ask": 30,
    "step": 22,
    "again": 9,
    "fault": 8,
    "jump": 4,
    "bulk": 4,
    "meanwhile": 3,
    "sweep": 3,
    "publish": 2,
    "clash": 2,
    "leave": 2,
    "back": 2,
    "die": 2,
    "forget": 0.3,
}


def drawn(seed: str, steps: int) -> list[Step]:
    """Draw a schedule."""
    rng = Random(seed)  # noqa: S311 - it is to be repeated
    acts = rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()), k=steps)
    return [Step(act, rng.randrange(2), number) for number, act in enumerate(acts, 10)]


def written(steps: Iterable[Step]) -> str:
    """Write a schedule in one line; `read` reads it."""
    return " ".join(f"{step.act}:{step.process}:{step.number}" for step in steps)


def read(line: str) -> list[Step]:
    """Read a schedule that was written."""
    parts = [word.split(":") for word in line.split()]
    return [Step(act, int(process), int(number)) for act, process, number in parts]


def shrunken(steps: Sequence[Step], fails: Callable[[list[Step]], bool], seconds: float = 150) -> list[Step]:
    """Leave out whatever the failure does not need: halves, quarters, at last single steps, while there is time."""
    kept, size, until = list(steps), len(steps) // 2, time.monotonic() + seconds
    while size:
        start, before = 0, len(kept)
        while start < len(kept) and time.monotonic() < until:
            shorter = kept[:start] + kept[start + size :]
            if fails(shorter):
                kept = shorter
            else:
                start += size
        if len(kept) == before or size > 1:
            size //= 2
    return kept
