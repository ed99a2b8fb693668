"""Signed notes and checkpoints: what others signed verifies, what can be read in two ways is refused by name."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.proofs.errors import KeyTypeUnusable, NewlineMissing, ProofRefused
from greencredit.proofs.rules.base64_text import decoded, encoded
from greencredit.proofs.rules.note import (
    COSIGNATURE,
    ED25519,
    ML_DSA_44,
    Checkpoint,
    Note,
    Signature,
    VerifierKey,
    cosigned_at,
    parse_checkpoint,
    parse_note,
    sign_checkpoint,
    with_signatures,
)
from greencredit.proofs.rules.note import Signer as NoteSigner
from greencredit.proofs.rules.tree import EMPTY_ROOT
from tests.factories.paper_log import ORIGIN, make_signer, make_witness

_VECTORS: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors" / "notes.json").read_text("utf-8"))
_GO: Final = _VECTORS["golang"]
_ROOT: Final = encoded(EMPTY_ROOT)
_LINE: Final = "— log AAAAAQEB\n"
_CHECKPOINT: Final = Checkpoint(ORIGIN, 3, EMPTY_ROOT)


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        (_GO["text"], _GO["peter_line"], _GO["peter_key"]),
        (_GO["text"], _GO["enoch_line"], _GO["enoch_key"]),
        (_VECTORS["c2sp"]["text"], _VECTORS["c2sp"]["line"], _VECTORS["c2sp"]["key"]),
    ],
    ids=["golang peter", "golang enoch", "c2sp"],
)
def test_notes_that_others_signed_verify(text: str, line: str, key: str) -> None:
    note = parse_note(f"{text}\n{line}")
    verifier = VerifierKey.parse(key)

    assert (note.text, note.signed, verifier.text) == (text, f"{text}\n{line}", key)
    assert [verifier.is_named_by(one) for one in note.signatures] == [True]
    assert verifier.verifies(text, note.signatures[0])
    assert not verifier.verifies(f"{text}\n", note.signatures[0])


@pytest.mark.proves("LED-5")
def test_a_published_checkpoint_with_a_witness_verifies_and_foreign_signatures_are_kept() -> None:
    vector = _VECTORS["cosigned"]
    log, witness = VerifierKey.parse(vector["log_key"]), VerifierKey.parse(vector["witness_key"])

    signed = parse_checkpoint(vector["note"])

    assert (signed.checkpoint.origin, signed.checkpoint.size) == (log.name, 1_432_088_532)
    assert signed.note.signed == vector["note"]
    (by_log,) = filter(log.is_named_by, signed.note.signatures)
    (by_witness,) = filter(witness.is_named_by, signed.note.signatures)
    assert len(signed.note.signatures) == 6
    assert (log.kind, witness.kind) == (ED25519, COSIGNATURE)
    assert log.verifies(signed.note.text, by_log)
    assert witness.verifies(signed.note.text, by_witness)
    assert cosigned_at(by_witness) == vector["at_seconds"]
    later = by_witness._replace(body=(vector["at_seconds"] + 1).to_bytes(8, "big") + by_witness.body[8:])
    assert not witness.verifies(signed.note.text, later)


def test_our_signature_is_the_one_that_others_make() -> None:
    signer = NoteSigner("PeterNeumann", decoded(_GO["peter_seed"]))

    assert signer.verifier.text == _GO["peter_key"]
    assert signer.sign(_GO["text"]).line == _GO["peter_line"]


def test_every_other_spelling_of_a_key_is_refused() -> None:
    key: str = _GO["peter_key"]
    cut = {key[first:last] for first in range(len(key)) for last in range(first + 1, len(key) + 1)} - {key}
    bent = {key[:place] + chr(ord(key[place]) + 1) + key[place + 1 :] for place in range(len(key))}

    for text in cut | bent | {_GO["wrong_length_key"], key.replace("c74f20a3", "C74F20A3"), f"{key}+"}:
        with pytest.raises(ProofRefused):
            VerifierKey.parse(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PeterNeumann", "proofs.key_malformed"),
        ("PeterNeumann+c74f20a3+", "proofs.key_malformed"),
        ("PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "proofs.key_malformed"),
        ("PeterNeumann+c74f20a3+ARpc", "proofs.key_malformed"),
        ("PeterNeumann+c74f20a3+ARpc*", "proofs.encoding_malformed"),
        ("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "proofs.key_name_malformed"),
        ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "proofs.key_name_malformed"),
        ("PeterNeumann+00000000+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "proofs.key_hint_wrong"),
    ],
)
def test_what_is_wrong_with_a_key_is_named(text: str, code: str) -> None:
    with pytest.raises(ProofRefused) as no:
        VerifierKey.parse(text)

    assert no.value.code == code


def test_a_key_of_a_type_to_come_can_be_read_and_not_be_used() -> None:
    unknown = VerifierKey.parse(_GO["unknown_type_key"])
    to_come = VerifierKey.made("witness.example.cn", ML_DSA_44, bytes(1312))

    assert VerifierKey.parse(to_come.text) == to_come
    for key in (unknown, to_come):
        with pytest.raises(KeyTypeUnusable) as no:
            key.verifies("text\n", Signature(key.name, key.key_id, bytes(64)))
        assert no.value.facts["found"] == f"type 0x{key.kind:02x}"
    with pytest.raises(KeyTypeUnusable):
        NoteSigner("log", bytes(32), ML_DSA_44)


_BAD_NOTES: Final = {
    "not UTF-8": (b"\xff\n" + _LINE.encode(), "proofs.not_text"),
    "a control character": (f"{ORIGIN}\n3\n{_ROOT}\n\t\n\n{_LINE}", "proofs.not_text"),
    "a carriage return": (f"{ORIGIN}\r\n3\r\n{_ROOT}\r\n\r\n{_LINE}", "proofs.not_text"),
    "more than anyone writes": ("a" * 1_100_000 + f"\n\n{_LINE}", "proofs.not_text"),
    "no last newline": (f"{ORIGIN}\n3\n{_ROOT}\n\n{_LINE}"[:-1], "proofs.newline_missing"),
    "nothing at all": ("", "proofs.newline_missing"),
    "no signature": (f"{ORIGIN}\n3\n{_ROOT}\n", "proofs.signature_line_missing"),
    "no signature behind the empty line": (f"{ORIGIN}\n3\n{_ROOT}\n\n", "proofs.signature_line_missing"),
    "no empty line": (f"{ORIGIN}\n3\n{_ROOT}\n{_LINE}", "proofs.signature_line_missing"),
    "something between signatures": (
        f"{ORIGIN}\n3\n{_ROOT}\n\n{_LINE}note\n{_LINE}",
        "proofs.signature_line_malformed",
    ),
    "a hyphen instead of a dash": (f"{ORIGIN}\n3\n{_ROOT}\n\n- log AAAAAQEB\n", "proofs.signature_line_malformed"),
    "two spaces": (f"{ORIGIN}\n3\n{_ROOT}\n\n— log  AAAAAQEB\n", "proofs.signature_line_malformed"),
    "a name of two words": (f"{ORIGIN}\n3\n{_ROOT}\n\n— my log AAAAAQEB\n", "proofs.signature_line_malformed"),
    "a signature without key": (f"{ORIGIN}\n3\n{_ROOT}\n\n— AAAAAQEB\n", "proofs.signature_line_malformed"),
    "a key id and nothing behind": (f"{ORIGIN}\n3\n{_ROOT}\n\n— log AAAAAQ==\n", "proofs.signature_line_malformed"),
    "a name with a plus": (f"{ORIGIN}\n3\n{_ROOT}\n\n— l+g AAAAAQEB\n", "proofs.key_name_malformed"),
    "a name with a wide space": (f"{ORIGIN}\n3\n{_ROOT}\n\n— l\u3000g AAAAAQEB\n", "proofs.key_name_malformed"),
    "an empty name": (f"{ORIGIN}\n3\n{_ROOT}\n\n—  AAAAAQEB\n", "proofs.key_name_malformed"),
    "a signature that is not Base 64": (f"{ORIGIN}\n3\n{_ROOT}\n\n— log AAAA*QEB\n", "proofs.encoding_malformed"),
    "a signature of the web's alphabet": (f"{ORIGIN}\n3\n{_ROOT}\n\n— log AAAA-_EB\n", "proofs.encoding_malformed"),
    "unused bits that are not zero": (f"{ORIGIN}\n3\n{_ROOT}\n\n— log AAAAAQEBAR==\n", "proofs.encoding_malformed"),
    "more signatures than needed": (f"{ORIGIN}\n3\n{_ROOT}\n\n{_LINE * 65}", "proofs.too_many_signatures"),
    "no origin": (f"\n3\n{_ROOT}\n\n{_LINE}", "proofs.origin_missing"),
    "no size": (f"{ORIGIN}\n\n{_LINE}", "proofs.size_missing"),
    "an empty size": (f"{ORIGIN}\n\n{_ROOT}\n\n{_LINE}", "proofs.size_missing"),
    "a negative size": (f"{ORIGIN}\n-3\n{_ROOT}\n\n{_LINE}", "proofs.size_malformed"),
    "a size with a sign": (f"{ORIGIN}\n+3\n{_ROOT}\n\n{_LINE}", "proofs.size_malformed"),
    "a size with a leading zero": (f"{ORIGIN}\n03\n{_ROOT}\n\n{_LINE}", "proofs.size_malformed"),
    "a size in hexadecimal": (f"{ORIGIN}\n0x3\n{_ROOT}\n\n{_LINE}", "proofs.size_malformed"),
    "a size in other digits": (f"{ORIGIN}\n３\n{_ROOT}\n\n{_LINE}", "proofs.size_malformed"),  # noqa: RUF001 - the case
    "a size with a space": (f"{ORIGIN}\n3 \n{_ROOT}\n\n{_LINE}", "proofs.size_malformed"),
    "a size beyond 64 bits": (f"{ORIGIN}\n{10**19}\n{_ROOT}\n\n{_LINE}", "proofs.size_malformed"),
    "no root": (f"{ORIGIN}\n3\n\n{_LINE}", "proofs.root_missing"),
    "a root that is not Base 64": (f"{ORIGIN}\n3\nroot\u00e9\n\n{_LINE}", "proofs.encoding_malformed"),
    "a root without padding": (f"{ORIGIN}\n3\n{_ROOT[:-1]}\n\n{_LINE}", "proofs.encoding_malformed"),
    "a root of 31 bytes": (f"{ORIGIN}\n3\n{encoded(bytes(31))}\n\n{_LINE}", "proofs.encoding_malformed"),
    "an extension line": (f"{ORIGIN}\n3\n{_ROOT}\nmore\n\n{_LINE}", "proofs.extension_found"),
}


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(("data", "code"), _BAD_NOTES.values(), ids=_BAD_NOTES.keys())
def test_what_is_wrong_with_a_checkpoint_is_named(data: bytes | str, code: str) -> None:
    with pytest.raises(ProofRefused) as no:
        parse_checkpoint(data)

    assert no.value.code == code


def test_the_text_of_a_note_may_hold_empty_lines() -> None:
    assert parse_note(f"one\n\ntwo\n\n{_LINE}") == Note("one\n\ntwo\n", (Signature("log", b"\0\0\0\1", b"\1\1"),))


@pytest.mark.proves("LED-5")
def test_what_we_sign_is_read_back_and_cosigned() -> None:
    signer, witness = make_signer(), make_witness("regulator")
    signed = sign_checkpoint(_CHECKPOINT, signer)
    cosigned = with_signatures(signed, [witness.cosign(_CHECKPOINT.text, at_seconds=5)])

    read = parse_checkpoint(cosigned)

    assert read.checkpoint == _CHECKPOINT
    assert cosigned.startswith(signed)
    assert signer.verifier.verifies(read.note.text, read.note.signatures[0])
    assert witness.verifier.verifies(read.note.text, read.note.signatures[1])
    assert not witness.verifier.verifies(read.note.text, read.note.signatures[0])
    assert not signer.verifier.verifies(read.note.text, read.note.signatures[1])
    assert with_signatures(cosigned, read.note.signatures) == cosigned


@pytest.mark.proves("LED-5")
@given(st.integers(min_value=0))
def test_no_altered_bit_of_a_signed_checkpoint_verifies(place: int) -> None:
    signer = make_signer()
    data = bytearray(sign_checkpoint(_CHECKPOINT, signer).encode())
    bit = place % (8 * len(data))
    data[bit // 8] ^= 1 << bit % 8

    try:
        read = parse_checkpoint(bytes(data))
    except ProofRefused:
        return

    assert not any(
        signer.verifier.verifies(read.note.text, one)
        for one in read.note.signatures
        if signer.verifier.is_named_by(one)
    )


def test_a_witness_cannot_sign_as_a_log_nor_a_log_as_a_witness() -> None:
    with pytest.raises(KeyTypeUnusable):
        make_witness("regulator").sign(_CHECKPOINT.text)
    with pytest.raises(KeyTypeUnusable):
        make_signer().cosign(_CHECKPOINT.text, at_seconds=5)


def test_only_whole_lines_are_signed() -> None:
    with pytest.raises(NewlineMissing):
        make_signer().sign("a line without an end")


def test_a_cosignature_beyond_the_end_of_time_does_not_verify() -> None:
    witness = make_witness("regulator")
    signature = witness.cosign(_CHECKPOINT.text, at_seconds=2**63)

    assert not witness.verifier.verifies(_CHECKPOINT.text, signature)
    assert not witness.verifier.verifies(_CHECKPOINT.text, signature._replace(body=signature.body[:-1]))
