"""What the log says about a report: that it was announced, who signs, and how its issuers stood."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from greencredit.kernel.clock import instant, start_of
from greencredit.proofs.errors import Malformed, ProofRefused
from greencredit.proofs.rules.base64_text import hash_decoded
from greencredit.proofs.rules.note import Checkpoint, VerifierKey
from greencredit.proofs.rules.receipt import hashes_decoded
from greencredit.proofs.rules.records import parse_entry
from greencredit.proofs.rules.tree import leaf_hash, root_from_inclusion
from greencredit.proofs.rules.verify import require_in_log
from greencredit.proofs.rules.verify_standing import active_at, filed_at, require_unbroken
from greencredit.reports.errors import AnotherReport, CertificateUnknown, IssuerNotActive, SignedAtAnotherTime
from greencredit.reports.rules.checking.facts import Facts
from greencredit.reports.rules.receipt import Announced, announced_in
from greencredit.reports.rules.signature.cms import Signed
from greencredit.schemas.proofs import StatementBatch
from greencredit.schemas.reports.proven import ReportReceipt

Entry = Mapping[str, Any]

_SECOND_MICROS = 1_000_000


def require_announced(receipt: ReportReceipt, wanted: Announced, checkpoint: Checkpoint) -> Entry:
    """Give the log entry that a report was announced in; refuses a receipt that does not lead from it to the log."""
    told = announced_in(receipt)
    if told != wanted:
        name = next(name for name, one, other in zip(told._fields, told, wanted, strict=True) if one != other)
        raise AnotherReport(found=f"{name} {getattr(told, name)}", wanted=str(getattr(wanted, name)))
    entry = entry_of(receipt.batch, "reports", frozenset({"root", "count"}), checkpoint)
    root = root_from_inclusion(leaf_hash(wanted.leaf), receipt.place, receipt.count, hashes_decoded(receipt.path))
    if entry["count"] != receipt.count or root != hash_decoded(str(entry["root"])):
        raise AnotherReport(found=f"place {receipt.place} of {receipt.count} leads to {root.hex()}", wanted="its batch")
    return entry


def require_certificate(receipt: ReportReceipt, signed: Signed, announced: Entry, checkpoint: Checkpoint) -> Entry:
    """Give the log entry that names the signer's certificate; refuses one that is not in force when it signed."""
    seal = entry_of(
        receipt.seal, "seal", frozenset({"certificate", "status_key", "valid_from", "valid_until"}), checkpoint
    )
    if seal["certificate"] != signed.fingerprint:
        raise CertificateUnknown(found=f"certificate {signed.fingerprint}", wanted=str(seal["certificate"]))
    if seal["at"] > announced["at"]:
        raise CertificateUnknown(found="a certificate named after the report", wanted="one named before")
    at, certificate = instant(announced["at"]), signed.certificate
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise CertificateUnknown(
            found=f"a certificate valid {certificate.not_valid_before_utc:%F} to {certificate.not_valid_after_utc:%F}",
            wanted=f"one valid on {at:%F}",
        )
    return seal


def require_time(signed_at: str, announced: Entry) -> datetime:
    """Give the time of a report; refuses a signature that gives another one than the log."""
    at = instant(announced["at"] // _SECOND_MICROS * _SECOND_MICROS)
    if signed_at != f"{at:%Y%m%d%H%M%S}":
        raise SignedAtAnotherTime(found=signed_at, wanted=f"{at:%Y%m%d%H%M%S}")
    return at


def status_key(seal: Entry) -> VerifierKey:
    """Give the key that signs the list of withdrawn reports."""
    return VerifierKey.parse(str(seal["status_key"]))


def require_issuers(receipt: ReportReceipt, facts: Facts, announced: Entry, checkpoint: Checkpoint) -> list[str]:
    """Refuse unless each issuer was active and filed at some time that the report covers; tells how it stands since."""
    entries = [_about(one, checkpoint) for one in receipt.issuers]
    since, until = int(start_of(facts.first_day).timestamp()) * _SECOND_MICROS, announced["at"]
    told = []
    for issuer_id in facts.issuer_ids:
        changes = [fact for kind, fact in entries if kind == "issuer" and fact.get("issuer") == issuer_id]
        filings = [fact for kind, fact in entries if kind == "filing" and fact.get("issuer") == issuer_id]
        require_unbroken(changes)
        moments = sorted({since, until, *(fact["at"] for fact in (*changes, *filings) if since <= fact["at"] <= until)})
        held = next(filter(None, (_held(changes, filings, at) for at in moments)), None)
        if held is None:
            raise IssuerNotActive(
                found=f"{issuer_id} never active and filed from {facts.first_day} on", wanted="a time at which it was"
            )
        told.append(f"{issuer_id} {held}; {changes[-1]['state']} when the report was announced")
    return told


def entry_of(shown: StatementBatch, kind: str, needed: frozenset[str], checkpoint: Checkpoint) -> Entry:
    """Give a log entry of this kind; refuses one that is not in the log at its place."""
    data = shown.entry.encode()
    require_in_log(data, shown.index, hashes_decoded(shown.path), checkpoint)
    found, value = parse_entry(data)
    if found != kind or not needed | {"at"} <= value.keys() or not isinstance(value["at"], int):
        raise Malformed(found=f"an entry of the kind {found}", wanted=f"{kind} with {', '.join(sorted(needed))}")
    return value


def _about(shown: StatementBatch, checkpoint: Checkpoint) -> tuple[str, Entry]:
    data = shown.entry.encode()
    require_in_log(data, shown.index, hashes_decoded(shown.path), checkpoint)
    kind, value = parse_entry(data)
    needed = {"issuer": {"at", "state", "change"}, "filing": {"at", "state", "version", "digest", "effective_on"}}
    if not needed.get(kind, {""}) <= value.keys():
        raise Malformed(found=f"an entry of the kind {kind}", wanted="a change of standing or a filing")
    return kind, value


def _held(changes: Sequence[Entry], filings: Sequence[Entry], at_micros: int) -> str | None:
    try:
        return f"{active_at(changes, at_micros)}, filing {filed_at(filings, at_micros)}"
    except ProofRefused:
        return None
