"""The generated form of a scheme: asked of the shape, answered in texts, read back whole, each fault at its place."""

import string
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from greencredit.schemas.drafting import Group, Said
from greencredit.schemas.issuers import (
    CardOccasion,
    CardOffer,
    Compensation,
    CustodyTerms,
    Document,
    Draw,
    EnterpriseTerms,
    MarketingText,
    Particular,
    Promotion,
    Reach,
    Referral,
    Scheme,
)
from greencredit.schemas.values import Credits, Fen, Words
from greencredit.web.issuing import answers, drawing, faults, shape, spoken, titles
from greencredit.web.issuing.shape import Choice, Leaf, Part, Question, Several
from tests.factories.issuers import example_rule, new_scheme, owed_up_to
from tests.factories.web import RIDES_RULE

SAID = Words(zh="示例", en="Example")
FULL = new_scheme(example_rule(), RIDES_RULE, clawback=owed_up_to(500)).model_copy(
    update={
        "upgrade_promise": SAID,
        "compensations": (Compensation(occasion=SAID, percent=100),),
        "particulars": (Particular(name="accrual", text=SAID),),
        "promotions": (
            Promotion(name="spring", title=SAID, most_credits_each=Credits(50), since=date(2026, 3, 1), until=None),
        ),
        "referral": Referral(title=SAID, credits_each=Credits(20), most_credits=Credits(200)),
        "marketing": (MarketingText(place="门店海报", text=SAID),),
        "card_offers": (CardOffer(title=SAID, occasion=CardOccasion.SETTLED_SPENDING, credits_each=Credits(1)),),
        "draws": (Draw(name="wheel", title=SAID, top_prize_fen=Fen(12_345)),),
        "custody": CustodyTerms(
            account_name="示例专户", agreement=Document.of("存管协议.pdf", b"example"), release_terms=(SAID, SAID)
        ),
        "reach": Reach(holders=1_000, outstanding_credits=5, provinces=("CN-SH", "CN-BJ")),
        "enterprise": EnterpriseTerms(
            may_be_funded=True, most_funded_a_month=Credits(1_000), most_allotted_each=Credits(10)
        ),
    }
)
"""A scheme that says something in every part."""


def every_question(model: type[BaseModel], seen: set[type[BaseModel]] | None = None) -> Iterator[tuple[str, Question]]:
    """Give every question that a form for a shape can ask, with the name of its shape."""
    known = set() if seen is None else seen
    if model in known:
        return
    known.add(model)
    for question in shape.questions_of(model):
        yield model.__name__, question
        inner = question.entry if isinstance(question, Several) else question
        for part in inner.variants if isinstance(inner, Choice) else (inner,):
            if isinstance(part, Part):
                for one in part.parts:
                    yield part.model.__name__, one
                yield from every_question(part.model, known)


def fails(given_answers: answers.Answers) -> dict[str, str]:
    """Give what is said to be wrong with answers, by place, in Chinese."""
    with pytest.raises(ValidationError) as no:
        Scheme.model_validate(answers.document_of(Scheme, given_answers))
    return {one.name: one.said.zh for one in faults.faults_of(Scheme, no.value, given_answers)}


# ---- Questions -------------------------------------------------------------------------------------------------------


def test_every_field_of_a_scheme_has_a_title_in_both_languages_and_a_place_under_a_heading() -> None:
    tags = {"kind"}  # chosen, never asked
    asked = {(model, one.name) for model, one in every_question(Scheme) if one.name not in tags}
    named = {(model, field) for model, fields in titles._said().items() if isinstance(fields, dict) for field in fields}  # noqa: SLF001

    inherited = {("Spent", "least"), ("Spent", "most")}
    assert sorted(asked - named - inherited) == []
    assert {field for one in titles.sections() for field in one.fields} == set(Scheme.model_fields)


def test_nothing_of_a_scheme_has_to_be_written_as_json() -> None:
    assert [
        (model, one.name) for model, one in every_question(Scheme) if isinstance(one, Leaf) and one.kind == "json"
    ] == []


def test_a_field_that_is_added_to_a_shape_is_asked_the_same_day_under_its_own_name() -> None:
    class Tomorrow(Scheme):
        colour_of_mascot: str | None = None

    added = shape.questions_of(Tomorrow)[-1]

    assert (added.name, added.title.en, isinstance(added, Leaf) and added.kind) == (
        "colour_of_mascot",
        "Colour of mascot",
        "text",
    )


# ---- Answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", [new_scheme(), FULL], ids=["least", "full"])
def test_a_scheme_is_answered_in_texts_and_read_back_the_same(scheme: Scheme) -> None:
    given_answers = answers.answers_to(Scheme, scheme.model_dump(mode="json"))

    assert Scheme.model_validate(answers.document_of(Scheme, given_answers)) == scheme


@given(
    fen=st.integers(min_value=1, max_value=10**12),
    basis_points=st.integers(min_value=1, max_value=10**6),
    texts=st.lists(st.text(alphabet="示例" + string.ascii_letters, min_size=1, max_size=20), min_size=1, max_size=4),
)
def test_figures_in_yuan_and_percent_are_kept_exact(fen: int, basis_points: int, texts: list[str]) -> None:
    document = new_scheme().model_dump(mode="json")
    document["guarantee"] |= {"amount_fen": fen, "coverage_basis_points": basis_points}
    document["redemption_terms"] = [{"zh": text, "en": text} for text in texts]

    given_answers = answers.answers_to(Scheme, document)

    assert answers.document_of(Scheme, given_answers)["guarantee"] == {
        "amount_fen": fen,
        "bank": "示例银行",
        "custody_kind": "custody_account",
        "coverage_basis_points": basis_points,
        "document": None,
    }
    assert Scheme.model_validate(answers.document_of(Scheme, given_answers)) == Scheme.model_validate(document)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("guarantee.amount_fen", "¥1,234.5", 123_450),
        ("guarantee.amount_fen", "\uff11\uff12\uff13", 12_300),
        ("guarantee.amount_fen", "0.005", "0.005"),
        ("guarantee.amount_fen", "五百", "五百"),
        ("guarantee.coverage_basis_points", "105.5%", 10_550),
        ("guarantee.bank", "  示例银行 ", "示例银行"),
    ],
)
def test_figures_are_read_as_people_write_them_and_anything_else_is_left_to_be_refused(
    name: str, text: str, value: object
) -> None:
    part, _, field = name.partition(".")

    found = answers.document_of(Scheme, {name: text})

    assert found[part][field] == value


def test_entries_are_added_and_taken_out_and_the_others_move_up() -> None:
    begun = answers.answers_to(Scheme, FULL.model_dump(mode="json"))

    more, at = answers.added(Scheme, begun, "rules")
    more, inner = answers.added(Scheme, more, f"{at}.conditions", chosen="weekday")
    less = answers.removed(answers.removed(more, "rules.0"), "referral")

    assert (at, inner) == ("rules.2", "rules.2.conditions.0")
    assert (more["rules.2.version"], more["rules.2.conditions.0.kind"]) == ("1", "weekday")
    assert (less["rules.0.name"], less["rules.1.conditions.0.kind"]) == ("green_travel", "weekday")
    assert [name for name in less if name.startswith(("rules.2", "referral"))] == []
    assert answers.document_of(Scheme, less)["referral"] is None


@pytest.mark.parametrize("place", ["nothing", "rules.7.conditions", "title", "../x", ""])
def test_nothing_is_added_where_nothing_can_be_added(place: str) -> None:
    begun = answers.answers_to(Scheme, new_scheme().model_dump(mode="json"))

    more, _ = answers.added(Scheme, begun, place)

    assert more == begun


def test_what_a_browser_sends_beside_the_questions_is_left_out() -> None:
    posted = [
        ("title.zh", "甲"),
        ("rules.0.products", "tea"),
        ("rules.0.products", "rice"),
        ("rules.0.products.other", "beans\r\n"),
        ("do", "keep"),
        ("__class__", "x"),
        ("title/../x", "x"),
        ("nothing.zh", "x"),
        ("guarantee.document", b"no text"),
    ]

    assert answers.typed(Scheme, posted) == {"title.zh": "甲", "rules.0.products": "tea\nrice\nbeans"}


# ---- Faults ----------------------------------------------------------------------------------------------------------


def test_each_fault_is_said_at_its_place_with_what_was_found_and_wanted() -> None:
    begun = answers.answers_to(Scheme, FULL.model_dump(mode="json"))
    begun |= {
        "title.zh": "",
        "guarantee.amount_fen": "一百万",
        "guarantee.custody_kind": "payment_reserve",
        "refund_grace_days": "40000",
        "rules.0.name": "Organic",
        "rules.1.since": "2026-13-01",
        "rules.1.rate.per_kg_co2e.credits": "0",
        "notices.channels": "公告\n" + "长" * 401,
        "promotions.0.until": "2026-02-01",
    }

    assert fails(begun) == {
        "title.zh": "没有填写；要求：一段文字。",
        "guarantee.amount_fen": "填写的是“一百万”；要求：大于 0 的金额，最多两位小数。",
        "guarantee.custody_kind": "填写的是“payment_reserve”；要求：列表中的一项。",
        "refund_grace_days": "填写的是“40000”；要求：不小于 0、不大于 36,500 的整数。",
        "rules.0.name": "填写的是“Organic”；要求：小写字母开头、只含小写字母、数字和下划线的代码。",
        "rules.1.rate.per_kg_co2e.credits": "填写的是“0”；要求：大于 0 的整数。",
        "rules.1.since": "填写的是“2026-13-01”；要求：一个日期，例如 2026-12-31。",
        "promotions.0": "截止日要晚于第一天。",
        "notices.channels": f"第 2 行填的是“{'长' * 40}”；要求：不超过 400 字的文字。",
    }


def test_a_rule_over_several_places_is_said_at_the_part_that_holds_them() -> None:
    begun = answers.answers_to(Scheme, FULL.model_dump(mode="json"))
    begun |= {"clawback.cap_credits": "", "rules.0.products": ""}

    assert fails(begun) == {
        "clawback": "选“记为待追回”时要填上限，选其他办法时不填。",
        "rules.0": "依据为“绿色消费”的规则只写绿色品类，依据为“绿色行为”的规则只写绿色行为，二者必填其一。",
    }


@pytest.mark.parametrize(
    ("path", "name", "label"),
    [
        (
            "rules[1].rate.credits",
            "rules.1.rate.per_kg_co2e.credits",
            "积分获取规则 / 第 2 项 / 积分标准 / 每千克减排量的积分",
        ),
        ("redemption_terms[0].zh", "redemption_terms.0.zh", "兑换条款 / 第 1 项 / 中文"),
        ("compensations", "compensations", "赔付比例"),
        ("guarantee.document", "guarantee.document", "价值保障 / 保障文件"),
        ("rules[9].name", "rules", "积分获取规则"),
    ],
)
def test_a_place_that_a_check_names_is_found_in_the_form(path: str, name: str, label: str) -> None:
    begun = answers.answers_to(Scheme, FULL.model_dump(mode="json"))

    _, found = answers.find(Scheme, path, begun)

    assert (found, faults.label_of(Scheme, found, begun).zh) == (name, label.replace(" / ", " \u203a "))


# ---- Drawn and spoken ------------------------------------------------------------------------------------------------


def test_the_form_is_drawn_under_its_headings_with_the_faults_counted() -> None:
    begun = answers.answers_to(Scheme, new_scheme().model_dump(mode="json")) | {"title.zh": "", "rules.0.since": ""}
    wrong: Any = None
    try:
        Scheme.model_validate(answers.document_of(Scheme, begun))
    except ValidationError as error:
        wrong = faults.faults_of(Scheme, error, begun)
    said = drawing.gathered((one.name, Said(kind="problem", text=one.said)) for one in wrong)
    sketch = drawing.Sketch(Scheme, begun, {}, said)

    chapters = drawing.chapters(sketch)

    assert [(one.name, one.faults) for one in chapters if one.faults] == [("basics", 1), ("earning", 1)]
    assert [one.place_id for one in drawing.wrongs(sketch)] == ["q-title-zh", "q-rules-0-since"]
    rules = next(one for one in chapters if one.name == "earning").places[0]
    assert isinstance(rules, Group)
    assert [(one.title.zh, one.open) for one in rules.entries] == [("有机农产品", True)]


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("face_value_fen_per_100_credits", "100", "¥1.00"),
        ("guarantee.coverage_basis_points", "10000", "100.00%"),
        ("data.sharing_is_voluntary", "true", "是"),
        ("guarantee.custody_kind", "bank_guarantee", "银行保函"),
        ("redemption_terms[0]", '{"zh": "甲", "en": "A"}', "甲"),
        ("marketing[0]", '{"place": "海报", "text": {"zh": "甲", "en": "A"}}', "投放位置：海报；文案：甲"),
        ("complaints.phone", "010", "010"),
        ("nowhere", "{}", "{}"),
    ],
)
def test_a_value_is_read_by_what_its_place_asks_for(path: str, text: str, said: str) -> None:
    found = spoken.said_at(path, text)

    assert found is not None
    assert found.zh == said
