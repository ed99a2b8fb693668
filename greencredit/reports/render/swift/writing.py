"""Writing a file: each object is put into bytes once."""

from hashlib import md5
from math import ceil, log
from typing import Any, Final

from greencredit.reports.render.swift.swaps import Swaps

_FIRST_LINES: Final = b"%%PDF-%s\n%%\xf0\x9f\x96\xa4\n"


def swap(swaps: Swaps) -> None:  # noqa: C901 - five short functions
    """Exchange how values become bytes and how a document is written."""
    import pydyf

    thing_class = pydyf.Object
    theirs = pydyf.PDF.write

    def to_bytes(item: Any) -> Any:  # noqa: ANN401, PLR0911 - a library without types; asked 40,000 times a page
        kind = type(item)
        if kind is bytes:
            return item
        if kind is str:
            return item.encode("ascii")
        if kind is int:
            return b"%d" % item
        if kind is float:
            if item.is_integer():
                return b"%d" % int(item)
            return (b"%f" % item).rstrip(b"0")
        if isinstance(item, thing_class):
            return item.data
        return slow(item)

    slow = pydyf._to_bytes  # noqa: SLF001 - there is no other door

    def of_dictionary(self: Any) -> bytes:  # noqa: ANN401 - as above
        return b"<<%s>>" % b"".join([b"/%s %s" % (to_bytes(key), to_bytes(value)) for key, value in self.items()])

    def of_array(self: Any) -> bytes:  # noqa: ANN401 - as above
        return b"[%s]" % b" ".join([to_bytes(child) for child in self])

    def write(self: Any, output: Any, version: Any = b"1.7", identifier: Any = False, compress: bool = False) -> None:  # noqa: ANN401, FBT001, FBT002 - their signature
        if not compress or not isinstance(identifier, bytes) or to_bytes(version or b"1.7") < b"1.5":
            theirs(self, output, version, identifier, compress)
            return
        _write(self, output, to_bytes(version or b"1.7"), identifier)

    def page_references(self: Any) -> tuple[bytes, ...]:  # noqa: ANN401 - as above
        kids = self.pages["Kids"]
        known: tuple[bytes, ...] = self.__dict__.get("known_pages", ())
        if len(known) * 3 != len(kids):
            known = self.known_pages = tuple(b"%d 0 R" % number for number in kids[::3])
        return known

    swaps.function(pydyf, "_to_bytes", to_bytes)
    swaps.member(pydyf.PDF, "page_references", property(page_references))
    swaps.member(pydyf.Dictionary, "data", property(of_dictionary))
    swaps.member(pydyf.Array, "data", property(of_array))
    swaps.member(pydyf.PDF, "write", write)


def _write(pdf: Any, output: Any, version: bytes, identifier: bytes) -> None:  # noqa: ANN401 - a library without types
    import pydyf

    if pdf.info:
        pdf.add_object(pdf.info)
    written = _FIRST_LINES % version
    parts, position = [written], len(written)
    said: list[bytes] = []
    packed: list[tuple[Any, bytes]] = []
    for thing in pdf.objects:
        if thing.free == "f":
            continue
        data = thing.data
        said.append(data)
        if thing.compressible:
            packed.append((thing, data))
            continue
        thing.offset = position
        parts.append(b"%d %d obj\n%s\nendobj\n" % (thing.number, thing.generation, data))
        position += len(parts[-1])
    pack = _pack(packed)
    pack.offset = position
    pdf.add_object(pack)
    said.append(pack.data)
    parts.append(b"%d 0 obj\n%s\nendobj\n" % (pack.number, said[-1]))
    position += len(parts[-1])

    rows: list[tuple[int, int, int]] = []
    place = 0
    for thing in pdf.objects:
        if thing.compressible:
            rows.append((2, pack.number, place))
            place += 1
        else:
            rows.append((int(bool(thing.number)), thing.offset, thing.generation))
    rows.append((1, position, 0))
    widths = (
        1,
        ceil(log(position + 1, 256)),
        ceil(log(max(*(thing.generation for thing in pdf.objects), len(packed)) + 1, 256)),
    )
    table = b"".join([number.to_bytes(width, "big") for row in rows for width, number in zip(widths, row, strict=True)])
    extra = {
        "Type": "/XRef",
        "Index": pydyf.Array((0, len(pdf.objects) + 1)),
        "W": pydyf.Array(widths),
        "Size": len(pdf.objects) + 1,
        "Root": pdf.catalog.reference,
    }
    if pdf.info:
        extra["Info"] = pdf.info.reference
    digest = md5(b"".join(said)).hexdigest().encode()  # noqa: S324 - a name, not a proof
    extra["ID"] = pydyf.Array((pydyf.String(identifier).data, pydyf.String(digest).data))
    index = pydyf.Stream([table], extra, compress=True)
    pdf.xref_position = index.offset = position
    pdf.add_object(index)
    parts.append(b"%s\nstartxref\n%d\n%%%%EOF\n" % (index.indirect, position))
    output.write(b"".join(parts))


def _pack(packed: list[tuple[Any, bytes]]) -> Any:  # noqa: ANN401 - as above
    import pydyf

    heads: list[str] = []
    position = 0
    for thing, data in packed:
        heads.append(f"{thing.number} {position}")
        position += len(data) + 1
    head = " ".join(heads)
    extra = {"Type": "/ObjStm", "N": len(packed), "First": len(head) + 1}
    return pydyf.Stream([head, *(data for _, data in packed)], extra, compress=True)
