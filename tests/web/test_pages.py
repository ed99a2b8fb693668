"""Templates: pages stand with full and with empty facts, in both languages, and hold nothing a strict page may not."""

import re
from pathlib import Path

import pytest
from fastapi import Request
from jinja2 import UndefinedError

from greencredit.kernel.access import Actor, Via
from greencredit.kernel.settings import Settings
from greencredit.schemas.values import Credits
from greencredit.schemas.web import ConsumerPage, OwedLine
from greencredit.web import pages, wording
from tests.factories.web import AS_OF, make_consumer_page, make_empty_page, make_movement

TEMPLATES = sorted(Path("templates/web").glob("*.html"))


def _request(query: str = "", path: str = "/me", settings: Settings | None = None) -> Request:
    class _Application:
        class state:  # noqa: N801 - Starlette's name
            """What the application carries."""

    _Application.state.settings = settings or Settings()  # type: ignore[attr-defined] # as Starlette's own State
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [],
        "app": _Application,
        "server": ("credits.example", 443),
        "scheme": "https",
    }
    return Request(scope)


def _household() -> Actor:
    return Actor(at=AS_OF, via=Via.SESSION, account_id="acc_example", subject_id="con_example")


@pytest.mark.proves("UX-1")
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", [make_consumer_page(), make_empty_page()], ids=["full", "empty"])
def test_the_household_s_page_stands_with_full_and_with_empty_facts(page: ConsumerPage, lang: str) -> None:
    answer = pages.render(_request(f"lang={lang}"), _household(), "me.html", page=page)

    text = bytes(answer.body).decode()
    assert answer.status_code == 200
    assert text.count("<h1") == 1
    assert (re.findall(r"[一-鿿]", re.sub(r"<main.*</main>", "", text, flags=re.DOTALL)) == list("中文")) == (
        lang == "en"
    )


@pytest.mark.parametrize(
    ("lang", "title", "line"),
    [
        ("zh", "待追回", "示例绿色商超（虚构） 1,120 分"),
        ("en", "To be recovered", "示例绿色商超（虚构） 1,120 credits"),
    ],
)
def test_what_a_household_owes_is_shown_with_the_issuer(lang: str, title: str, line: str) -> None:
    owed = OwedLine(issuer_id="iss_示例", issuer_name="示例绿色商超（虚构）", credits=Credits(1_120))

    told, silent = (
        bytes(pages.render(_request(f"lang={lang}"), _household(), "me.html", page=page).body).decode()
        for page in (make_consumer_page(owed=(owed,)), make_consumer_page())
    )

    assert (title in told, title in silent) == (True, False)
    assert line in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", told))


@pytest.mark.proves("AWD-4")
def test_a_gift_is_not_shown_as_a_purchase_that_nobody_quantified() -> None:
    bought = make_movement(1, grams=None, tier=None)
    gift = make_movement(2, grams=None, tier=None, is_gift=True)

    told = [
        bytes(
            pages.render(_request(), _household(), "me.html", page=make_consumer_page(movements=(one,))).body
        ).decode()
        for one in (bought, gift)
    ]

    assert [("减排量未量化" in one, "奖励，不计减排" in one) for one in told] == [(True, False), (False, True)]


def test_a_fact_that_is_not_there_is_an_error_and_never_an_empty_place() -> None:
    with pytest.raises(UndefinedError):
        pages.render(_request(), _household(), "me.html")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_no_template_holds_inline_script_style_or_a_foreign_address(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    assert re.findall(r"<script(?![^>]* src=)[^>]*>", text) == []
    assert re.findall(r"\son[a-z]+=|\sstyle=|javascript:|https?://", text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_no_template_trusts_text_as_markup_or_computes(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    assert re.findall(r"\|\s*safe|Markup|autoescape", text) == []
    assert re.findall(r"\|\s*(sum|round|sort|groupby|int|float)\b", text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_text_is_said_in_both_languages(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    outside = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)

    # The two headlines that are set by hand stand beside each other in an if.
    allowed = "每一分，都查得到来处" if template.stem == "landing" else ""
    assert [sign for sign in outside if "一" <= sign <= "鿿" and sign not in allowed] == []


def test_the_switch_keeps_the_place_and_asks_for_the_other_language() -> None:
    text = bytes(pages.render(_request("year=2025&lang=en"), _household(), "me.html", page=make_consumer_page()).body)

    assert b'href="/me?year=2025&amp;lang=zh"' in text


def test_an_installation_that_is_no_demonstration_does_not_say_it_is() -> None:
    real = Settings(environment="live")

    text = bytes(
        pages.render(_request(settings=real), _household(), "me.html", page=make_consumer_page()).body
    ).decode()

    assert ("演示数据" in text, "./run" in text) == (False, False)


@pytest.mark.parametrize(
    ("grams", "said"),
    [(0, "0"), (1, "0.001"), (9_999, "9.999"), (10_000, "10.0"), (1_390_800, "1,390.8"), (-250, "\u22120.250")],
)
def test_grams_are_written_so_that_the_small_is_not_lost(grams: int, said: str) -> None:
    assert wording.kilograms(grams) == said


@pytest.mark.parametrize(
    ("value", "plain", "signed", "money"),
    [(0, "0", "0", "¥0.00"), (1234, "1,234", "+1,234", "¥12.34"), (-5, "\u22125", "\u22125", "\u2212¥0.05")],
)
def test_numbers_carry_groups_and_a_real_minus(value: int, plain: str, signed: str, money: str) -> None:
    assert (wording.number(value), wording.signed(value), wording.yuan(value)) == (plain, signed, money)
