"""Issuing: a report is drawn once, kept as a file, and entered in the register; asking again gives the same."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.kernel.database import is_sqlite
from greencredit.kernel.files.kept import Files, address_of
from greencredit.kernel.files.opening import files_in
from greencredit.reports import queries, rules
from greencredit.reports.errors import NotReproduced, NumberTaken, PdfUnavailable, WrongFacts
from greencredit.reports.rules.signature.cms import require_signature
from greencredit.reports.rules.signature.material import with_material
from greencredit.reports.rules.signature.revision import revision_of
from greencredit.reports.service.proving import Proof
from greencredit.reports.service.sweeping import keep_from_sweeping
from greencredit.reports.tables import ReportRow, SignatureRow
from greencredit.schemas.reports import IssuedReport, Lang, ReportFacts
from greencredit.schemas.reports.proven import SignatureNote
from greencredit.schemas.values import Period


@dataclass(frozen=True)
class Drawing:
    """A report that was drawn and is not yet in the register; it may have been drawn in another process."""

    number: str
    kind: str
    lang: Lang
    subject_id: str
    period: Period
    facts_sha256: str
    media_type: Literal["application/pdf", "text/html"]
    renderer: str
    content: bytes
    signature: SignatureNote | None = None
    """How the file was signed; none for a page, and for a drawing without proof."""

    @property
    def suffix(self) -> str:
        """Give the ending of its file's name."""
        return queries.SUFFIXES[self.media_type]


def issue(
    session: Session, kind: str, record: ReportFacts, lang: Lang, into: Path | Files, *, public_url: str
) -> IssuedReport:
    """Draw a report, keep it in the folder or store `into` and register it.

    The same facts, kind and language give the same number and the same file, however often they are asked for. Where
    no PDF can be made, the same report is given as a page; a PDF issued later carries the same number.
    """
    found = already_issued(session, kind, record, lang, into)
    return found or register(session, draw(kind, record, lang, public_url=public_url), into)


def already_issued(
    session: Session, kind: str, record: ReportFacts, lang: Lang, into: Path | Files
) -> IssuedReport | None:
    """Give the PDF that was issued for the same facts, if its file is still whole."""
    imprint = _imprint(kind, record, lang)
    found = queries.files_of(session, imprint.number).get(queries.PDF)
    if found is None:
        return None
    _require_same_facts(found, imprint.digest)
    return found if files_in(into).holds(found.path, found.file_sha256) else None


def draw(kind: str, record: ReportFacts, lang: Lang, *, public_url: str, proof: Proof | None = None) -> Drawing:
    """Draw a report without a session: the slow half, fit for a pool of processes.

    With its proof, the receipt is inside and the file is signed; without, it is a draft that shows nothing to anybody.
    """
    from greencredit.reports.render import Paper, renderer_at

    imprint = _imprint(kind, record, lang)
    paper = Paper(queries.kind_named(kind), record, lang, proof.receipt if proof else None)
    renderer = renderer_at(public_url)
    media_type: Literal["application/pdf", "text/html"] = "application/pdf"
    signature = None
    try:
        content = renderer.pdf(paper)
        if proof is not None:
            content, signature = _signed(content, proof)
    except PdfUnavailable:
        media_type = "text/html"
        content = renderer.page(paper).encode()
    return Drawing(
        number=imprint.number,
        kind=kind,
        lang=lang,
        subject_id=record.subject_id,
        period=record.period,
        facts_sha256=imprint.digest,
        media_type=media_type,
        renderer=renderer.fingerprint,
        content=content,
        signature=signature,
    )


def register(session: Session, drawing: Drawing, into: Path | Files) -> IssuedReport:
    """Enter a drawn report in the register, once, and keep its file; of two at the same time the first one stands."""
    files = files_in(into)
    file_sha256 = rules.digest_of(drawing.content)
    keep_from_sweeping(session)
    found = queries.files_of(session, drawing.number).get(drawing.media_type)
    if found is None and _enter(session, drawing, file_sha256):
        # The row first: whoever was slower writes no file, and a file that could not be kept takes its row with it.
        files.keep(drawing.content, drawing.suffix)
        _enter_signature(session, drawing, file_sha256)
    found = found or queries.files_of(session, drawing.number)[drawing.media_type]
    _require_same_facts(found, drawing.facts_sha256)
    if found.file_sha256 == file_sha256:
        if not files.holds(found.path, file_sha256):
            files.put_back(found.path, drawing.content)
    elif found.renderer != drawing.renderer or not files.holds(found.path, found.file_sha256):
        raise NotReproduced(drawing.number, wanted=found.renderer, found=drawing.renderer)
    return found


def _enter(session: Session, drawing: Drawing, file_sha256: str) -> bool:
    """Write the row of the register, and tell whether it is ours: another may be writing the same one just now."""
    insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    row = insert(ReportRow).values(
        number=drawing.number,
        media_type=drawing.media_type,
        kind=drawing.kind,
        lang=drawing.lang,
        subject_id=drawing.subject_id,
        since=drawing.period.since,
        until=drawing.period.until,
        facts_sha256=drawing.facts_sha256,
        file_sha256=file_sha256,
        size_bytes=len(drawing.content),
        path=address_of(file_sha256, drawing.suffix),
        renderer=drawing.renderer,
        issued_at=now(session),
    )
    return session.scalar(row.on_conflict_do_nothing().returning(ReportRow.number)) is not None


def _enter_signature(session: Session, drawing: Drawing, file_sha256: str) -> None:
    if drawing.signature is not None:
        session.add(SignatureRow(file_sha256=file_sha256, number=drawing.number, **drawing.signature.model_dump()))
        session.flush()


def _signed(unsigned: bytes, proof: Proof) -> tuple[bytes, SignatureNote]:
    from greencredit.reports.render.sign import sign

    content = sign(unsigned, proof.signatory, at=proof.at, name=proof.name, stamp=proof.stamp)
    if proof.stamp is not None and proof.stamp.lists:
        revision = revision_of(content)
        content = with_material(content, proof.stamp.material(require_signature(revision.cms, revision.digest)))
    return content, SignatureNote(
        level="B-B" if proof.stamp is None else "B-T",
        certificate_sha256=proof.signatory.fingerprint,
        unsigned_sha256=rules.digest_of(unsigned),
        unsigned_bytes=len(unsigned),
        signed_at=proof.at,
    )


def _imprint(kind: str, record: ReportFacts, lang: Lang) -> rules.Imprint:
    wanted = queries.kind_named(kind).facts
    if not isinstance(record, wanted):
        raise WrongFacts(kind, wanted=wanted.__name__, found=type(record).__name__)
    return rules.Imprint(kind, record, lang)


def _require_same_facts(found: IssuedReport, facts_sha256: str) -> None:
    if found.facts_sha256 != facts_sha256:
        raise NumberTaken(found.number, wanted=facts_sha256, found=found.facts_sha256)
