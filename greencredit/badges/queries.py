"""Reads of portable proofs: one's own, the keys that signed them, the lists that say which were taken back."""

import json
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards import queries as awards
from greencredit.badges.errors import UnknownKey, UnknownProof, UnknownStatusList
from greencredit.badges.rules.addresses import did_of, key_name, method_of
from greencredit.badges.tables import BadgesKey, BadgesProof, BadgesVersion
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.receipt import entry_proof
from greencredit.proofs.rules.records import parse_entry
from greencredit.proofs.rules.verify_credential import KEY_FACT
from greencredit.schemas.awards import AwardLine
from greencredit.schemas.badges import PortableProof, SigningKey, Suite
from greencredit.schemas.values import Grams, Period

_EVERY: Final = 1_000_000
"""More awards than anybody has in one period."""

_CONTEXTS: Final = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
)


def proofs_of(session: Session, consumer_id: str) -> list[PortableProof]:
    """List a holder's portable proofs, newest first."""
    rows = session.scalars(
        select(BadgesProof)
        .where(BadgesProof.consumer_id == consumer_id)
        .order_by(BadgesProof.issued_at.desc(), BadgesProof.number)
    )
    return [shape_of(row) for row in rows]


def own_proof(session: Session, consumer_id: str, number: str) -> BadgesProof:
    """Give one row of the holder's own; somebody else's is as unknown as one that was never issued."""
    row = session.get(BadgesProof, number)
    if row is None or row.consumer_id != consumer_id:
        raise UnknownProof(number)
    return row


def shape_of(row: BadgesProof) -> PortableProof:
    """Give the shape of a row."""
    return PortableProof.model_validate(
        {
            "number": row.number,
            "credential_id": row.credential_id,
            "lang": row.lang,
            "period": Period(since=row.since, until=row.until),
            "awards": row.awards,
            "credits": row.credits,
            "avoided_g_co2e": Grams(row.grams) if row.quantified else None,
            "status_list": row.list,
            "status_index": row.slot,
            "sha256": row.sha256,
            "issued_at": row.issued_at,
            "revoked_at": row.revoked_at,
            "why_revoked": row.why,
        }
    )


def keys(session: Session) -> list[SigningKey]:
    """List every key that ever signed portable proofs, oldest first."""
    rows = session.scalars(select(BadgesKey).order_by(BadgesKey.suite, BadgesKey.number))
    return [
        SigningKey.model_validate(
            {
                "suite": row.suite,
                "number": row.number,
                "public": row.public,
                "thumbprint": row.thumbprint,
                "since": row.since,
            }
        )
        for row in rows
    ]


def did_document(session: Session, public_url: str) -> dict[str, Any]:
    """Give the issuer's DID document: all keys, old ones too, since what they signed still stands."""
    did = did_of(public_url)
    methods = [_method(key, did, public_url) for key in keys(session)]
    return {
        "@context": list(_CONTEXTS),
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [one["id"] for one in methods],
    }


def key_set(session: Session) -> dict[str, Any]:
    """Give the keys that sign tokens, as a JSON Web Key set."""
    return {"keys": [json.loads(key.public) for key in keys(session) if key.suite == "RS256"]}


def key_named(session: Session, name: str) -> dict[str, Any]:
    """Give one key by itself: a JSON Web Key, or the multikey with its name."""
    for key in keys(session):
        if key_name(key.suite, key.number) == name:
            return json.loads(key.public) if key.suite == "RS256" else {"id": name, "publicKeyMultibase": key.public}
    raise UnknownKey(name)


def key_in_log(session: Session, suite: Suite, number: int) -> str:
    """Prove that a key stands in the log, under its newest checkpoint."""
    key = next((one for one in keys(session) if (one.suite, one.number) == (suite, number)), None)
    if key is None:
        raise UnknownKey(key_name(suite, number))
    for at, body in proofs.entries_of(session, {KEY_FACT}):
        _, fact = parse_entry(body)
        signed = proofs.checkpoint_over(session, at)
        if fact.get("key") == key.thumbprint and signed is not None:
            return entry_proof(body, at, proofs.inclusion(session, at, signed.size), signed.note).text
    raise UnknownKey(key_name(suite, number))


def status_document(session: Session, number: int) -> str:
    """Give the newest signed version of a status list."""
    found = newest_version(session, number)
    if found is None:
        raise UnknownStatusList(number)
    return found.document


def newest_version(session: Session, number: int) -> BadgesVersion | None:
    """Give the newest version of a list."""
    return session.scalars(
        select(BadgesVersion).where(BadgesVersion.list == number).order_by(BadgesVersion.version.desc()).limit(1)
    ).first()


def standing(session: Session, row: BadgesProof) -> tuple[int, int]:
    """Add up what is left of the awards below a proof: credits, and the grams that count here."""
    assert row.consumer_id is not None, "whose holder was forgotten is not looked up"
    period = Period(since=row.since, until=row.until)
    lines = awards.awards_of(session, row.consumer_id, period, limit=_EVERY)
    return added_up(line for line in lines if line.posted_at <= row.as_of)


def added_up(lines: Iterable[AwardLine]) -> tuple[int, int]:
    """Add awards up: the credits left of them, and the grams of those of which anything is left."""
    kept = [line for line in lines if line.reversed_credits < line.credits]
    return (
        sum(line.credits - line.reversed_credits for line in kept),
        sum(line.counted_grams or 0 for line in kept),
    )


def _method(key: SigningKey, did: str, public_url: str) -> dict[str, Any]:
    address = method_of(public_url, key.suite, key.number)
    if key.suite == "RS256":
        return {"id": address, "type": "JsonWebKey", "controller": did, "publicKeyJwk": json.loads(key.public)}
    return {"id": address, "type": "Multikey", "controller": did, "publicKeyMultibase": key.public}
