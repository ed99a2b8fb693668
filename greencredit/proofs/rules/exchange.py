"""What log and witness say to each other: the request of c2sp.org/tlog-witness, as a message or as a file."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from greencredit.proofs.errors import ProofRefused, RequestUnreadable
from greencredit.proofs.rules.base64_text import encoded, hash_decoded
from greencredit.proofs.rules.note import SignedCheckpoint, parse_checkpoint

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")
_PROOF_LINES_MAX: Final = 63
_BYTES_MAX: Final = 1 << 20


class AddCheckpoint(NamedTuple):
    """A log asks for a cosignature: the size it was cosigned at, the proof from there, and its new checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    signed: SignedCheckpoint


def parse_add_checkpoint(body: bytes) -> AddCheckpoint:
    """Read the request; refuses every other spelling. Nothing in it is believed yet."""
    head, gap, note = body[:_BYTES_MAX].partition(b"\n\n")
    if not gap or len(body) > _BYTES_MAX:
        raise RequestUnreadable(found=f"{len(body)} bytes", wanted="old size, proof, an empty line, a checkpoint")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise RequestUnreadable(found="other characters than ASCII before the checkpoint", wanted="none") from error
    old = _OLD.fullmatch(first)
    if old is None:
        raise RequestUnreadable(found=repr(first[:40]), wanted="`old` and a size without leading zeros")
    if len(lines) > _PROOF_LINES_MAX:
        raise RequestUnreadable(found=f"{len(lines)} proof lines", wanted=f"at most {_PROOF_LINES_MAX}")
    try:
        return AddCheckpoint(int(old[1]), tuple(hash_decoded(line) for line in lines), parse_checkpoint(note))
    except ProofRefused as refusal:
        raise RequestUnreadable(
            found=refusal.facts["found"], wanted=refusal.facts["wanted"], reason=refusal.code
        ) from refusal


def add_checkpoint_body(old: int, proof: Sequence[bytes], note: str) -> str:
    """Write the request."""
    return "\n".join([f"old {old}", *map(encoded, proof), "", note])


def origin_of(public_url: str) -> str:
    """Name the log after the address that it is served under."""
    return f"{_place(public_url)}/log"


def witness_name_of(public_url: str) -> str:
    """Name this installation's witness after the address that it is served under."""
    return f"{_place(public_url)}/witness"


def _place(public_url: str) -> str:
    parts = urlsplit(public_url)
    return f"{parts.netloc}{parts.path.rstrip('/')}"
