"""The one verb of the room: publishing factors (发布排放因子); actions themselves are files."""

import hashlib

from sqlalchemy.orm import Session

from greencredit.actions import queries, rules
from greencredit.actions.tables import FactorFile, FactorVersion
from greencredit.kernel import clock
from greencredit.schemas.actions import Factor, Published


def publish_factors(session: Session, file: bytes, *, by: str) -> Published:
    """Publish a factor file whole or not at all; the same file again changes nothing.

    A version that is published stays as it is for ever: a correction is a row with the next version.
    """
    digest = hashlib.sha256(file).hexdigest()
    rows = rules.read_factor_file(file, queries.units())
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


def _row(factor: Factor, digest: str) -> FactorVersion:
    own = {name: getattr(factor, name) for name in Factor.model_fields if name not in {"title", "value"}}
    value = str(factor.value)
    return FactorVersion(**own, value=value, title_zh=factor.title.zh, title_en=factor.title.en, file_digest=digest)
