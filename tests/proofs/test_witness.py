"""Witnesses: nobody gets a signature on a tree that does not continue the last, and every fork leaves evidence."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest
from sqlalchemy import text

from greencredit.kernel.clock import StandingClock, now
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.proofs import queries, service
from greencredit.proofs.errors import (
    KeyTypeUnusable,
    LogNotWitnessed,
    LogsDiffer,
    NoKnownWitness,
    NoSuchCheckpoint,
    NotSignedByLog,
    OldSizeStale,
    PathWrong,
    RequestUnreadable,
    RootDiffers,
    SignatureWrong,
    TwoRoots,
)
from greencredit.proofs.rules import tree
from greencredit.proofs.rules.exchange import add_checkpoint_body
from greencredit.proofs.rules.note import (
    COSIGNATURE,
    Checkpoint,
    Signer,
    VerifierKey,
    cosigned_at,
    parse_note,
    sign_checkpoint,
)
from greencredit.schemas.proofs import CosignaturesTaken
from tests.factories.proofs import ORIGIN, OtherLog, make_log, make_signed_log

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


def _evidence(database: Database) -> list[tuple[str, int, str, str]]:
    with database.reading() as session:
        return [(one.origin, one.size, one.kept, one.offered) for one in queries.conflicts(session)]


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
def test_another_root_of_the_same_size_is_refused_and_kept_as_evidence(database: Database, other: OtherLog) -> None:
    lie = tree.leaf_hash(b"lie")
    _cosign(database, other.request(0, 5))

    refusal = _refusal(database, other.request(5, 5, root=lie))
    again = _refusal(database, other.request(5, 5, root=lie))
    sideways = _refusal(database, other.request(0, 5, root=tree.leaf_hash(b"second lie")))

    assert [type(one) for one in (refusal, again, sideways)] == [TwoRoots, TwoRoots, OldSizeStale]
    assert refusal.facts == {"origin": other.origin, "size": 5}
    assert sorted(_evidence(database)) == sorted(
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
    assert (_kept(database), _evidence(database)) == (0, [])


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
    assert _evidence(own) == []


@pytest.mark.proves("LED-5")
def test_of_two_trees_of_one_size_at_once_one_is_signed_and_the_other_is_evidence(own: Database) -> None:
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
    (found,) = _evidence(own)
    assert {found[2], found[3]} == {log.note(5), log.note(5, tree.leaf_hash(b"lie"))}


# ---- Witnesses of our own log ----------------------------------------------------------------------------------------


@dataclass
class Ours:
    """Our log of 5 entries, its checkpoint, and a registered witness."""

    note: str
    witness: Signer

    def cosigned(self, by: Signer, *, at_seconds: int = 1_772_424_000, note: str | None = None) -> bytes:
        """Let a witness sign."""
        signed = note or self.note
        return (signed + by.cosign(parse_note(signed).text, at_seconds=at_seconds).line).encode()


@pytest.fixture
def ours(database: Database) -> Ours:
    """Give our log with its first checkpoint."""
    witness = Signer("assessor.example/witness", b"a" * 32, COSIGNATURE)
    with database.writing() as session:
        make_signed_log(session, 5)
        service.register_witness(session, witness.verifier.text)
        return Ours(service.checkpoint(session).note, witness)


@pytest.mark.proves("LED-5")
def test_a_witness_s_signature_stands_on_the_checkpoint_from_then_on(database: Database, ours: Ours) -> None:
    taken = service.add_cosignatures(database, ours.cosigned(ours.witness))
    again = service.add_cosignatures(database, ours.cosigned(ours.witness, at_seconds=1_772_424_060))

    with database.writing() as session:
        latest = queries.latest_checkpoint(session)
        assert latest is not None, "a checkpoint was signed"
        assert latest.note.encode() == ours.cosigned(ours.witness)
        assert [finding for finding in queries.audit(session) if not finding.holds] == []
        registered = now(session)
        assert [(one.name, one.registered_at) for one in queries.witnesses(session)] == [
            ("assessor.example/witness", registered)
        ]
    assert (taken, again) == (CosignaturesTaken(size=5, new=1), CosignaturesTaken(size=5, new=0))


def test_a_stranger_s_signature_is_not_taken_in(database: Database, ours: Ours) -> None:
    stranger = Signer("stranger.example/witness", b"s" * 32, COSIGNATURE)

    with pytest.raises(NoKnownWitness) as no:
        service.add_cosignatures(database, ours.cosigned(stranger))
    with pytest.raises(NoKnownWitness):
        service.add_cosignatures(database, ours.note.encode())

    assert no.value.facts == {"found": 2}
    with database.reading() as session:
        assert queries.checkpoint_at(session, 5).note == ours.note


def test_a_signature_under_a_witness_s_name_that_does_not_fit_is_refused(database: Database, ours: Ours) -> None:
    other = ours.note.replace("\n5\n", "\n4\n")
    line = ours.witness.cosign(parse_note(other).text, at_seconds=1).line

    with pytest.raises(SignatureWrong):
        service.add_cosignatures(database, (ours.note + line).encode())

    with database.reading() as session:
        assert queries.checkpoint_at(session, 5).note == ours.note


@pytest.mark.proves("LED-5")
def test_a_tree_under_our_name_that_we_never_signed_is_evidence_once_somebody_signed_it(
    database: Database, ours: Ours
) -> None:
    with database.reading() as session:
        forger = Signer(ORIGIN, session.info["keys"].for_purpose("proofs.log.1"))
    lie = Checkpoint(ORIGIN, 5, tree.leaf_hash(b"lie"))
    by_witness = ours.cosigned(ours.witness, note=sign_checkpoint(lie, Signer(ORIGIN, b"f" * 32)))
    by_our_key = sign_checkpoint(lie._replace(root=tree.leaf_hash(b"second lie")), forger).encode()
    by_nobody = sign_checkpoint(lie._replace(root=tree.leaf_hash(b"third lie")), Signer(ORIGIN, b"f" * 32)).encode()

    for note, refused in ((by_witness, TwoRoots), (by_our_key, TwoRoots), (by_nobody, RootDiffers)):
        with pytest.raises(refused):
            service.add_cosignatures(database, note)

    assert sorted(_evidence(database)) == sorted(
        (ORIGIN, 5, ours.note, note.decode()) for note in (by_witness, by_our_key)
    )


def test_what_is_not_about_a_checkpoint_of_ours_is_refused(database: Database, ours: Ours) -> None:
    with pytest.raises(LogsDiffer):
        service.add_cosignatures(database, OtherLog().note(5).encode())
    with pytest.raises(NoSuchCheckpoint) as no:
        service.add_cosignatures(database, ours.note.replace("\n5\n", "\n6\n").encode())
    with pytest.raises(RequestUnreadable):
        service.add_cosignatures(database, b"not a note")

    assert no.value.facts == {"size": 6}


@pytest.mark.proves("LED-5")
def test_our_log_and_our_witness_understand_each_other(database: Database, ours: Ours) -> None:
    """One installation plays both parts, by nothing but what they hand each other."""
    with database.writing() as session:
        service.watch(session, queries.key_lines(session)[0].vkey)
        service.register_witness(session, queries.log_keys(session, WITNESS).own_witness)
    line = _cosign(database, add_checkpoint_body(0, [], ours.note).encode())
    service.add_cosignatures(database, (ours.note + line).encode())
    with database.writing() as session:
        make_log(session, 295)
        larger = service.checkpoint(session)
        proof = queries.consistency(session, 5, 300)

    line = _cosign(database, add_checkpoint_body(5, proof, larger.note).encode())
    taken = service.add_cosignatures(database, (larger.note + line).encode())

    assert taken == CosignaturesTaken(size=300, new=1)
    assert _kept(database, ORIGIN) == 300
