"""The part of a PDF that a signature adds: written after the last byte of the unsigned file, read with suspicion.

The unsigned file stays what it was, byte for byte, in front of it. Reading needs no PDF library and unfolds nothing:
where the signature lies follows from the last bytes of the file, and everything outside it must be signed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from greencredit.reports.errors import ChangedAfterSigning, EncryptedFile, FileTooLarge, NotAReport, NotSigned
from greencredit.reports.rules.signature.der import first_of
from greencredit.reports.rules.signature.material import END, TAIL_BYTES, Material, material_behind

LARGEST_BYTES: Final = 20_000_000
"""No report is larger; what is larger is not even read."""

MAGIC: Final = b"%PDF-1.7\n"
_RANGE: Final = re.compile(rb"/ByteRange \[0 ([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,10}) {0,30}\]")
_MADE: Final = re.compile(rb"/M \(D:([0-9]{14})Z\)")
_HEX: Final = re.compile(rb"<([0-9a-f]+)>")
_DIGITS: Final = 10
_FREE: Final = b" " * (3 * _DIGITS + 2)
_CERTIFIES: Final = (
    b"/Reference [<</Type /SigRef /TransformMethod /DocMDP /TransformParams <</Type /TransformParams /P 1 /V /1.2>>>>]"
)
"""Tells every reader of PDF that no change at all is permitted after this signature."""


class Places(NamedTuple):
    """What a signature must know of the file that it is added to."""

    catalog: int
    catalog_entries: bytes
    """What stands between << and >>."""
    page: int
    page_entries: bytes
    """The first page, without its annotations."""
    annotations: bytes
    """The references to those that are there."""
    info: bytes
    first_id: bytes
    size: int
    """The number that the next object gets."""


@dataclass(frozen=True)
class Prepared:
    """A file with a free place in it: all that is signed is there already."""

    before: bytes
    room_bytes: int
    after: bytes

    @property
    def digest(self) -> bytes:
        """Give the SHA-256 of everything but the free place."""
        return sha256(self.before + self.after).digest()

    def with_signature(self, cms: bytes) -> bytes:
        """Fill the place."""
        assert len(cms) <= self.room_bytes, "room was left for the longest signature"
        return self.before + b"<" + cms.hex().encode().ljust(2 * self.room_bytes, b"0") + b">" + self.after


class Revision(NamedTuple):
    """A signed file as it was read; nothing in it is believed yet."""

    digest: bytes
    cms: bytes
    signed_at: str
    """The time that the signer gives, `YYYYMMDDHHMMSS` in UTC."""
    unsigned_bytes: int
    """How long the file was before it was signed."""
    material: Material | None = None
    """What stands behind the signature for long after; none at levels B-B and B-T."""


def prepared(unsigned: bytes, places: Places, *, name: str, reason: str, at: datetime, room_bytes: int) -> Prepared:
    """Add an invisible signature field and a certifying signature with a free place to a file."""
    end = END.search(unsigned[-TAIL_BYTES:])
    assert end is not None, "a file of our own ends as we write it"
    signature, field = places.size, places.size + 1
    start = unsigned if unsigned.endswith(b"\n") else unsigned + b"\n"
    made = f"{at:%Y%m%d%H%M%S}".encode()
    head = (
        b"%d 0 obj\n<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:%sZ) /Name %s /Reason %s "
        b"%s /ByteRange [0 " % (signature, made, _text(name), _text(reason), _CERTIFIES)
    )
    contents = b"] /Contents "
    gap_at = len(start) + len(head) + len(_FREE) + len(contents)
    offsets = {signature: len(start)}
    rest = b">>\nendobj\n"
    here = gap_at + 2 * room_bytes + 2

    def add(number: int, body: bytes) -> None:
        nonlocal rest
        offsets[number] = here + len(rest)
        rest += b"%d 0 obj\n<<%s>>\nendobj\n" % (number, body)

    # Without size, so invisible; beside the page, so that it has no place in the structure (ISO 14289-1, 7.18.1).
    add(
        field,
        b"/Type /Annot /Subtype /Widget /FT /Sig /T (Signature) /V %d 0 R /F 132 /Rect [-1 -1 -1 -1] /P %d 0 R"
        % (signature, places.page),
    )
    add(
        places.catalog,
        b"%s /AcroForm <</Fields [%d 0 R] /SigFlags 3>> /Perms <</DocMDP %d 0 R>>"
        % (places.catalog_entries, field, signature),
    )
    add(places.page, b"%s /Annots [%s%d 0 R]" % (places.page_entries, places.annotations, field))
    rest += _cross_references(unsigned, places, offsets, int(end[1]), here + len(rest))
    after_at = gap_at + 2 * room_bytes + 2
    numbers = b"%d %d %d" % (gap_at, after_at, len(rest))
    return Prepared(start + head + numbers.ljust(len(_FREE)) + contents, room_bytes, rest)


def revision_of(data: bytes) -> Revision:
    """Find the signature of a file, and refuse one that does not cover everything in it but material behind it."""
    if len(data) > LARGEST_BYTES:
        raise FileTooLarge(found=f"{len(data)} bytes", wanted=f"at most {LARGEST_BYTES}")
    if not data.startswith(MAGIC):
        raise NotAReport(found=f"a file that begins with {data[:8]!r}", wanted="a PDF 1.7 as reports are written")
    if b"/Encrypt" in data:
        raise EncryptedFile(found="an encrypted file", wanted="one that everybody can read")
    *_, last = [None, *_RANGE.finditer(data)]
    if last is None:
        raise NotSigned(found="no signature", wanted="a signed file")
    gap_at, after_at, after_bytes = (int(last[place]) for place in (1, 2, 3))
    material = None
    if after_at + after_bytes < len(data):
        data, added = data[: after_at + after_bytes], data[after_at + after_bytes :]
        material = material_behind(data, added)
    gap = _HEX.fullmatch(data, gap_at, after_at)
    between = data[last.end() : gap_at]
    is_whole = after_at + after_bytes == len(data) and END.search(data[-TAIL_BYTES:]) is not None
    if not is_whole or gap is None or between != b" /Contents ":
        raise ChangedAfterSigning(
            found="a signature that does not cover the file", wanted="everything but the signature signed"
        )
    place = bytes.fromhex(gap[1].decode()) if len(gap[1]) % 2 == 0 else b""
    cms = first_of(place).whole
    made = _MADE.search(data, data.rfind(b" 0 obj\n", 0, last.start()), last.start())
    if any(place[len(cms) :]) or made is None:
        raise ChangedAfterSigning(found="something behind the signature, or no time", wanted="zeros, and a time")
    unsigned = data.rfind(b"%%EOF", 0, last.start())
    return Revision(
        digest=sha256(data[:gap_at] + data[after_at:]).digest(),
        cms=cms,
        signed_at=made[1].decode(),
        unsigned_bytes=unsigned + 5 + (data[unsigned + 5 : unsigned + 6] == b"\n"),
        material=material,
    )


def _cross_references(unsigned: bytes, places: Places, offsets: Mapping[int, int], before: int, at: int) -> bytes:
    """Write the table of the added objects; a file whose own table is a stream wants another stream."""
    number = places.size + 2
    all_at = {**offsets, number: at}
    table = b"".join(b"\x01" + all_at[one].to_bytes(4, "big") + b"\0\0" for one in sorted(all_at))
    index = b" ".join(b"%d 1" % one for one in sorted(all_at))
    second = sha256(unsigned).hexdigest()[:32].encode()
    return (
        b"%d 0 obj\n<</Type /XRef /Size %d /Root %d 0 R /Info %s /ID [%s <%s>] /Prev %d /Index [%s] /W [1 4 2] "
        b"/Length %d>>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
        % (
            number,
            number + 1,
            places.catalog,
            places.info,
            places.first_id,
            second,
            before,
            index,
            len(table),
            table,
            at,
        )
    )


def _text(text: str) -> bytes:
    """Write a text string: UTF-16 in hexadecimal, which any name fits into."""
    return b"<" + ("\ufeff" + text).encode("utf-16-be").hex().encode() + b">"
