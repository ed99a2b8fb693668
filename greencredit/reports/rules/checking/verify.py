"""Checks a report off line, step by step: from the shape of the file to whether it was withdrawn."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from greencredit.kernel.clock import instant
from greencredit.proofs.errors import Malformed
from greencredit.proofs.rules.note import parse_checkpoint
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.steps import Walk, told
from greencredit.proofs.rules.verify import require_signed, trusted_after
from greencredit.reports.errors import ChangedAfterSigning, FilesMissing, StatusListTooOld, Withdrawn
from greencredit.reports.rules.checking import log
from greencredit.reports.rules.checking.facts import require_digest, require_printed, require_sums, require_table
from greencredit.reports.rules.checking.opened import opened
from greencredit.reports.rules.figures import digest_of
from greencredit.reports.rules.receipt import FILE_NAME, Announced, parse_report_receipt
from greencredit.reports.rules.signature.chain import UNREADABLE
from greencredit.reports.rules.signature.cms import Signed, require_signature
from greencredit.reports.rules.signature.revision import Revision, revision_of
from greencredit.reports.rules.signature.stamp import require_stamp, roots_in
from greencredit.reports.rules.signature.unrevoked import require_unrevoked
from greencredit.reports.rules.status import read_status
from greencredit.schemas.reports.proven import ReportStatus
from greencredit.schemas.values import Words

FACTS: Final = "report.json"
_TABLE: Final = ".csv"

LEFT_OUT: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "checkpoint_signature": Words(
            zh="未给出策略，没有核对这本日志、也就没有核对签发人是否可信",
            en="no policy was given: whether this log, and so this signer, is to be trusted was not asked",
        ),
        "time_stamp": Words(
            zh="未给出根证书，没有核对时间戳机构是否可信、证书是否已吊销",
            en="no roots were given: whether the authority of the time stamp is to be trusted was not asked",
        ),
        "issuers_then": Words(
            zh="报告没有列出单个发行主体的积分，没有核对发行主体当时的状态",
            en="it tells of no single issuer's credits: how issuers stood then was not asked",
        ),
        "revocation": Words(
            zh="未给出已撤销清单，没有核对之后是否已撤销",
            en="no status list was given: whether it was withdrawn since was not asked",
        ),
    }
)
"""Step → why it may be left out."""

_TRIPPED: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    *UNREADABLE,
)
"""What reading may stumble over in a file that somebody made for that."""


@told
def verify_report(
    walk: Walk,
    data: bytes,
    policy: Policy | None,
    status: bytes | None,
    now: datetime | None,
    stamp_roots: bytes | None = None,
) -> None:
    """Check a report and name each step; without policy, status list or roots, say what was left out.

    `now` is only asked for the age of the status list, `stamp_roots` only where the signature bears a time stamp.
    """
    with _step(walk, "file_shape") as found:
        revision = revision_of(data)
        found.append(f"{len(data)} bytes, of which {revision.unsigned_bytes} were there before it was signed")
    with _step(walk, "signature") as found:
        signed = require_signature(revision.cms, revision.digest)
        found += [f"ECDSA P-256, {_level(revision, signed)}", f"certificate {signed.fingerprint}"]
    with _step(walk, "attached_files") as found:
        report = opened(data)
        facts_file, receipt_file = _file(report.files, FACTS), _file(report.files, FILE_NAME)
        table_name = next((name for name in report.files if name.endswith(_TABLE)), "a table")
        table = _file(report.files, table_name)
        found.append(", ".join(report.files))
    with _step(walk, "facts_digest") as found:
        lang, read = require_digest(facts_file, number=report.number, facts_sha256=report.facts_sha256)
        found += [report.number, report.facts_sha256]
    with _step(walk, "facts_add_up") as found:
        facts = require_sums(facts_file, lang, read)
        found.append(f"{facts.kind}, {facts.record.period.since} to {facts.record.period.last_day}")
    with _step(walk, "table") as found:
        found.append(require_table(table_name, table, facts))
    with _step(walk, "printed") as found:
        found.extend(require_printed(report.words, report.number, report.facts_sha256, facts))
    wanted = Announced(report.number, facts.kind, lang, report.facts_sha256, digest_of(table))
    with _step(walk, "report_in_log") as found:
        receipt = parse_report_receipt(receipt_file)
        noted = parse_checkpoint(receipt.checkpoint)
        announced = log.require_announced(receipt, wanted, noted.checkpoint)
        found.append(f"entry {receipt.batch.index} of {noted.checkpoint.size}, {noted.checkpoint.origin}")
    if policy is None:
        walk.leave_out("checkpoint_signature", LEFT_OUT["checkpoint_signature"])
    else:
        require_signed(walk, noted, trusted_after(walk, receipt.keys, policy))
    with _step(walk, "certificate") as found:
        seal = log.require_certificate(receipt, signed, announced, noted.checkpoint)
        at = log.require_time(revision.signed_at, announced)
        found.append(f"named in entry {receipt.seal.index}; {at:%Y-%m-%dT%H:%M:%SZ}")
    _stamp(walk, revision, signed, stamp_roots)
    if facts.issuer_ids:
        with _step(walk, "issuers_then") as found:
            found.extend(log.require_issuers(receipt, facts, announced, noted.checkpoint))
    else:
        walk.leave_out("issuers_then", LEFT_OUT["issuers_then"])
    if status is None:
        walk.leave_out("revocation", LEFT_OUT["revocation"])
        return
    with _step(walk, "revocation") as found:
        found.extend(_not_withdrawn(status, report.number, seal, announced, now))


@contextmanager
def _step(walk: Walk, name: str) -> Iterator[list[str]]:
    """Take one step; what nobody thought of stops it, too: a report that trips its reader does not hold."""
    with walk.step(name) as found:
        try:
            yield found
        except _TRIPPED as fault:
            tripped = f"something that cannot be read ({type(fault).__name__})"
            raise Malformed(found=tripped, wanted="a report as it is written here") from fault


def _level(revision: Revision, signed: Signed) -> str:
    """Name the level of PAdES; refuses material for long after where no stamp says when that begins."""
    if revision.material is None:
        return "B-B" if signed.token is None else "B-T"
    if signed.token is None:
        raise ChangedAfterSigning(found="material behind a signature without a time stamp", wanted="both or neither")
    return "B-LT"


def _stamp(walk: Walk, revision: Revision, signed: Signed, roots: bytes | None) -> None:
    """Take the step of a time stamp where there is one; a signature without one says so by its level, B-B."""
    if signed.token is None:
        return
    if roots is None:
        walk.leave_out("time_stamp", LEFT_OUT["time_stamp"])
        return
    with _step(walk, "time_stamp") as found:
        trusted = roots_in(roots)
        at = require_stamp(signed.token, signed.signature, trusted)
        found.append(f"{at:%Y-%m-%dT%H:%M:%SZ}")
        if revision.material is not None:
            found.append(require_unrevoked(signed, revision.material, at, trusted))


def _not_withdrawn(
    status: bytes, number: str, seal: log.Entry, announced: log.Entry, now: datetime | None
) -> list[str]:
    listed = read_status(status, log.status_key(seal))
    if listed.at < instant(announced["at"] // 1_000_000 * 1_000_000):
        raise StatusListTooOld(found=f"a list of {listed.at.isoformat()}", wanted="one made after the report")
    standing = listed.standing_of(number)
    if standing.status is not ReportStatus.VALID:
        assert standing.reason is not None, "whatever is on the list has a reason"
        more = f", see {standing.successor}" if standing.successor else ""
        raise Withdrawn(
            found=f"{standing.status.value} {standing.since:%Y-%m-%dT%H:%M:%SZ}, {standing.reason.value}{more}",
            wanted="a report that still stands",
        )
    age = "" if now is None else f", {_age(now - listed.at)} old"
    return [f"not among {listed.lines} withdrawn ones", f"list of {listed.at:%Y-%m-%dT%H:%M:%SZ}{age}"]


def _age(found: timedelta) -> str:
    hours = max(0, int(found.total_seconds()) // 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"  # noqa: PLR2004 - two days


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise FilesMissing(found=f"no {name}", wanted=f"{FACTS}, a table and {FILE_NAME}")
    return files[name]
