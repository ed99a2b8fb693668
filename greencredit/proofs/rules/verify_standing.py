"""Checks off line that an issuer was filed and active when an event was posted: the log's own entries say it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from greencredit.kernel.clock import civil_date, instant
from greencredit.proofs import errors
from greencredit.proofs.rules.note import parse_checkpoint
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.receipt import hashes_decoded, parse_standing
from greencredit.proofs.rules.records import parse_batch, parse_entry, place_in
from greencredit.proofs.rules.steps import Walk, told
from greencredit.proofs.rules.verify import require_in_log, require_signed, trusted_after

Fact = Mapping[str, Any]
"""What a log entry says."""

_ACTIVE: Final = "active"
_ACCEPTED: Final = frozenset({"accepted", "effective", "superseded"})

_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "issuer": frozenset({"at", "state", "change"}),
    "filing": frozenset({"at", "state", "version", "number", "digest", "effective_on"}),
}
"""What an entry of each kind must say."""

NOTHING_LATER_IS_SHOWN: Final = "none is left out between them; a change after the last one shows in the whole log only"


@told
def verify_standing(walk: Walk, data: bytes, policy: Policy) -> None:
    """Check the file step by step: signed, in the log, without a gap, active, filed – each at the batch's own time."""
    with walk.step("form") as found:
        standing = parse_standing(data)
        signed = parse_checkpoint(standing.checkpoint)
        found.append(f"{standing.format}, issuer {standing.issuer}, {len(standing.entries)} entries")
    require_signed(walk, signed, trusted_after(walk, standing.keys, policy))
    with walk.step("entry_in_log") as found:
        entry = standing.batch.entry.encode()
        require_in_log(entry, standing.batch.index, hashes_decoded(standing.batch.path), signed.checkpoint)
        found.append(f"entry {standing.batch.index} of {signed.checkpoint.size}")
    with walk.step("batch_record") as found:
        record = parse_batch(entry)
        place_in(record, standing.event)
        found.append(f"event {standing.event} in batch {record.batch}, posted {instant(record.at).isoformat()}")
    with walk.step("standing_in_log") as found:
        for one in standing.entries:
            require_in_log(one.entry.encode(), one.index, hashes_decoded(one.path), signed.checkpoint)
        facts = [_about(standing.issuer, one.entry.encode()) for one in standing.entries]
        changes = [fact for kind, fact in facts if kind == "issuer"]
        filings = [fact for kind, fact in facts if kind == "filing"]
        found.append(f"{len(changes)} changes of standing, {len(filings)} of filings")
    with walk.step("standing_unbroken") as found:
        require_unbroken(changes)
        found += [f"1 to {len(changes)}", NOTHING_LATER_IS_SHOWN]
    with walk.step("active_then") as found:
        found.append(active_at(changes, record.at))
    with walk.step("filed_then") as found:
        found.append(filed_at(filings, record.at))


def require_unbroken(changes: Sequence[Fact]) -> None:
    """Refuse changes of standing that are not numbered on from 1, go back in time, or do not follow from each other."""
    if not changes:
        raise errors.StandingBroken(found="no change of standing", wanted="all of them, from 1 on")
    before: Fact | None = None
    for number, fact in enumerate(changes, start=1):
        if fact.get("change") != number:
            raise errors.StandingBroken(found=f"change {fact.get('change')}", wanted=f"change {number}")
        state = None if before is None else before["state"]
        if fact.get("from") != state:
            raise errors.StandingBroken(
                found=f"change {number} from {fact.get('from')}", wanted=f"from {state}", change=number
            )
        if before is not None and fact["at"] < before["at"]:
            raise errors.StandingBroken(found=f"change {number} before the one it follows", wanted="rising times")
        before = fact


def active_at(changes: Sequence[Fact], at_micros: int) -> str:
    """Say since when the issuer was active at an instant, or refuse: what was said at that very instant counts."""
    then = [fact for fact in changes if fact["at"] <= at_micros]
    if not then or then[-1]["state"] != _ACTIVE:
        state = then[-1]["state"] if then else "not registered"
        raise errors.NotActiveThen(found=f"{state} at {instant(at_micros).isoformat()}", wanted=_ACTIVE)
    return f"active since {instant(then[-1]['at']).isoformat()}"


def filed_at(filings: Sequence[Fact], at_micros: int) -> str:
    """Say which filing was in force at an instant, or refuse; the day of effect decides, as for awards."""
    today = civil_date(instant(at_micros))
    then = [
        fact
        for fact in filings
        if fact["at"] <= at_micros
        and fact.get("state") in _ACCEPTED
        and date.fromisoformat(str(fact["effective_on"])) <= today
    ]
    if not then:
        raise errors.NotFiledThen(found=f"no filing in force on {today}", wanted="an accepted filing")
    last = max(then, key=lambda fact: (fact["effective_on"], fact["version"]))
    return f"{last['number']}, version {last['version']}, digest {last['digest']}"


def _about(issuer: str, entry: bytes) -> tuple[str, Fact]:
    kind, fact = parse_entry(entry)
    needed = {"issuer", "state", "at"} | (
        {"version", "number", "digest", "effective_on"} if kind == "filing" else set()
    )
    if kind not in {"issuer", "filing"} or fact.get("issuer") != issuer or not needed <= fact.keys():
        raise errors.AboutAnother(
            found=f"an entry of the kind {kind} about {fact.get('issuer')}", wanted=f"issuer or filing of {issuer}"
        )
    return kind, fact
