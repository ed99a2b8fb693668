"""Signs a written PDF: finds out what the added part must refer to, and fills the signature in."""

import io
from datetime import datetime
from typing import Any, Final

import pikepdf

from greencredit.reports.rules.signature import cms
from greencredit.reports.rules.signature.cms import Signatory, Stamp
from greencredit.reports.rules.signature.revision import Places, prepared

_REASON: Final = "报告签发 · issued by the platform"


def sign(unsigned: bytes, signatory: Signatory, *, at: datetime, name: str, stamp: Stamp | None = None) -> bytes:
    """Add a signature: invisible, certifying, PAdES B-B, or B-T with `stamp`; the unsigned bytes stay in front of it.

    Without a stamp the same file, signatory and time give the same bytes.
    """
    room_bytes = cms.room_for(signatory, stamped=stamp is not None)
    place = prepared(unsigned, _places(unsigned), name=name, reason=_REASON, at=at, room_bytes=room_bytes)
    return place.with_signature(cms.signature_over(place.digest, signatory, stamp))


def _places(unsigned: bytes) -> Places:
    with pikepdf.open(io.BytesIO(unsigned)) as pdf:
        page = pdf.pages[0].obj
        catalog: Any = pdf.Root
        annotations = page.get("/Annots", pikepdf.Array())
        return Places(
            catalog=catalog.objgen[0],
            catalog_entries=_entries(catalog, without={"/AcroForm", "/Perms"}),
            page=page.objgen[0],
            page_entries=_entries(page, without={"/Annots"}),
            annotations=b"".join(one.unparse() + b" " for one in annotations),
            info=pdf.trailer.Info.unparse(),
            first_id=pdf.trailer.ID[0].unparse(),
            size=int(pdf.trailer.Size),
        )


def _entries(dictionary: Any, *, without: set[str]) -> bytes:  # noqa: ANN401 - any object of the file
    kept = ((name, value) for name, value in dictionary.items() if name not in without)
    return b" ".join(pikepdf.Name(name).unparse() + b" " + _written(value) for name, value in kept)


def _written(value: Any) -> bytes:  # noqa: ANN401 - numbers come as Python's own
    if isinstance(value, pikepdf.Object):
        return value.unparse()
    return pikepdf.Array([value]).unparse().strip(b"[ ]")
