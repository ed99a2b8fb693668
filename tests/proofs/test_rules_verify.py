"""Receipts, statements and pairs of checkpoints: what is true holds, and the step that fails is the right one."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.proofs.rules.base64_text import decoded, encoded
from greencredit.proofs.rules.note import Checkpoint, sign_checkpoint
from greencredit.proofs.rules.receipt import LogProof, file_text
from greencredit.proofs.rules.steps import TITLES, failed_step
from greencredit.proofs.rules.verify import (
    verify_receipt,
)
from greencredit.schemas.proofs import EventRow
from tests.factories.paper_log import (
    ORIGIN,
    PaperLog,
    failing,
    holding,
    make_signer,
    make_witness,
)

_BATCHES: Final = 7
_SIZE: Final = 5
_EVENT: Final = 18


def _log() -> PaperLog:
    log = PaperLog(witnesses=[make_witness("regulator"), make_witness("university")])
    log.post_many(_BATCHES, _SIZE)
    return log


_LOG: Final = _log()
_POLICY: Final = _LOG.policy("both")
_RECEIPT: Final = file_text(_LOG.receipt(_EVENT)).encode()


@pytest.mark.proves("LED-5")
def test_a_receipt_holds_step_by_step() -> None:
    steps = verify_receipt(_RECEIPT, _POLICY)

    assert holding(steps) == [
        "form",
        "checkpoint_signature",
        "witnesses",
        "entry_in_log",
        "batch_record",
        "event_in_batch",
    ]
    assert [step.found for step in steps[3:]] == [
        "entry 3 of 7",
        "batch 4, events 16 to 20",
        "event 18: kind 1, series 3, 10 credits",
    ]
    assert steps[2].found == "size 7: w0 (2026-09-21T14:13:20Z), w1 (2026-09-21T14:13:20Z); quorum both"
    assert {step.name for step in steps} <= TITLES.keys()


@pytest.mark.proves("LED-5")
def test_every_event_of_every_log_has_a_receipt_thatholding() -> None:
    for batches, size in ((1, 1), (2, 1), (1, 300), (5, 3)):
        log = PaperLog()
        log.post_many(batches, size)
        for event_id in range(1, batches * size + 1):
            assert failed_step(verify_receipt(file_text(log.receipt(event_id)).encode(), log.policy())) is None


def _receipt_with(**fields: object) -> bytes:
    return json.dumps(json.loads(_RECEIPT) | fields).encode()


def _row_with(**fields: Any) -> str:  # noqa: ANN401 - any field of a row
    row = EventRow.unpack(decoded(json.loads(_RECEIPT)["row"]))
    return encoded(row._replace(**fields).pack())


def _entry_with(**fields: object) -> str:
    record = json.loads(json.loads(_RECEIPT)["entry"]) | fields
    return json.dumps(record, sort_keys=True, separators=(",", ":"))


def _proof_with(change: Callable[[LogProof], LogProof]) -> str:
    return change(LogProof.parse(json.loads(_RECEIPT)["proof"])).text


def _resigned(proof: LogProof, *, seed: str = "log", origin: str = ORIGIN) -> LogProof:
    return proof._replace(checkpoint=sign_checkpoint(Checkpoint(origin, 7, b"\1" * 32), make_signer(seed=seed)))


_PATH: Final = json.loads(_RECEIPT)["path"]
_ALTERED: Final[dict[str, tuple[bytes, tuple[str, str]]]] = {
    "more credits": (_receipt_with(row=_row_with(amount=11)), ("event_in_batch", "proofs.row_altered")),
    "another holder": (_receipt_with(row=_row_with(holder=8)), ("event_in_batch", "proofs.row_altered")),
    "another event of the batch": (_receipt_with(row=_row_with(id=19)), ("event_in_batch", "proofs.row_altered")),
    "an event of another batch": (_receipt_with(row=_row_with(id=21)), ("event_in_batch", "proofs.not_in_batch")),
    "another salt": (_receipt_with(salt=encoded(bytes(16))), ("event_in_batch", "proofs.row_altered")),
    "a short salt": (_receipt_with(salt=encoded(bytes(15))), ("form", "proofs.encoding_malformed")),
    "a short row": (_receipt_with(row=encoded(bytes(95))), ("form", "proofs.encoding_malformed")),
    "a path cut short": (_receipt_with(path=_PATH[:-1]), ("event_in_batch", "proofs.path_wrong")),
    "a path too long": (_receipt_with(path=[*_PATH, _PATH[0]]), ("event_in_batch", "proofs.path_wrong")),
    "a path of another hash": (
        _receipt_with(path=[encoded(bytes(32)), *_PATH[1:]]),
        ("event_in_batch", "proofs.row_altered"),
    ),
    "an endless path": (_receipt_with(path=_PATH * 30), ("form", "proofs.malformed")),
    "another batch record": (_receipt_with(entry=_entry_with(at=5)), ("entry_in_log", "proofs.root_differs")),
    "another place in the log": (
        _receipt_with(proof=_proof_with(lambda proof: proof._replace(at=2))),
        ("entry_in_log", "proofs.root_differs"),
    ),
    "a place outside the log": (
        _receipt_with(proof=_proof_with(lambda proof: proof._replace(at=7))),
        ("entry_in_log", "proofs.outside_the_tree"),
    ),
    "a log path cut short": (
        _receipt_with(proof=_proof_with(lambda proof: proof._replace(path=proof.path[1:]))),
        ("entry_in_log", "proofs.path_wrong"),
    ),
    "another root, signed by a stranger": (
        _receipt_with(proof=_proof_with(lambda proof: _resigned(proof, seed="thief"))),
        ("checkpoint_signature", "proofs.log_signature_missing"),
    ),
    "another root, signed by the log without witnesses": (
        _receipt_with(proof=_proof_with(_resigned)),
        ("witnesses", "proofs.quorum_missing"),
    ),
    "another log": (
        _receipt_with(proof=_proof_with(lambda proof: _resigned(proof, origin="elsewhere.example.cn"))),
        ("checkpoint_signature", "proofs.log_unknown"),
    ),
    "another root under the old signature": (
        _RECEIPT.replace(
            LogProof.parse(json.loads(_RECEIPT)["proof"]).checkpoint.split("\n")[2].encode(), b"A" * 43 + b"="
        ),
        ("checkpoint_signature", "proofs.signature_wrong"),
    ),
    "no root at all": (
        _receipt_with(proof=_proof_with(lambda proof: proof._replace(checkpoint=f"{ORIGIN}\n7\n\n— a AAAAAQEB\n"))),
        ("form", "proofs.root_missing"),
    ),
    "a field too many": (_receipt_with(note="more"), ("form", "proofs.malformed")),
    "a field of another type": (_receipt_with(path="none"), ("form", "proofs.malformed")),
    "another format": (_receipt_with(format="greencredit-receipt/v2"), ("form", "proofs.malformed")),
    "a name that stands twice": (_RECEIPT.replace(b"{", b'{"salt": "",', 1), ("form", "proofs.not_canonical")),
    "a file cut off": (_RECEIPT[:-20], ("form", "proofs.not_canonical")),
    "nothing": (b"", ("form", "proofs.not_canonical")),
}


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(("data", "wanted"), _ALTERED.values(), ids=_ALTERED.keys())
def test_an_altered_receipt_fails_at_the_step_that_was_altered(data: bytes, wanted: tuple[str, str]) -> None:
    assert failing(verify_receipt(data, _POLICY)) == wanted


@pytest.mark.proves("LED-5")
def test_a_batch_record_that_is_in_the_log_and_not_canonical_is_no_batch_record() -> None:
    log = PaperLog()
    log.post_many(1, 2)
    receipt = log.receipt(1)
    for bent, code in (
        (receipt.entry.replace(",", ", ", 1), "proofs.not_canonical"),
        (receipt.entry.replace('"count":2', '"count":3'), "proofs.malformed"),
        (receipt.entry.replace('"v":1', '"v":2'), "proofs.malformed"),
        (receipt.entry.replace('"v":1', '"v":true'), "proofs.malformed"),
        (receipt.entry.replace('"first":1', '"first":true'), "proofs.malformed"),
        (receipt.entry.replace('"first":1', '"first":"1"'), "proofs.malformed"),
        (receipt.entry.replace('"kind":"batch"', '"kind":"other"'), "proofs.malformed"),
        (receipt.entry.replace('{"1":"20"}', '{"1":"020"}'), "proofs.sums_malformed"),
        (receipt.entry.replace('{"1":"20"}', '{"1":"-20"}'), "proofs.sums_malformed"),
        (receipt.entry.replace('{"3":', '{"three":'), "proofs.sums_malformed"),
    ):
        assert bent != receipt.entry
        log.entries[0] = bent.encode()
        assert failing(verify_receipt(file_text(log.receipt(1)).encode(), log.policy())) == ("batch_record", code)


@pytest.mark.proves("LED-5")
@given(st.integers(min_value=0))
def test_no_bit_of_a_receipt_can_be_altered(place: int) -> None:
    data = bytearray(_RECEIPT)
    bit = place % (8 * len(data))
    data[bit // 8] ^= 1 << bit % 8

    assert failed_step(verify_receipt(bytes(data), _POLICY)) is not None


_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.from_regex(r"[A-Za-z0-9+/]{0,60}={0,2}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@pytest.mark.proves("LED-5")
@given(st.sampled_from(["salt", "row", "path", "entry", "proof", "keys", "format"]), _JSON)
def test_whatever_is_put_into_a_receipt_is_answered_and_not_believed(field: str, value: object) -> None:
    steps = verify_receipt(json.dumps(json.loads(_RECEIPT) | {field: value}).encode(), _POLICY)

    if value not in ([], ()) or field == "path":
        assert failed_step(steps) is not None


@given(st.binary() | st.text().map(str.encode) | st.binary().map(b"c2sp.org/tlog-proof@v1\n".__add__))
def test_whatever_is_called_a_receipt_is_answered(data: bytes) -> None:
    assert failing(verify_receipt(data, _POLICY))[0] == "form"


@pytest.mark.parametrize("text", ['"\\ud800"', '"\\u0000"', "1e999", "[" * 5_000, "1" * 5_000, "true"])
@pytest.mark.parametrize("field", ["salt", "entry", "proof", "keys"])
def test_json_that_trips_others_up_is_answered(field: str, text: str) -> None:
    receipt = json.loads(_RECEIPT)
    data = json.dumps(receipt | {field: "HERE"}).replace('"HERE"', text).encode()

    assert failed_step(verify_receipt(data, _POLICY)) is not None


@pytest.mark.proves("LED-5")
def test_a_log_entry_brings_its_own_proof_along() -> None:
    data = _LOG.proof_of(6).text.encode()

    steps = verify_receipt(data, _POLICY)

    assert holding(steps) == ["form", "checkpoint_signature", "witnesses", "entry_in_log"]
    assert steps[-1].found == "entry 6 of 7, kind batch"
    assert LogProof.parse(data.decode()) == _LOG.proof_of(6)
    other = _LOG.proof_of(6)._replace(extra=_LOG.entries[5]).text.encode()
    assert failing(verify_receipt(other, _POLICY)) == ("entry_in_log", "proofs.root_differs")
    bare = _LOG.proof_of(6)._replace(extra=None).text.encode()
    assert failing(verify_receipt(bare, _POLICY)) == ("form", "proofs.malformed")


@pytest.mark.proves("LED-5")
@given(st.integers(min_value=0))
def test_no_bit_of_a_log_proof_can_be_altered(place: int) -> None:
    data = bytearray(_LOG.proof_of(2).text.encode())
    bit = place % (8 * len(data))
    data[bit // 8] ^= 1 << bit % 8

    assert failed_step(verify_receipt(bytes(data), _POLICY)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "c2sp.org/tlog-proof@v2\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n",
        "c2sp.org/tlog-proof@v1\n\n",
        "c2sp.org/tlog-proof@v1\nextra AA==\n\n",
        "c2sp.org/tlog-proof@v1\nindex -5\n\n",
        "c2sp.org/tlog-proof@v1\nindex 05\n\n",
        "c2sp.org/tlog-proof@v1\nindex five\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\n",
        "c2sp.org/tlog-proof@v1\nextra !!\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n!!\n\n",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{encoded(bytes(64))}\n\n",
    ],
)
def test_a_log_proof_that_can_be_misread_is_refused(text: str) -> None:
    name, _ = failing(verify_receipt(f"{text}{_LOG.checkpoint()}".encode(), _POLICY))

    assert name == "form"


@pytest.mark.proves("LED-5")
def test_a_receipt_brings_the_changes_of_the_key_along() -> None:
    log = PaperLog()
    first = log.policy()
    log.post_many(2, 2)
    keys = [log.change_key("second")]
    log.post_many(2, 2)
    keys.append(log.change_key("third"))
    log.post_many(1, 2)

    steps = verify_receipt(file_text(log.receipt(3, keys=keys)).encode(), first)
    assert holding(steps)[:3] == ["form", "key_changes", "checkpoint_signature"]

    without = verify_receipt(file_text(log.receipt(3)).encode(), first)
    assert failing(without) == ("checkpoint_signature", "proofs.log_signature_missing")
    gap = verify_receipt(file_text(log.receipt(3, keys=keys[1:])).encode(), first)
    assert failing(gap) == ("key_changes", "proofs.key_change_refused")
    thief = PaperLog(signer=make_signer(seed="thief"))
    forged = [thief.change_key("third")]
    assert failing(verify_receipt(file_text(log.receipt(3, keys=forged)).encode(), first)) == (
        "key_changes",
        "proofs.key_change_refused",
    )
