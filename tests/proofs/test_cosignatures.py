"""Witnesses of our own log: their signatures stand on our checkpoints, and whatever else they saw is evidence."""

from dataclasses import dataclass
from typing import Final

import pytest

from greencredit.kernel.clock import now
from greencredit.kernel.database import Database
from greencredit.proofs import queries, service
from greencredit.proofs.errors import (
    LogsDiffer,
    NoKnownWitness,
    NoSuchCheckpoint,
    RequestUnreadable,
    RootDiffers,
    SignatureWrong,
    TwoRoots,
)
from greencredit.proofs.rules import tree
from greencredit.proofs.rules.exchange import add_checkpoint_body
from greencredit.proofs.rules.note import COSIGNATURE, Checkpoint, Signer, parse_note, sign_checkpoint
from greencredit.schemas.proofs import CosignaturesTaken
from tests.factories.proofs import ORIGIN, OtherLog, kept_evidence, make_log, make_signed_log

WITNESS: Final = "regulator.example/witness"


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

    assert sorted(kept_evidence(database)) == sorted(
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
    line = service.cosign(database, add_checkpoint_body(0, [], ours.note).encode(), name=WITNESS)
    service.add_cosignatures(database, (ours.note + line).encode())
    with database.writing() as session:
        make_log(session, 295)
        larger = service.checkpoint(session)
        proof = queries.consistency(session, 5, 300)

    line = service.cosign(database, add_checkpoint_body(5, proof, larger.note).encode(), name=WITNESS)
    taken = service.add_cosignatures(database, (larger.note + line).encode())

    assert taken == CosignaturesTaken(size=300, new=1)
