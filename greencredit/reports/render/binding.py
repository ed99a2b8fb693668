"""Binding: how the objects of a report become a file, each value as short as it can be said."""

import re
from hashlib import md5
from math import ceil, log
from typing import Any, Final

_FIRST_LINES: Final = b"%%PDF-%s\n%%\xf0\x9f\x96\xa4\n"
_UP: Final = 2
_UP_ALWAYS: Final = 12
"""The filter of PNG that says what changed since the row above, and how a PDF names it."""

_COARSE: Final = 10
"""Numbers below it may be multiplied by the width of a page."""

_BETWEEN: Final = re.compile(r"(^|>)([^<>]+)")
"""What stands between the glyphs of a text, or before them: by how much the pen is moved."""


def number(value: float) -> bytes:
    """Write a number to a thousandth of a pixel; a colour, a turn or a scale, which are small, finer."""
    if value.is_integer():
        return b"%d" % int(value)
    written = b"%.3f" % value if abs(value) >= _COARSE else b"%.5f" % value
    return written.rstrip(b"0").rstrip(b".")


def moved(text: str) -> str:
    """Write how the pen moves between glyphs as shortly; where it does not move, nothing.

    WeasyPrint writes a move of 0 after every glyph whose width is not a whole number of its units, and others to
    sixteen places.
    """
    if ">" not in text[:-1] and text.startswith("<"):
        return text
    said = _BETWEEN.sub(lambda found: found[1] + number(round(float(found[2]), 3)).decode(), text).replace(">0<", "")
    return said[:-1] if said.endswith(">0") else said


def write(pdf: Any, output: Any, version: bytes, identifier: bytes) -> None:  # noqa: ANN401 - a library without types
    """Write a document: what may be is put into one folded stream, and so is the index of where everything stands."""
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

    table, widths = _index(pdf, pack, position, len(packed))
    extra = {
        "Type": "/XRef",
        "Index": pydyf.Array((0, len(pdf.objects) + 1)),
        "W": pydyf.Array(widths),
        "DecodeParms": pydyf.Dictionary({"Predictor": _UP_ALWAYS, "Columns": sum(widths)}),
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


def _index(pdf: Any, pack: Any, position: int, packed: int) -> tuple[bytes, tuple[int, int, int]]:  # noqa: ANN401 - as above
    """Give where each object stands, as what changed since the one before: thousands of neighbours fold to nothing."""
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
        ceil(log(max(*(thing.generation for thing in pdf.objects), packed) + 1, 256)),
    )
    table: list[bytes] = []
    above = bytes(sum(widths))
    for row in rows:
        line = b"".join([value.to_bytes(width, "big") for width, value in zip(widths, row, strict=True)])
        table.append(bytes((_UP, *[(now - then) % 256 for now, then in zip(line, above, strict=True)])))
        above = line
    return b"".join(table), widths


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
