"""Enterprises as holders of credits: registered once for each code, by a room that has checked it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.kernel.ids import new_id
from greencredit.people import queries
from greencredit.people.errors import EnterpriseRegistered
from greencredit.people.tables import PeopleEnterprise
from greencredit.schemas.people import Enterprise, NewEnterprise


def register_enterprise(session: Session, wanted: NewEnterprise) -> Enterprise:
    """Register an enterprise; there is one holder for each code.

    Raises:
        EnterpriseRegistered: the code is another one's.
    """
    there = session.scalars(select(PeopleEnterprise.id).where(PeopleEnterprise.code == wanted.code)).one_or_none()
    if there is not None:
        raise EnterpriseRegistered(wanted.code, enterprise_id=there)
    at = now(session)
    row = PeopleEnterprise(id=new_id(session, "ent", at), name=wanted.name, code=wanted.code, registered_at=at)
    session.add(row)
    session.flush()
    return queries.enterprises(session, [row.id])[row.id]
