"""How fast and how large: our press against WeasyPrint as it comes, in turn, in seconds of the processor."""

from typing import Final

from benchmarks import Asked, Row
from benchmarks.reports.presses import Drawn, press, presses_at_once

_MUST_RATIO, _AIM_RATIO = 2.5, 10.0
_MUST_WORKERS: Final = 1.8
_MUST_KILOBYTES, _AIM_KILOBYTES = 160.0, 100.0
_MUST_MEGABYTES: Final = 6.0
"""What a process gains and loses between two looks anyway."""

_WARM: Final = 3


def measure(asked: Asked) -> list[Row]:
    """Let each press draw the same documents in turn; ours with and without accelerations must agree to the byte."""
    rounds = 1 if asked.quick else 12
    took: dict[str, list[Drawn]] = {"ours": [], "plain": [], "stock": []}
    with press("ours") as ours, press("plain") as plain, press("stock") as stock:
        presses = {"ours": ours, "plain": plain, "stock": stock}
        for draw in presses.values():
            for number in range(1 if asked.quick else _WARM):
                draw(number)
        for number in range(100, 100 + rounds):
            for name, draw in presses.items():
                took[name].append(draw(number))
    assert [one.sha256 for one in took["ours"]] == [one.sha256 for one in took["plain"]], "the same bytes"
    pages = took["ours"][0].pages
    rate = {name: len(drawn) / sum(one.seconds for one in drawn) for name, drawn in took.items()}
    ratio, without = rate["ours"] / rate["stock"], rate["plain"] / rate["stock"]
    kilobytes = max(one.size_bytes for one in took["ours"]) / 1024
    what = f"consumer report of {pages} pages, tagged PDF/A-3a + UA, documents per second and core"
    must, aim = f"≥ {_MUST_RATIO} ×", f"≥ {_AIM_RATIO:.0f} ×"
    return [
        Row(what, rate["ours"], rate["stock"], ratio, must, aim, ratio >= _MUST_RATIO),
        Row("the same without accelerations", rate["plain"], rate["stock"], without, "–", "–", ok=True),
        Row(
            f"size of the report of {pages} pages, Chinese: KB",
            kilobytes,
            max(one.size_bytes for one in took["stock"]) / 1024,
            None,
            f"≤ {_MUST_KILOBYTES:.0f}",
            f"≤ {_AIM_KILOBYTES:.0f}",
            kilobytes <= _MUST_KILOBYTES,
        ),
        _workers(asked),
    ]


def _workers(asked: Asked) -> Row:
    """Two processes beside each other against one: seconds on the clock, best of a few turns."""
    numbers = list(range(200, 201 if asked.quick else 212))
    best: dict[int, float] = {}
    with presses_at_once("ours", 1) as one, presses_at_once("ours", 2) as two:
        draws = {1: one, 2: two}
        for turn in range(2 if asked.quick else 5):
            for count, draw in draws.items():
                seconds = draw(numbers)
                if turn:  # the first is for warming up
                    best[count] = min(best.get(count, seconds), seconds)
    alone, together = len(numbers) / best[1], 2 * len(numbers) / best[2]
    ratio = together / alone
    return Row(
        "two workers, documents per second", together, alone, ratio, f"≥ {_MUST_WORKERS} ×", "–", ratio >= _MUST_WORKERS
    )


def memory(asked: Asked) -> list[Row]:
    """Draw many different documents in one process; compare what it holds in the middle and at the end."""
    count, window = (8, 2) if asked.quick else (1_000, 50)
    with press("ours") as draw:
        held = [draw(number).resident_bytes for number in range(count)]
    middle, end = (min(held[at - window : at]) for at in (count // 2, count))
    growth = 2 * (end - middle) / 2**20
    must = f"0 (± {_MUST_MEGABYTES:.0f})"
    return [
        Row(
            f"memory growth over 1,000 documents, seen in the second half of {count:,}: MB",
            growth * 1_000 / count,
            middle / 2**20,
            None,
            must,
            "0",
            growth * 1_000 / count <= _MUST_MEGABYTES,
        )
    ]
