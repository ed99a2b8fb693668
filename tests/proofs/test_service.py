"""What goes into the log stays in it: appending, facts that wait, signing, changing keys, rebuilding tiles."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros, now
from greencredit.kernel.keys import Keys
from greencredit.proofs import queries, service
from greencredit.proofs.errors import (
    EntryTooLong,
    FactRefused,
    LogNotOpened,
    OriginFixed,
    RotationUnfinished,
    SigningKeyLost,
    TreeInconsistent,
)
from greencredit.proofs.rules import tree
from greencredit.proofs.rules.canonical import canonical
from greencredit.proofs.rules.note import VerifierKey, parse_checkpoint
from greencredit.proofs.rules.policy import Policy, parse_key_change, require_log_signature
from greencredit.schemas.proofs import StoredCheckpoint
from tests.factories.proofs import ORIGIN, lift_guards, make_bodies, make_log, make_signed_log


def _entries(session: Session) -> list[bytes]:
    return [queries.entry(session, index) for index in range(queries.size(session))]


def _tiles(session: Session) -> list[tuple[int, int, bytes, bytes]]:
    found = session.execute(text("SELECT level, number, hashes, root FROM proofs_tile ORDER BY level, number"))
    return [(row.level, row.number, bytes(row.hashes), bytes(row.root)) for row in found]


# ---- Appending -------------------------------------------------------------------------------------------------------


def test_entries_are_numbered_on_from_the_size_that_was_handed_in(session: Session) -> None:
    first = service.append(session, 0, [("batch", b"one"), ("batch", b"two")])
    second = service.append(session, first, [("batch", b"three")])

    assert (first, second, _entries(session)) == (2, 3, [b"one", b"two", b"three"])


def test_appending_nothing_changes_nothing(session: Session) -> None:
    size = make_log(session, 3)

    assert service.append(session, size, []) == 3
    assert _entries(session) == make_bodies(3)


@pytest.mark.parametrize("at_once", [1, 7, 255, 256, 257, 600])
def test_a_tile_is_kept_when_its_256_hashes_are_there_however_they_came(session: Session, at_once: int) -> None:
    make_log(session, 600, at_once=at_once)
    hashes = tree.leaf_hashes(make_bodies(600))

    assert _tiles(session) == [
        (0, number, b"".join(part := hashes[number * 256 : number * 256 + 256]), tree.root_of(part))
        for number in range(2)
    ]


@pytest.mark.proves("LED-5")
def test_facts_that_wait_go_in_after_the_batch_and_wait_no_longer(session: Session) -> None:
    service.note_fact(session, "issuer", {"issuer": "iss_example", "state": "active"})
    service.note_fact(session, "filing", {"filing": "fil_example", "number": "示例备字 1 号", "version": 2})
    at = micros(now(session))

    size = service.append(session, 0, [("batch", b"batch")])
    again = service.append(session, size, [])

    assert (size, again) == (3, 3)
    assert _entries(session) == [
        b"batch",
        canonical({"v": 1, "kind": "issuer", "at": at, "issuer": "iss_example", "state": "active"}),
        canonical(
            {"v": 1, "kind": "filing", "at": at, "filing": "fil_example", "number": "示例备字 1 号", "version": 2}
        ),
    ]


def test_a_fact_may_bring_the_time_it_speaks_of(session: Session) -> None:
    service.note_fact(session, "erasure", {"holder": 7, "events": 2, "at": 1_772_424_000_000_000})
    service.append(session, 0, [])

    assert queries.entry(session, 0) == canonical(
        {"v": 1, "kind": "erasure", "at": 1_772_424_000_000_000, "holder": 7, "events": 2}
    )


@pytest.mark.proves("SEC-1")
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("person", {"name": "示例"}),
        ("issuer", {}),
        ("issuer", {"issuer": "iss_example", "phone": "13800000000"}),
        ("issuer", {"issuer": "示例商店 有限公司"}),
        ("issuer", {"issuer": "iss_example", "state": "x" * 129}),
        ("filing", {"number": "示例\n备字"}),
        ("coverage", {"issuer": "iss_example", "outstanding": 1.5}),
    ],
)
def test_a_fact_outside_the_public_schema_is_refused_and_does_not_wait(
    session: Session, kind: str, body: dict[str, object]
) -> None:
    with pytest.raises(FactRefused) as no:
        service.note_fact(session, kind, body)

    assert (no.value.code, no.value.facts["kind"]) == ("proofs.fact_refused", kind)
    assert service.append(session, 0, []) == 0


def test_an_entry_of_65535_bytes_goes_in_and_a_longer_one_does_not(session: Session) -> None:
    size = service.append(session, 0, [("batch", b"x" * 65_535)])

    with pytest.raises(EntryTooLong) as no:
        service.append(session, size, [("batch", b"x" * 65_536)])

    assert no.value.code == "proofs.entry_too_long"
    assert queries.size(session) == 1


# ---- Rebuilding ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.proves("LED-5")
def test_tiles_that_were_lost_are_made_again_from_the_entries(session: Session) -> None:
    make_log(session, 65_536 + 256, at_once=20_000)
    before = _tiles(session)
    lift_guards(session, "proofs_tile")
    session.execute(text("DELETE FROM proofs_tile WHERE number > 3 OR level = 1"))

    made = service.rebuild_tiles(session)

    assert (made, len(before)) == (254, 258)
    assert _tiles(session) == before
    assert service.rebuild_tiles(session) == 0


# ---- Signing ---------------------------------------------------------------------------------------------------------


@pytest.mark.proves("LED-5")
def test_a_checkpoint_says_size_and_root_under_the_logs_own_key_and_is_stored(session: Session) -> None:
    make_signed_log(session, 300)

    signed = service.checkpoint(session)

    read = parse_checkpoint(signed.note)
    policy = Policy.parse(f"log {queries.key_lines(session)[0].vkey}\nquorum none\n".encode())
    assert read.checkpoint == (ORIGIN, 300, tree.root_of(tree.leaf_hashes(make_bodies(300))))
    assert require_log_signature(read, policy).name == ORIGIN
    assert queries.latest_checkpoint(session) == signed
    assert signed == StoredCheckpoint(
        size=300, root=read.checkpoint.root, note=read.note.signed, signed_at=now(session)
    )


def test_a_size_is_signed_once(session: Session) -> None:
    make_signed_log(session, 3)

    assert service.checkpoint(session) == service.checkpoint(session)
    assert queries.checkpoint_sizes(session) == [3]


def test_an_empty_log_can_be_signed(session: Session) -> None:
    make_signed_log(session, 0)

    assert service.checkpoint(session).root == tree.EMPTY_ROOT


def test_without_a_name_nothing_is_signed(session: Session) -> None:
    make_log(session, 3)

    with pytest.raises(LogNotOpened):
        service.checkpoint(session)

    assert queries.latest_checkpoint(session) is None


def test_a_log_keeps_its_name_for_ever(session: Session) -> None:
    service.open_log(session, ORIGIN)
    service.open_log(session, ORIGIN)

    with pytest.raises(OriginFixed) as no:
        service.open_log(session, "other.example/log")

    assert no.value.facts == {"found": ORIGIN, "wanted": "other.example/log"}
    assert queries.log_keys(session, "w.example").origin == ORIGIN


@pytest.mark.proves("LED-5")
def test_a_tree_that_does_not_continue_the_signed_one_is_not_signed(session: Session) -> None:
    make_signed_log(session, 10)
    signed = service.checkpoint(session)
    lift_guards(session, "proofs_entry")
    session.execute(
        text("UPDATE proofs_entry SET hash = :other WHERE position = 4"), {"other": tree.leaf_hash(b"other")}
    )

    with pytest.raises(TreeInconsistent) as same_size:
        service.checkpoint(session)
    make_log(session, 1)
    with pytest.raises(TreeInconsistent) as larger:
        service.checkpoint(session)
    session.execute(text("DELETE FROM proofs_entry WHERE position > 5"))
    with pytest.raises(TreeInconsistent) as shorter:
        service.checkpoint(session)

    assert [no.value.facts for no in (same_size, larger, shorter)] == [
        {"signed": 10, "present": 10},
        {"signed": 10, "present": 11},
        {"signed": 10, "present": 6},
    ]
    assert queries.latest_checkpoint(session) == signed
    assert queries.checkpoint_sizes(session) == [10]


def test_a_secret_that_does_not_give_the_listed_key_signs_nothing(session: Session) -> None:
    make_signed_log(session, 3)
    session.info["keys"] = Keys(b"z" * 32)

    with pytest.raises(SigningKeyLost) as no:
        service.checkpoint(session)

    assert no.value.facts["wanted"] == queries.key_lines(session)[0].vkey
    assert queries.latest_checkpoint(session) is None


# ---- Changing keys ---------------------------------------------------------------------------------------------------


def _signers(session: Session, signed: StoredCheckpoint) -> list[int]:
    """Give the numbers of the keys that signed a checkpoint, each signature checked."""
    note = parse_checkpoint(signed.note).note
    keys = {line.number: VerifierKey.parse(line.vkey) for line in queries.key_lines(session)}
    return [
        number
        for signature in note.signatures
        for number, key in keys.items()
        if key.is_named_by(signature) and key.verifies(note.text, signature)
    ]


@pytest.mark.proves("LED-5")
def test_the_change_of_keys_is_an_entry_signed_by_both_and_old_keys_stay_listed(session: Session) -> None:
    make_signed_log(session, 5)
    before = service.checkpoint(session)

    vkey = service.rotate_key(session)
    same = service.checkpoint(session)
    size = make_log(session, 1)
    across = service.checkpoint(session)
    make_log(session, 1)
    after = service.checkpoint(session)

    first, second = queries.key_lines(session)
    record = parse_key_change(queries.entry(session, size - 1))
    assert (record.old, record.new, record.since) == (first.vkey, vkey, size)
    assert (second.number, second.vkey, second.since) == (2, vkey, size)
    assert same == before
    assert [_signers(session, signed) for signed in (before, across, after)] == [[1], [1, 2], [2]]
    assert queries.key_changes(session) == (second.change,)


@pytest.mark.proves("LED-5")
def test_who_trusts_the_first_key_follows_the_changes_to_the_present_one(session: Session) -> None:
    make_signed_log(session, 5)
    first = queries.key_lines(session)[0].vkey
    for _ in range(3):
        service.rotate_key(session)
        make_log(session, 2)
        service.checkpoint(session)

    policy = Policy.parse(f"log {first}\nquorum none\n".encode())
    for change in queries.key_changes(session):
        policy = policy.after(parse_key_change(change.encode()))
    make_log(session, 1)

    signed = parse_checkpoint(service.checkpoint(session).note)
    assert require_log_signature(signed, policy).text == queries.key_lines(session)[3].vkey
    assert [finding for finding in queries.audit(session) if not finding.holds] == []


def test_a_second_change_waits_until_the_first_is_in_a_checkpoint(session: Session) -> None:
    make_signed_log(session, 5)
    first = queries.key_lines(session)[0].vkey
    second = service.rotate_key(session)

    with pytest.raises(RotationUnfinished) as waiting:
        service.rotate_key(session)
    make_log(session, 1)
    with pytest.raises(RotationUnfinished) as unsigned:
        service.rotate_key(session)
    service.checkpoint(session)
    service.rotate_key(session)

    assert [no.value.facts for no in (waiting, unsigned)] == [{"vkey": first}, {"vkey": second}]
    assert [line.number for line in queries.key_lines(session)] == [1, 2]
