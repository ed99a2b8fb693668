"""A tonne is claimed once: what another scheme counts is marked and leaves every total; the credits stay."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from greencredit.awards import queries, service
from greencredit.awards.errors import ClaimedBefore, MarkWithdrawn, NothingToClaim, NotMarked, NotQuantified, OwnMark
from greencredit.awards.queries.check import check_record
from greencredit.awards.queries.explain import explained
from greencredit.awards.queries.explained import afterwards
from greencredit.awards.queries.record import award_record
from greencredit.kernel.database import Database
from greencredit.reports.catalogue import consumer
from greencredit.schemas.actions import ClaimScheme, NewClaim
from greencredit.schemas.awards import AwardLine
from greencredit.schemas.values import Period
from tests.factories.awards import action_rule, publish_factors, take_in
from tests.factories.evidence import Shop, activities_csv, did, make_shop

CCER = NewClaim(scheme=ClaimScheme.CCER, reference="CCER-示例-0001")
YEAR = Period(since=date(2026, 1, 1), until=date(2027, 1, 1))


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    """Give a shop where one rode the metro twice, and shared a car with a detour longer than the trip."""
    with database.writing() as session:
        publish_factors(session)
        made = make_shop(session, action_rule(actions=("metro_trip_km", "carpool_trip")))
    rides = [
        did(record_no="T1", quantity="12"),
        did(record_no="T2", quantity="20", done_at="2026-01-07T08:10:00"),
        did(record_no="T3", action="carpool_trip", quantity="1", inputs={"detour_km": "9"}),
    ]
    take_in(database, made.activities, activities_csv(tmp_path / "rides.csv", rides))
    return made


def lines_of(database: Database, shop: Shop) -> list[AwardLine]:
    """Give the awards of whoever rode, oldest first."""
    with database.reading() as session:
        return list(reversed(queries.awards_of(session, shop.consumers["CARD-0001"])))


def marks(database: Database) -> list[tuple[object, ...]]:
    """Give every mark as it is kept."""
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text("SELECT * FROM awards_claim"))]


@pytest.mark.proves("ACT-2")
def test_what_another_scheme_counts_leaves_every_total_and_keeps_its_credits(database: Database, shop: Shop) -> None:
    first, second = lines_of(database, shop)
    with database.writing() as session:
        service.mark_claimed(session, first.evidence_id, CCER, by="acc_example")

    with database.reading() as session:
        holder = queries.totals_of(session, shop.consumers["CARD-0001"])
        subjects = queries.issuer_subjects(session, shop.issuer_id)
        months = queries.issuer_months(session, shop.issuer_id)
        rules = queries.rule_totals(session, shop.issuer_id)
        report = consumer.gather(session, shop.consumers["CARD-0001"], YEAR)

    assert (first.grams, second.grams) == (683, 1139)
    assert (holder.grams, holder.claimed_grams, holder.credits) == (1139, 683, first.credits + second.credits)
    assert [one.grams for one in subjects] == [1139]
    assert [one.grams for one in months] == [1139]
    assert [one.grams for one in rules] == [1139]
    assert (report.totals.avoided_g_co2e, report.totals.credits) == (1139, holder.credits)
    assert sum(line.avoided_g_co2e or 0 for line in report.kinds) == 1139
    assert any("自愿减排" in line.reason.zh for line in report.not_counted)


def test_the_line_says_where_else_it_is_counted(database: Database, shop: Shop) -> None:
    first, _ = lines_of(database, shop)
    with database.writing() as session:
        made = service.mark_claimed(session, first.evidence_id, CCER, by="acc_example")

    line, other = lines_of(database, shop)

    assert line.claim is not None
    assert (line.claim.scheme, line.claim.reference, line.claim.grams) == (ClaimScheme.CCER, "CCER-示例-0001", 683)
    assert (line.grams, line.counted_grams, other.claim, other.counted_grams) == (683, 0, None, 1139)
    assert [said.zh for said in afterwards(line)][1:] == [
        (
            "这项减排量已计入全国温室气体自愿减排交易市场（CCER）（编号 CCER-示例-0001），一吨只计一次："
            "不再计入这里的合计，积分不变。"
        )
    ]
    assert (made.marked_by, "acc_example" in line.model_dump_json()) == ("acc_example", False)


def test_the_same_mark_again_changes_nothing(database: Database, shop: Shop) -> None:
    first, _ = lines_of(database, shop)
    with database.writing() as session:
        once = service.mark_claimed(session, first.evidence_id, CCER, by="acc_example")
    before = marks(database)

    with database.writing() as session:
        again = service.mark_claimed(session, first.evidence_id, CCER, by="acc_other")

    assert (again, marks(database)) == (once, before)


@pytest.mark.proves("ACT-2")
@pytest.mark.parametrize(
    "other",
    [
        NewClaim(scheme=ClaimScheme.CCER, reference="CCER-示例-0002"),
        NewClaim(scheme=ClaimScheme.CARBON_INCLUSION, place="CN-SH", reference="CCER-示例-0001"),
    ],
)
def test_an_action_is_claimed_once(database: Database, shop: Shop, other: NewClaim) -> None:
    first, _ = lines_of(database, shop)
    with database.writing() as session:
        service.mark_claimed(session, first.evidence_id, CCER, by="acc_example")
    before = marks(database)

    with pytest.raises(ClaimedBefore) as no, database.writing() as session:
        service.mark_claimed(session, first.evidence_id, other, by="acc_example")

    assert (no.value.code, no.value.facts["scheme"]) == ("awards.claimed_before", "ccer")
    assert marks(database) == before


@pytest.mark.usefixtures("shop")
def test_what_avoided_nothing_cannot_be_claimed(database: Database) -> None:
    with database.reading() as session:
        (negative,) = queries.negative_page(session).items

    with pytest.raises(NothingToClaim) as no, database.writing() as session:
        service.mark_claimed(session, negative.evidence_id, CCER, by="acc_example")

    assert (no.value.facts["found"], marks(database)) == (negative.grams, [])


@pytest.mark.usefixtures("shop")
def test_what_was_never_quantified_cannot_be_claimed(database: Database) -> None:
    with pytest.raises(NotQuantified), database.writing() as session:
        service.mark_claimed(session, 1, CCER, by="acc_example")

    assert marks(database) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"scheme": "carbon_inclusion", "reference": "1"},
        {"scheme": "ccer", "place": "CN-SH", "reference": "1"},
        {"scheme": "ccer", "reference": ""},
        {"scheme": "moon", "reference": "1"},
    ],
)
def test_a_mark_names_its_scheme_its_region_if_it_has_one_and_its_number(facts: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        NewClaim.model_validate(facts)


def test_the_mark_stands_in_the_record_and_its_explanation(database: Database, shop: Shop) -> None:
    first, _ = lines_of(database, shop)
    with database.writing() as session:
        service.mark_claimed(session, first.evidence_id, CCER, by="acc_example")
    with database.reading() as session:
        record = award_record(session, first.award_id)

    said = explained(record)[-1]

    assert (check_record(record.model_dump_json()).holds, said.stage) == (True, "claim")
    assert "683 克不在本平台的合计之内" in said.sentences[0].zh
    assert "683 g stand in no total here" in said.sentences[0].en


# ---- Negative results ---------------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-2")
def test_a_negative_result_is_kept_listed_and_never_awarded(database: Database, shop: Shop) -> None:
    with database.reading() as session:
        page = queries.negative_page(session)
        elsewhere = queries.negative_page(session, issuer_ids=["iss_other"])
        later = queries.negative_page(session, period=Period(since=date(2026, 2, 1), until=date(2026, 3, 1)))

    (one,) = page.items
    assert (one.action, one.issuer_id, one.region, one.grams) == ("carpool_trip", shop.issuer_id, "CN-SH", -1340)
    assert (page.total, page.grams, page.next, elsewhere.total, later.total) == (1, -1340, None, 0, 0)
    assert one.steps[0] == "baseline: quantity * pkm_taxi_ice_cn = 0.1667"
    assert {line.subject for line in lines_of(database, shop)} == {"metro_trip_km"}


def test_negative_results_come_page_by_page(database: Database, shop: Shop, tmp_path: Path) -> None:
    rides = [
        did(record_no=f"N{number}", action="carpool_trip", quantity="1", inputs={"detour_km": str(number)})
        for number in range(2, 7)
    ]
    take_in(database, shop.activities, activities_csv(tmp_path / "more.csv", rides))
    found: list[int] = []
    after: int | None = 0
    with database.reading() as session:
        while after is not None:
            page = queries.negative_page(session, after=after, limit=2)
            found += [one.evidence_id for one in page.items]
            after = page.next

    assert (len(found), found) == (6, sorted(set(found)))


@pytest.mark.proves("ACT-2")
def test_a_mark_made_by_mistake_is_withdrawn_by_another_person_and_its_grams_count_again(
    database: Database, shop: Shop
) -> None:
    first, _ = lines_of(database, shop)
    consumer_id = shop.consumers["CARD-0001"]
    with database.reading() as session:
        before = queries.totals_of(session, consumer_id, YEAR)
    with database.writing() as session:
        service.mark_claimed(session, first.evidence_id, CCER, by="acc_example")
    kept = marks(database)

    with pytest.raises(OwnMark), database.writing() as session:
        service.withdraw_mark(session, first.evidence_id, reason="示例：标错行", by="acc_example")
    for _ in range(2):
        with database.writing() as session:
            service.withdraw_mark(session, first.evidence_id, reason="示例：标错行", by="acc_other")

    with database.reading() as session:
        assert queries.totals_of(session, consumer_id, YEAR) == before
    assert lines_of(database, shop)[0].claim is None
    assert marks(database) == kept
    with pytest.raises(MarkWithdrawn), database.writing() as session:
        service.mark_claimed(session, first.evidence_id, CCER, by="acc_example")


def test_what_bears_no_mark_has_none_to_withdraw(database: Database, shop: Shop) -> None:
    first, _ = lines_of(database, shop)

    with pytest.raises(NotMarked) as no, database.writing() as session:
        service.withdraw_mark(session, first.evidence_id, reason="示例", by="acc_other")

    assert no.value.facts == {"evidence_id": first.evidence_id}
