"""What a supervisor's report asks: who lies in a region, in which state, which clocks were kept, what is owed."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.issuers import queries, service
from greencredit.kernel.clock import StandingClock, start_of
from greencredit.schemas.issuers import Decided, FieldReason, FilingState, LifeState, Standing
from greencredit.schemas.values import Period, Words
from tests.factories.issuers import (
    WHY,
    anybody,
    hand_papers_in,
    make_filing,
    make_issuer,
    new_issuer,
    regulator,
)
from tests.factories.ledger import earn, make_earning, make_terms, redeem

MARCH = Period(since=date(2026, 3, 1), until=date(2026, 4, 1))
APRIL = Period(since=date(2026, 4, 1), until=date(2026, 5, 1))
LATER = start_of(date(2030, 1, 1))
WRONG = (FieldReason(path="guarantee.bank", reason="请写明存管银行全称"),)


def register(session: Session, region: str, number: int) -> str:
    """Register an issuer in a region."""
    hand_papers_in(session, "acc_admin")
    new = new_issuer(number=number, name=f"示例{region}").model_copy(update={"region": region})
    return service.register(session, anybody(), new, reason=WHY).issuer_id


@pytest.mark.proves("REP-5")
def test_a_region_holds_the_places_inside_it_and_no_neighbour(session: Session) -> None:
    ids = {region: register(session, region, number) for number, region in enumerate(("CN-GD", "CN-GD-SZ", "CN-SH"), 1)}

    def inside(region: str) -> list[str]:
        return [one.issuer_id for one in queries.issuers_in(session, region, before=LATER)]

    assert set(inside("CN-GD")) == {ids["CN-GD"], ids["CN-GD-SZ"]}
    assert inside("CN-GD-SZ") == [ids["CN-GD-SZ"]]
    assert inside("CN-SH") == [ids["CN-SH"]]
    assert inside("CN-BJ") == inside("CN-G") == []
    assert set(inside("CN")) == set(ids.values())


def test_who_registered_later_is_not_in_an_earlier_report(session: Session) -> None:
    register(session, "CN-SH", 1)

    assert queries.issuers_in(session, "CN-SH", before=start_of(date(2026, 3, 2))) == []


def test_states_are_those_of_the_instant_that_is_asked_for(session: Session, clock: StandingClock) -> None:
    issuer = make_issuer(session)
    before = clock.now() + timedelta(seconds=1)
    clock.move(timedelta(days=3))
    service.suspend(session, regulator(), issuer.issuer_id, reason=WHY)

    def state(at: object) -> list[Standing]:
        return queries.standings_at(session, [issuer.issuer_id], at)  # type: ignore[arg-type]

    assert state(before) == [Standing(issuer_id=issuer.issuer_id, state=LifeState.ACTIVE)]
    assert state(LATER) == [Standing(issuer_id=issuer.issuer_id, state=LifeState.SUSPENDED)]
    assert queries.newest_step_at(session, [issuer.issuer_id]) == clock.now()
    assert queries.newest_step_at(session, []) is None


@pytest.mark.proves("REP-5", "SUP-1")
def test_a_decision_within_its_working_days_keeps_the_clock_and_a_later_one_does_not(
    session: Session, clock: StandingClock
) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    first = make_filing(session, issuer.issuer_id)
    service.admit_filing(session, regulator(), first.filing_id, digest=first.digest, reason=WHY)
    clock.move(timedelta(days=7))
    service.return_filing(session, regulator(), first.filing_id, reason=WHY, fields=WRONG)
    second = make_filing(session, issuer.issuer_id)
    service.admit_filing(session, regulator(), second.filing_id, digest=second.digest, reason=WHY)
    clock.move(timedelta(days=40))
    service.refuse_filing(session, regulator(), second.filing_id, reason=WHY)

    found = queries.filings_in(session, [issuer.issuer_id], Period(since=MARCH.since, until=APRIL.until))

    assert found == [
        Decided(
            issuer_id=issuer.issuer_id,
            version=1,
            state=FilingState.RETURNED,
            number=None,
            submitted_on=date(2026, 3, 2),
            decided_on=date(2026, 3, 9),
            due_on=date(2026, 3, 23),
            kept=True,
        ),
        Decided(
            issuer_id=issuer.issuer_id,
            version=2,
            state=FilingState.REFUSED,
            number=None,
            submitted_on=date(2026, 3, 9),
            decided_on=date(2026, 4, 18),
            due_on=date(2026, 3, 30),
            kept=False,
        ),
    ]


def test_what_was_decided_after_the_period_waited_in_it_and_is_late_if_its_day_had_passed(
    session: Session, clock: StandingClock
) -> None:
    issuer = make_issuer(session, LifeState.ASSESSED)
    filed = make_filing(session, issuer.issuer_id)
    service.admit_filing(session, regulator(), filed.filing_id, digest=filed.digest, reason=WHY)
    clock.move(timedelta(days=40))
    service.refuse_filing(session, regulator(), filed.filing_id, reason=WHY)

    (march,) = queries.filings_in(session, [issuer.issuer_id], MARCH)
    (april,) = queries.filings_in(session, [issuer.issuer_id], APRIL)

    assert (march.state, march.decided_on, march.kept) == (FilingState.ADMITTED, None, False)
    assert (april.state, april.decided_on, april.kept) == (FilingState.REFUSED, date(2026, 4, 11), False)


def test_an_accepted_version_stays_accepted_when_a_later_one_takes_its_place(
    session: Session, clock: StandingClock
) -> None:
    issuer = make_issuer(session)
    change = make_filing(session, issuer.issuer_id)
    service.accept_filing(session, regulator(), change.filing_id, "N2", digest=change.digest, reason=WHY)
    clock.move(timedelta(days=8))
    service.bring_into_effect(session, regulator("CN"))

    found = queries.filings_in(session, [issuer.issuer_id], MARCH)

    assert [(one.version, one.state, one.number) for one in found] == [
        (1, FilingState.ACCEPTED, queries.filings(session, issuer.issuer_id)[0].number),
        (2, FilingState.ACCEPTED, "N2"),
    ]
    assert queries.numbers_in_force(session, [issuer.issuer_id], date(2026, 3, 31)) == {issuer.issuer_id: "N2"}
    assert queries.numbers_in_force(session, [issuer.issuer_id], date(2026, 3, 2)) != {issuer.issuer_id: "N2"}


@pytest.mark.proves("REP-5", "LED-1")
def test_roll_forwards_of_many_are_those_of_each(session: Session, clock: StandingClock) -> None:
    ids = [make_issuer(session, number=number).issuer_id for number in (1, 2)]
    for place, issuer_id in enumerate(ids):
        earn(session, make_earning(session, "con_a", credits_=30 + place, key=f"a{place}", terms=make_terms(issuer_id)))
    clock.move(timedelta(days=31))
    redeem(session, 11, holder="con_a", key="r")

    found = queries.roll_forwards_of(session, ids, [MARCH, APRIL])

    assert found == {one: queries.roll_forwards(session, one, [MARCH, APRIL]) for one in ids}
    assert sum(found[one][-1].closing for one in ids) == 50


def test_a_region_without_a_name_of_its_own_goes_by_its_code() -> None:
    assert queries.region_title("CN-SH").zh == "上海市"
    assert queries.region_title("CN-GD-XX") == Words(zh="CN-GD-XX", en="CN-GD-XX")
