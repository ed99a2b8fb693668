"""Households share a cap however they move, split and time what they do; rules on levels look at the level on file."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from greencredit.awards import queries, service
from greencredit.awards.errors import (
    HouseholdConsentWanted,
    HouseholdStillCounts,
    InHousehold,
    InvitationWrong,
    LevelInThePast,
    NotHead,
)
from greencredit.awards.queries.members import Levels
from greencredit.awards.rules.households import FIRST_HOUSEHOLD, Households, Stay, counts_until
from greencredit.awards.service.dry_run import dry_run
from greencredit.awards.service.replay import explain_evidence
from greencredit.awards.tables import AwardsAward
from greencredit.evidence import queries as evidence
from greencredit.kernel.access import Actor, Role, ScopeKind
from greencredit.kernel.clock import StandingClock, civil_date
from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.schemas.awards import Caps, HouseholdJoining, LevelSet, Member, NewHousehold, PerYuan
from greencredit.schemas.values import Credits, Period
from tests.factories.awards import awarded, purchase_rule, require_sound, take_in
from tests.factories.evidence import CARDS, Shop, bought, make_shop, receipt_csv
from tests.factories.issuers import new_scheme
from tests.factories.people import make_actor

CAP = 20
CAPPED = purchase_rule(caps=Caps(household_per_month=Credits(CAP), household_per_year=Credits(3 * CAP)))
GOLD = purchase_rule(rate=PerYuan(credits=Credits(2)), conditions=(Member(levels=("gold",)),))


def himself(consumer_id: str) -> Actor:
    """Give somebody who acts for himself."""
    return make_actor(Role.CONSUMER, ScopeKind.CONSUMER, consumer_id)


def founded(database: Database, consumer_id: str) -> int:
    """Found a household."""
    with database.writing() as session:
        wanted = NewHousehold(is_adult=True)
        return service.found_household(session, himself(consumer_id), consumer_id, wanted).household_id


def joined(database: Database, head: str, consumer_id: str) -> None:
    """Let somebody join the household of another."""
    with database.writing() as session:
        code = service.invite(session, head).code
        service.join_household(session, himself(consumer_id), consumer_id, HouseholdJoining(code=code, is_adult=True))


class Till:
    """Buys, one file for each purchase or for many."""

    def __init__(self, database: Database, shop: Shop, folder: Path) -> None:
        self._database, self._shop, self._folder = database, shop, folder
        self._number = 0

    def buys(self, *purchases: tuple[str, date, int]) -> None:
        """Take purchases in: card, day, yuan."""
        rows = []
        for card, on, yuan in purchases:
            self._number += 1
            told: dict[str, Any] = {"receipt_no": f"R{self._number}", "card_no": card, "amount_yuan": f"{yuan}.00"}
            rows.append(bought(sold_at=f"{on}T10:00:00", **told))
        take_in(self._database, self._shop.receipts, receipt_csv(self._folder / f"{self._number}.csv", rows))


@pytest.fixture
def shop(database: Database) -> Shop:
    """Give a shop whose only rule caps a household."""
    with database.writing() as session:
        return make_shop(session, CAPPED)


def of_households(database: Database) -> dict[tuple[int, str], int]:
    """Give what every household was given in every month."""
    month = func.substr(AwardsAward.occurred_on, 1, 7)
    with database.reading() as session:
        rows = session.execute(
            select(AwardsAward.household, month, func.sum(AwardsAward.credits))
            .where(AwardsAward.household.is_not(None))
            .group_by(AwardsAward.household, month)
        )
        return {(household or 0, of): int(credits_) for household, of, credits_ in rows}


@pytest.mark.slow
@pytest.mark.proves("AWD-1")
@pytest.mark.parametrize("seed", range(6))
def test_a_households_cap_is_never_exceeded_in_any_order_or_split(
    database: Database, shop: Shop, clock: StandingClock, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same story every time
    till, members = Till(database, shop, tmp_path), [shop.consumers[card] for card in CARDS]
    household = founded(database, members[0]) if chance.random() < 0.5 else None

    for _ in range(14):
        clock.move(timedelta(days=chance.randint(0, 6)))
        today = civil_date(clock.now())
        wish = chance.random()
        if wish < 0.15 and household is None:
            household = founded(database, members[0])
        elif wish < 0.35 and household is not None:
            other = chance.choice(members[1:])
            with database.reading() as session:
                is_there = queries.household_of(session, other) is not None
            if is_there:
                with database.writing() as session:
                    service.leave_household(session, other)
            else:
                joined(database, members[0], other)
        else:
            some = [
                (chance.choice(CARDS), today - timedelta(days=chance.randint(0, 25)), chance.randint(1, 15))
                for _ in range(chance.randint(1, 5))
            ]
            till.buys(*some)

    assert [given for given in of_households(database).values() if given > CAP] == []
    require_sound(database)


@pytest.mark.proves("AWD-1")
def test_two_members_fill_one_cap_and_a_third_person_has_his_own(
    database: Database, shop: Shop, tmp_path: Path
) -> None:
    first, second, third = (shop.consumers[card] for card in CARDS)
    founded(database, first)
    joined(database, first, second)
    till, today = Till(database, shop, tmp_path), date(2026, 3, 2)

    till.buys((CARDS[0], today, 15), (CARDS[1], today, 15), (CARDS[2], today, 15))

    assert [awarded(database, one) for one in (first, second, third)] == [[15], [5], [15]]


@pytest.mark.proves("AWD-1")
def test_what_a_member_earned_alone_counts_in_the_households_cap(
    database: Database, shop: Shop, tmp_path: Path
) -> None:
    first, second, _ = (shop.consumers[card] for card in CARDS)
    till, today = Till(database, shop, tmp_path), date(2026, 3, 2)
    till.buys((CARDS[0], today, 12))
    founded(database, first)
    joined(database, first, second)

    till.buys((CARDS[1], today, 15))

    assert (awarded(database, first), awarded(database, second)) == ([12], [8])


@pytest.mark.proves("AWD-1")
def test_whoever_leaves_counts_with_the_household_to_the_end_of_the_year_and_joins_another_only_then(
    database: Database, shop: Shop, clock: StandingClock, tmp_path: Path
) -> None:
    first, second, third = (shop.consumers[card] for card in CARDS)
    founded(database, first)
    joined(database, first, second)
    founded(database, third)
    with database.writing() as session:
        service.leave_household(session, second)
    till, today = Till(database, shop, tmp_path), date(2026, 3, 2)

    till.buys((CARDS[0], today, 15), (CARDS[1], today, 15))
    with pytest.raises(HouseholdStillCounts) as no:
        joined(database, third, second)
    clock.move(timedelta(days=305))
    joined(database, third, second)

    assert (awarded(database, first), awarded(database, second)) == ([15], [5])
    assert (no.value.code, no.value.facts) == ("awards.household_still_counts", {"until": date(2027, 1, 1)})


@pytest.mark.proves("AWD-1")
def test_one_belongs_to_one_household_and_only_its_head_invites(database: Database, shop: Shop) -> None:
    first, second, _ = (shop.consumers[card] for card in CARDS)
    founded(database, first)
    joined(database, first, second)

    with pytest.raises(InHousehold):
        founded(database, second)
    with pytest.raises(NotHead), database.writing() as session:
        service.invite(session, second)
    with database.writing() as session:
        service.leave_household(session, first)
        found = queries.household_of(session, second)

    assert found is not None
    assert (found.members, found.is_head) == (1, True)


@pytest.mark.proves("AWD-1")
def test_a_code_is_used_once_within_a_week_and_nobody_speaks_for_another_adult(
    database: Database, shop: Shop, clock: StandingClock
) -> None:
    first, second, third = (shop.consumers[card] for card in CARDS)
    founded(database, first)
    with database.writing() as session:
        code, late = service.invite(session, first).code, service.invite(session, first).code
        adult = HouseholdJoining(code=code, is_adult=True)
        with pytest.raises(HouseholdConsentWanted):
            service.join_household(session, himself(first), second, adult)
        service.join_household(session, himself(second), second, adult)
        with pytest.raises(InvitationWrong):
            service.join_household(session, himself(third), third, adult)
        clock.move(timedelta(days=7))
        late_one = HouseholdJoining(code=late, is_adult=True)
        with pytest.raises(InvitationWrong):
            service.join_household(session, himself(third), third, late_one)

    with database.reading() as session:
        assert queries.household_of(session, third) is None


@pytest.mark.proves("AWD-2")
def test_why_a_member_earned_nothing_is_told_from_the_households_cap_of_that_time(
    database: Database, shop: Shop, tmp_path: Path
) -> None:
    first, second, _ = (shop.consumers[card] for card in CARDS)
    till, today = Till(database, shop, tmp_path), date(2026, 3, 2)
    till.buys((CARDS[0], today, 7))
    founded(database, first)
    joined(database, first, second)
    till.buys((CARDS[0], today, 13))
    till.buys((CARDS[1], today, 5))
    with database.reading() as session:
        number = ledger.holder_number(session, second)
        period = Period(since=today, until=date(2026, 3, 3))
        (latest,) = evidence.latest_of(session, number, period, limit=5)
        told = explain_evidence(session, latest.item.evidence_id)

    assert told.verdict == "nothing"
    (rule,) = told.rules
    assert [(one.step, one.found, one.limit, one.credits) for one in rule.steps] == [
        ("rate", 500, 1, 5),
        ("household_month", 5, 0, 0),
    ]
    assert rule.sentences[0].zh.endswith("每户每月封顶已经用完。")


@pytest.mark.proves("AWD-3")
def test_a_dry_run_of_a_household_comes_to_what_was_given(database: Database, shop: Shop, tmp_path: Path) -> None:
    first, second, _ = (shop.consumers[card] for card in CARDS)
    founded(database, first)
    joined(database, first, second)
    till, today = Till(database, shop, tmp_path), date(2026, 3, 2)
    till.buys((CARDS[0], today, 9), (CARDS[1], today, 8), (CARDS[2], today, 30), (CARDS[1], today, 9))
    with database.reading() as session:
        found = dry_run(
            session, shop.issuer_id, new_scheme(CAPPED), Period(since=date(2026, 3, 1), until=date(2026, 4, 1))
        )

    given = sum(sum(awarded(database, one)) for one in shop.consumers.values())
    assert (found.credits, given) == (40, 40)


def test_a_stay_counts_to_new_years_day_and_meets_the_windows_that_hold_one_of_its_days() -> None:
    stay = Stay(FIRST_HOUSEHOLD + 1, 7, date(2025, 6, 10), counts_until(date(2025, 8, 1)))
    found = Households([stay])

    assert counts_until(date(2025, 8, 1)) == date(2026, 1, 1)
    assert [stay.meets(window) for window in (20250609, 20250610, 202505, 202506, 202512, 202601, 2025, 2026, 0)] == [
        *(False, True, False, True, True, False),
        *(True, False, True),
    ]
    assert [found.of(7, on) for on in (date(2025, 6, 9), date(2025, 12, 31), date(2026, 1, 1))] == [
        *(0, FIRST_HOUSEHOLD + 1, 0),
    ]


@pytest.mark.proves("AWD-1")
def test_a_rule_on_a_level_looks_at_the_level_of_the_day(
    database: Database, clock: StandingClock, tmp_path: Path
) -> None:
    with database.writing() as session:
        shop = make_shop(session, GOLD)
    consumer, today = shop.consumers[CARDS[0]], date(2026, 3, 2)
    till = Till(database, shop, tmp_path)
    till.buys((CARDS[0], today, 10))

    with database.writing() as session:
        wanted = [
            LevelSet(card=CARDS[0], level="gold", since=date(2026, 3, 4)),
            LevelSet(card="x", level="", since=today),
        ]
        told = service.set_levels(session, shop.issuer_id, wanted, by="acc_1")
    clock.move(timedelta(days=3))
    till.buys((CARDS[0], date(2026, 3, 3), 10), (CARDS[0], date(2026, 3, 4), 10), (CARDS[1], date(2026, 3, 4), 10))
    with database.writing() as session:
        ends = [LevelSet(card=CARDS[0], level="", since=date(2026, 3, 5))]
        service.set_levels(session, shop.issuer_id, ends, by="acc_1")
    till.buys((CARDS[0], date(2026, 3, 5), 10))

    assert (told.set, told.unknown) == (1, (1,))
    assert awarded(database, consumer) == [20]
    assert awarded(database, shop.consumers[CARDS[1]]) == []
    with database.reading() as session:
        assert [one.level for one in queries.levels_of(session, shop.issuer_id, consumer)] == ["gold", ""]


def test_a_level_is_never_set_for_days_that_are_over(database: Database, shop: Shop) -> None:
    past = [LevelSet(card=CARDS[0], level="gold", since=date(2026, 3, 1))]

    with pytest.raises(LevelInThePast) as no, database.writing() as session:
        service.set_levels(session, shop.issuer_id, past, by="acc_1")

    assert no.value.facts == {"found": date(2026, 3, 1), "wanted": date(2026, 3, 2)}
    with database.reading() as session:
        assert queries.levels_of(session, shop.issuer_id, shop.consumers[CARDS[0]]) == ()


def test_what_is_set_later_ends_what_was_to_begin_after_it() -> None:
    levels = Levels([(7, 1, date(2026, 3, 10), "gold"), (7, 2, date(2026, 3, 5), "silver")])

    assert [levels.of(7, date(2026, 3, day)) for day in (4, 5, 12)] == ["", "silver", "silver"]
