"""Which texts a scheme has, by which paths they are named, and what a prize is worth."""

from datetime import date

from greencredit.issuers import rules
from greencredit.schemas.issuers import Draw
from greencredit.schemas.values import Fen, Words
from tests.issuers.rules.test_checks import advertised, report_on


def test_texts_and_paths_of_a_scheme_are_named_as_people_write_them() -> None:
    scheme = advertised("示例")

    assert {"marketing[0].text.zh", "redemption_terms[0].en", "guarantee.bank"} <= {
        one.path for one in rules.texts_of(scheme)
    }
    assert {"guarantee", "guarantee.bank", "rules[0].title.zh", "marketing[0]"} <= rules.paths_of(scheme)
    assert "rules[1]" not in rules.paths_of(scheme)


def test_a_prize_of_fen_is_no_float() -> None:
    assert Draw(name="wheel", title=Words(zh="转盘", en="Wheel"), top_prize_fen=Fen(1)).stake_fen == 0


def test_a_check_that_is_not_asked_for_yet_is_not_in_the_report() -> None:
    report = report_on(advertised("最终解释权归本公司"), on=date(2019, 12, 31))

    assert (report.results, report.passed) == ((), True)
