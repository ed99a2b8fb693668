"""Statements and pairs of checkpoints: what is true holds, and the step that fails is the one that was bent."""

import json
from typing import Any, Final

import pytest

from greencredit.proofs.rules.base64_text import encoded
from greencredit.proofs.rules.note import Checkpoint, sign_checkpoint
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.receipt import consistency_text, file_text
from greencredit.proofs.rules.steps import failed_step
from greencredit.proofs.rules.verify import PRESENCE_NOT_COMPLETENESS, verify_checkpoint_pair, verify_statement
from greencredit.schemas.proofs import Step
from tests.factories.paper_log import (
    ALLOT,
    EFFECTS,
    HOLD,
    REDEEM,
    PaperLog,
    failing,
    holding,
    make_row,
    make_signer,
    make_witness,
)

_BATCHES: Final = 7
_SIZE: Final = 5


def _log() -> PaperLog:
    log = PaperLog(witnesses=[make_witness("regulator"), make_witness("university")])
    log.post_many(_BATCHES, _SIZE)
    return log


_LOG: Final = _log()
_POLICY: Final = _LOG.policy("both")


def _living() -> PaperLog:
    """Give a log in which holder 7 earns, redeems, holds, and is given something by holder 9."""
    log = PaperLog()
    log.post([make_row(1), make_row(2, holder=8), make_row(3, amount=5, series=4)])
    log.post([make_row(4, kind=REDEEM, amount=4, party=55), make_row(5, kind=HOLD, amount=2)])
    log.post([make_row(6, holder=8)])
    log.post([make_row(7, kind=ALLOT, party=9, amount=30), make_row(8, holder=8)])
    return log


_LIVING: Final = _living()


def _statement(**fields: object) -> bytes:
    statement = _LIVING.statement(7, opening={"3": 1}, closing={"3": 37, "4": 5})
    return json.dumps(statement.model_dump(mode="json") | fields).encode()


@pytest.mark.proves("LED-5")
def test_a_statement_holds_and_says_what_it_does_not_show() -> None:
    steps = verify_statement(_statement(), _LIVING.policy(), EFFECTS)

    assert holding(steps) == [
        "form",
        "checkpoint_signature",
        "witnesses",
        "batches_in_log",
        "events_in_batches",
        "totals",
    ]
    assert steps[4].found == f"5 events; {PRESENCE_NOT_COMPLETENESS}"
    assert steps[5].found == "series 3: 37; series 4: 5"


def test_who_gives_an_allotment_has_so_much_less() -> None:
    statement = _LIVING.statement(9, opening={"3": 100}, closing={"3": 70})

    assert failed_step(verify_statement(file_text(statement).encode(), _LIVING.policy(), EFFECTS)) is None


def _parts(name: str, **fields: object) -> dict[str, Any]:
    statement = json.loads(_statement())
    parts = statement[name]
    parts[1] |= fields
    return {name: parts}


def _event_of_another() -> dict[str, Any]:
    theirs = json.loads(file_text(_LIVING.statement(8, opening={}, closing={})))
    return {"batches": theirs["batches"], "events": theirs["events"]}


_EVENTS: Final = json.loads(_statement())["events"]
_BAD_STATEMENTS: Final[dict[str, tuple[dict[str, Any], tuple[str, str]]]] = {
    "closing too high": ({"closing": {"3": 38, "4": 5}}, ("totals", "proofs.totals_differ")),
    "a series left out": ({"closing": {"3": 37}}, ("totals", "proofs.totals_differ")),
    "a series invented": ({"closing": {"3": 37, "4": 5, "5": 1}}, ("totals", "proofs.totals_differ")),
    "another opening": ({"opening": {}}, ("totals", "proofs.totals_differ")),
    "an event left out, totals kept": ({"events": _EVENTS[1:]}, ("totals", "proofs.totals_differ")),
    "an event twice": (
        {"events": [_EVENTS[0], *_EVENTS]},
        ("events_in_batches", "proofs.events_out_of_order"),
    ),
    "events in another order": (
        {"events": _EVENTS[::-1]},
        ("events_in_batches", "proofs.events_out_of_order"),
    ),
    "another's events": (_event_of_another(), ("totals", "proofs.holder_differs")),
    "another holder": ({"holder": 6}, ("totals", "proofs.holder_differs")),
    "an altered row": (
        _parts("events", row=encoded(make_row(3, amount=6, series=4).pack())),
        ("events_in_batches", "proofs.row_altered"),
    ),
    "a batch of another place": (_parts("batches", index=2), ("batches_in_log", "proofs.root_differs")),
    "a batch that is not there": (_parts("events", batch=9), ("events_in_batches", "proofs.malformed")),
    "a negative batch": (_parts("events", batch=-1), ("form", "proofs.malformed")),
    "a fraction": ({"closing": {"3": 37.5}}, ("form", "proofs.not_canonical")),
    "a negative total": ({"opening": {"3": -1}}, ("form", "proofs.malformed")),
    "a total beyond 64 bits": ({"opening": {"3": 2**63}}, ("form", "proofs.malformed")),
    "a total of no series": (
        {"opening": {"3": 1, "gold": 5}, "closing": {"3": 37, "4": 5, "gold": 5}},
        ("form", "proofs.malformed"),
    ),
    "a total as text": ({"closing": {"3": "37"}}, ("form", "proofs.malformed")),
}


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(("fields", "wanted"), _BAD_STATEMENTS.values(), ids=_BAD_STATEMENTS.keys())
def test_a_bent_statement_fails_at_the_step_that_was_bent(fields: dict[str, Any], wanted: tuple[str, str]) -> None:
    assert failing(verify_statement(_statement(**fields), _LIVING.policy(), EFFECTS)) == wanted


def test_an_event_of_a_kind_that_the_verifier_does_not_know_is_not_guessed_at() -> None:
    steps = verify_statement(_statement(), _LIVING.policy(), {1: (1, 0)})

    assert failing(steps) == ("totals", "proofs.kind_unknown")
    assert (steps[-1].found, steps[-1].wanted) == ("kind 9 of event 4", "one of [1]")


def _pair(old: int, new: int, *, proof: bytes | None = None, log: PaperLog = _LOG) -> list[Step]:
    return verify_checkpoint_pair(_LOG.checkpoint(old).encode(), log.checkpoint(new).encode(), proof, _POLICY)


def _between(old: int, new: int) -> bytes:
    return consistency_text(_LOG.consistency(old, new)).encode()


@pytest.mark.proves("LED-5")
def test_two_checkpoints_of_one_log_are_consistent() -> None:
    steps = _pair(3, 7, proof=_between(3, 7))

    assert holding(steps) == ["form", "older_signature", "newer_signature", "same_log", "consistency", "witnesses"]
    assert steps[4].found == "4 entries were added, none was changed"
    assert failed_step(_pair(7, 7)) is None
    assert failed_step(_pair(0, 7)) is None


def _rewritten() -> PaperLog:
    """Give a log of the same keys whose third batch is another one."""
    log = PaperLog(witnesses=_LOG.witnesses)
    log.post_many(2, _SIZE)
    log.post([make_row(11, amount=999)])
    log.post_many(4, _SIZE)
    return log


@pytest.mark.proves("LED-5")
def test_one_size_with_two_roots_is_a_fork_even_where_no_witness_signed() -> None:
    rewritten = _rewritten()
    alone = PaperLog(entries=rewritten.entries)

    for log in (rewritten, alone):
        steps = _pair(7, 7, log=log)
        assert failing(steps) == ("consistency", "proofs.forked")


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(
    ("old", "new", "proof", "wanted"),
    [
        (3, 7, None, ("consistency", "proofs.consistency_missing")),
        (3, 7, b"", ("consistency", "proofs.path_wrong")),
        (3, 7, _between(4, 7), ("consistency", "proofs.path_wrong")),
        (3, 7, _between(3, 7)[45:] + _between(3, 7)[:45], ("consistency", "proofs.root_differs")),
        (7, 7, _between(3, 7), ("consistency", "proofs.path_wrong")),
        (7, 3, _between(3, 7), ("consistency", "proofs.order_wrong")),
        (3, 7, _between(3, 7)[:-1], ("form", "proofs.malformed")),
        (3, 7, b"\xff\n", ("form", "proofs.malformed")),
        (3, 7, b"hash\n", ("form", "proofs.encoding_malformed")),
    ],
)
def test_a_pair_that_is_not_shown_consistentfailing(
    old: int, new: int, proof: bytes | None, wanted: tuple[str, str]
) -> None:
    assert failing(_pair(old, new, proof=proof)) == wanted


@pytest.mark.proves("LED-5")
def test_a_log_that_was_rewritten_is_not_consistent_with_what_it_was() -> None:
    rewritten = _rewritten()
    proof = consistency_text(rewritten.consistency(4, 7)).encode()

    assert failing(_pair(4, 7, proof=proof, log=rewritten)) == ("consistency", "proofs.root_differs")


def test_checkpoints_of_two_logs_are_not_compared() -> None:
    other = make_signer("elsewhere.example.cn", seed="elsewhere")
    text = sign_checkpoint(Checkpoint(other.verifier.name, 7, bytes(32)), other)
    policy = Policy.parse(f"log {_LOG.signer.verifier.text}\nlog {other.verifier.text}\nquorum none\n".encode())

    steps = verify_checkpoint_pair(_LOG.checkpoint(3).encode(), text.encode(), None, policy)

    assert failing(steps) == ("same_log", "proofs.logs_differ")
