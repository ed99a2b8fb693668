"""A whole log: laid out as tiles it holds; whatever byte is altered, the check finds it and names what it is in."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greencredit.proofs.rules.canonical import canonical
from greencredit.proofs.rules.note import Checkpoint, parse_checkpoint, sign_checkpoint
from greencredit.proofs.rules.policy import Policy, key_change_entry
from greencredit.proofs.rules.records import batch_entry
from greencredit.proofs.rules.steps import TITLES, failed_step
from greencredit.proofs.rules.tiles import tile_hashes
from greencredit.proofs.rules.verify_log import verify_log
from greencredit.schemas.proofs import Step
from tests.factories.paper_log import EFFECTS, REDEEM, PaperLog, failing, make_row, make_signer, make_witness

_OTHER_ENTRY: Final = canonical({"v": 1, "kind": "filing", "digest": "示例"})


def _log(batches: int = 600) -> PaperLog:
    log = PaperLog(witnesses=[make_witness("regulator")])
    log.entries.append(_OTHER_ENTRY)
    log.post_many(batches)
    return log


_LOG: Final = _log()
_POLICY: Final = _LOG.policy("both")
_FILES: Final = _LOG.files()


def _check(files: dict[str, bytes], policy: Policy = _POLICY) -> list[Step]:
    return verify_log(files.get, policy, EFFECTS)


@pytest.mark.proves("LED-5")
def test_a_whole_log_holds_step_by_step() -> None:
    seen: list[int] = []

    steps = verify_log(_FILES.get, _POLICY, EFFECTS, seen.append)

    assert [(step.name, step.ok) for step in steps] == [
        ("form", True),
        ("checkpoint_signature", True),
        ("entries", True),
        ("root", True),
        ("batches", True),
        ("sums", True),
        ("key_changes", True),
        ("witnesses", True),
    ]
    assert {step.name for step in steps} <= TITLES.keys()
    assert [step.found for step in steps[4:6]] == [
        "600 batches without a gap, events 1 to 600",
        "1 series; series 3: 6000 outstanding",
    ]
    assert seen == [256, 256, 89]
    assert sorted(_FILES) == [
        "checkpoint",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/89",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/89",
    ]


@pytest.mark.parametrize("batches", [0, 1, 254, 255, 256, 511])
def test_logs_of_every_shape_hold(batches: int) -> None:
    log = _log(batches)

    assert failed_step(_check(log.files(), log.policy("both"))) is None


def test_an_empty_log_holds() -> None:
    log = PaperLog()

    steps = _check(log.files(), log.policy())

    assert sorted(log.files()) == ["checkpoint"]
    assert failed_step(steps) is None
    assert steps[4].found == "no batches yet"


def test_a_log_that_the_policy_does_not_know_is_not_even_read() -> None:
    elsewhere = make_signer("elsewhere.example.cn").verifier.text
    policy = Policy.parse(f"log {elsewhere}\nquorum none\n".encode())
    seen: list[int] = []

    steps = verify_log(_FILES.get, policy, EFFECTS, seen.append)

    assert failing(steps) == ("checkpoint_signature", "proofs.log_unknown")
    assert seen == []


@pytest.mark.slow
def test_a_log_of_three_levels_holds_and_its_uppermost_tile_is_looked_at() -> None:
    log = PaperLog(entries=[b'{"kind":"example","n":%d}' % number for number in range(65_536 + 300)])
    files = log.files()

    assert failed_step(_check(files, log.policy())) is None
    for path in ("tile/2/000.p/1", "tile/1/000", "tile/1/001.p/1"):
        bent = bytearray(files[path])
        bent[-1] ^= 1
        steps = _check(files | {path: bytes(bent)}, log.policy())
        assert failing(steps) == ("entries", "proofs.tile_altered")
        assert path in steps[-1].found


@pytest.mark.proves("LED-5")
@settings(max_examples=60)
@given(st.sampled_from(sorted(_FILES)), st.integers(min_value=0))
def test_no_bit_of_any_file_can_be_altered(path: str, place: int) -> None:
    data = bytearray(_FILES[path])
    bit = place % (8 * len(data))
    data[bit // 8] ^= 1 << bit % 8

    assert failed_step(_check(_FILES | {path: bytes(data)})) is not None


def _bent(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


_DRILLS: Final[dict[str, tuple[str, Callable[[bytes], bytes], tuple[str, str], str]]] = {
    "a letter of an entry": (
        "tile/entries/001",
        lambda data: data.replace(b'"batch":300', b'"batch":301'),
        ("entries", "proofs.entry_altered"),
        "entry 300 hashes to",
    ),
    "a letter of an entry in the last bundle": (
        "tile/entries/002.p/89",
        lambda data: data.replace(b'"batch":599', b'"batch":598'),
        ("entries", "proofs.entry_altered"),
        "entry 599 hashes to",
    ),
    "an entry's length": (
        "tile/entries/000",
        lambda data: _bent(data, 0),
        ("entries", "proofs.entry_altered"),
        "in tile/entries/000",
    ),
    "an entry cut off": (
        "tile/entries/002.p/89",
        lambda data: data[:-1],
        ("entries", "proofs.entry_altered"),
        "a bundle cut off after 88 entries in tile/entries/002.p/89",
    ),
    "an entry too many": (
        "tile/entries/002.p/89",
        lambda data: data + b"\0\1x",
        ("entries", "proofs.entry_altered"),
        "90 entries in tile/entries/002.p/89",
    ),
    "a hash of a full tile": (
        "tile/0/001",
        lambda data: _bent(data, 32 * 7),
        ("entries", "proofs.tile_altered"),
        "as hash 7 of tile/0/001",
    ),
    "a hash of the last tile": (
        "tile/0/002.p/89",
        lambda data: _bent(data, 32 * 88),
        ("entries", "proofs.tile_altered"),
        "as hash 88 of tile/0/002.p/89",
    ),
    "a hash of an upper tile": (
        "tile/1/000.p/2",
        lambda data: _bent(data, 40),
        ("entries", "proofs.tile_altered"),
        "as hash 1 of tile/1/000.p/2",
    ),
    "a tile cut off": (
        "tile/0/000",
        lambda data: data[:-1],
        ("entries", "proofs.tile_altered"),
        "8191 bytes in tile/0/000",
    ),
    "the root in the checkpoint": (
        "checkpoint",
        lambda data: data.replace(data.split(b"\n")[2], b"A" * 43 + b"="),
        ("checkpoint_signature", "proofs.signature_wrong"),
        "a signature under credits.example.cn/log/2026",
    ),
    "the size in the checkpoint": (
        "checkpoint",
        lambda data: data.replace(b"\n601\n", b"\n600\n"),
        ("checkpoint_signature", "proofs.signature_wrong"),
        "a signature under credits.example.cn/log/2026",
    ),
    "the log's signature line": (
        "checkpoint",
        lambda data: data.replace("— credits".encode(), "— gredits".encode()),
        ("key_changes", "proofs.log_signature_missing"),
        "no signature of a trusted key at size 601",
    ),
}


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(("path", "change", "wanted", "found"), _DRILLS.values(), ids=_DRILLS.keys())
def test_what_was_altered_is_named(
    path: str, change: Callable[[bytes], bytes], wanted: tuple[str, str], found: str
) -> None:
    changed = change(_FILES[path])
    assert changed != _FILES[path]

    steps = _check(_FILES | {path: changed})

    assert failing(steps) == wanted
    assert found in steps[-1].found


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize("path", sorted(_FILES))
def test_a_file_that_is_missing_is_named(path: str) -> None:
    steps = _check({name: data for name, data in _FILES.items() if name != path})

    assert failed_step(steps) == steps[-1]
    assert steps[-1].code == "proofs.tile_missing"
    assert steps[-1].found == f"no file {path.partition('.p/')[0]}"


def test_a_full_tile_stands_in_for_the_partial_one_of_an_older_checkpoint() -> None:
    grown = _log(700)
    files = grown.files() | {"checkpoint": grown.checkpoint(601).encode()}

    assert "tile/0/002.p/89" not in files
    assert failed_step(_check(files, grown.policy("both"))) is not None  # partial at 601 and at 701: none is full
    full = _log(800).files() | {
        "checkpoint": _log(800).checkpoint(601).encode(),
        "tile/1/000.p/2": _FILES["tile/1/000.p/2"],
    }
    assert "tile/0/002" in full
    assert failed_step(_check(full)) is None


@pytest.mark.proves("LED-5")
def test_an_operator_who_rewrites_an_entry_and_every_tile_still_has_another_root() -> None:
    rewritten = PaperLog(witnesses=_LOG.witnesses, entries=list(_LOG.entries))
    rewritten.entries[300] = rewritten.entries[300].replace(b'"10"', b'"90"')
    files = rewritten.files() | {"checkpoint": _FILES["checkpoint"]}

    assert failing(_check(files)) == ("root", "proofs.root_differs")


def _signed_by_the_log(entries: list[bytes]) -> tuple[str, str, str]:
    """Check a log whose own key signed these entries; give step, code and what was found."""
    log = PaperLog(entries=entries)
    steps = _check(log.files(), log.policy())
    return *failing(steps), steps[-1].found


def _record(batch: int, first: int, *, kind: str = "1") -> bytes:
    sums = {"3": {kind: "11"}}
    return batch_entry(batch=batch, first=first, count=2, at_micros=1, root=bytes(32), sums=sums)


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        ([_record(2, 1)], ("batches", "proofs.batch_gap", "batch 2 from event 1 on, in entry 0")),
        ([_record(1, 2)], ("batches", "proofs.batch_gap", "batch 1 from event 2 on, in entry 0")),
        ([_record(1, 1), _record(3, 3)], ("batches", "proofs.batch_gap", "batch 3 from event 3 on, in entry 1")),
        ([_record(1, 1), _record(2, 4)], ("batches", "proofs.batch_gap", "batch 2 from event 4 on, in entry 1")),
        ([_record(1, 1), _record(2, 2)], ("batches", "proofs.batch_gap", "batch 2 from event 2 on, in entry 1")),
        ([_record(1, 1), _record(1, 1)], ("batches", "proofs.batch_gap", "batch 1 from event 1 on, in entry 1")),
        (
            [_record(1, 1).replace(b'"count":2', b'"count":3')],
            ("batches", "proofs.malformed", "3 events from 1 to 2"),
        ),
        ([b"{}"], ("batches", "proofs.malformed", "an entry without a kind")),
        ([b"plain"], ("batches", "proofs.not_canonical", "5 bytes that are not JSON")),
        ([_record(1, 1, kind="9")], ("sums", "proofs.series_overdrawn", "series 3: -11")),
        ([_record(1, 1, kind="77")], ("sums", "proofs.kind_unknown", "kind 77 in series 3")),
    ],
)
def test_a_log_that_signs_nonsense_is_found_out(entries: list[bytes], wanted: tuple[str, str, str]) -> None:
    assert _signed_by_the_log(entries) == wanted


@pytest.mark.proves("LED-5")
def test_what_each_series_still_owes_follows_from_the_log_alone() -> None:
    log = PaperLog()
    log.post([make_row(1), make_row(2, series=12, amount=2**60)])
    log.post([make_row(3, kind=REDEEM, amount=4), make_row(4, series=12, amount=2**60)])

    steps = _check(log.files(), log.policy())

    assert steps[5].found == f"2 series; series 3: 6 outstanding; series 12: {2**61} outstanding"


@pytest.mark.proves("LED-5")
def test_keys_change_within_the_log_and_the_first_key_is_enough_to_trust() -> None:
    log = PaperLog()
    first = log.policy()
    log.post_many(3)
    log.change_key("second")
    log.post_many(2)
    log.change_key("third")
    log.post_many(1)

    steps = _check(log.files(), first)

    assert failed_step(steps) is None
    assert [step.name for step in steps] == ["form", "entries", "root", "batches", "sums", "key_changes", "witnesses"]
    assert steps[5].found == f"2 changes; signed by {log.signer.verifier.text}"
    assert failed_step(_check(log.files(), log.policy())) is None


@pytest.mark.proves("LED-5")
def test_a_key_that_was_given_up_signs_no_larger_log() -> None:
    log = PaperLog()
    log.post_many(3)
    old = log.signer
    log.change_key("second")
    log.post_many(2)
    size = len(log.entries)
    checkpoint = Checkpoint(old.verifier.name, size, parse_checkpoint(log.checkpoint()).checkpoint.root)
    files = log.files() | {"checkpoint": sign_checkpoint(checkpoint, old).encode()}

    steps = _check(files, Policy.parse(f"log {old.verifier.text}\nquorum none\n".encode()))

    assert failing(steps) == ("key_changes", "proofs.log_signature_missing")
    hint = f"{old.verifier.name}+{old.verifier.key_id.hex()}"
    assert steps[-1].found == f"{hint} for sizes from 0 below 4 at size 6"


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize("since", [0, 1])
def test_a_change_of_keys_cannot_reach_back(since: int) -> None:
    old, new = make_signer(), make_signer(seed="second")
    entries = [_record(1, 1), key_change_entry(old, new, since=since, at_micros=1)]

    found = _signed_by_the_log(entries)

    assert found == ("key_changes", "proofs.key_change_refused", f"entry 1 changes the key from size {since} on")


@pytest.mark.proves("LED-5")
def test_the_key_in_force_is_the_one_that_the_chain_of_changes_ends_in() -> None:
    log, thief, other = make_signer(), make_signer(seed="thief"), make_signer(seed="other")
    foreign = key_change_entry(thief, other, since=2, at_micros=1)
    broken = key_change_entry(log, other, since=90, at_micros=1)

    beside = _signed_by_the_log([_record(1, 1), foreign])
    torn = _signed_by_the_log([_record(1, 1), broken, foreign.replace(b'"since":2', b'"since":3')])
    split = _signed_by_the_log([_record(1, 1), broken, key_change_entry(thief, other, since=91, at_micros=1)])

    refused = ("key_changes", "proofs.key_change_refused")
    assert beside == (*refused, f"signed by {log.verifier.text}")
    assert torn[:2] == refused
    assert split == (*refused, f"entry 2 changes from {thief.verifier.text}")


def test_a_change_that_is_announced_ahead_leaves_the_old_key_in_force() -> None:
    log = PaperLog()
    log.post_many(2)
    old = log.signer
    log.change_key("second", ahead=10)
    ahead = PaperLog(signer=old, entries=log.entries)

    assert failed_step(_check(ahead.files(), ahead.policy())) is None
    assert failing(_check(log.files(), ahead.policy())) == ("key_changes", "proofs.log_signature_missing")


def test_constant_memory_means_one_tile_for_each_level(tmp_path: Path) -> None:
    """Files are asked for one at a time, each once but for the tile above a full one."""
    for path, data in _FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    asked: list[str] = []

    def read(path: str) -> bytes | None:
        asked.append(path)
        file = tmp_path / path
        return file.read_bytes() if file.is_file() else None

    assert failed_step(verify_log(read, _POLICY, EFFECTS)) is None
    assert sorted(asked) == sorted(_FILES)
    assert len(tile_hashes(_FILES["tile/0/000"])) == 256
