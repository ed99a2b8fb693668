"""A PDF that shows something and does nothing: no scripts, no launching, no files inside, no forms of another kind."""

import io
import re
from collections.abc import Iterator
from typing import Any, Final

from greencredit.documents.errors import ActiveContent, Unreadable

_MOST_UNFOLDED_BYTES: Final = 64 * 1024 * 1024
"""Object streams may not unfold to more: fifteen megabytes can be folded from fifteen gigabytes."""

_MOST_OBJECTS: Final = 200_000
_MOST_VALUES: Final = 5_000_000

_KEYS: Final = {
    "/JS": "JavaScript",
    "/JavaScript": "JavaScript",
    "/AA": "automatic actions",
    "/EmbeddedFiles": "files inside",
    "/EF": "files inside",
    "/XFA": "an XFA form",
    "/RichMedia": "rich media",
}
"""Names of entries that must not be there at all."""

_ACTIONS: Final = {
    "/JavaScript": "JavaScript",
    "/Rendition": "a rendition action",
    "/Launch": "a launch action",
    "/SubmitForm": "a form that is sent",
    "/ImportData": "data that is fetched",
    "/GoToE": "a way into a file inside",
    "/GoToR": "a way into another file",
    "/Movie": "a film",
    "/Sound": "a sound",
}
"""Kinds of action (`/S`) that must not be there; jumping inside the document and web links do no harm by themselves."""

_KINDS: Final = {"/EmbeddedFile": "files inside", "/RichMedia": "rich media", "/FileAttachment": "files inside"}
"""Kinds of object or annotation (`/Type`, `/Subtype`) that must not be there."""

_HEADER: Final = re.compile(rb"%PDF-[12]\.[0-9]")


def require_inert(content: bytes) -> None:
    """Refuse a PDF that is broken, locked or can do something; every object is looked at, wherever it is folded in."""
    import pikepdf

    if _HEADER.match(content) is None:
        raise Unreadable(found="a PDF without a version", wanted="a whole PDF")
    if not content.rstrip(b"\r\n\t \0").endswith(b"%%EOF"):
        raise Unreadable(found="a PDF that is cut off or has something behind it", wanted="a whole PDF")
    most = _MOST_UNFOLDED_BYTES
    pikepdf.settings.set_qpdf_limits(flate_max_memory=most, png_max_memory=most, run_length_max_memory=most)
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                raise Unreadable(found="a locked PDF", wanted="a PDF that can be read without a key")
            found = _acts(pdf)
            # What the library gave up on, another program might still carry out; a page tree that it mended is read.
            given_up = [one for one in pdf.get_warnings() if not str(one).endswith("repairing")]
            if given_up and not found:
                raise Unreadable(found="a PDF with parts that can't be read", wanted="a whole PDF")
    except pikepdf.PasswordError:
        raise Unreadable(found="a locked PDF", wanted="a PDF that can be read without a key") from None
    except (pikepdf.PdfError, RuntimeError, ValueError, RecursionError):
        raise Unreadable(found="a broken PDF", wanted="a whole PDF") from None
    if found:
        raise ActiveContent(found=sorted(found))


def _acts(pdf: Any) -> set[str]:  # noqa: ANN401 - the library's own type is loaded late
    found: set[str] = set()
    looked_at = 0
    for number, thing in enumerate(pdf.objects):
        if number > _MOST_OBJECTS:
            raise Unreadable(found=f"more than {_MOST_OBJECTS:,} objects", wanted="a paper")
        for key, value in _entries(thing):
            looked_at += 1
            if looked_at > _MOST_VALUES:
                raise Unreadable(found=f"more than {_MOST_VALUES:,} entries", wanted="a paper")
            found.update(_said_by(key, value))
    for key, value in _entries(pdf.trailer):
        found.update(_said_by(key, value))
    return found


def _said_by(key: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - any object of a PDF
    if key in _KEYS:
        yield _KEYS[key]
    if key not in {"/S", "/Type", "/Subtype"}:
        return
    text = str(value) if _is_name(value) else ""
    among = _ACTIONS if key == "/S" else _KINDS
    if text in among:
        yield among[text]


def _is_name(value: Any) -> bool:  # noqa: ANN401 - any object of a PDF
    import pikepdf

    return isinstance(value, pikepdf.Name)


def _entries(thing: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any object of a PDF
    """Give every entry of the dictionaries inside one object; what is another object has its own turn."""
    import pikepdf

    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Array):
            waiting.extend(_own(list(one)))
        elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            entries = dict(one.items()) if isinstance(one, pikepdf.Dictionary) else dict(one.stream_dict.items())
            yield from entries.items()
            waiting.extend(_own(list(entries.values())))


def _own(values: list[Any]) -> list[Any]:
    import pikepdf

    return [value for value in values if isinstance(value, pikepdf.Object) and not value.is_indirect]
