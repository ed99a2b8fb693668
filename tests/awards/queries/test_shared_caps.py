"""What a member sees of his household: who is there without names, how far its caps are used, what they cut of his."""

from datetime import date
from pathlib import Path

import pytest

from greencredit.awards import queries, service
from greencredit.kernel.database import Database
from greencredit.schemas.awards import Caps, HouseholdCap, HouseholdCut, HouseholdMember
from greencredit.schemas.values import Credits, Words
from tests.awards.service.test_funding import scheme_with
from tests.awards.service.test_members import CAP, CAPPED, Till, founded, joined
from tests.factories.awards import purchase_rule
from tests.factories.evidence import CARDS, Shop, make_shop

TODAY = date(2026, 3, 2)
MONTH = Words(zh="每户每月封顶", en="The cap for one household and month")
YEAR = Words(zh="每户每年封顶", en="The cap for one household and year")
ORGANIC = Words(zh="有机农产品", en="Organic produce")


@pytest.fixture
def shop(database: Database) -> Shop:
    """Give a shop whose only rule caps a household."""
    with database.writing() as session:
        return make_shop(session, CAPPED)


def member(**changes: bool) -> HouseholdMember:
    """Give an adult who came today by himself."""
    facts = {"is_adult": True, "by_guardian": False, "is_head": False, "is_self": False}
    return HouseholdMember(since=TODAY, **{**facts, **changes})


@pytest.mark.proves("AWD-1", "AWD-2")
def test_a_member_sees_how_far_the_households_caps_are_used_and_what_they_cut_of_his_own(
    database: Database, shop: Shop, tmp_path: Path
) -> None:
    first, second, third = (shop.consumers[card] for card in CARDS)
    till = Till(database, shop, tmp_path)
    till.buys((CARDS[0], TODAY, 12))
    founded(database, first)
    joined(database, first, second)
    till.buys((CARDS[1], TODAY, 15), (CARDS[2], TODAY, 15))

    with database.reading() as session:
        caps = [queries.household_caps(session, one) for one in (first, second, third)]
        members = [queries.household_members(session, one) for one in (first, second, third)]
        cuts = [queries.cut_by_household(session, one, limit=5) for one in (first, second, third)]
        (line,) = queries.awards_of(session, second)

    assert caps[0] == (
        # The twelve were the first one's alone: they count, and so do the eight that were left for the second.
        HouseholdCap(issuer_id=shop.issuer_id, rule_title=ORGANIC, cap=MONTH, most=Credits(CAP), used=Credits(20)),
        HouseholdCap(issuer_id=shop.issuer_id, rule_title=ORGANIC, cap=YEAR, most=Credits(3 * CAP), used=Credits(20)),
    )
    assert caps[1:] == [caps[0], ()]
    assert members == [
        (member(is_head=True, is_self=True), member()),
        (member(is_head=True), member(is_self=True)),
        (),
    ]
    cut = HouseholdCut(
        award_id=line.award_id,
        occurred_on=TODAY,
        what=ORGANIC,
        cap=MONTH,
        before=Credits(15),
        credits=Credits(8),
    )
    assert cuts == [(), (cut,), ()]


@pytest.mark.proves("AWD-1")
def test_whoever_left_sees_no_more_of_the_household_and_from_when_he_is_his_own(
    database: Database, shop: Shop, tmp_path: Path
) -> None:
    first, second, third = (shop.consumers[card] for card in CARDS)
    founded(database, first)
    joined(database, first, second)
    Till(database, shop, tmp_path).buys((CARDS[0], TODAY, 5))
    with database.writing() as session:
        service.leave_household(session, second)

    with database.reading() as session:
        until = [queries.counts_with_former_until(session, one) for one in (first, second, third)]
        seen = queries.household_caps(session, second), queries.household_members(session, second)
        left = queries.household_members(session, first)

    assert until == [None, date(2027, 1, 1), None]
    assert (seen, left) == (((), ()), (member(is_head=True, is_self=True),))


@pytest.mark.proves("AWD-1")
def test_a_cap_over_all_rules_of_an_issuer_stands_once_and_names_no_rule(database: Database, tmp_path: Path) -> None:
    soy = purchase_rule(name="soy", products=("soy_drinks",))
    capped = scheme_with(purchase_rule(), soy, caps=Caps(household_in_all=Credits(50)), funding="issuer")
    with database.writing() as session:
        shop = make_shop(session, scheme=capped)
    first = shop.consumers[CARDS[0]]
    founded(database, first)
    Till(database, shop, tmp_path).buys((CARDS[0], TODAY, 7))

    with database.reading() as session:
        (cap,) = queries.household_caps(session, first)

    assert (cap.rule_title, cap.cap.zh, cap.most, cap.used) == (None, "发行主体每户累计封顶", 50, 7)
