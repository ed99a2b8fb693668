"""What differs between two versions, and what each difference would mean for credits already earned."""

import json
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.issuers import rules
from greencredit.schemas.issuers import EXISTING_CREDITS_RULE, Effect, Scheme
from tests.factories.issuers import new_scheme

CORPUS: Final = tomllib.loads((Path(__file__).parents[1] / "corpus" / "changes.toml").read_text(encoding="utf-8"))[
    "change"
]


def scheme_with(fields: dict[str, Any]) -> Scheme:
    """Lay some fields over the example scheme."""
    base = new_scheme().model_dump(mode="json")
    for name, value in fields.items():
        inner = isinstance(value, dict) and isinstance(base[name], dict) and set(value) != {"zh", "en"}
        base[name] = {**base[name], **value} if inner else value
    return Scheme.model_validate(base)


def test_the_corpus_holds_forty_changes_of_every_class() -> None:
    assert len(CORPUS) >= 40
    assert {one["effect"] for one in CORPUS} == set(Effect)
    assert len({one["about"] for one in CORPUS}) == len(CORPUS)


@pytest.mark.proves("ISS-4", "ISS-6")
@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["about"])
def test_a_change_is_found_alone_and_classed_as_expected(case: dict[str, str]) -> None:
    before, after = (scheme_with(json.loads(case[side])) for side in ("before", "after"))

    found = rules.changes(before, after)

    assert [(one.path, one.effect.value) for one in found] == [(case["path"], case["effect"])]
    (change,) = found
    assert all((change.sentence.zh, change.sentence.en, change.reason.zh, change.reason.en, change.title.zh))
    assert (change.before, change.after) != (None, None)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["about"])
def test_no_change_is_better_both_ways(case: dict[str, str]) -> None:
    before, after = (scheme_with(json.loads(case[side])) for side in ("before", "after"))

    there, back = rules.changes(before, after), rules.changes(after, before)

    assert {one.path for one in there} == {one.path for one in back}
    assert not {one.effect for one in there} == {one.effect for one in back} == {Effect.BETTER}


def test_a_version_differs_from_itself_in_nothing() -> None:
    assert rules.changes(new_scheme(), new_scheme()) == ()


@given(st.lists(st.sampled_from(CORPUS), max_size=6, unique_by=lambda case: case["path"].partition("[")[0]))
def test_changes_of_several_fields_are_found_together(cases: list[dict[str, str]]) -> None:
    # What one case lays under itself, such as a validity, may touch the field of another.
    apart = [one for one in cases if len(json.loads(one["before"])) <= 1 and len(json.loads(one["after"])) <= 1]
    sides: list[dict[str, Any]] = [{}, {}]
    for case in apart:
        for side, name in zip(sides, ("before", "after"), strict=True):
            for field, value in json.loads(case[name]).items():
                merges = isinstance(value, dict) and isinstance(side.get(field), dict)
                side[field] = {**side[field], **value} if merges else value

    found = rules.changes(scheme_with(sides[0]), scheme_with(sides[1]))

    assert {one["path"] for one in apart} <= {one.path for one in found}


def test_every_field_of_a_scheme_has_a_judge_and_a_title() -> None:
    judged = {path.partition(".")[0] for path in rules.JUDGED}

    assert judged == set(Scheme.model_fields)
    assert set(rules.TITLES) == set(rules.JUDGED)
    for name in ("validity", "guarantee", "complaints", "notices", "data", "reach"):
        inner = set(new_scheme().model_dump()[name])
        assert {path.partition(".")[2] for path in rules.JUDGED if path.startswith(f"{name}.")} == inner


def test_the_rule_for_existing_credits_is_told_in_both_languages() -> None:
    assert "绝不适用于已发放的积分" in EXISTING_CREDITS_RULE.zh
    assert "never to those issued before" in EXISTING_CREDITS_RULE.en


def test_a_change_is_told_in_a_sentence() -> None:
    (change,) = rules.changes(new_scheme(fen_per_100=100), new_scheme(fen_per_100=80))

    assert change.sentence.model_dump() == {
        "zh": "条款“每百积分面值（分）”由 100 改为 80",
        "en": "Face value of 100 credits, in fen changes from 100 to 80",
    }
    assert change.reason.zh == "对持有人的承诺减少"
