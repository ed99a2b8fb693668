"""A baseline set with a document: proposed by one person, approved by another, recorded, explained, never edited."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from greencredit.actions import queries, rules, service
from greencredit.actions.errors import (
    InputOutOfRange,
    NoSuchOverride,
    NotSettable,
    OverrideDecided,
    OverrideUnitDiffers,
    SamePerson,
)
from greencredit.schemas.actions import NewOverride, Override, OverrideDecision, OverrideUse, Quantification, Tier
from tests.factories.actions import publish

ON = date(2026, 3, 2)
DIGEST = "ab" * 32
YES = OverrideDecision(approved=True, note="示例：与原文核对一致")
NO = OverrideDecision(approved=False, note="示例：页码不符")


def proposed(**changes: Any) -> NewOverride:  # noqa: ANN401 - any field of an override
    """Describe a city's own share of trips that displace a car."""
    facts: dict[str, Any] = {
        "action": "walk_trip",
        "name": "share_trips_displacing_car",
        "region": "CN-GD-SZ",
        "value": "0.4",
        "unit": "1",
        "tier": "B",
        "publisher": "示例市生态环境局",
        "document": "示例市绿色出行方法",
        "document_digest": DIGEST,
        "page": "第 12 页表 3",
        "since": date(2026, 1, 1),
        "reason": "示例：采用本市方法",
    }
    return NewOverride.model_validate(facts | changes)


def approved(session: Session, **changes: Any) -> Override:  # noqa: ANN401 - as above
    """Put an override on file and have another person approve it."""
    found = service.propose_override(session, proposed(**changes), by="acc_first")
    return service.decide_override(session, found.id, YES, by="acc_second")


def walked(
    session: Session, *, region: str = "CN-GD-SZ", on: date = ON, issuer_id: str | None = None
) -> Quantification:
    """Quantify a walk of two kilometres."""
    book = queries.factor_book(session, issuer_id=issuer_id)
    return rules.quantify(queries.action("walk_trip"), inputs={"quantity": 2}, region=region, on=on, book=book)


@pytest.fixture(autouse=True)
def _published(session: Session) -> None:
    publish(session)


@pytest.mark.proves("ACT-2")
def test_an_approved_override_replaces_the_published_value_and_stands_in_the_record(session: Session) -> None:
    before = walked(session)
    one = approved(session)

    after = walked(session)

    use = next(factor for factor in after.factors if factor.name == "share_trips_displacing_car")
    assert (before.grams, after.grams, rules.recompute(after)) == (103, 133, 133)
    assert (use.id, use.version, use.value, use.publisher, use.document, use.tier) == (
        "share_trips_displacing_car",
        1,
        "0.4",
        "示例市生态环境局",
        "示例市绿色出行方法",
        Tier.B,
    )
    assert use.override == OverrideUse(
        id=one.id,
        version=1,
        place="CN-GD-SZ",
        value="0.4",
        unit="1",
        publisher="示例市生态环境局",
        document="示例市绿色出行方法",
        document_digest=DIGEST,
        page="第 12 页表 3",
        since=date(2026, 1, 1),
        until=None,
        tier=Tier.B,
        replaced="0.31",
    )


@pytest.mark.proves("ACT-2")
def test_the_note_names_document_page_and_what_was_replaced_in_both_languages(session: Session) -> None:
    approved(session)

    note = walked(session).notes[0]

    assert note.zh == (
        "share_trips_displacing_car 按 CN-GD-SZ 经复核的设定（第 1 版）取 0.4，代替公布值 0.31；"
        "依据 示例市生态环境局《示例市绿色出行方法》第 12 页表 3。"
    )
    assert note.en == (
        "share_trips_displacing_car is set to 0.4, in place of the published 0.31 for CN-GD-SZ (version 1, approved by "
        "a second person): 示例市生态环境局, 示例市绿色出行方法, 第 12 页表 3."
    )


def test_nothing_is_computed_with_an_override_that_waits_or_was_refused(session: Session) -> None:
    waiting = service.propose_override(session, proposed(), by="acc_first")
    refused = service.propose_override(session, proposed(value="0.9"), by="acc_first")
    told = service.decide_override(session, refused.id, NO, by="acc_second")

    assert walked(session).grams == 103
    assert (queries.override(session, waiting.id).approved, told.approved, told.note) == (None, False, NO.note)


@pytest.mark.proves("SEC-1")
def test_whoever_proposed_it_does_not_decide(session: Session) -> None:
    found = service.propose_override(session, proposed(), by="acc_first")

    with pytest.raises(SamePerson) as no:
        service.decide_override(session, found.id, YES, by="acc_first")

    assert (no.value.code, no.value.facts["account_id"]) == ("actions.same_person", "acc_first")
    assert queries.override(session, found.id) == found


def test_the_database_itself_refuses_one_person_for_both(session: Session) -> None:
    found = service.propose_override(session, proposed(), by="acc_first")

    for decider, proposer in (("acc_first", "acc_first"), ("acc_second", "acc_third")):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(
                text(
                    "INSERT INTO actions_override_decision "
                    "(override_id, proposed_by, approved, decided_by, decided_at, note) "
                    "SELECT :id, :proposer, 1, :decider, proposed_at, 'x' FROM actions_override WHERE id = :id"
                ),
                {"id": found.id, "decider": decider, "proposer": proposer},
            )

    assert queries.override(session, found.id).approved is None


def test_a_decision_is_made_once(session: Session) -> None:
    one = approved(session)

    with pytest.raises(OverrideDecided) as no:
        service.decide_override(session, one.id, NO, by="acc_third")

    assert (no.value.code, no.value.facts["approved"]) == ("actions.override_decided", True)
    assert queries.override(session, one.id) == one


def test_it_holds_from_its_first_day_until_its_last(session: Session) -> None:
    approved(session, since=date(2026, 2, 1), until=date(2026, 3, 1))

    found = {on: walked(session, on=on).grams for on in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28))}

    assert found == {date(2026, 1, 31): 103, date(2026, 2, 1): 133, date(2026, 2, 28): 133}
    assert walked(session, on=date(2026, 3, 1)).grams == 103


def test_a_newer_version_counts_from_its_own_day_and_the_older_before_it(session: Session) -> None:
    approved(session)
    newer = approved(session, value="0.5", since=date(2026, 3, 1))

    assert newer.version == 2
    assert walked(session, on=date(2026, 2, 28)).grams == 133
    assert walked(session, on=date(2026, 3, 1)).grams == 166


def test_the_narrowest_place_wins_the_issuer_then_the_city_then_the_province(session: Session) -> None:
    approved(session, region="CN-GD", value="0.2")
    approved(session, value="0.4")
    approved(session, region=None, issuer_id="iss_example", value="0.1")

    found = [
        walked(session, region="CN-GD-SZ", issuer_id="iss_example").grams,
        walked(session, region="CN-GD-SZ").grams,
        walked(session, region="CN-GD-GZ").grams,
        walked(session, region="CN-SH", issuer_id="iss_other").grams,
    ]

    assert found == [33, 133, 66, 103]


def test_an_input_that_a_document_may_set_is_taken_from_it_whatever_the_evidence_says(session: Session) -> None:
    changes = {"action": "fridge_high_efficiency", "name": "baseline_kwh_day", "unit": "kWh/day", "value": "0.70"}
    approved(session, region=None, issuer_id="iss_example", tier="C", **changes)
    book = queries.factor_book(session, issuer_id="iss_example")

    found = rules.quantify(
        queries.action("fridge_high_efficiency"),
        inputs={"quantity": 1, "baseline_kwh_day": "5", "label_kwh_day": "0.55"},
        region="CN",
        on=ON,
        book=book,
    )

    use = next(one for one in found.inputs if one.name == "baseline_kwh_day")
    assert (use.value, use.override is not None and use.override.replaced, found.tier) == ("0.70", None, Tier.C)
    assert found.grams == rules.recompute(found) == 29_050  # 365 × 0.15 kWh × 0.5306, rounded down


def test_the_tier_of_the_document_counts(session: Session) -> None:
    approved(session, action="metro_trip_km", name="pkm_taxi_avg_cn", value="0.12", unit="kgCO2e/pkm", tier="C")

    found = rules.quantify(
        queries.action("metro_trip_km"),
        inputs={"quantity": 12},
        region="CN-GD-SZ",
        on=ON,
        book=queries.factor_book(session),
    )

    assert (found.tier, found.is_estimate, found.grams) == (Tier.C, True, 922)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": "pkm_metro_cn"}, NotSettable),
        ({"name": "quantity", "unit": "pkm"}, NotSettable),
        ({"unit": "kg"}, OverrideUnitDiffers),
        (
            {"action": "fridge_high_efficiency", "name": "baseline_kwh_day", "unit": "kWh/day", "value": "9"},
            InputOutOfRange,
        ),
    ],
)
def test_what_fits_nothing_of_the_action_is_refused(
    session: Session, changes: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        service.propose_override(session, proposed(**changes), by="acc_first")

    assert queries.overrides(session) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer_id": "iss_example"},
        {"region": None},
        {"until": date(2025, 12, 31)},
        {"tier": "D"},
        {"document_digest": "abc"},
        {"page": ""},
        {"value": "1e3"},
    ],
)
def test_document_digest_page_place_and_dates_are_asked_for(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        proposed(**changes)


def test_what_was_computed_before_does_not_change(session: Session) -> None:
    before = walked(session)
    approved(session, since=ON - timedelta(days=400))

    assert rules.recompute(before) == before.grams == 103


def test_an_override_that_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NoSuchOverride) as no:
        queries.override(session, "ovr_nowhere")

    assert no.value.facts == {"override_id": "ovr_nowhere"}
