"""Issues a portable proof: the figures of a report that stands, signed in two ways, bound to its holder by a hash."""

from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

from greencredit.awards import queries as awards
from greencredit.badges import queries
from greencredit.badges.errors import FiguresMoved, NothingToProve
from greencredit.badges.rules import content
from greencredit.badges.service.keys import credential_signer, drawn_salt, drawn_uuid, token_signer
from greencredit.badges.service.status import take_place, written
from greencredit.badges.tables import BadgesProof
from greencredit.issuers import queries as issuers
from greencredit.kernel.clock import now
from greencredit.proofs.rules.canonical import canonical
from greencredit.reports import rules as reports
from greencredit.schemas.badges import IssuerSaid, MethodSaid, PortableProof, Said
from greencredit.schemas.reports import IssuedReport, ParticipationProof
from greencredit.schemas.values import Words

KIND: Final = "proof"
"""The kind of report that says the same on paper."""

_EVERY: Final = 1_000_000
_LEFT: Final = Words(zh="已不在公开登记中", en="no longer in the public register")


def issue(session: Session, record: ParticipationProof, report: IssuedReport, *, public_url: str) -> PortableProof:
    """Issue the portable proof of a report, once: asked again, the first one is given.

    Raises:
        NothingToProve: no award stands in the period.
        FiguresMoved: awards below the report were taken back since it was made, or it says something else.
    """
    found = session.get(BadgesProof, report.number)
    if found is not None:
        return queries.shape_of(found)
    credits_, grams = _require_standing(session, record, report)
    at = now(session).replace(microsecond=0)
    salt, place = drawn_salt(session), take_place(session, public_url)
    # Taking a place waits for whoever issues at the same moment; it may have been this very proof.
    found = session.get(BadgesProof, report.number)
    if found is not None:
        return queries.shape_of(found)
    document = content.credential(
        _said(session, record, report),
        public_url=public_url,
        ids=(drawn_uuid(session), drawn_uuid(session)),
        bearer=(record.subject_id, salt),
        place=place,
        at=written(at),
    )
    signed = canonical(credential_signer(session, public_url).signed(document, created=written(at)))
    token = token_signer(session, public_url).signed(content.claims(document, nbf=int(at.timestamp())))
    row = BadgesProof(
        number=report.number,
        credential_id=document["id"],
        consumer_id=record.subject_id,
        salt=salt,
        document=signed.decode(),
        token=token,
        sha256=sha256(signed).hexdigest(),
        lang=report.lang,
        since=record.period.since,
        until=record.period.until,
        as_of=record.as_of,
        awards=record.awards,
        credits=credits_,
        grams=grams,
        quantified=record.quantified_awards,
        list=place[0],
        slot=place[1],
        issued_at=at,
    )
    session.add(row)
    session.flush()
    return queries.shape_of(row)


def _require_standing(session: Session, record: ParticipationProof, report: IssuedReport) -> tuple[int, int]:
    """Refuse figures that the ledger no longer bears out; give what the awards below them add up to."""
    if record.awards == 0:
        raise NothingToProve(record.period.since, record.period.last_day)
    digest = reports.Imprint(KIND, record, report.lang).digest
    if (report.kind, report.facts_sha256) != (KIND, digest):
        raise FiguresMoved(report.number, found=digest, wanted=report.facts_sha256)
    lines = awards.awards_of(session, record.subject_id, record.period, limit=_EVERY)
    credits_, grams = queries.added_up(line for line in lines if line.posted_at <= record.as_of)
    if credits_ != record.credits:
        raise FiguresMoved(report.number, found=f"{credits_} credits", wanted=f"{record.credits} credits")
    return credits_, grams


def _said(session: Session, record: ParticipationProof, report: IssuedReport) -> Said:
    public = issuers.public_issuers(session, [one.issuer_id for one in record.issuers])
    return Said(
        lang=report.lang,
        report_number=report.number,
        facts_sha256=report.facts_sha256,
        period=record.period,
        awards=record.awards,
        purchases=record.purchases,
        actions=record.actions,
        quantified_awards=record.quantified_awards,
        credits=record.credits,
        avoided_g_co2e=record.avoided_g_co2e,
        methods=tuple(
            MethodSaid(title=one.title, version=one.version, tier=one.tier, baseline=one.baseline)
            for one in record.methods
        ),
        issuers=tuple(
            IssuerSaid(
                name=one.name,
                filing_number=one.filing_number,
                state=public[one.issuer_id].state_title if one.issuer_id in public else _LEFT,
            )
            for one in record.issuers
        ),
    )
