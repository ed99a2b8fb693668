"""How fast and how large: our press against WeasyPrint as it comes, in turn, in seconds of the processor."""

from collections.abc import Callable
from typing import Final

from benchmarks import Asked, Row
from benchmarks.reports.presses import ORDINARY, PAGES, Drawn, ordinary, press, presses_at_once, short
from greencredit.reports.render import Paper

_MUST_RATIO, _AIM_RATIO = 2.5, 10.0
_MUST_WORKERS: Final = 1.8
_MUST_KILOBYTES, _AIM_KILOBYTES = 160.0, 100.0
_MUST_MEGABYTES: Final = 6.0
"""What a process gains and loses between two looks anyway."""

_WARM: Final = 3


def measure(asked: Asked) -> list[Row]:
    """Draw a short report and a full year's, then with two workers."""
    four = _drawn(short, 1 if asked.quick else 12, 1 if asked.quick else _WARM)
    year = _drawn(ordinary, 1 if asked.quick else 3, 1 if asked.quick else _WARM)
    assert four["ours"][0].pages == PAGES, "the case that is measured"
    kilobytes = _kilobytes(four["ours"])
    return [
        *_rates(four, "consumer report", must=True),
        *_rates(year, "a year with 60 awards", must=False),
        Row(
            f"size of the report of {PAGES} pages, Chinese: KB",
            kilobytes,
            _kilobytes(four["stock"]),
            None,
            f"≤ {_MUST_KILOBYTES:.0f}",
            f"≤ {_AIM_KILOBYTES:.0f}",
            kilobytes <= _MUST_KILOBYTES,
        ),
        Row(
            f"size of a year with {ORDINARY} awards, {year['ours'][0].pages} pages, Chinese: KB",
            _kilobytes(year["ours"]),
            _kilobytes(year["stock"]),
            None,
            "–",
            "–",
            ok=True,
        ),
        *_workers(asked),
    ]


def _drawn(paper: Callable[[int], Paper], rounds: int, warm: int) -> dict[str, list[Drawn]]:
    """Let each press draw the same documents in turn; ours with and without accelerations must agree to the byte."""
    took: dict[str, list[Drawn]] = {"ours": [], "plain": [], "stock": []}
    with press("ours", paper) as ours, press("plain", paper) as plain, press("stock", paper) as stock:
        presses = {"ours": ours, "plain": plain, "stock": stock}
        for draw in presses.values():
            for number in range(warm):
                draw(number)
        for number in range(100, 100 + rounds):
            for name, draw in presses.items():
                took[name].append(draw(number))
    assert [one.sha256 for one in took["ours"]] == [one.sha256 for one in took["plain"]], "the same bytes"
    return took


def _rates(took: dict[str, list[Drawn]], what: str, *, must: bool) -> list[Row]:
    """Give documents per second of a processor, against WeasyPrint as it comes."""
    rate = {name: len(drawn) / sum(one.seconds for one in drawn) for name, drawn in took.items()}
    ratio, without = rate["ours"] / rate["stock"], rate["plain"] / rate["stock"]
    of = f"{what}, {took['ours'][0].pages} pages, tagged PDF/A-3a + UA"
    wanted, aim = (f"≥ {_MUST_RATIO} ×", f"≥ {_AIM_RATIO:.0f} ×") if must else ("–", "–")
    return [
        Row(
            f"{of}, documents per second and core",
            rate["ours"],
            rate["stock"],
            ratio,
            wanted,
            aim,
            not must or ratio >= _MUST_RATIO,
        ),
        Row("the same without accelerations", rate["plain"], rate["stock"], without, "–", "–", ok=True),
    ]


def _kilobytes(drawn: list[Drawn]) -> float:
    return max(one.size_bytes for one in drawn) / 1024


def _workers(asked: Asked) -> list[Row]:
    """Two processes beside each other against one, in turn, best of a few turns; all of them warm before the clock."""
    numbers = list(range(200, 202 if asked.quick else 224))
    clock: dict[int, list[float]] = {1: [], 2: []}
    spent: dict[int, list[float]] = {1: [], 2: []}
    with presses_at_once("ours", 1) as one, presses_at_once("ours", 2) as two:
        draws = {1: one, 2: two}
        for draw in draws.values():
            draw(numbers)
        for _ in range(2 if asked.quick else 5):
            for count, draw in draws.items():
                seconds, processor = draw(numbers)
                clock[count].append(seconds)
                spent[count].append(processor)
    alone, together = len(numbers) / min(clock[1]), 2 * len(numbers) / min(clock[2])
    ratio = together / alone
    slower = min(spent[2]) / min(spent[1])
    return [
        Row(
            "two workers, documents per second on the clock",
            together,
            alone,
            ratio,
            f"≥ {_MUST_WORKERS} ×",
            "–",
            ratio >= _MUST_WORKERS,
        ),
        Row(
            "a processor's milliseconds a document, beside another worker and alone",
            min(spent[2]) * 1_000,
            min(spent[1]) * 1_000,
            slower,
            "–",
            "–",
            ok=True,
        ),
    ]


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
