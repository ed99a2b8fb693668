"""Portable proofs: issued once, standing on the ledger, taken back with their awards, forgotten with their holder."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.awards import queries as awards
from greencredit.awards import service as awarding
from greencredit.badges import queries, service
from greencredit.badges.errors import FiguresMoved, NothingToProve, SigningKeyLost, UnknownProof, UnknownStatusList
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.keys import Keys
from greencredit.proofs import queries as proofs
from greencredit.proofs import service as proving
from greencredit.proofs.rules.policy import Policy, policy_text
from greencredit.proofs.rules.steps import failed_step
from greencredit.proofs.rules.verify_credential import Handed, LogEvidence, keys_of, said_by, verify_credential
from greencredit.schemas.badges import PortableProof
from greencredit.schemas.values import Credits, Grams
from tests.conftest import NOON
from tests.factories.badges import PUBLIC_URL, YEAR, gather_proof, make_portable_proof, report_of

ORIGIN = "credits.example/log"


def handed(session: Session, consumer_id: str | None = None, **changes: Any) -> Handed:  # noqa: ANN401 - as handed in
    """Give what a verifier can get from the platform."""
    found: dict[str, Any] = {
        "keys": keys_of(json.dumps(queries.did_document(session, PUBLIC_URL)).encode()),
        "at": session.info["clock"].now(),
        "status": queries.status_document(session, 1).encode(),
        "identity": consumer_id,
    }
    return Handed(**{**found, **changes})


def files(session: Session, consumer_id: str, number: str) -> tuple[bytes, bytes]:
    """Give the signed JSON and the token."""
    row = queries.own_proof(session, consumer_id, number)
    assert row.document is not None
    assert row.token is not None
    return row.document.encode(), row.token.encode()


def failing(session: Session, data: bytes, consumer_id: str | None = None) -> tuple[str, str] | None:
    """Tell the step at which a file fails."""
    failed = failed_step(verify_credential(data, handed(session, consumer_id)))
    return None if failed is None else (failed.name, failed.code)


def take_back(database: Database, consumer_id: str, credits_: int) -> None:
    """Reverse credits of the newest award."""
    with database.writing() as session:
        award_id = awards.awards_of(session, consumer_id, YEAR)[0].award_id
        awarding.take_back(session, award_id, credits_=credits_, actor_id="acc_示例", reason="退货（示例）")


@pytest.mark.proves("REP-11")
def test_a_proof_says_what_its_report_says_and_holds_in_both_forms(own: Database, household: str) -> None:
    with own.writing() as session:
        record = gather_proof(session, household)
        report = report_of(session, record)
        issued = service.issue(session, record, report, public_url=PUBLIC_URL)

        document, token = files(session, household, issued.number)
        told = json.loads(document)
        results = dict(said_by(told))
        assert (failing(session, document, household), failing(session, token, household)) == (None, None)

    assert issued == PortableProof(
        number=report.number,
        credential_id=told["id"],
        lang="zh",
        period=YEAR,
        awards=record.awards,
        credits=record.credits,
        avoided_g_co2e=record.avoided_g_co2e,
        status_list=1,
        status_index=issued.status_index,
        sha256=issued.sha256,
        issued_at=NOON,
        revoked_at=None,
        why_revoked=None,
    )
    assert results == {
        "有凭证的消费与行动（笔）": str(record.awards),
        "得到的积分（分）": str(record.credits),
        "与方法写明的基准相比避免的排放（克 CO2e）": str(record.avoided_g_co2e),
    }
    assert told["evidence"][0]["id"].startswith(f"{PUBLIC_URL}/verify/{issued.number}#")
    assert told["issuer"]["id"] == "did:web:credits.example"


@pytest.mark.proves("REP-11", "SEC-1")
def test_a_proof_names_nobody(own: Database, household: str) -> None:
    with own.writing() as session:
        issued = make_portable_proof(session, household)
        document, token = files(session, household, issued.number)

        assert failing(session, document, "con_另一人") == ("credential_bearer", "proofs.bearer_differs")
    for secret in (household, "示例住户", "household", "CARD", "merchant"):
        assert secret.encode() not in document
    assert household.encode() not in token


@pytest.mark.proves("REP-11", "REP-9")
def test_asking_again_gives_the_same_and_writes_nothing(own: Database, household: str, clock: StandingClock) -> None:
    with own.writing() as session:
        first = make_portable_proof(session, household)
    clock.move(timedelta(days=1))

    with own.writing() as session:
        again = make_portable_proof(session, household)

        assert again == first
        assert queries.proofs_of(session, household) == [first]


@pytest.mark.proves("REP-11", "REP-9")
def test_two_requests_at_once_come_to_one_proof(own: Database, household: str) -> None:
    with own.writing() as session:
        make_portable_proof(session, household, lang="en")

    def ask(_: int) -> PortableProof:
        with own.writing() as session:
            return make_portable_proof(session, household)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(8)))

    with own.reading() as session:
        assert {one.credential_id for one in found} == {
            queries.own_proof(session, household, found[0].number).credential_id
        }
        assert len(queries.proofs_of(session, household)) == 2


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_proof_is_worded_in_the_language_of_its_report(own: Database, household: str, lang: Any) -> None:  # noqa: ANN401
    with own.writing() as session:
        issued = make_portable_proof(session, household, lang=lang)
        document, _ = files(session, household, issued.number)
    told = json.loads(document)

    narrative = told["credentialSubject"]["narrative"]
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in narrative)
    assert (told["credentialSubject"]["achievement"]["inLanguage"], chinese) == (
        ("zh-CN", True) if lang == "zh" else ("en", False)
    )
    assert ("不能用于抵销" in narrative) or ("not an offset" in narrative)


def test_a_period_without_awards_has_no_proof(own: Database, household: str) -> None:
    empty = YEAR.model_copy(update={"since": YEAR.since.replace(year=2020), "until": YEAR.since.replace(year=2021)})
    with own.writing() as session:
        record = gather_proof(session, household, empty)
        with pytest.raises(NothingToProve) as no:
            service.issue(session, record, report_of(session, record), public_url=PUBLIC_URL)

        assert no.value.facts == {"since": "2020-01-01", "until": "2020-12-31"}
        assert session.execute(text("SELECT count(*) FROM badges_key")).scalar_one() == 0


@pytest.mark.proves("REP-11")
def test_figures_that_the_ledger_no_longer_bears_out_are_not_proven(own: Database, household: str) -> None:
    with own.reading() as session:
        record = gather_proof(session, household)
        report = report_of(session, record)
    take_back(own, household, 1)

    with own.writing() as session:
        with pytest.raises(FiguresMoved) as no:
            service.issue(session, record, report, public_url=PUBLIC_URL)

        assert no.value.facts["wanted"] == f"{record.credits} credits"
        assert queries.proofs_of(session, household) == []


def test_facts_that_are_not_those_of_the_report_are_refused(own: Database, household: str) -> None:
    with own.writing() as session:
        record = gather_proof(session, household)
        report = report_of(session, record)
        more = record.model_copy(update={"credits": Credits(record.credits + 1), "avoided_g_co2e": Grams(0)})

        with pytest.raises(FiguresMoved):
            service.issue(session, more, report, public_url=PUBLIC_URL)


@pytest.mark.proves("REP-11", "LED-1")
@pytest.mark.parametrize("follows", [True, False], ids=["following", "comparing"])
def test_a_reversed_award_takes_the_proof_back(
    own: Database, household: str, clock: StandingClock, follows: bool
) -> None:
    with own.writing() as session:
        issued = make_portable_proof(session, household)
        before = queries.status_document(session, 1)
    clock.move(timedelta(hours=1))
    take_back(own, household, 1)

    with own.writing() as session:
        step = service.follow(session, PUBLIC_URL) if follows else service.compare(session, PUBLIC_URL)
        again = service.follow(session, PUBLIC_URL) if follows else service.compare(session, PUBLIC_URL)

        (found,) = queries.proofs_of(session, household)
        document, token = files(session, household, issued.number)
        assert (step.revoked, again.revoked) == (1, 0)
        assert (found.why_revoked, found.revoked_at) == ("reversed", clock.at)
        revoked = ("credential_status", "proofs.credential_revoked")
        assert (failing(session, document), failing(session, token)) == (revoked, revoked)
        old = handed(session, status=before.encode())
        assert failed_step(verify_credential(document, old)) is None


@pytest.mark.proves("REP-11")
def test_awards_that_came_later_leave_a_proof_as_it_is(own: Database, household: str, clock: StandingClock) -> None:
    with own.writing() as session:
        make_portable_proof(session, household)
    clock.move(timedelta(hours=1))

    with own.writing() as session:
        assert service.compare(session, PUBLIC_URL).revoked == 0
        assert service.follow(session, PUBLIC_URL).revoked == 0


@pytest.mark.proves("REP-11", "SEC-1")
def test_forgetting_takes_the_salt_and_leaves_the_holders_copy_valid(own: Database, household: str) -> None:
    with own.writing() as session:
        issued = make_portable_proof(session, household)
        document, _ = files(session, household, issued.number)
        salt = json.loads(document)["credentialSubject"]["identifier"][0]["salt"]

        assert service.forget(session, household) == 1

        rows = session.execute(text("SELECT * FROM badges_proof")).mappings().all()
        assert [value for row in rows for value in row.values() if value in {household, salt}] == []
        assert failing(session, document) is None
        assert service.compare(session, PUBLIC_URL).revoked == 0
        with pytest.raises(UnknownProof):
            queries.own_proof(session, household, issued.number)


@pytest.mark.proves("REP-11")
def test_places_are_drawn_and_tell_nothing_of_their_neighbours(own: Database, household: str) -> None:
    with own.writing() as session:
        first = make_portable_proof(session, household)
        second = make_portable_proof(session, household, lang="en")

        assert (first.status_list, second.status_list) == (1, 1)
        assert abs(first.status_index - second.status_index) > 1
        assert first.credential_id != second.credential_id


def test_a_list_that_is_half_full_makes_room_for_the_next(own: Database, household: str) -> None:
    with own.writing() as session:
        make_portable_proof(session, household)
        session.execute(text("UPDATE badges_list SET taken = 65536"))

        assert make_portable_proof(session, household, lang="en").status_list == 2
        assert json.loads(queries.status_document(session, 2))["id"] == f"{PUBLIC_URL}/badges/status/2"
        with pytest.raises(UnknownStatusList):
            queries.status_document(session, 3)


@pytest.mark.proves("REP-11")
def test_lists_are_signed_again_before_they_are_stale(own: Database, household: str, clock: StandingClock) -> None:
    with own.writing() as session:
        issued = make_portable_proof(session, household)
        document, _ = files(session, household, issued.number)
        assert service.renew_lists(session, PUBLIC_URL) == 0
        clock.move(timedelta(hours=12))
        assert service.renew_lists(session, PUBLIC_URL) == 1
        clock.move(timedelta(days=3, seconds=1))

        assert failing(session, document) == ("credential_status", "proofs.status_list_stale")
        assert service.renew_lists(session, PUBLIC_URL) == 1
        assert failing(session, document) is None
        assert session.execute(text("SELECT count(*) FROM badges_version")).scalar_one() == 3


@pytest.mark.proves("REP-11")
def test_a_new_key_signs_from_now_on_and_old_proofs_still_hold(own: Database, household: str) -> None:
    with own.writing() as session:
        first = make_portable_proof(session, household)
        names = [service.rotate_key(session, suite, PUBLIC_URL) for suite in ("eddsa-jcs-2022", "RS256")]
        second = make_portable_proof(session, household, lang="en")

        old, new = (files(session, household, one.number) for one in (first, second))
        assert [failing(session, data) for data in (*old, *new)] == [None] * 4
        assert json.loads(old[0])["proof"]["verificationMethod"].endswith("#ed25519-1")
        assert json.loads(new[0])["proof"]["verificationMethod"].endswith("#ed25519-2")
        assert {key.thumbprint for key in queries.keys(session)} >= set(names)
        assert [key["kid"] for key in queries.key_set(session)["keys"]] == [
            f"{PUBLIC_URL}/badges/keys/rs256-1",
            f"{PUBLIC_URL}/badges/keys/rs256-2",
        ]


@pytest.mark.proves("REP-11", "LED-5")
def test_keys_and_lists_are_named_in_the_log(own: Database, household: str) -> None:
    with own.writing() as session:
        proving.open_log(session, ORIGIN)
        issued = make_portable_proof(session, household)
        document, token = files(session, household, issued.number)
        size = proofs.size(session)
        session.execute(text("UPDATE ledger_head SET log_size = :size"), {"size": proving.append(session, size, [])})
        proving.checkpoint(session)
        policy = Policy.parse(policy_text(proofs.log_keys(session, "w"), asks_witnesses=False).encode())

        for data, suite in ((document, "eddsa-jcs-2022"), (token, "RS256")):
            told = queries.key_in_log(session, suite, 1).encode()  # type: ignore[arg-type] # both are suites
            steps = verify_credential(data, handed(session, log=LogEvidence(told, policy)))
            assert failed_step(steps) is None
        assert len(proofs.entries_of(session, {"status_list"})) == 1


def test_a_root_secret_that_is_not_ours_signs_nothing(own: Database, household: str) -> None:
    with own.writing() as session:
        make_portable_proof(session, household)
        session.info["keys"] = Keys(bytes(32))

        with pytest.raises(SigningKeyLost):
            make_portable_proof(session, household, lang="en")
