"""The manifest of a batch (签发清单): canonical JSON lines of numbers and digests that name nobody, and a check."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from greencredit.proofs.errors import ProofRefused
from greencredit.proofs.rules.canonical import canonical, parse_canonical
from greencredit.proofs.rules.note import parse_checkpoint
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.receipt import LogProof
from greencredit.proofs.rules.records import parse_entry
from greencredit.proofs.rules.steps import Walk, told
from greencredit.proofs.rules.verify import require_in_log, require_signed
from greencredit.reports.errors import ManifestDiffers, ManifestMalformed, NotInManifest
from greencredit.schemas.reports.batches import Batch

FORMAT: Final = "greencredit.manifest/1"
MANIFEST_ENTRY: Final = "manifest"
"""The kind of log entry that tells a manifest's digest."""

_NAMES: Final = frozenset({"number", "media_type", "facts_sha256", "file_sha256", "size_bytes"})


def manifest_head(batch: Batch) -> bytes:
    """Write the first line: what the batch was, and how many lines follow."""
    return _line(
        {
            "format": FORMAT,
            "batch": batch.batch_id,
            "edition": batch.edition,
            "kind": batch.kind,
            "lang": batch.lang,
            "since": batch.period.since.isoformat(),
            "until": batch.period.until.isoformat(),
            "reports": batch.done,
            "refused": batch.dead,
        }
    )


def manifest_line(report: Mapping[str, Any]) -> bytes:
    """Write the line of one report."""
    return _line(report)


def _line(value: Mapping[str, Any]) -> bytes:
    return canonical(dict(value)) + b"\n"


@told
def verify_manifest(
    walk: Walk, lines: Iterable[bytes], proof: bytes, policy: Policy, files: Mapping[str, str] | None = None
) -> None:
    """Check a manifest against its log entry, line by line, and that files (name → digest) are on it."""
    hashed = sha256()
    wanted = dict(files or {})
    with walk.step("manifest_lines") as found:
        head, count = _read(lines, hashed, wanted)
        found += [f"{head['kind']} {head['since']} – {head['until']}", f"{count} reports", f"{head['refused']} refused"]
    with walk.step("form") as found:
        shown = LogProof.parse(_text(proof))
        signed = parse_checkpoint(shown.checkpoint)
        entry = shown.extra or b""
        kind, fact = parse_entry(entry)
        found.append(f"a log entry of kind {kind}")
    require_signed(walk, signed, policy)
    with walk.step("entry_in_log") as found:
        require_in_log(entry, shown.at, shown.path, signed.checkpoint)
        found.append(f"entry {shown.at} of {signed.checkpoint.size}")
    with walk.step("manifest_logged") as found:
        digest = hashed.hexdigest()
        if (kind, fact.get("digest")) != (MANIFEST_ENTRY, digest):
            raise ManifestDiffers(found=f"{kind} {fact.get('digest')}", wanted=f"{MANIFEST_ENTRY} {digest}")
        found.append(digest)
    if files:
        with walk.step("manifest_files") as found:
            if wanted:
                name, digest = next(iter(wanted.items()))
                raise NotInManifest(found=f"{name} with digest {digest}", wanted="a line of the manifest")
            found.append(f"{len(files)} files are on it")


def _read(lines: Iterable[bytes], hashed: Any, wanted: dict[str, str]) -> tuple[dict[str, Any], int]:  # noqa: ANN401 - hashlib names no type
    """Read the lines one after the other; whatever was looked for and found is taken out of `wanted`."""
    head: dict[str, Any] | None = None
    count, before = 0, ""
    for line in lines:
        hashed.update(line)
        if not line.endswith(b"\n"):
            raise ManifestMalformed(found=f"a last line without its end, after {count} reports", wanted="whole lines")
        value = parse_canonical(line[:-1])
        if head is None:
            head = _head(value)
            continue
        if not isinstance(value, dict) or set(value) != _NAMES or not str(value["number"]) > before:
            raise ManifestMalformed(found=f"line {count + 2}", wanted="a report with a greater number than the last")
        before, count = str(value["number"]), count + 1
        for name in [name for name, digest in wanted.items() if digest == value["file_sha256"]]:
            del wanted[name]
    if head is None or head["reports"] != count:
        raise ManifestMalformed(found=f"{count} reports", wanted=f"{head and head['reports']} as the first line says")
    return head, count


def _head(value: object) -> dict[str, Any]:
    names = {"format", "batch", "edition", "kind", "lang", "since", "until", "reports", "refused"}
    if not isinstance(value, dict) or set(value) != names or value["format"] != FORMAT:
        raise ManifestMalformed(found="another first line", wanted=FORMAT)
    return value


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ProofRefused(found="bytes that are no text", wanted="a .tlog-proof") from None
