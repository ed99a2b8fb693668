"""Everything that can happen to an award has its sentences in both languages, with the same figures in both."""

import re
from string import Formatter
from typing import Any, Final, get_args

import pytest

from greencredit.awards.catalogue.sentences import families, sentence
from greencredit.schemas.awards import GIFTS, Condition, FunderKind, Ground, StepName
from greencredit.schemas.awards.explained import Outcome, Verdict
from greencredit.schemas.awards.rates import Rate
from greencredit.schemas.values import Words

_NO_CAPS: Final = {"rate", "tier", "multiplier", "threshold"}


def _kinds_of(union: Any) -> set[str]:  # noqa: ANN401 - a union of shapes
    found: set[str] = set()
    for shape in get_args(get_args(union)[0]):
        found |= set(get_args(shape.model_fields["kind"].annotation))
    return found


def _places(text: str) -> set[tuple[str, str]]:
    return {(name, way or "") for _, name, way, _ in Formatter().parse(text) if name is not None}


def test_every_sentence_names_the_same_facts_in_both_languages() -> None:
    for family, sentences in families().items():
        for name, words in sentences.items():
            zh, en = ({place for place, _ in _places(text)} for text in (words.zh, words.en))
            assert (family, name, zh) == (family, name, en)


def test_chinese_is_chinese_and_english_is_english() -> None:
    han = re.compile(r"[\u4e00-\u9fff]")
    between = [words for name, words in families()["conditions"].items() if name == "between"]
    told = [words for sentences in families().values() for words in sentences.values() if words not in between]

    assert [words.zh for words in told if not han.search(words.zh)] == []
    assert [words.en for words in told if han.search(words.en)] == []


@pytest.mark.proves("AWD-2")
def test_every_step_has_its_sentence() -> None:
    steps = families()["steps"]
    caps = set(get_args(StepName)) - _NO_CAPS

    assert {f"rate.{kind}" for kind in _kinds_of(Rate) - {"tiered"}} - steps.keys() == set()
    assert {"tier.fen", "tier.grams", "tier.thousandths", "multiplier"} - steps.keys() == set()
    assert {"threshold.reached", "threshold.missed", "funder", "cut", "most"} - steps.keys() == set()
    assert families()["caps"].keys() == caps


@pytest.mark.proves("AWD-2")
def test_every_condition_says_what_was_found_and_what_would_have_been_needed() -> None:
    found, needed = families()["conditions"], families()["needed"]
    kinds = _kinds_of(Condition)

    assert kinds - found.keys() == set()
    assert {kind for kind in kinds if not any(name.partition(".")[0] == kind for name in needed)} == set()


@pytest.mark.proves("AWD-2")
def test_every_outcome_verdict_gift_and_funder_has_its_sentence() -> None:
    assert set(get_args(Outcome)) | set(get_args(Verdict)) <= families()["outcomes"].keys()
    assert families()["gifts"].keys() == {one.value for one in GIFTS}
    assert {one.value for one in FunderKind} <= families()["funding"].keys()
    assert {one for one in Ground if one.is_gift} == GIFTS


@pytest.mark.parametrize(
    ("value", "way", "zh", "en"),
    [
        (1250, "money", "12.50", "12.50"),
        (-5, "money", "\u22120.05", "\u22120.05"),
        (684, "kilograms", "0.684", "0.684"),
        (11_394, "kilograms", "11.4", "11.4"),
        (0, "kilograms", "0", "0"),
        (1500, "thousandths", "1.5", "1.5"),
        (12_000, "thousandths", "12", "12"),
        (1, "credits", "1 credit", "1 credit"),
        (1234, "credits", "1,234 credits", "1,234 credits"),
    ],
)
def test_a_figure_is_read_exactly_in_the_way_that_the_sentence_asks_for(
    value: int, way: str, zh: str, en: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{{found:{way}}}"
    monkeypatch.setitem(families(), "example", {"one": Words(zh=text, en=text)})

    assert sentence("example", "one", found=value) == Words(zh=zh, en=en)


def test_a_fact_that_is_missing_is_a_fault_and_never_a_gap() -> None:
    with pytest.raises(KeyError):
        sentence("steps", "multiplier", found=1, limit=2)
