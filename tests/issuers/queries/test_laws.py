"""The legal basis: only what was read and is in force is cited, and everybody reads it in one place."""

import tomllib
from datetime import date, timedelta
from importlib import resources

import pytest

from greencredit.issuers import queries
from greencredit.issuers.catalogue.checks import checks
from greencredit.issuers.catalogue.laws import laws
from greencredit.reports.queries import kinds
from greencredit.schemas.issuers import LawStatus, LegalCitation
from greencredit.schemas.values import Words

YEAR_END = date(2026, 12, 31)


def test_a_citation_carries_body_article_dates_and_words_of_the_text() -> None:
    found = [one for one in queries.legal_basis("region", YEAR_END) if one.article.zh == "第九百四十八条"]

    assert found == [
        LegalCitation(
            law=Words(zh="《生态环境法典》", en="Ecological and Environmental Code"),
            body=Words(zh="全国人民代表大会", en="National People's Congress"),
            article=Words(zh="第九百四十八条", en="article 948"),
            in_force_since=date(2026, 8, 15),
            text_of=date(2026, 3, 12),
            says=Words(
                zh="促进绿色低碳产品标准的实施，以及认证结果、标识信息的使用与效果评价。",
                en="Standards for green products, and the use of certification results and label information, "
                "are promoted and their effect is evaluated.",
            ),
            quote="促进绿色低碳产品标准实施和认证结果、标识信息的使用与效果评价",
        )
    ]


def test_a_law_is_cited_from_the_day_on_which_it_holds_and_not_before() -> None:
    def cited(on: date) -> set[str]:
        return {one.law.zh for one in queries.legal_basis("region", on)}

    assert cited(date(2026, 8, 15)) - cited(date(2026, 8, 14)) == {"《生态环境法典》"}
    assert cited(date(2018, 12, 31)) == set()


def test_a_wording_that_is_younger_than_its_law_is_not_cited_for_the_time_before_it() -> None:
    advertising = laws()["advertising"]

    assert advertising.in_force_since == date(2015, 9, 1)
    assert [advertising.holds(date(2021, 4, 28)), advertising.holds(date(2021, 4, 29))] == [False, True]


def test_a_law_that_was_repealed_is_no_longer_cited() -> None:
    repealed = laws()["e_commerce"].model_copy(update={"in_force_until": date(2027, 1, 1)})

    assert [repealed.holds(YEAR_END), repealed.holds(YEAR_END + timedelta(days=1))] == [True, False]


@pytest.mark.proves("REP-5")
def test_nothing_recalled_and_nothing_read_in_summaries_only_is_ever_cited() -> None:
    unread = {name for name, law in laws().items() if law.status is not LawStatus.VERIFIED}
    asked_for = {kind for name in unread for article in laws()[name].article for kind in article.cited_in}

    assert (unread, "region" in asked_for) == ({"green_consumption_notice", "promotions"}, True)
    for kind in asked_for | set(kinds()):
        printed = {one.law.zh for one in queries.legal_basis(kind, date(2030, 1, 1))}
        assert printed.isdisjoint({laws()[name].title.zh for name in unread})


def test_what_is_not_known_to_be_in_force_is_not_cited() -> None:
    dateless = {name for name, law in laws().items() if law.in_force_since is None}

    assert "pyramid_selling" in dateless
    assert [name for name in sorted(dateless) if laws()[name].holds(YEAR_END)] == []


@pytest.mark.parametrize("kind", ["consumer", "issuer_filing", "project", "region"])
def test_every_kind_of_report_has_a_legal_basis_this_year(kind: str) -> None:
    assert queries.legal_basis(kind, YEAR_END) != ()


def test_checks_name_their_law_and_article_in_the_one_catalogue() -> None:
    known = {(law.title.zh, article.title.zh) for law in laws().values() for article in law.article}
    named = {
        (one.law.zh, one.article.zh)
        for check in checks()
        for one in check.basis
        if one.law is not None and one.article is not None
    }
    folder = resources.files("greencredit.issuers.catalogue.checks")
    raw = [tomllib.loads(file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".toml")]

    assert named <= known
    assert {type(one["law"]) for check in raw for one in check["basis"] if "law" in one} == {str}


def test_a_ground_of_a_check_says_since_when_its_law_is_in_force() -> None:
    (draw_cap,) = (one for one in checks() if one.name == "draw_cap")
    (ground,) = draw_cap.basis_on(date(2026, 3, 2))

    assert ground.title == Words(zh="《反不正当竞争法》第十一条", en="Anti-Unfair Competition Law, article 11")
    assert (ground.text_of, ground.in_force_since) == (date(2025, 6, 27), date(2025, 10, 15))
