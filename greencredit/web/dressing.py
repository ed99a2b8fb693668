"""One's own report in another dress: as a page for a phone, or in large print."""

from typing import Final

from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor
from greencredit.kernel.settings import Settings
from greencredit.reports import queries as reports
from greencredit.reports.service.dresses import Dress, Dressed
from greencredit.reports.service.dresses import dressed as dressed_anew
from greencredit.web import own_reports

_ALONE: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""A report as a page carries its own style and picture, and asks for nothing else."""


def dressed(session: Session, actor: Actor, consumer_id: str, number: str, dress: Dress, settings: Settings) -> Dressed:
    """Draw one's own report anew from the file that was issued; somebody else's is as unknown as none."""
    own = own_reports.file_of(session, actor, consumer_id, number, settings)
    return dressed_anew(reports.by_number(session, number), own.content, dress, public_url=settings.public_url)


def headers_of(found: Dressed) -> dict[str, str]:
    """Give the headers under which a browser shows the page, or keeps the file."""
    shown = "inline" if found.media_type == "text/html" else "attachment"
    return {"Content-Security-Policy": _ALONE, "Content-Disposition": f'{shown}; filename="{found.name}"'}
