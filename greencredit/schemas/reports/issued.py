"""A report that was given out, and what may be said about its number."""

from typing import Literal

from greencredit.schemas.reports.shared import Count, Lang, Sha256
from greencredit.schemas.values import Instant, Period, Record


class IssuedReport(Record):
    """A report that was given out (已签发报告): its number, what it was made of, and where its file lies."""

    number: str
    kind: str
    lang: Lang
    subject_id: str
    period: Period
    facts_sha256: Sha256
    """Digest of the embedded `report.json`; it is printed on the paper and carried by the QR code."""
    file_sha256: Sha256
    size_bytes: Count
    media_type: Literal["application/pdf", "text/html"]
    path: str
    """Below the folder the report was issued into."""
    renderer: str
    """Fingerprint of templates, fonts and libraries: files made under the same one have the same bytes."""
    issued_at: Instant
