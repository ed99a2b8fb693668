"""Every report as a page: both languages, every kind of reader, no wrong claim."""

import csv
import io
import itertools
import re
import tomllib
from typing import get_args

import pytest
from pydantic import ValidationError

from greencredit.reports.queries import kind_named
from greencredit.reports.render import words
from greencredit.reports.render.press import TEMPLATE_FOLDERS, sheet_of
from greencredit.reports.rules import ROW_BUDGET
from greencredit.schemas.reports import Lang
from greencredit.schemas.values import Fen, Grams, Words
from tests.factories import filings, reports
from tests.reports.paper import RARE, every_case, page_of, words_of

pytestmark = pytest.mark.slow  # it draws dozens of reports

LANGS: tuple[Lang, ...] = get_args(Lang)
FOLDER = next(folder for folder in TEMPLATE_FOLDERS if (folder / "reports").is_dir()) / "reports"


@pytest.mark.proves("REP-9")
def test_every_text_exists_in_both_languages_and_takes_the_same_facts() -> None:
    texts = words.read_texts(FOLDER.parent)

    def facts_in(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    assert [key for key, text in texts.items() if not text.zh or not text.en] == []
    assert (
        {
            key: (facts_in(text.zh), facts_in(text.en))
            for key, text in texts.items()
            if facts_in(text.zh) - {"n"} != facts_in(text.en.split("|")[-1]) - {"n"}
        }
        == {
            # "1 January to …" and the count of a single award read better without the fact
        }
    )


def test_no_text_is_left_unused() -> None:
    texts = words.read_texts(FOLDER.parent)
    templates = "".join(path.read_text() for path in FOLDER.glob("*.html"))
    spoken = set(re.findall(r'"([a-z_]+(?:\.[A-Za-z_]+)+)"', templates)) | set(
        re.findall(r"'([a-z_]+(?:\.[A-Za-z_]+)+)'", templates)
    )
    # what a template builds by joining: `t("tier." ~ tier)`, `t(kind.name ~ ".units")`
    begun = (
        *re.findall(r'"([a-z_]+\.(?:[A-Za-z_]+[._])*)" ~', templates),
        "verdict.",
        "enterprise.account.",
        "group.figure.",
        "group.months.",
        "group.recognition.",
        "group.reading.",
        "group.scope.",
        "group.units.",
    )
    joined = tuple(re.findall(r'kind\.name ~ "(\.[a-z_.]+)"', templates))

    def is_built(key: str) -> bool:
        return key.startswith(begun) or key.endswith(joined)

    assert sorted(key for key in texts if key not in spoken and not is_built(key)) == []


def test_the_texts_file_is_a_tree_of_pairs_and_nothing_else() -> None:
    leaves = []

    def walk(table: dict[str, object]) -> None:
        for value in table.values():
            assert isinstance(value, dict)
            if set(value) == {"zh", "en"}:
                leaves.append(value)
            else:
                walk(value)

    for path in (FOLDER / "texts").glob("*.toml"):
        walk(tomllib.loads(path.read_text()))

    assert leaves
    assert all(isinstance(text, str) for pair in leaves for text in pair.values())


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", every_case())
@pytest.mark.proves("REP-1", "REP-4", "REP-9")
def test_every_report_reads_in_both_languages_for_every_reader(case: str, lang: Lang) -> None:
    _kind, facts = every_case()[case]

    page = page_of(facts, lang)

    assert page.startswith(f'<!DOCTYPE html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">')
    assert "<script" not in page
    assert page.count("<h1>") == 1
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", page)]
    assert [pair for pair in itertools.pairwise(levels) if pair[1] > pair[0] + 1] == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", [case for case in every_case() if case.endswith("rare")])
def test_markup_in_a_name_is_text_on_paper(case: str, lang: Lang) -> None:
    _kind, facts = every_case()[case]

    assert RARE.replace("<", "&lt;").replace(">", "&gt;") in page_of(facts, lang)


@pytest.mark.proves("REP-1")
def test_the_numbers_on_the_page_are_the_numbers_of_the_record() -> None:
    report = reports.consumer_report(400)

    said = words_of(page_of(report, "en"))

    assert f"Total of the period, 10 reversed awards left out: {report.totals.credits:,} credits" in said
    assert f"{report.totals.avoided_g_co2e / 1000:,.3f} kg CO₂e quantified." in said
    assert "400 awards in all; the latest 120 are listed here" in said


@pytest.mark.parametrize(
    ("owed", "lang", "said"),
    [
        (1_120, "zh", "待追回 1,120 分。 这些积分在退货或撤销时被冲正，而当时已经用掉；"),
        (1_120, "en", "1,120 credits to be recovered. Taken back, after a return or a cancellation, when they had"),
        (1, "en", "1 credit to be recovered. Taken back"),
    ],
)
def test_what_the_holder_owes_stands_beside_the_issuer(owed: int, lang: Lang, said: str) -> None:
    assert said in words_of(page_of(reports.consumer_report(5, owed=owed), lang))


def test_where_nothing_is_owed_nothing_is_said_of_it() -> None:
    report = reports.consumer_report(5)

    assert ("待追回" in page_of(report, "zh"), "to be recovered" in page_of(report, "en")) == (False, False)


def test_a_report_owes_nobody_whom_it_does_not_name() -> None:
    report = reports.consumer_report(5, owed=7)

    with pytest.raises(ValidationError, match="iss_example"):
        type(report).model_validate({**report.model_dump(), "issuers": (), "flows": ()})


@pytest.mark.parametrize("lang", LANGS)
def test_a_purchase_without_a_method_is_never_given_grams(lang: Lang) -> None:
    report = reports.consumer_report(30, purchases_only=True)

    said = words_of(page_of(report, lang))

    assert ("未量化" if lang == "zh" else "not quantified") in said
    assert re.findall(r"\d[\d.,]* (?:kg|g|千克|克) CO₂e", said) == []


@pytest.mark.parametrize("case", every_case())
def test_avoided_emissions_are_never_called_an_inventory_or_an_offset(case: str) -> None:
    _kind, facts = every_case()[case]

    assert "不是碳排放清单" in words_of(page_of(facts, "zh"))
    assert "not an offset" in words_of(page_of(facts, "en"))


def test_the_word_certification_is_kept_for_approved_bodies() -> None:
    evaluated = words_of(page_of(filings.issuer_filing(), "zh"))
    certified = words_of(page_of(filings.issuer_filing(approval_number="CNCA-DEMO-1"), "zh"))

    assert (evaluated.count("信用认证"), evaluated.count("信用评价")) == (
        0,
        4,
    )  # the heading, a state twice, an earlier one
    assert (certified.count("信用认证"), certified.count("信用评价")) == (1, 3)


@pytest.mark.parametrize("case", every_case())
def test_no_page_claims_a_signature_or_an_unknown_number_of_a_standard(case: str) -> None:
    _kind, facts = every_case()[case]

    said = words_of(page_of(facts, "zh"))

    assert said.count("签名") == said.count("未附数字签名") == 1
    assert re.findall(r"(?:GB/T|GB|T/)\s?\d+", said) == []
    assert re.findall("最终解释权(?:归|属于?|由)", said) == []  # that it may not be reserved is a check's title


@pytest.mark.parametrize("case", ["filing-ordinary", "consumer-ordinary"])
def test_a_standard_whose_number_nobody_verified_is_named_without_one(case: str) -> None:
    _kind, facts = every_case()[case]

    assert "编号待核实" in words_of(page_of(facts, "zh"))


@pytest.mark.proves("REP-1")
def test_five_thousand_awards_are_sums_a_budget_of_lines_and_a_whole_table() -> None:
    report = reports.consumer_report(5_000)
    kept = [line for line in report.awards if line.kept_credits]

    page = page_of(report, "en")
    rows = list(csv.DictReader(io.StringIO(sheet_of(kind_named("consumer"), report).decode("utf-8-sig"))))

    assert len(rows) == len(report.awards) == 5_000
    assert sum(int(row["credits"]) - int(row["reversed_credits"]) for row in rows) == report.totals.credits
    assert sum(line.avoided_g_co2e or 0 for line in kept) == report.totals.avoided_g_co2e
    assert f"5,000 awards in all; the latest {ROW_BUDGET} are listed here" in words_of(page)
    listed = re.findall(r"<tr(?: class=\"reversed\")?><td>(\d{4}-\d\d-\d\d)</td>", page)
    assert listed == [line.on.isoformat() for line in report.awards[-ROW_BUDGET:]]


def test_an_empty_household_is_told_so_and_why() -> None:
    said = words_of(page_of(reports.consumer_report(0), "zh"))

    assert "平台没有为你记下绿色消费或行动" in said
    assert "没有记录，不代表没有付出" in said
    assert "图 2" not in said
    in_english = words_of(page_of(reports.consumer_report(0), "en"))
    assert "From 1 January 2025 to 31 December 2025, no green purchase or action" in in_english


@pytest.mark.parametrize("case", every_case())
def test_a_chinese_paper_writes_units_of_mass_in_chinese(case: str) -> None:
    _kind, facts = every_case()[case]

    assert re.findall(r"[0-9.]+ *k?g CO₂e", words_of(page_of(facts, "zh"))) == []


@pytest.mark.parametrize(
    ("grams", "number", "unit"),
    [
        (0, "0", "g"),
        (999, "999", "g"),
        (1000, "1.0", "kg"),
        (1_390_750, "1,390.8", "kg"),
        (123_456_789, "123,457", "kg"),
    ],
)
def test_a_mass_is_written_so_that_it_is_taken_in_at_a_glance(grams: int, number: str, unit: str) -> None:
    assert words.mass(Grams(grams)) == (number, unit)


def test_amounts_are_written_exactly() -> None:
    assert [words.yuan(Fen(fen)) for fen in (0, 5, 123_456_789, -50)] == ["0.00", "0.05", "1,234,567.89", "\u22120.50"]
    assert [words.kilograms(Grams(grams)) for grams in (1, 1_234_567, -7)] == ["0.001", "1,234.567", "\u22120.007"]


def test_a_blank_stands_between_a_digit_and_a_hanzi_where_a_fact_is_filled_in() -> None:
    texts = {"x": Words(zh="{name}有{n}笔，共{n}。", en="{n} award of {name}|{n} awards of {name}")}

    zh, en = words.texts_in(texts, "zh"), words.texts_in(texts, "en")

    assert zh("x", name="示例家庭 0042", n=3) == "示例家庭 0042 有 3 笔，共 3。"
    assert zh("x", name="示例家庭", n=3) == "示例家庭有 3 笔，共 3。"
    assert (en("x", name="A", n=1), en("x", name="A", n=2)) == ("1 award of A", "2 awards of A")


@pytest.mark.proves("REP-1")
def test_an_english_paper_names_issuer_and_merchant_in_english_where_they_filed_a_name() -> None:
    report = reports.consumer_report(60)
    said = words_of(page_of(report, "en"))

    assert "Example Green Trading Co., Ltd." in said
    assert "Example Fresh Market" in said
    assert "示例绿色商贸有限公司" not in said
    assert "示例生鲜超市" not in said
    assert "示例生鲜超市" in words_of(page_of(report, "zh"))


def test_an_english_dossier_sets_the_registered_name_beside_the_english_one_once() -> None:
    facts = filings.issuer_filing(english_name="Example Green Trading Co., Ltd.")

    said = words_of(page_of(facts, "en"))

    assert "Example Green Trading Co., Ltd. stands as" in said
    assert said.count("示例绿色商贸有限公司") == 1
    assert "Example Green Trading Co., Ltd." not in words_of(page_of(facts, "zh"))
