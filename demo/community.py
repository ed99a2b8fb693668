"""An example community of some of the households: its buildings, who agreed to belong to them, and their figures."""

from collections.abc import Callable
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from demo import cast, facts
from greencredit.kernel.access import Actor, Role, ScopeKind, Via, operator_at_the_machine
from greencredit.kernel.clock import now
from greencredit.kernel.database import Database
from greencredit.organisations import queries, service
from greencredit.people import queries as people
from greencredit.people import service as peopling
from greencredit.people.rules import own_grant
from greencredit.schemas.organisations import (
    AgeBand,
    Figures,
    Joining,
    NewOrganisation,
    NewUnit,
    Organisation,
    OrganisationKind,
)
from greencredit.schemas.people import NewGrant
from greencredit.schemas.values import Period

NAME: Final = "示例社区（演示）"
LOGIN: Final = "community"
_BUILDINGS: Final = 6
_EVERY: Final = 12
"""The households that take part in the synthetic activities belong to it."""
_HALVES: Final = (
    Period(since=date(2025, 1, 1), until=date(2025, 7, 1)),
    Period(since=date(2025, 7, 1), until=date(2026, 1, 1)),
    Period(since=date(2025, 1, 1), until=date(2026, 1, 1)),
)


def found(database: Database, households: list[str], owner_id: str) -> None:
    """Found the community with its buildings and let households join by their own consent; once only."""
    with database.writing() as session:
        machine = operator_at_the_machine(now(session))
        if _community(session, machine) is not None:
            return
        whole = service.found(session, NewOrganisation(kind=OrganisationKind.COMMUNITY, name=NAME, region=facts.REGION))
        _name_administrator(session, machine, whole)
        root = whole.units[0].unit_id
        units = [
            service.add_unit(session, whole.organisation_id, NewUnit(parent_id=root, name=f"{number} 号楼")).unit_id
            for number in range(1, _BUILDINGS + 1)
        ]
        codes = [service.invite(session, unit).code for unit in units]
        chosen = households[::_EVERY]
        members = people.consumers_by_card(session, owner_id, chosen)
        for place, card in enumerate(chosen):
            _join(session, members[card], codes[place % _BUILDINGS])


def _community(session: Session, machine: Actor) -> Organisation | None:
    return next((one for one in queries.organisations(session, machine) if one.name == NAME), None)


def _name_administrator(session: Session, machine: Actor, whole: Organisation) -> None:
    account = people.account_by_login(session, LOGIN)
    assert account is not None, f"{LOGIN} is one of {sorted(cast.LOGINS)}"
    grant = NewGrant(
        account_id=account.id,
        role=Role.ORGANISATION_ADMIN,
        scope_kind=ScopeKind.ORGANISATION,
        scope_id=whole.organisation_id,
        because="演示：社区管理员",
    )
    peopling.grant(session, machine, grant)


def _join(session: Session, consumer_id: str, code: str) -> None:
    at = now(session)
    himself = Actor(
        at=at,
        via=Via.COMMAND,
        account_id="demonstration",
        subject_id=consumer_id,
        grants=(own_grant(consumer_id, at),),
    )
    agreed = Joining(code=code, age=AgeBand.FROM_14, notice_version=queries.notice().version, agreed=True)
    service.join(session, himself, consumer_id, agreed)


def publish(database: Database, say: Callable[[str], None]) -> None:
    """Publish the figures of both halves of the year and of the year; telling again tells the same."""
    with database.writing() as session:
        whole = _community(session, operator_at_the_machine(now(session)))
        assert whole is not None, "it was founded before"
        *_, year = (service.publish(session, whole.organisation_id, period) for period in _HALVES)
    say(_told(year))


def _told(year: Figures) -> str:
    first = year.units[0]
    grams = "–" if first.grams is None else f"{first.grams:,}"
    return (
        f"社区 · Community            {first.participants:,} 户参与 took part · {first.credits:,} 积分 credits · "
        f"{grams} g CO2e · {len(year.withheld)} 个单元隐去 units withheld"
    )
