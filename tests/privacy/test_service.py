"""A person is forgotten in every room at once: nothing leads from him to his number, and everything still adds up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.awards import jobs
from greencredit.awards import queries as awards
from greencredit.awards import service as awarding
from greencredit.evidence import service as evidence
from greencredit.kernel.access import Role
from greencredit.kernel.clock import StandingClock, civil_date, now
from greencredit.kernel.database import Database, Table
from greencredit.kernel.errors import Refusal
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.messages import queue
from greencredit.kernel.settings import Settings
from greencredit.ledger import queries as ledger
from greencredit.notices import service as notices
from greencredit.people import queries as people
from greencredit.people import service as registering
from greencredit.privacy import queries, service
from greencredit.proofs import queries as proofs
from greencredit.proofs import service as proving
from greencredit.proofs.rules.verify import verify_receipt
from greencredit.reports import jobs as reporting
from greencredit.reports import queries as reports
from greencredit.schemas.awards import IssuersLevel, LevelSet, Spent
from greencredit.schemas.ledger import IssuerPosition
from greencredit.schemas.notices import Way
from greencredit.schemas.people import NewApiKey, NewSession
from greencredit.schemas.privacy import BeforeErasure, Erased, Erasure
from greencredit.schemas.sources import TieKind
from tests.factories.awards import purchase_rule
from tests.factories.badges import make_portable_proof
from tests.factories.evidence import CARDS, bought, make_shop, receipt_csv
from tests.factories.ledger import hold
from tests.factories.paper_log import holding
from tests.factories.people import PASSWORD, make_account_with, make_consumer, make_grant
from tests.factories.proofs import ORIGIN, log_policy
from tests.factories.web import make_filed_issuer, make_household, make_report

NAME, LOGIN, MAIL, MOBILE = "示例将离开者", "leaving-example", "leaving@example.com", "13800000000"
EARNED = 416
"""What the household of these tests earned."""

_MAY_NAME_HIM = {
    ("people_consumer", "id"),
    ("people_consent", "consumer_id"),
    ("people_audit", "object_id"),
    ("people_audit", "facts"),
    ("reports_report", "subject_id"),
    ("kernel_job", "key"),
    ("kernel_job", "body"),
}
"""Where his id may still stand: rows that hold neither his name nor his number in the ledger."""


@pytest.fixture
def own(database_url: str, clock: StandingClock) -> Iterator[Database]:
    """Give a database of the test's own, whose commits are real."""
    entropy = seeded_entropy("privacy")
    opened = Database(database_url, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    yield opened
    opened.close()


@pytest.fixture
def leaving(own: Database, tmp_path: Path) -> str:
    """Register a household that earned credits, left its contacts, agreed, signed in and has a report."""
    issuer = make_filed_issuer(own)
    consumer_id = make_household(own, tmp_path, issuer, name=NAME, login=LOGIN)
    registering.sign_in(own, NewSession.model_validate({"login": LOGIN, "password": PASSWORD}), hours=1)
    with own.writing() as session:
        notices.set_contact(session, consumer_id, Way.MAIL, MAIL)
        notices.set_contact(session, consumer_id, Way.SMS, MOBILE)
        registering.give_consent(session, consumer_id, "reports", version="1")
        account_id = people.consumer(session, consumer_id).account_id
        assert account_id is not None
        actor = people.actor_of(session, account_id)
        registering.make_api_key(session, actor, NewApiKey(name=NAME, scopes=("consumer.read",)), environment="demo")
        make_report(session, tmp_path, consumer_id)
    return consumer_id


def _found(session: Session, wanted: str) -> set[tuple[str, str]]:
    """Look for some text in every column of every table, bytes included."""
    found = set()
    needle = wanted.encode()
    for table in Table.metadata.sorted_tables:
        for row in session.execute(text(f"SELECT * FROM {table.name}")).mappings():
            for column, value in row.items():
                data = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                if needle in data:
                    found.add((table.name, str(column)))
    return found


def _position(session: Session) -> IssuerPosition:
    issuer_id = session.execute(text("SELECT MIN(issuer_id) FROM ledger_series")).scalar_one()
    return ledger.position_of(session, issuer_id)


def _broken(session: Session) -> list[tuple[str, tuple[str, ...]]]:
    findings = [*ledger.audit(session), *awards.audit(session), *proofs.audit(session)]
    return [(one.name, one.broken) for one in findings if not one.holds]


@pytest.mark.proves("SEC-1", "LED-5")
def test_nothing_leads_from_whoever_was_erased_to_his_number_and_everything_adds_up(
    own: Database, leaving: str
) -> None:
    with own.writing() as session:
        proving.open_log(session, ORIGIN)
        proving.checkpoint(session)
        number = ledger.holder_number(session, leaving)
        first = ledger.movements_of(session, leaving)[-1].event_id
        receipt = ledger.receipt(session, first, of=leaving)
        before = _position(session)
        assert all(_found(session, one) for one in (NAME, LOGIN, leaving))

        erased = service.erase(session, leaving, Erasure(credits=EARNED))

    with own.writing() as session:
        assert erased == Erased(consumer_id=leaving, credits_given_up=EARNED, events_frozen=4, reports_removed=1)
        assert [_found(session, one) for one in (NAME, LOGIN, MAIL, MOBILE, "CARD")] == [set()] * 5
        assert _found(session, leaving) <= _MAY_NAME_HIM
        assert session.execute(text("SELECT COUNT(*) FROM people_membership_card")).scalar_one() == 0
        assert session.execute(text("SELECT COUNT(*) FROM notices_contact")).scalar_one() == 0
        assert ledger.subjects_of(session, [number]) == {number: None}
        assert _position(session) == before
        assert _broken(session) == []
        (frozen,) = [one for one in ledger.audit(session) if one.name == "erased_is_frozen"]
        assert frozen.note == (
            "已注销 1 人，冻结事件 4 条，账上余 416 积分 · 1 erased, 4 events frozen, 416 credits left on their leaves"
        )
        assert holding(verify_receipt(receipt.encode(), log_policy(session)))[-1] == "event_in_batch"


@pytest.mark.proves("SEC-1")
def test_whoever_was_erased_is_unknown_and_signs_in_no_more(own: Database, leaving: str) -> None:
    with own.writing() as session:
        account_id = people.consumer(session, leaving).account_id
        assert account_id is not None
        service.erase(session, leaving, Erasure(credits=EARNED))

    with pytest.raises(Refusal) as no:
        registering.sign_in(own, NewSession.model_validate({"login": LOGIN, "password": PASSWORD}), hours=1)
    with own.writing() as session:
        account = people.account(session, account_id)
        with pytest.raises(Refusal) as twice:
            service.erase(session, leaving, Erasure(credits=0))

        assert (no.value.code, twice.value.code) == ("people.wrong_credentials", "people.unknown_consumer")
        assert (account.login, account.display_name, account.state.value) == (f"erased {account_id}", "", "suspended")
        assert people.consumer_ids(session) == []
        assert people.api_keys(session, account_id) == []
        assert [consent.withdrawn_at is not None for consent in people.consents(session, leaving)] == [True]


@pytest.mark.proves("SEC-1", "REP-1")
def test_files_of_reports_go_and_their_numbers_still_verify(
    own: Database, leaving: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENCREDIT_DATA_DIR", str(tmp_path))
    with own.writing() as session:
        (report,) = reports.reports_of(session, leaving)
        service.erase(session, leaving, Erasure(credits=EARNED))
    file = Settings().data_dir / reporting.FOLDER / report.path
    assert file.is_file()

    (job,) = queue.claim(own, "tests", [reporting.REMOVE_FILES])
    reporting.remove_files(own, job)
    reporting.remove_files(own, job)

    assert not file.exists()
    with own.reading() as session:
        assert reports.by_number(session, report.number).facts_sha256 == report.facts_sha256


@pytest.mark.proves("SEC-1")
def test_nobody_is_erased_who_was_told_another_number_of_credits_or_has_something_under_way(
    own: Database, leaving: str
) -> None:
    def refused(credits_: int) -> tuple[str, dict[str, object]]:
        with pytest.raises(Refusal) as no, own.writing() as session:
            service.erase(session, leaving, Erasure(credits=credits_))
        return no.value.code, no.value.facts

    other = refused(EARNED - 1)
    with own.writing() as session:
        hold(session, 16, holder=leaving)
    held = refused(EARNED - 16)

    assert other == ("privacy.credits_differ", {"told": EARNED - 1, "found": EARNED})
    assert held == ("privacy.still_under_way", {"held": 16, "frozen": 0})
    with own.reading() as session:
        assert people.consumer(session, leaving).display_name == NAME
        assert queries.before_erasure(session, leaving) == BeforeErasure(
            consumer_id=leaving, credits=EARNED - 16, held=16, frozen=0, owed=0, reports=1, has_account=True
        )


@pytest.mark.proves("SEC-1")
def test_an_account_with_an_office_is_not_closed_under_it(session: Session) -> None:
    actor = make_account_with(session, Role.CONSUMER)
    assert actor.account_id is not None
    assert actor.subject_id is not None
    grant = make_grant(session, actor.account_id, Role.OPERATOR)

    with pytest.raises(Refusal) as no:
        service.erase(session, actor.subject_id, Erasure(credits=0))

    assert (no.value.code, no.value.facts["role"], grant.revoked_at) == ("people.office_held", Role.OPERATOR, None)


@pytest.mark.proves("SEC-1")
def test_whoever_never_earned_anything_is_forgotten_too(session: Session) -> None:
    consumer_id = make_consumer(session, display_name=NAME).id

    erased = service.erase(session, consumer_id, Erasure(credits=0))

    assert erased == Erased(consumer_id=consumer_id, credits_given_up=0, events_frozen=0, reports_removed=0)
    assert _found(session, NAME) == set()


@pytest.mark.proves("SEC-1")
def test_the_copy_of_one_s_data_holds_what_every_room_keeps(own: Database, leaving: str) -> None:
    with own.reading() as session:
        copy = queries.copy_of(session, leaving)

    assert (copy.consumer.display_name, copy.account and copy.account.login) == (NAME, LOGIN)
    assert copy.told.contacts == {Way.MAIL: MAIL, Way.SMS: f"+86{MOBILE}"}
    assert [one.purpose for one in copy.consents] == ["reports"]
    assert (len(copy.movements), sum(one.credits for one in copy.movements)) == (4, EARNED)
    assert (len(copy.cards_known_to), len(copy.reports), len(copy.api_keys)) == (2, 1, 1)
    assert sum(one.available for one in copy.balances) == EARNED
    assert sum(one.credits for one in copy.awards) == EARNED


@pytest.mark.proves("SEC-1")
def test_the_copy_holds_what_was_handed_in_and_earned_and_what_was_noted(own: Database, tmp_path: Path) -> None:
    with own.writing() as session:
        shop = make_shop(session, purchase_rule(conditions=(Spent(least=3000),)))
        himself, today = shop.consumers[CARDS[0]], civil_date(now(session))
        levels = [LevelSet(card=CARDS[0], level="gold", since=today)]
        awarding.set_levels(session, shop.issuer_id, levels, by="acc_example")
        evidence.tie(session, shop.merchant_id, himself, TieKind.STAFF, by="acc_example")
        at = now(session)
    lines = [bought(), bought(receipt_no="R2", amount_yuan="17.50")]
    jobs.import_file(own, shop.receipts, receipt_csv(tmp_path / "r.csv", lines))

    with own.reading() as session:
        copy, other = (queries.copy_of(session, shop.consumers[card]) for card in CARDS[:2])

    assert copy.levels == (IssuersLevel(issuer_id=shop.issuer_id, level="gold", since=today, set_at=at),)
    assert [(one.credits, one.spent_fen, one.rule_name) for one in copy.awards] == [(36, 3650, "organic")]
    assert [(one.what.zh, one.spent_fen) for one in copy.unearned] == [("有机农产品", 1750)]
    assert copy.acts_for == {shop.merchant_id: "staff"}
    assert (other.levels, other.awards, other.unearned, other.acts_for) == ((), (), (), {})


@pytest.mark.proves("SEC-1", "REP-11")
def test_erasure_leaves_no_salt_and_no_signed_text_of_portable_proofs(own: Database, leaving: str) -> None:
    with own.writing() as session:
        issued = make_portable_proof(session, leaving)
        salt = session.execute(text("SELECT salt FROM badges_proof")).scalar_one()
        assert queries.copy_of(session, leaving).portable_proofs == (issued,)

        service.erase(session, leaving, Erasure(credits=EARNED))

        assert {table for table, _ in _found(session, leaving)} & {"badges_proof", "badges_version"} == set()
        assert _found(session, salt) == set()
        assert session.execute(text("SELECT document, token FROM badges_proof")).one() == (None, None)
