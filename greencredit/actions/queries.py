"""Reads of the room: the catalogue, published factors, what was set in their place, certificates that were used."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import resources
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from greencredit.actions import catalogue
from greencredit.actions.errors import (
    ActionUnknown,
    MethodNotKept,
    NoSuchOverride,
    NoSuchReductionProduct,
    RegistryUnknown,
    SerialUnfit,
)
from greencredit.actions.rules import FactorBook, canonical_text, digest_of, plain_serial
from greencredit.actions.tables import (
    CertificateRow,
    FactorFile,
    FactorVersion,
    Method,
    OverrideDecisionRow,
    OverrideRow,
)
from greencredit.schemas.actions import (
    CertificateUse,
    Factor,
    FactorPage,
    GreenAction,
    MethodCopy,
    NewOverride,
    Override,
    ReductionProduct,
)
from greencredit.schemas.values import Words

_FACTORS: Final = resources.files("greencredit.actions") / "factors"


def actions() -> tuple[GreenAction, ...]:
    """Give every action of the catalogue, by name."""
    return tuple(catalogue.load().values())


def action(name: str) -> GreenAction:
    """Give one action of the catalogue."""
    known = catalogue.load()
    if name not in known:
        raise ActionUnknown(name, known=len(known))
    return known[name]


def units() -> Mapping[str, Words]:
    """Give every unit that factors and inputs may have, with its words in both languages."""
    return catalogue.units()


def shipped_factor_file() -> bytes:
    """Give the factor file that comes with the platform, as it is to be published."""
    return (_FACTORS / "emission_factors.csv").read_bytes()


def factor_book(session: Session, *, issuer_id: str | None = None) -> FactorBook:
    """Give all current factors as one object in memory, for as many calculations as there are.

    With an issuer, what was approved for that issuer stands in it as well; what was approved for a region always does.
    """
    approved = [one for one in overrides(session) if one.approved and one.issuer_id in {None, issuer_id}]
    return FactorBook((_shape(row) for row in session.scalars(_current())), approved, issuer_id=issuer_id)


def factors_of(session: Session, wanted: Iterable[tuple[str, int]]) -> tuple[Factor, ...]:
    """Give some versions of factors, by id and version; what was published stays published."""
    keys = sorted(set(wanted))
    if not keys:
        return ()
    statement = (
        select(FactorVersion)
        .where(tuple_(FactorVersion.id, FactorVersion.version).in_(keys))
        .order_by(FactorVersion.id, FactorVersion.version)
    )
    return tuple(_shape(row) for row in session.scalars(statement))


# ---- Methods as they were kept -------------------------------------------------------------------------------------


def kept_digests(session: Session) -> dict[tuple[str, int], str]:
    """Give the digest of every version of every method that was kept."""
    rows = session.execute(select(Method.name, Method.version, Method.digest))
    return {(name, version): digest for name, version, digest in rows}


def method(session: Session, name: str, version: int) -> MethodCopy:
    """Give one version of a method as it was kept; one that nobody kept yet may still be the catalogue's own.

    Raises:
        MethodNotKept: it was never kept, and the catalogue has another version.
    """
    row = session.get(Method, (name, version))
    if row is None:
        listed = catalogue.load().get(name)
        if listed is None or listed.version != version:
            raise MethodNotKept(name, version=version)
        return MethodCopy(document=canonical_text(listed), digest=digest_of(listed))
    return MethodCopy(document=row.document, digest=row.digest)


# ---- What was set in place of a baseline or factor -----------------------------------------------------------------


def overrides(session: Session, *, action: str | None = None, place: str | None = None) -> list[Override]:
    """List overrides with what was decided on them, oldest first."""
    statement = select(OverrideRow, OverrideDecisionRow).outerjoin(
        OverrideDecisionRow, OverrideDecisionRow.override_id == OverrideRow.id
    )
    if action is not None:
        statement = statement.where(OverrideRow.action == action)
    if place is not None:
        statement = statement.where(OverrideRow.place == place)
    rows = session.execute(statement.order_by(OverrideRow.id))
    return [_override(row, decision) for row, decision in rows]


def override(session: Session, override_id: str) -> Override:
    """Give one override.

    Raises:
        NoSuchOverride: there is none under this id.
    """
    row = session.get(OverrideRow, override_id)
    if row is None:
        raise NoSuchOverride(override_id)
    return _override(row, session.get(OverrideDecisionRow, override_id))


def _override(row: OverrideRow, decision: OverrideDecisionRow | None) -> Override:
    own = {name: getattr(row, name) for name in NewOverride.model_fields}
    own |= {name: getattr(row, name) for name in ("id", "version", "proposed_by", "proposed_at")}
    if decision is not None:
        own |= {name: getattr(decision, name) for name in ("approved", "decided_by", "decided_at", "note")}
    return Override.model_validate(own)


# ---- Carbon-reduction products -------------------------------------------------------------------------------------


def reduction_products() -> tuple[ReductionProduct, ...]:
    """Give the list of carbon-reduction products (碳减排产品), by name."""
    return tuple(catalogue.reduction_products().values())


def reduction_product(name: str) -> ReductionProduct:
    """Give one kind of carbon-reduction product: its attributes, its registers, and whether it adds CO2e.

    Raises:
        NoSuchReductionProduct: the list has none of this name.
    """
    known = catalogue.reduction_products()
    if name not in known:
        raise NoSuchReductionProduct(name, known=known)
    return known[name]


def certificate_use(session: Session, product: str, registry: str, serial: str) -> CertificateUse | None:
    """Tell whether a serial was used, and when; by whom and for what is told to nobody."""
    row = session.get(CertificateRow, certificate_fingerprint(session, product, registry, serial))
    if row is None:
        return None
    return CertificateUse(
        fingerprint=row.fingerprint, product=row.product, registry=row.registry_name, used_at=row.used_at
    )


def certificate_fingerprint(session: Session, product: str, registry: str, serial: str) -> str:
    """Give the keyed digest of a serial, however it was written; the same in one register whatever it is sold as.

    Raises:
        NoSuchReductionProduct, RegistryUnknown, SerialUnfit: there is no such serial.
    """
    known = reduction_product(product)
    if registry not in known.registries:
        raise RegistryUnknown(registry, product=product, wanted=known.registries)
    plain = plain_serial(serial)
    if not plain:
        raise SerialUnfit(product=product, characters=len(serial))
    return _keyed(session, registry, plain)


def certificate_purpose(session: Session, issuer_id: str, reference: str) -> str:
    """Give the keyed digest of what a serial was used for."""
    return _keyed(session, issuer_id, reference)


def _keyed(session: Session, *parts: str) -> str:
    key: bytes = session.info["keys"].for_purpose("actions.certificate")
    return hmac.digest(key, "\0".join(parts).encode(), hashlib.sha256).hex()


def factor_versions(session: Session) -> tuple[Factor, ...]:
    """Give every version of every factor ever published, by id and version."""
    statement = select(FactorVersion).order_by(FactorVersion.id, FactorVersion.version)
    return tuple(_shape(row) for row in session.scalars(statement))


def factors(
    session: Session,
    *,
    category: str | None = None,
    region: str | None = None,
    on: date | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> FactorPage:
    """Give a page of current factors by id; `on` keeps those whose window holds the day."""
    wanted: list[ColumnElement[bool]] = []
    if category is not None:
        wanted.append(FactorVersion.category == category)
    if region is not None:
        wanted.append((";" + FactorVersion.region + ";").contains(f";{region};", autoescape=True))
    if on is not None:
        begun = or_(FactorVersion.valid_from.is_(None), FactorVersion.valid_from <= on)
        wanted.append(and_(begun, or_(FactorVersion.valid_to.is_(None), FactorVersion.valid_to >= on)))
    if cursor is not None:
        wanted.append(FactorVersion.id > cursor)
    rows = session.scalars(_current().where(*wanted).limit(limit + 1)).all()
    items = tuple(_shape(row) for row in rows[:limit])
    return FactorPage(items=items, next=items[-1].id if len(rows) > limit else None)


def factor_file_published(session: Session, digest: str) -> bool:
    """Tell whether a file with this digest was published."""
    return session.get(FactorFile, digest) is not None


def _current() -> Select[FactorVersion]:
    """Select the newest version of every factor."""
    newest = select(FactorVersion.id, func.max(FactorVersion.version).label("version")).group_by(FactorVersion.id)
    latest = newest.subquery()
    here = and_(FactorVersion.id == latest.c.id, FactorVersion.version == latest.c.version)
    return select(FactorVersion).join(latest, here).order_by(FactorVersion.id)


def _shape(row: FactorVersion) -> Factor:
    own = {name: getattr(row, name) for name in Factor.model_fields if name != "title"}
    return Factor.model_validate({**own, "title": Words(zh=row.title_zh, en=row.title_en)})
