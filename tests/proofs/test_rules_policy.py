"""Whom a verifier trusts: policies are read strictly, quorums count, and keys are handed over by the key before."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

import pytest

from greencredit.proofs.errors import KeyChangeRefused, ProofRefused
from greencredit.proofs.rules.base64_text import decoded, encoded
from greencredit.proofs.rules.canonical import canonical
from greencredit.proofs.rules.note import COSIGNATURE, VerifierKey, parse_checkpoint, with_signatures
from greencredit.proofs.rules.policy import (
    LogKey,
    Policy,
    key_change_entry,
    parse_key_change,
    policy_text,
    require_log_signature,
    require_witnesses,
)
from greencredit.schemas.proofs import LogKeyLine, LogKeys, WitnessLine
from tests.factories.paper_log import PaperLog, make_signer, make_witness

_LOG: Final = make_signer().verifier.text
_WITNESS: Final = make_witness("regulator").verifier.text
_OTHER: Final = make_witness("university").verifier.text


def _policy(*lines: str) -> Policy:
    return Policy.parse("".join(f"{line}\n" for line in lines).encode())


@pytest.mark.proves("LED-5")
def test_a_policy_names_logs_witnesses_groups_and_a_quorum() -> None:
    policy = _policy(
        "# 监管部门见证",
        "",
        f"\tlog  {_LOG} https://credits.example.cn/log ",
        f"witness 监管 {_WITNESS}",
        f"witness X2 {_OTHER} https://witness.example.cn",
        "group g any 监管 X2",
        "quorum g",
    )

    assert policy.logs == (LogKey(VerifierKey.parse(_LOG)),)
    assert dict(policy.witnesses) == {"监管": VerifierKey.parse(_WITNESS), "X2": VerifierKey.parse(_OTHER)}
    assert policy.quorum == "g"


@pytest.mark.parametrize(
    ("needed", "enough"),
    [("any", [1, 2, 3]), ("1", [1, 2, 3]), ("2", [3]), ("all", [3])],
)
def test_a_group_needs_as_many_as_it_says(needed: str, enough: list[int]) -> None:
    policy = _policy(f"witness a {_WITNESS}", f"witness b {_OTHER}", f"group g {needed} a b", "quorum g")
    signed = {0: set[str](), 1: {"a"}, 2: {"b"}, 3: {"a", "b"}}

    assert [case for case, names in signed.items() if policy.satisfied_by(names)] == enough


def test_groups_hold_groups() -> None:
    third = make_witness("assessor").verifier.text
    policy = _policy(
        f"witness a {_WITNESS}",
        f"witness b {_OTHER}",
        f"witness c {third}",
        "group pair any a b",
        "group whole all pair c",
        "quorum whole",
    )

    assert policy.satisfied_by({"a", "c"})
    assert policy.satisfied_by({"b", "c"})
    assert not policy.satisfied_by({"a", "b"})
    assert not policy.satisfied_by({"c"})


_BAD: Final = {
    "no quorum": ([f"log {_LOG}"], "proofs.policy_malformed"),
    "two quorums": (["quorum none", "quorum none"], "proofs.policy_malformed"),
    "an unknown word": (["trust me", "quorum none"], "proofs.policy_malformed"),
    "an unknown quorum": (["quorum g"], "proofs.policy_malformed"),
    "a group of nobody": (["group g any", "quorum none"], "proofs.policy_malformed"),
    "a group of strangers": (["group g any a", "quorum none"], "proofs.policy_malformed"),
    "a group that needs none": ([f"witness a {_WITNESS}", "group g 0 a", "quorum g"], "proofs.policy_malformed"),
    "a group that needs too many": ([f"witness a {_WITNESS}", "group g 2 a", "quorum g"], "proofs.policy_malformed"),
    "a member twice": ([f"witness a {_WITNESS}", "group g all a a", "quorum g"], "proofs.policy_malformed"),
    "a member of two groups": (
        [f"witness a {_WITNESS}", "group g any a", "group h any a", "quorum h"],
        "proofs.policy_malformed",
    ),
    "none as a member": (["group g any none", "quorum g"], "proofs.policy_malformed"),
    "none as a name": ([f"witness none {_WITNESS}", "quorum none"], "proofs.policy_malformed"),
    "a name twice": ([f"witness a {_WITNESS}", f"witness a {_OTHER}", "quorum a"], "proofs.policy_malformed"),
    "a key twice": ([f"witness a {_WITNESS}", f"witness b {_WITNESS}", "quorum a"], "proofs.policy_malformed"),
    "a log twice": ([f"log {_LOG}", f"log {_LOG}", "quorum none"], "proofs.policy_malformed"),
    "a log without key": (["log", "quorum none"], "proofs.policy_malformed"),
    "a log with too many words": ([f"log {_LOG} url more", "quorum none"], "proofs.policy_malformed"),
    "a witness as a log": ([f"log {_WITNESS}", "quorum none"], "proofs.key_type_unusable"),
    "a log as a witness": ([f"witness a {_LOG}", "quorum a"], "proofs.key_type_unusable"),
    "a key whose id is not its own": ([f"log {_LOG.replace('+', '+0', 1)}", "quorum none"], "proofs.key_malformed"),
    "a carriage return": (["quorum none\r"], "proofs.policy_malformed"),
}


@pytest.mark.parametrize(("lines", "code"), _BAD.values(), ids=_BAD.keys())
def test_a_policy_that_can_be_misread_is_refused(lines: list[str], code: str) -> None:
    with pytest.raises(ProofRefused) as no:
        _policy(*lines)

    assert no.value.code == code


def test_a_policy_without_a_last_newline_or_with_a_name_that_is_no_text_is_refused() -> None:
    for data in (b"quorum none", b"log \xff\xfe+00000000+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\nquorum none\n"):
        with pytest.raises(ProofRefused) as no:
            Policy.parse(data)

        assert no.value.code == "proofs.policy_malformed"


@pytest.mark.proves("LED-5")
def test_a_checkpoint_needs_a_fitting_signature_of_a_trusted_key() -> None:
    log = PaperLog()
    log.post_many(3)
    signed = parse_checkpoint(log.checkpoint())
    stranger = make_signer(seed="stranger")

    assert require_log_signature(signed, log.policy()) == log.signer.verifier
    with pytest.raises(ProofRefused) as no:
        require_log_signature(signed, Policy.parse(log.policy_text(signer=stranger).encode()))
    assert (no.value.code, no.value.facts) == (
        "proofs.log_signature_missing",
        {
            "found": "no signature of a trusted key at size 3",
            "wanted": f"{stranger.verifier.name}+{stranger.verifier.key_id.hex()}",
        },
    )
    other = make_signer("elsewhere.example.cn")
    with pytest.raises(ProofRefused) as no:
        require_log_signature(signed, Policy.parse(log.policy_text(signer=other).encode()))
    assert no.value.code == "proofs.log_unknown"


@pytest.mark.proves("LED-5")
def test_one_wrong_signature_of_a_known_key_spoils_the_checkpoint() -> None:
    log = PaperLog(witnesses=[make_witness("regulator")])
    log.post_many(3)
    signed = parse_checkpoint(log.checkpoint())
    by_log, by_witness = signed.note.signatures

    for bent, check in (
        (by_log._replace(body=bytes(64)), require_log_signature),
        (by_witness._replace(body=by_witness.body[:-1] + b"\0"), require_witnesses),
    ):
        spoiled = parse_checkpoint(with_signatures(signed.note.signed, [bent]))
        with pytest.raises(ProofRefused) as no:
            check(spoiled, log.policy())
        assert no.value.code == "proofs.signature_wrong"


@pytest.mark.proves("LED-5")
def test_too_few_witnesses_are_named() -> None:
    witnesses = [make_witness("regulator"), make_witness("university")]
    whole, part = PaperLog(witnesses=witnesses), PaperLog(witnesses=witnesses[:1])
    for log in (whole, part):
        log.post_many(3)

    assert require_witnesses(parse_checkpoint(whole.checkpoint()), whole.policy("both")) == ["w0", "w1"]
    with pytest.raises(ProofRefused) as no:
        require_witnesses(parse_checkpoint(part.checkpoint()), whole.policy("both"))
    assert (no.value.code, no.value.facts) == (
        "proofs.quorum_missing",
        {"found": "w0", "wanted": "the quorum both"},
    )


@pytest.mark.proves("LED-5")
def test_a_change_of_keys_moves_trust_from_its_size_on() -> None:
    old, new = make_signer(), make_signer(seed="second")
    change = parse_key_change(key_change_entry(old, new, since=5, at_micros=1))
    policy = _policy(f"log {old.verifier.text}", "quorum none").after(change)

    assert policy.logs == (LogKey(old.verifier, 0, 5), LogKey(new.verifier, 5))
    for signer, size, trusted in ((old, 4, True), (old, 5, False), (new, 4, False), (new, 5, True)):
        log = PaperLog(signer=signer)
        log.post_many(size)
        signed = parse_checkpoint(log.checkpoint())
        if trusted:
            assert require_log_signature(signed, policy) == signer.verifier
            continue
        with pytest.raises(ProofRefused) as no:
            require_log_signature(signed, policy)
        assert no.value.code == "proofs.log_signature_missing"
        assert require_log_signature(signed, policy, any_size=True) == signer.verifier


def test_keys_are_handed_over_again_and_again_and_never_backwards() -> None:
    signers = [make_signer(seed=f"key {number}") for number in range(4)]
    pairs = zip(pairwise(signers), (5, 9, 9), strict=True)
    changes = [parse_key_change(key_change_entry(*pair, since=since, at_micros=1)) for pair, since in pairs]
    policy = _policy(f"log {signers[0].verifier.text}", "quorum none")

    for change in changes:
        policy = policy.after(change)

    keys = [(one.since, one.until) for one in policy.logs]
    assert keys == [(0, 5), (5, 9), (9, 9), (9, None)]
    again = parse_key_change(key_change_entry(signers[1], make_signer(seed="thief"), since=20, at_micros=1))
    with pytest.raises(KeyChangeRefused) as no:
        policy.after(again)
    assert no.value.facts == {
        "found": "a change at size 20",
        "wanted": "a size that the key signs (sizes from 5 below 9)",
    }
    back = parse_key_change(key_change_entry(signers[3], signers[0], since=20, at_micros=1))
    with pytest.raises(KeyChangeRefused) as no:
        policy.after(back)
    assert no.value.facts["wanted"] == "a key that was not given up"


def test_a_policy_that_knows_the_new_key_already_learns_from_when_it_signs() -> None:
    old, new = make_signer(), make_signer(seed="second")
    change = parse_key_change(key_change_entry(old, new, since=5, at_micros=1))

    both = _policy(f"log {old.verifier.text}", f"log {new.verifier.text}", "quorum none").after(change)
    newest = _policy(f"log {new.verifier.text}", "quorum none").after(change)

    assert both.logs == (LogKey(old.verifier, 0, 5), LogKey(new.verifier, 5))
    assert newest.logs == (LogKey(new.verifier, 5),)


@pytest.mark.proves("LED-5")
def test_a_change_of_keys_that_both_have_not_signed_is_refused() -> None:
    old, new = make_signer(), make_signer(seed="second")
    good = json.loads(key_change_entry(old, new, since=5, at_micros=1))
    flipped = {
        name: encoded(bytes([decoded(good[name])[0] ^ 1]) + decoded(good[name])[1:])
        for name in ("signature", "countersignature")
    }
    stranger, elsewhere = make_signer(seed="thief"), make_signer("elsewhere.example.cn")
    bad = [
        good | {"since": 6},
        good | {"at": 2},
        good | {"signature": flipped["signature"]},
        good | {"countersignature": flipped["countersignature"]},
        good | {"signature": ""},
        good | {"new": stranger.verifier.text},
        good | {"old": stranger.verifier.text},
        json.loads(key_change_entry(old, elsewhere, since=5, at_micros=1)),
        json.loads(key_change_entry(old, old, since=5, at_micros=1)),
        json.loads(key_change_entry(old, make_signer(kind=COSIGNATURE), since=5, at_micros=1)),
    ]

    assert parse_key_change(canonical(good)).since == 5
    for record in bad:
        with pytest.raises(KeyChangeRefused):
            parse_key_change(canonical(record))
    with pytest.raises(KeyChangeRefused):
        _policy(f"log {stranger.verifier.text}", "quorum none").after(parse_key_change(canonical(good)))


@pytest.mark.proves("LED-5")
def test_the_policy_that_a_log_hands_out_trusts_its_keys_and_any_witness_if_it_has_some() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    log, one, two = make_signer(), make_witness("regulator"), make_signer(seed="other", kind=COSIGNATURE)
    line = LogKeyLine(number=1, vkey=log.verifier.text, since=0, made_at=at, change=None)
    lines = [WitnessLine(name="regulator", vkey=who.verifier.text, registered_at=at) for who in (one, two)]

    alone = Policy.parse(policy_text(LogKeys(origin=None, keys=(line,), witnesses=(), own_witness="")).encode())
    keys = LogKeys(origin=None, keys=(line,), witnesses=tuple(lines), own_witness="")
    seen = Policy.parse(policy_text(keys).encode())
    lenient = Policy.parse(policy_text(keys, asks_witnesses=False).encode())

    assert [key.key.text for key in alone.logs] == [log.verifier.text]
    assert (alone.quorum, lenient.quorum, list(lenient.witnesses)) == ("none", "none", ["regulator", "regulator#2"])
    assert [seen.satisfied_by(names) for names in (set(), {"regulator"}, {"regulator#2"})] == [False, True, True]
