"""Awards the parts of signed-off projects: each part is evidence of its own, taken over once (节能项目发放)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.awards.service.award import Awarded, award
from greencredit.awards.service.direct import holders_of
from greencredit.awards.service.filed import bring_in_rules
from greencredit.awards.service.taking import advance, open_import
from greencredit.awards.tables import AwardsProject
from greencredit.evidence import rules as evidence_rules
from greencredit.evidence import service as evidence
from greencredit.evidence.catalogue.own import project_shares
from greencredit.kernel.clock import now
from greencredit.projects import queries as projects
from greencredit.projects.rules import part_of, require_recomputes
from greencredit.schemas.actions import Quantification
from greencredit.schemas.awards import Ground
from greencredit.schemas.evidence import Batch, Feed, Item, NewFeed, Reject, RejectCode
from greencredit.schemas.projects import Claim, Measurement, Share

PARTS_AT_ONCE: Final = 1_000
"""So many participants of a project are awarded in one transaction."""

_LOOKS_BACK: Final = timedelta(days=1)
"""A sign-off bears the instant at which it was written, not that of its commit."""

_EPOCH: Final = date(1970, 1, 1)
_CONSUMER_WANTED: Final = "a registered consumer; accounts of enterprises are funded under cooperation schemes"


class _Read(NamedTuple):
    """A chunk of parts: what is evidence now, its calculations, and who can't be awarded."""

    reading: evidence.Reading
    quantifications: dict[int, Quantification]


def note_sign_offs(session: Session) -> int:
    """Write down the projects that were signed off since the last look; asked again it changes nothing."""
    newest = session.scalar(select(func.max(AwardsProject.signed_off_at)))
    since = None if newest is None else newest - _LOOKS_BACK
    known = set(session.scalars(select(AwardsProject.project_id)))
    fresh = 0
    while page := projects.sign_offs(session, since=since):
        for one in page:
            if one.project_id not in known:
                facts = one.model_dump()
                session.add(AwardsProject(**facts, batch_id=None, parts=0, waits_for=None, done_at=None))
                known.add(one.project_id)
                fresh += 1
        if page[-1].signed_off_at == since:
            break
        since = page[-1].signed_off_at
    session.flush()
    return fresh


def take_over_parts(session: Session, project_id: str, *, at_once: int = PARTS_AT_ONCE) -> bool:
    """Award the next parts of a signed-off project by the filed rules; false, once there are none.

    The parts, their evidence, the awards and how far it went are one transaction: killed anywhere, it goes on where
    it was, and a part that was awarded is never awarded again, whoever asks.

    Raises:
        NotActive and its like (issuers), RulesNotInForce: the issuer may not issue now; the project waits.
        RecordDoesNotHold (projects): the signed record does not say what follows from it.
    """
    row = session.get_one(AwardsProject, project_id, with_for_update=True)
    if row.done_at is not None:
        return False
    bring_in_rules(session, row.issuer_id)
    shares = projects.shares(session, project_id)
    claims = projects.signed_off(session, project_id=project_id, after=_last_taken(project_id, shares, row.parts))
    claims = claims[:at_once]
    feed = _feed(session, row)
    digest, measurement = _signed(session, project_id)
    name = f"project {project_id}"
    batch = evidence.open_batch(session, feed, file_name=name, file_digest=digest)
    open_import(session, batch, feed)
    read = _read(session, batch, claims, [one.weight for one in shares], row.parts, (digest, measurement))
    advance(session, batch.batch_id, _awarded(session, feed, batch, read, after=row.parts))
    row.batch_id, row.parts, row.waits_for = batch.batch_id, row.parts + len(claims), None
    if row.parts == len(shares):
        row.done_at = now(session)
        evidence.close_batch(session, batch.batch_id)
    session.flush()
    return row.done_at is None


def let_wait(session: Session, project_id: str, code: str) -> None:
    """Note why a project could not be awarded yet; it is tried again."""
    session.get_one(AwardsProject, project_id, with_for_update=True).waits_for = code
    session.flush()


def _last_taken(project_id: str, shares: Sequence[Share], parts: int) -> tuple[str, str]:
    return (project_id, shares[parts - 1].participant_id if parts else "")


def _feed(session: Session, row: AwardsProject) -> Feed:
    """Give the source of an issuer's projects in a region; one more is opened where there is none."""
    name = f"projects_{row.issuer_id}_{row.region}".lower().replace("-", "_")
    kind = project_shares.FORM.kind
    return evidence.open_feed(session, NewFeed(name=name, kind=kind, issuer_id=row.issuer_id, region=row.region))


def _signed(session: Session, project_id: str) -> tuple[str, Measurement]:
    """Give the measurement that was signed off, and the digest that the verifier signed."""
    number = projects.project(session, project_id).steps[-1].measurement_number
    kept = projects.measurement(session, project_id, number)
    require_recomputes(kept.measurement)
    return kept.digest, kept.measurement


def _read(
    session: Session,
    batch: Batch,
    claims: Sequence[Claim],
    weights: Sequence[int],
    after: int,
    signed: tuple[str, Measurement],
) -> _Read:
    """Make evidence of parts: whoever is no registered consumer is sent back with the reason."""
    digest, measurement = signed
    numbers = holders_of(session, {one.participant_id for one in claims})
    key = session.info["keys"].for_purpose("evidence.fingerprint")
    prints, lines, items, rejects = [], [], [], []
    quantifications = {}
    for place, one in enumerate(claims, start=after):
        line, holder = place + 1, numbers.get(one.participant_id)
        if holder is None:
            unknown = (line, RejectCode.UNKNOWN_CARD.value, "participant", "–", _CONSUMER_WANTED)
            rejects.append(Reject(*unknown))
            continue
        day = (one.on - _EPOCH).days
        mark = evidence_rules.fingerprints(key, project_shares.FORM.kind, [day], [one.fingerprint])[0]
        number = evidence_rules.evidence_id(batch.batch_id, line)
        prints.append(mark)
        lines.append(line)
        items.append(_item(one, number, holder, mark))
        quantifications[number] = part_of(measurement, digest, weights, place)
        assert quantifications[number].grams == one.grams, "a part is what it was when it was signed off"
    reading = evidence.Reading(len(claims), prints, lines, items, rejects, tier=project_shares.FORM.tier)
    return _Read(reading, quantifications)


def _item(one: Claim, number: int, holder: int, mark: bytes) -> Item:
    return Item(
        evidence_id=number,
        holder=holder,
        on=one.on,
        subject=one.action,
        quantity=f"{Decimal(one.saved_milli).scaleb(-3):f}",
        unit=one.unit,
        spent_fen=None,
        receipt="",
        inputs={},
        fingerprint=mark,
    )


def _awarded(session: Session, feed: Feed, batch: Batch, read: _Read, *, after: int) -> Awarded:
    kept = evidence.keep(session, batch.batch_id, read.reading, after=after)
    fresh = {item.evidence_id: read.quantifications[item.evidence_id] for item in kept.items}
    return award(session, feed.issuer_id, Ground.ACTION, kept.items, fresh)


def waiting(session: Session) -> list[str]:
    """List the projects that are not all taken over, the oldest sign-off first."""
    statement = select(AwardsProject.project_id).where(AwardsProject.done_at.is_(None))
    return list(session.scalars(statement.order_by(AwardsProject.signed_off_at, AwardsProject.project_id)))
