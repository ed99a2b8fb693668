"""Publishing factors (发布排放因子), and keeping the methods that use them as they stand that day."""

import hashlib
from collections.abc import Iterable

from sqlalchemy.orm import Session

from greencredit.actions import queries, rules
from greencredit.actions.errors import MethodChanged
from greencredit.actions.rules.record import canonical_text
from greencredit.actions.tables import FactorFile, FactorVersion, Method
from greencredit.kernel import clock
from greencredit.schemas.actions import Factor, GreenAction, Published


def publish_factors(session: Session, file: bytes, *, by: str) -> Published:
    """Publish a factor file whole or not at all; the same file again changes nothing.

    A version that is published stays as it is for ever: a correction is a row with the next version.
    """
    digest = hashlib.sha256(file).hexdigest()
    rows = rules.read_factor_file(file, queries.units())
    keep_methods(session)
    if queries.factor_file_published(session, digest):
        return Published(digest=digest, added=0, unchanged=len(rows))
    new = rules.require_publishable(rows, queries.factor_versions(session))
    session.add(
        FactorFile(digest=digest, published_at=clock.now(session), published_by=by, factors=len(rows)),
    )
    session.flush()  # the factors refer to their file
    session.add_all(_row(factor, digest) for factor in new)
    session.flush()
    return Published(digest=digest, added=len(new), unchanged=len(rows) - len(new))


def keep_methods(session: Session, methods: Iterable[GreenAction] | None = None) -> int:
    """Keep methods word for word (留存方法), those of the catalogue unless others are given; again changes nothing.

    Raises:
        MethodChanged: a method says something else under a version that was kept.
    """
    kept = queries.kept_digests(session)
    new = []
    for action in queries.actions() if methods is None else methods:
        document = canonical_text(action)
        digest = hashlib.sha256(document.encode()).hexdigest()
        known = kept.get((action.name, action.version))
        if known is None:
            at = clock.now(session)
            new.append(Method(name=action.name, version=action.version, digest=digest, document=document, kept_at=at))
        elif known != digest:
            raise MethodChanged(action.name, version=action.version, kept=known, found=digest)
    session.add_all(new)
    session.flush()
    return len(new)


def _row(factor: Factor, digest: str) -> FactorVersion:
    own = {name: getattr(factor, name) for name in Factor.model_fields if name not in {"title", "value"}}
    value = str(factor.value)
    return FactorVersion(**own, value=value, title_zh=factor.title.zh, title_en=factor.title.en, file_digest=digest)
