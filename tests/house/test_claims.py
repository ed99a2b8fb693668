"""No report praises: a word like green names a defined thing or a counted class; nothing claims more than figures.

ISO 14021 asks that a self-declared claim is specific: figure, scope, period, method. So the vague words stand in
reports only inside terms that a filing defines, and the strong ones (neutral, zero, offset) only where they are denied.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from greencredit.reports.queries import kinds
from greencredit.schemas.values import Words
from tests.house.sources import ROOT

TEXTS: Final = ROOT / "templates" / "reports" / "texts"

_VAGUE: Final = re.compile(
    r"绿色|环保|低碳|可持续|环境友好|生态|(?i:\b(?:green|eco(?:-friendly|logical(?:ly)?)?|sustainab\w*|low-carbon)\b)"
)
_STRONG: Final = re.compile(
    r"碳中和|零碳|净零|抵消|抵销|(?i:\b(?:carbon[- ]neutral\w*|net[- ]zero|zero[- ]carbon|offset\w*)\b)"
)
_ENDORSING: Final = re.compile(r"国家级|最高级|最佳|第一品牌|官方认可|政府背书|(?i:\b(?:state-approved|world-class)\b)")

_DEFINED: Final = (
    re.compile(r"绿色(?:消费积分|消费|行动|商品|出行)|环保行动证明|低碳购买|低碳消费"),
    re.compile(r"(?i:green (?:consumption|purchases?|actions?|products?|travel|shopping))"),
    # "actions and purchases" of one sentence: the adjective stands before the first
    re.compile(r"绿色(?=占比|行数)|(?i:green(?= (?:share|lines)))"),
)
"""Terms of the filing and of the list of green products, and the counted class of receipt lines."""

_CLASSES: Final = {
    "绿色": "the heading of a column of counts",
    "Green": "the heading of a column of counts",
    "属于绿色，但未达门槛或超过上限": "a reason for which a line earned nothing",
    "Green, but below a threshold or past a cap": "a reason for which a line earned nothing",
}
"""Whole texts in which the word is a class of lines that a rule defines."""

_DENIED: Final = re.compile(r"(?:不能|不得|不可|不)(?:用于|用来)?抵[消销]|(?i:not an offset|nor? (?:an )?offset)")


def every_text() -> Iterator[tuple[str, str]]:
    """Give every text of every report, by its name."""
    for path in sorted(TEXTS.glob("*.toml")):
        yield from _walk(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    for name, kind in kinds().items():
        yield from _both(f"title.{name}", kind.title)


def _walk(prefix: str, table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if set(value) == {"zh", "en"} and isinstance(value["zh"], str):
            yield from _both(f"{prefix}.{name}", Words.model_validate(value))
        else:
            yield from _walk(f"{prefix}.{name}", value)


def _both(name: str, text: Words) -> Iterator[tuple[str, str]]:
    yield f"{name} zh", text.zh
    for number, form in enumerate(text.en.split("|")):
        yield f"{name} en {number}", form


def vague(text: str) -> list[str]:
    """Give the words of a text that praise without a figure."""
    if text in _CLASSES:
        return []
    for term in _DEFINED:
        text = term.sub("", text)
    return [found.group() for found in (*_VAGUE.finditer(text), *_STRONG.finditer(_DENIED.sub("", text)))] + [
        found.group() for found in _ENDORSING.finditer(text)
    ]


@pytest.mark.proves("REP-1")
def test_no_text_of_a_report_is_a_vague_claim() -> None:
    assert {name: words for name, text in every_text() if (words := vague(text))} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("绿色生活，你我同行", ["绿色"]),
        ("本商品绿色环保", ["绿色", "环保"]),
        ("你有 59 笔绿色消费与行动", []),
        ("已实现碳中和", ["碳中和"]),
        ("不能用于抵销", []),
        ("可以抵销你的排放", ["抵销"]),
        ("an eco-friendly household", ["eco-friendly"]),
        ("These are avoided emissions, not an inventory, and not an offset.", []),
        ("You offset 12 kg", ["offset"]),
        ("国家级认定", ["国家级"]),
    ],
)
def test_the_scan_tells_a_claim_from_a_defined_term(text: str, found: list[str]) -> None:
    assert vague(text) == found


def test_whatever_prints_a_mass_of_gas_has_the_sentence_that_says_what_it_is_not() -> None:
    said = dict(every_text())
    by_kind: dict[str, str] = {}
    for name, text in said.items():
        by_kind[name.split(".")[0]] = by_kind.get(name.split(".")[0], "") + text
    own = {path.stem for path in TEXTS.glob("*.toml")} - {"common"}
    shared = by_kind.get("common", "") + by_kind.get("group", "")

    silent = [
        kind
        for kind in sorted(own)
        if "CO₂e" in by_kind[kind]
        and not ("不是碳排放清单" in by_kind[kind] + shared and "not an offset" in by_kind[kind] + shared)
    ]
    assert silent == []


def test_every_data_file_of_illustrations_names_a_factor_that_somebody_saw() -> None:
    factors = (Path(ROOT) / "greencredit" / "actions").rglob("*.csv")
    listed = "".join(path.read_text(encoding="utf-8") for path in factors)
    illustrations = tomllib.loads(
        (ROOT / "greencredit" / "reports" / "catalogue" / "equivalents.toml").read_text(encoding="utf-8")
    )

    lines = {line.split(",")[0]: line for line in listed.splitlines()}
    assert {
        name: told["factor"]
        for name, told in illustrations.items()
        if ",verified," not in lines.get(told["factor"], "") or "tier=D" in lines[told["factor"]]
    } == {}
