"""What a signature needs to be checked long after (PAdES B-LT): certificates and lists of revoked ones, kept behind it.

It is the one thing that may stand behind a signature, and in one form: whoever reads it takes certificates and lists
out, writes the part anew from them and compares the bytes. ISO 32000-2 does not count it as a change of the document.
"""

import re
from hashlib import sha256
from typing import Final, NamedTuple

from greencredit.reports.errors import ChangedAfterSigning

END: Final = re.compile(rb"startxref\n([1-9][0-9]{0,9})\n%%EOF\n?\Z")
"""How a file of ours ends."""

TAIL_BYTES: Final = 64

_TRAILER: Final = re.compile(
    rb"[1-9][0-9]{0,9} 0 obj\n<</Type /XRef /Size ([1-9][0-9]{0,9}) /Root ([1-9][0-9]{0,9}) 0 R "
    rb"/Info ([1-9][0-9]{0,9} 0 R) /ID \[(.{1,200}?) <[0-9a-f]{32}>\] /Prev ",
    re.DOTALL,
)
_STREAM: Final = re.compile(rb"[1-9][0-9]{0,9} 0 obj\n<</Length ([0-9]{1,8})>>\nstream\n")
_LISTED: Final = re.compile(rb"/DSS <</Type /DSS /Certs \[([0-9R ]*)\] /CRLs \[[0-9R ]*\]>>>>\nendobj\n")
_OBJECT_ENDS: Final = b">>\nendobj\n"


class Material(NamedTuple):
    """Certificates and lists of revoked ones (CRL), each in DER; nothing in them is believed yet."""

    certificates: tuple[bytes, ...]
    lists: tuple[bytes, ...]


def with_material(signed: bytes, material: Material) -> bytes:
    """Add material behind a signed file; what was signed stays as it was, byte for byte, in front of it."""
    return signed + _part(signed, material)


def material_behind(signed: bytes, added: bytes) -> Material:
    """Read what was added behind a signed file; refuses anything but material in its one form."""
    streams, at = [], 0
    while (head := _STREAM.match(added, at)) is not None:
        body = added[head.end() : head.end() + int(head[1])]
        streams.append(body)
        at = head.end() + len(body) + len(_stream_ends(body))
    listed = _LISTED.search(added, at)
    count = 0 if listed is None else listed[1].count(b"R")
    material = Material(tuple(streams[:count]), tuple(streams[count:]))
    if listed is None or not material.certificates or _part(signed, material) != added:
        raise ChangedAfterSigning(
            found=f"{len(added)} bytes after what was signed", wanted="the file as it was signed, or material for it"
        )
    return material


def _part(signed: bytes, material: Material) -> bytes:
    """Write the part: a stream each, the catalogue with the list of them, and a table of what was added."""
    end = END.search(signed[-TAIL_BYTES:])
    trailer = None if end is None else _TRAILER.match(signed, int(end[1]))
    if end is None or trailer is None:
        raise ChangedAfterSigning(found="material behind another file", wanted="a file signed as reports are")
    size, root = int(trailer[1]), int(trailer[2])
    opening = b"\n%d 0 obj\n<<" % root
    begin = signed.rfind(opening)
    entries = signed[begin + len(opening) : signed.find(_OBJECT_ENDS, begin)]
    written, places = b"", {}

    def add(number: int, body: bytes) -> None:
        nonlocal written
        places[number] = len(signed) + len(written)
        written += b"%d 0 obj\n<<%s" % (number, body)

    streams = (*material.certificates, *material.lists)
    for number, content in enumerate(streams, size):
        add(number, b"/Length %d>>\nstream\n%s%s" % (len(content), content, _stream_ends(content)))
    first_list = size + len(material.certificates)
    dss = b"/DSS <</Type /DSS /Certs [%s] /CRLs [%s]>>" % (
        _references(size, first_list),
        _references(first_list, size + len(streams)),
    )
    add(root, b"%s %s%s" % (entries, dss, _OBJECT_ENDS))
    at, number = len(signed) + len(written), size + len(streams)
    places[number] = at
    table = b"".join(b"\x01" + places[one].to_bytes(4, "big") + b"\0\0" for one in sorted(places))
    index = b" ".join(b"%d 1" % one for one in sorted(places))
    second = sha256(signed).hexdigest()[:32].encode()
    return written + (
        b"%d 0 obj\n<</Type /XRef /Size %d /Root %d 0 R /Info %s /ID [%s <%s>] /Prev %d /Index [%s] /W [1 4 2] "
        b"/Length %d>>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
        % (
            *(number, number + 1, root, trailer[3], trailer[4], second, int(end[1]), index),
            *(len(table), table, at),
        )
    )


def _references(first: int, after: int) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in range(first, after))


def _stream_ends(content: bytes) -> bytes:
    """End a stream clearly: some readers take a carriage return before the line feed for a part of it."""
    return b"\r\nendstream\nendobj\n" if content.endswith(b"\r") else b"\nendstream\nendobj\n"
