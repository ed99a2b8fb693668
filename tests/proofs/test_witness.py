"""Witnesses: nobody gets a signature on a tree that does not continue the last, and every fork leaves evidence."""

import threading
from collections.abc import Iterator
from typing import Final

import pytest
from sqlalchemy import text

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.proofs import queries, service
from greencredit.proofs.errors import (
    KeyTypeUnusable,
    LogNotWitnessed,
    NotSignedByLog,
    OldSizeStale,
    PathWrong,
    RequestUnreadable,
    TwoRoots,
)
from greencredit.proofs.rules import tree
from greencredit.proofs.rules.exchange import add_checkpoint_body
from greencredit.proofs.rules.note import (
    COSIGNATURE,
    Signer,
    VerifierKey,
    cosigned_at,
    parse_note,
)
from tests.factories.proofs import OtherLog, kept_evidence

WITNESS: Final = "regulator.example/witness"


@pytest.fixture
def other(database: Database) -> OtherLog:
    """Give a log that this installation watches."""
    log = OtherLog()
    with database.writing() as session:
        service.watch(session, log.signer.verifier.text)
    return log


def _cosign(database: Database, body: bytes) -> str:
    return service.cosign(database, body, name=WITNESS)


def _refusal(database: Database, body: bytes) -> Refusal:
    with pytest.raises(Refusal) as no:
        _cosign(database, body)
    return no.value


def _kept(database: Database, origin: str = "other.example/log") -> int:
    with database.reading() as session:
        asked = text("SELECT size FROM proofs_watched WHERE origin = :origin")
        return int(session.execute(asked, {"origin": origin}).scalar_one())


# ---- As a witness of another log -------------------------------------------------------------------------------------


@pytest.mark.proves("LED-5")
def test_a_checkpoint_that_continues_the_last_is_cosigned(
    database: Database, other: OtherLog, clock: StandingClock
) -> None:
    first = _cosign(database, other.request(0, 5))
    second = _cosign(database, other.request(5, 300))

    note = parse_note(other.note(300) + second)
    with database.reading() as session:
        key = VerifierKey.parse(queries.log_keys(session, WITNESS).own_witness)
    assert (key.name, key.kind) == (WITNESS, COSIGNATURE)
    assert key.verifies(note.text, note.signatures[-1])
    assert cosigned_at(note.signatures[-1]) == int(clock.now().timestamp())
    assert first != second
    assert _kept(database) == 300


def test_the_size_cosigned_last_can_be_cosigned_again(database: Database, other: OtherLog) -> None:
    first = _cosign(database, other.request(0, 5))

    assert _cosign(database, other.request(5, 5)) == first


@pytest.mark.proves("LED-5")
def test_a_proof_that_begins_elsewhere_is_told_the_size_cosigned_last(database: Database, other: OtherLog) -> None:
    _cosign(database, other.request(0, 5))

    refusals = [_refusal(database, other.request(*sizes)) for sizes in ((0, 7), (4, 7), (6, 7), (0, 5), (3, 4))]

    assert {type(refusal) for refusal in refusals} == {OldSizeStale}
    assert [refusal.facts for refusal in refusals] == [{"found": old, "size": 5} for old in (0, 4, 6, 0, 3)]
    assert _kept(database) == 5


@pytest.mark.proves("LED-5")
def test_a_larger_tree_that_does_not_continue_is_refused(database: Database, other: OtherLog) -> None:
    _cosign(database, other.request(0, 5))

    forged = _refusal(database, other.request(5, 7, root=tree.leaf_hash(b"forged")))
    without = _refusal(database, add_checkpoint_body(5, [], other.note(7)).encode())

    assert (forged.code, without.code) == ("proofs.root_differs", PathWrong.code)
    assert _kept(database) == 5


@pytest.mark.proves("LED-5")
def test_another_root_of_the_same_size_is_refused_and_kept_askept_evidence(database: Database, other: OtherLog) -> None:
    lie = tree.leaf_hash(b"lie")
    _cosign(database, other.request(0, 5))

    refusal = _refusal(database, other.request(5, 5, root=lie))
    again = _refusal(database, other.request(5, 5, root=lie))
    sideways = _refusal(database, other.request(0, 5, root=tree.leaf_hash(b"second lie")))

    assert [type(one) for one in (refusal, again, sideways)] == [TwoRoots, TwoRoots, OldSizeStale]
    assert refusal.facts == {"origin": other.origin, "size": 5}
    assert sorted(kept_evidence(database)) == sorted(
        (other.origin, 5, other.note(5), other.note(5, root)) for root in (lie, tree.leaf_hash(b"second lie"))
    )
    assert _kept(database) == 5


def test_a_log_nobody_asked_us_to_watch_is_refused(database: Database) -> None:
    refusal = _refusal(database, OtherLog("stranger.example/log").request(0, 5))

    assert (type(refusal), refusal.facts) == (LogNotWitnessed, {"origin": "stranger.example/log"})


def test_a_checkpoint_that_the_log_did_not_sign_is_refused(database: Database, other: OtherLog) -> None:
    impostor = OtherLog(other.origin, Signer(other.origin, b"i" * 32))

    refusal = _refusal(database, impostor.request(0, 5))

    assert (type(refusal), refusal.facts) == (NotSignedByLog, {"origin": other.origin})
    assert (_kept(database), kept_evidence(database)) == (0, [])


def test_a_log_that_changed_its_key_is_known_by_the_new_one(database: Database, other: OtherLog) -> None:
    _cosign(database, other.request(0, 5))
    other.signer = Signer(other.origin, b"n" * 32)
    assert type(_refusal(database, other.request(5, 6))) is NotSignedByLog

    with database.writing() as session:
        service.watch(session, other.signer.verifier.text)

    assert _cosign(database, other.request(5, 6)).startswith(f"— {WITNESS} ")
    assert _kept(database) == 6


_GOOD: Final = OtherLog().request(0, 5)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 00\n\n" + _GOOD.partition(b"\n\n")[2],
        b"old -1\n\n" + _GOOD.partition(b"\n\n")[2],
        b"old  0\n\n" + _GOOD.partition(b"\n\n")[2],
        b"old 0\nnot base64\n\n" + _GOOD.partition(b"\n\n")[2],
        b"old 0\nAAAA\n\n" + _GOOD.partition(b"\n\n")[2],
        b"old 0\n" + b"A" * 43 + b"=\n" * 64 + b"\n" + _GOOD.partition(b"\n\n")[2],
        "old 0\n示例\n\n".encode() + _GOOD.partition(b"\n\n")[2],
        _GOOD[:-1],
        _GOOD + b"x",
        _GOOD.replace(b"\n5\n", b"\n05\n"),
        b"old 9\n\n" + _GOOD.partition(b"\n\n")[2],
        b"x" * (1 << 21),
    ],
)
def test_a_request_that_is_not_written_as_the_protocol_demands_is_refused(
    database: Database, other: OtherLog, body: bytes
) -> None:
    refusal = _refusal(database, body)

    assert type(refusal) is RequestUnreadable
    assert _kept(database, other.origin) == 0


def test_only_keys_of_the_right_kind_are_registered(database: Database, other: OtherLog) -> None:
    witness = Signer(WITNESS, b"w" * 32, COSIGNATURE).verifier.text

    with database.writing() as session, pytest.raises(KeyTypeUnusable):
        service.watch(session, witness)
    with database.writing() as session, pytest.raises(KeyTypeUnusable):
        service.register_witness(session, other.signer.verifier.text)

    with database.reading() as session:
        assert queries.witnesses(session) == []


# ---- Two at once -----------------------------------------------------------------------------------------------------


@pytest.fixture
def own(database_url: str, clock: StandingClock) -> Iterator[Database]:
    """Give a database of the test's own, for threads whose commits are real."""
    entropy = seeded_entropy("witness")
    opened = Database(database_url, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    yield opened
    opened.close()


@pytest.mark.proves("LED-5")
def test_of_requests_at_once_none_gets_a_signature_on_a_smaller_tree_after_a_larger(own: Database) -> None:
    """The race of the protocol's own text: each starts from what the witness cosigned last, all at the same moment."""
    log = OtherLog()
    with own.writing() as session:
        service.watch(session, log.signer.verifier.text)
    signed: list[int] = []
    told: list[int] = []
    threads = 8
    for round_number in range(10):
        old, start = _kept(own), threading.Barrier(threads)

        def ask(size: int, old: int = old, start: threading.Barrier = start) -> None:
            request = log.request(old, size)
            start.wait()
            try:
                _cosign(own, request)
                signed.append(size)
            except OldSizeStale as stale:
                told.append(stale.facts["size"])

        sizes = [old + 1 + (number * 5 + round_number) % threads for number in range(threads)]
        askers = [threading.Thread(target=ask, args=(size,)) for size in sizes]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()

    assert len(signed) == 10, "one of each round"
    assert signed == sorted(set(signed))
    assert len(told) == 10 * (threads - 1)
    assert _kept(own) == signed[-1]
    assert kept_evidence(own) == []


@pytest.mark.proves("LED-5")
def test_of_two_trees_of_one_size_at_once_one_is_signed_and_the_other_iskept_evidence(own: Database) -> None:
    log = OtherLog()
    with own.writing() as session:
        service.watch(session, log.signer.verifier.text)
    start, outcomes = threading.Barrier(2), []

    def ask(root: bytes | None) -> None:
        request = log.request(0, 5, root)
        start.wait()
        try:
            _cosign(own, request)
            outcomes.append("signed")
        except OldSizeStale:
            outcomes.append("refused")

    askers = [threading.Thread(target=ask, args=(root,)) for root in (None, tree.leaf_hash(b"lie"))]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert sorted(outcomes) == ["refused", "signed"]
    (found,) = kept_evidence(own)
    assert {found[2], found[3]} == {log.note(5), log.note(5, tree.leaf_hash(b"lie"))}
