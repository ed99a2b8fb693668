"""The audit of awards finds every planted fault, each by the invariant that is broken."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import text

from greencredit.actions.rules import recompute
from greencredit.awards import queries, service
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.ledger import service as ledger
from greencredit.ledger.rules import key_of
from greencredit.schemas.actions import Quantification
from greencredit.schemas.awards import Caps
from greencredit.schemas.ledger import Reason, Reversal
from tests.conftest import NOON, Dialect
from tests.factories.awards import action_rule, publish_factors, purchase_rule, take_in
from tests.factories.evidence import Shop, activities_csv, bought, did, make_shop, receipt_csv

GUARDED = ("awards_award", "awards_measure", "awards_rule", "evidence_item")


@pytest.fixture
def own(open_own: Callable[..., Database]) -> Database:
    """Give a database of the test's own, for its guards are taken away."""
    return open_own(clock=StandingClock(NOON), entropy=seeded_entropy("audit"), keys=Keys(bytes(range(32))))


@pytest.fixture
def shop(own: Database, tmp_path: Path) -> Shop:
    """Give a shop with awards for purchases under caps of 60 and for a ride."""
    caps = Caps(per_day=60, per_month=60)
    with own.writing() as session:
        publish_factors(session)
        made = make_shop(session, purchase_rule(caps=caps, budget_credits=500), action_rule())
    rows = [bought(line_no=number) for number in (1, 2, 3)]
    take_in(own, made.receipts, receipt_csv(tmp_path / "receipts.csv", rows))
    take_in(own, made.activities, activities_csv(tmp_path / "activities.csv", [did()]))
    return made


def plant(database: Database, dialect: Dialect, *statements: str) -> None:
    """Change what no verb can change: the guards are taken away first."""
    with database.writing() as session:
        if dialect == "postgres":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for table, verb in product(GUARDED, ("update", "delete", "replace")):
                session.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
        for statement in statements:
            assert session.execute(text(statement)).rowcount > 0  # type: ignore[attr-defined] # of every change


def broken(database: Database) -> dict[str, tuple[str, ...]]:
    """Give the invariants that do not hold and what was found."""
    with database.reading() as session:
        return {finding.name: finding.broken for finding in queries.audit(session) if not finding.holds}


@pytest.mark.usefixtures("shop")
def test_what_is_sound_is_found_sound_and_everything_was_looked_at(own: Database) -> None:
    with own.reading() as session:
        findings = queries.audit(session)

    assert [(finding.name, finding.looked_at, finding.broken) for finding in findings] == [
        ("usage_equals_awards", 3, ()),
        ("no_cap_exceeded", 3, ()),
        ("every_award_has_its_event", 3, ()),
        ("every_award_has_its_evidence", 4, ()),
        ("every_direct_award_has_its_ground", 0, ()),
        ("every_enterprise_move_is_filed", 0, ()),
        ("grams_recompute", 1, ()),
    ]
    assert {finding.name: finding.sentence for finding in findings} == dict(queries.INVARIANTS)


def test_an_empty_platform_is_sound(own: Database) -> None:
    with own.reading() as session:
        assert [(one.looked_at, one.broken) for one in queries.audit(session)] == [(0, ())] * 7


@pytest.mark.usefixtures("shop")
def test_use_of_a_cap_that_no_award_explains_is_found(own: Database, dialect: Dialect) -> None:
    plant(own, dialect, 'UPDATE awards_usage SET credits = credits - 1 WHERE "window" = 20260105')

    assert broken(own) == {
        "usage_equals_awards": ("lineage=1, holder=1, window=20260105, used=59, awards=60",),
    }


@pytest.mark.usefixtures("shop")
def test_a_lost_counter_is_found(own: Database, dialect: Dialect) -> None:
    plant(own, dialect, 'DELETE FROM awards_usage WHERE "window" = 202601')

    assert broken(own) == {"usage_equals_awards": ("lineage=1, holder=1, window=202601, used=0, awards=60",)}


def test_a_reversal_beside_the_awards_is_found(own: Database, shop: Shop) -> None:
    with own.writing() as session:
        line = queries.awards_of(session, shop.consumers["CARD-0001"])[-1]
        reversal = Reversal(line.award_id, 1, key_of("1"), Reason("acc_example", "示例"))
        ledger.reverse(session, ledger.caller(session, "somebody else"), reversal)

    assert list(broken(own)) == ["usage_equals_awards"]


def test_a_reversal_by_the_verb_keeps_everything_sound(own: Database, shop: Shop) -> None:
    with own.writing() as session:
        line = queries.awards_of(session, shop.consumers["CARD-0001"])[-1]
        service.take_back(session, line.award_id, credits_=line.credits, actor_id="acc_example", reason="示例")

    assert broken(own) == {}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("cap", "limit", "told"),
    [
        ("per_day", 59, "lineage=1, holder=1, window=20260105, awards=60, cap_day=59"),
        ("per_month", 59, "lineage=1, holder=1, window=202601, awards=60, cap_month=59"),
    ],
)
def test_an_award_above_a_cap_is_found(own: Database, dialect: Dialect, cap: str, limit: int, told: str) -> None:
    with own.reading() as session:
        rule = queries.filed_rule(session, 1).rule
    lower = rule.model_copy(update={"caps": rule.caps.model_copy(update={cap: limit})}).model_dump_json()

    plant(own, dialect, f"UPDATE awards_rule SET document = '{lower.replace(':', chr(92) + ':')}' WHERE id = 1")

    assert broken(own) == {"no_cap_exceeded": (told,)}


@pytest.mark.usefixtures("shop")
def test_a_budget_that_was_overrun_is_found(own: Database, dialect: Dialect) -> None:
    with own.reading() as session:
        rule = queries.filed_rule(session, 1).rule
    lower = rule.model_copy(update={"budget_credits": 10}).model_dump_json().replace(":", "\\:")

    plant(own, dialect, f"UPDATE awards_rule SET document = '{lower}' WHERE id = 1")

    assert broken(own) == {"no_cap_exceeded": ("lineage=1, holder=0, window=0, awards=60, budget=10",)}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("holder = 2", "award=3, holder=2, credits=68, event=('awards', 1, 68)"),
        ("credits = credits + 1", "award=3, holder=1, credits=69, event=('awards', 1, 68)"),
        ("event_id = 99", "award=99, holder=1, credits=68, event=None"),
    ],
)
def test_an_award_that_its_event_contradicts_is_found(own: Database, dialect: Dialect, change: str, told: str) -> None:
    plant(own, dialect, f"UPDATE awards_award SET {change} WHERE event_id = 3")

    assert broken(own) == {"every_award_has_its_event": (told,)}


@pytest.mark.usefixtures("shop")
def test_an_event_without_its_award_is_found(own: Database, dialect: Dialect) -> None:
    plant(own, dialect, "DELETE FROM awards_award WHERE event_id = 3")

    assert broken(own) == {"every_award_has_its_event": ("awards=2, events=3",)}


@pytest.mark.usefixtures("shop")
def test_an_award_without_its_evidence_is_found(own: Database, dialect: Dialect) -> None:
    plant(own, dialect, f"DELETE FROM evidence_item WHERE id = {(1 << 32) + 2}")

    assert broken(own) == {
        "every_award_has_its_evidence": (f"award=1, evidence={(1 << 32) + 2} is not on file",),
    }


@pytest.mark.usefixtures("shop")
def test_evidence_that_says_something_else_is_found(own: Database, dialect: Dialect) -> None:
    plant(own, dialect, f"UPDATE evidence_item SET spent_fen = 9999 WHERE id = {(1 << 32) + 2}")

    ((name, (told,)),) = broken(own).items()
    assert name == "every_award_has_its_evidence"
    assert "3650" in told
    assert "9999" in told


@pytest.mark.usefixtures("shop")
def test_a_quantification_without_its_evidence_is_found(own: Database, dialect: Dialect) -> None:
    plant(own, dialect, f"UPDATE evidence_item SET happened_on = '2026-01-06' WHERE id = {(2 << 32) + 2}")

    found = broken(own)["every_award_has_its_evidence"]
    assert found[1:] == (f"quantification of evidence={(2 << 32) + 2} has no evidence that says the same",)


@pytest.mark.proves("AWD-2")
@pytest.mark.usefixtures("shop")
def test_grams_that_do_not_recompute_are_found(own: Database, dialect: Dialect) -> None:
    with own.reading() as session:
        document = session.execute(text("SELECT document FROM awards_measure")).scalar_one()
    found = json.loads(document)
    found["inputs"][0]["value"] = "24"
    changed = json.dumps(found, ensure_ascii=False).replace(":", "\\:").replace("'", "''")

    plant(own, dialect, f"UPDATE awards_measure SET document = '{changed}'")

    grams, other = found["grams"], recompute(Quantification.model_validate(found))
    assert other - 2 * grams in {0, 1}
    assert broken(own) == {
        "grams_recompute": (
            f"evidence={(2 << 32) + 2}, document={grams}, recomputed={other}, kept={grams}, award={grams}",
        )
    }


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("table", ["awards_measure", "awards_award"])
def test_grams_that_differ_between_award_and_quantification_are_found(
    own: Database, dialect: Dialect, table: str
) -> None:
    plant(own, dialect, f"UPDATE {table} SET grams = grams + 1 WHERE evidence_id = {(2 << 32) + 2}")

    assert list(broken(own)) == ["grams_recompute"]


@pytest.mark.usefixtures("shop")
def test_an_award_with_grams_that_nothing_explains_is_found(own: Database, dialect: Dialect) -> None:
    plant(own, dialect, f"DELETE FROM awards_measure WHERE evidence_id = {(2 << 32) + 2}")

    assert broken(own) == {"grams_recompute": ("awards with grams=1, of which quantified on file=0",)}
