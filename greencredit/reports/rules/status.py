"""The signed list of reports that no longer stand: a short signed note, and below it one line for each of them.

The note (c2sp.org/signed-note) names the time, the number of lines and their SHA-256; so the list may be as long as it
must, and a copy of it on a stick says how old it is.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from greencredit.kernel.clock import instant, micros
from greencredit.proofs.errors import Malformed
from greencredit.proofs.rules.note import Note, Signer, VerifierKey, parse_note
from greencredit.reports.errors import StatusListWrong
from greencredit.schemas.reports.proven import ReportStanding, ReportStatus, WithdrawalReason

FORMAT: Final = "greencredit-report-status/v1"
LARGEST_BYTES: Final = 200_000_000
_LARGEST_NOTE_BYTES: Final = 10_000
_SECOND: Final = 1_000_000
_NOTE: Final = re.compile(
    r"(\S+)\n" + re.escape(FORMAT) + r"\ntime (\d{1,12})\ncount (\d{1,9})\nsha256 ([0-9a-f]{64})\n"
)
_LINE: Final = re.compile(r"(GC-[0-9A-Z-]{21}) (superseded|revoked) (\d{1,12}) ([a-z_]{1,40})( GC-[0-9A-Z-]{21})?")


class StatusList(NamedTuple):
    """A list that was signed: when, how many, and its lines."""

    at: datetime
    lines: int
    body: str

    def standing_of(self, number: str) -> ReportStanding:
        """Say what the list says about a report; one that is not on it stands."""
        start = self.body.find(f"{number} ")
        if start < 0:
            return ReportStanding(number=number, status=ReportStatus.VALID)
        line = _LINE.fullmatch(self.body[start : self.body.find("\n", start)])
        if line is None:
            raise Malformed(found="a line of the list that cannot be read", wanted="number, status, time, reason")
        return ReportStanding(
            number=number,
            status=ReportStatus(line[2]),
            since=instant(int(line[3]) * _SECOND),
            reason=WithdrawalReason(line[4]),
            successor=line[5] and line[5].strip(),
        )


def status_file(standings: Iterable[ReportStanding], signer: Signer, *, at: datetime) -> str:
    """Write the list and sign it."""
    lines = sorted(_line(one) for one in standings)
    body = "".join(lines)
    digest = sha256(body.encode()).hexdigest()
    name = signer.verifier.name
    text = f"{name}\n{FORMAT}\ntime {micros(at) // _SECOND}\ncount {len(lines)}\nsha256 {digest}\n"
    return Note(text, (signer.sign(text),)).signed + "\n" + body


def read_status(data: bytes, key: VerifierKey) -> StatusList:
    """Read a list and check that this key signed it, whole."""
    note_end = data.find(b"\n\n", data.find(b"\n\n") + 2) + 1
    if len(data) > LARGEST_BYTES or not 0 < note_end < _LARGEST_NOTE_BYTES:
        raise Malformed(found=f"{len(data)} bytes", wanted="a signed note and the list below it")
    note = parse_note(data[:note_end])
    told = _NOTE.fullmatch(note.text)
    body = data[note_end + 1 :]
    if told is None:
        raise Malformed(found="another text", wanted=FORMAT)
    if not any(key.is_named_by(one) and key.verifies(note.text, one) for one in note.signatures):
        raise StatusListWrong(found=f"a list of {told[1]}, not signed by its key", wanted=f"a signature of {key.text}")
    if told[4] != sha256(body).hexdigest() or int(told[3]) != body.count(b"\n"):
        raise StatusListWrong(found="other lines than were signed", wanted=f"{told[3]} lines of SHA-256 {told[4]}")
    return StatusList(instant(int(told[2]) * _SECOND), int(told[3]), body.decode("ascii", "strict"))


def _line(one: ReportStanding) -> str:
    assert one.since is not None, "what was withdrawn was withdrawn at a time"
    assert one.reason is not None, "and for a reason"
    more = f" {one.successor}" if one.successor else ""
    return f"{one.number} {one.status.value} {micros(one.since) // _SECOND} {one.reason.value}{more}\n"
