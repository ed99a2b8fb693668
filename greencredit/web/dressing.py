"""A report that one may read in another dress: as a page for a phone, or in large print."""

from typing import Final

from sqlalchemy.orm import Session

from greencredit.kernel.settings import Settings
from greencredit.reports import queries as reports
from greencredit.reports.service.dresses import Dress, Dressed
from greencredit.reports.service.dresses import dressed as dressed_anew
from greencredit.web.own_reports import OwnFile

_ALONE: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""A report as a page carries its own style and picture, and asks for nothing else."""


def dressed(session: Session, file: OwnFile, number: str, dress: Dress, settings: Settings) -> Dressed:
    """Draw a report anew from its issued file, which its door has handed to nobody who may not read it."""
    return dressed_anew(reports.by_number(session, number), file.content, dress, public_url=settings.public_url)


def headers_of(found: Dressed) -> dict[str, str]:
    """Give the headers under which a browser shows the page, or keeps the file."""
    shown = "inline" if found.media_type == "text/html" else "attachment"
    return {"Content-Security-Policy": _ALONE, "Content-Disposition": f'{shown}; filename="{found.name}"'}
