"""Organisations for tests: a school with its classes and pupils, what they did; all of it obviously synthetic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from greencredit.awards import jobs
from greencredit.kernel.access import Actor, Grant, Role, Scope, ScopeKind, Via
from greencredit.kernel.clock import StandingClock, now
from greencredit.kernel.database import Database
from greencredit.organisations import queries, service
from greencredit.people import service as people
from greencredit.people.tables import PeopleEnterprise
from greencredit.schemas.awards import EarningRule, Ground
from greencredit.schemas.organisations import (
    AgeBand,
    Joining,
    Membership,
    NewOrganisation,
    NewUnit,
    Organisation,
    OrganisationKind,
)
from greencredit.schemas.people import NewConsumer
from greencredit.schemas.values import Period, Words
from tests.factories.awards import action_rule, publish_factors, purchase_rule
from tests.factories.evidence import Shop, activities_csv, bought, did, make_shop, receipt_csv

BEGINS: Final = datetime(2025, 12, 31, 4, 0, tzinfo=UTC)
"""Everybody joins on this day, so that the year begins with everybody there."""

JANUARY: Final = Period(since=date(2026, 1, 1), until=date(2026, 2, 1))
FEBRUARY: Final = Period(since=date(2026, 2, 1), until=date(2026, 3, 1))
TWO_MONTHS: Final = Period(since=date(2026, 1, 1), until=date(2026, 3, 1))

RECYCLING: Final = action_rule(name="recycling", title=Words(zh="资源回收", en="Recycling"), actions=("recycle_pet",))
CUPS: Final = action_rule(name="cups", title=Words(zh="自带杯", en="Own cups"), actions=("reusable_cup",))
RULES: Final[tuple[EarningRule, ...]] = (action_rule(), RECYCLING, CUPS, purchase_rule())
assert {rule.ground for rule in RULES} == {Ground.ACTION, Ground.PURCHASE}


def register_enterprise_as(session: Session, enterprise_id: str, *, code: str) -> None:
    """Register an enterprise under an id of the test's choice."""
    session.add(PeopleEnterprise(id=enterprise_id, name=f"示例企业 {code}", code=code, registered_at=now(session)))
    session.flush()


def own_actor(consumer_id: str, at: datetime, *, account_id: str = "acc_member") -> Actor:
    """Give a person who acts for himself."""
    grants = (Grant(Role.CONSUMER, Scope(ScopeKind.CONSUMER, consumer_id), at),)
    return Actor(at=at, via=Via.SESSION, account_id=account_id, subject_id=consumer_id, grants=grants)


def guardian_of(consumer_id: str, at: datetime, *, account_id: str = "acc_guardian") -> Actor:
    """Give a guardian of a child."""
    grants = (Grant(Role.GUARDIAN, Scope(ScopeKind.CONSUMER, consumer_id), at),)
    return Actor(at=at, via=Via.SESSION, account_id=account_id, grants=grants)


def joining(code: str, *, age: AgeBand = AgeBand.UNDER_14) -> Joining:
    """Agree to the notice in force."""
    return Joining(code=code, age=age, notice_version=queries.notice().version, agreed=True)


def make_organisation(
    session: Session,
    kind: OrganisationKind = OrganisationKind.SCHOOL,
    *,
    name: str = "示例小学",
    code: str | None = None,
    smallest_group: int = 10,
) -> Organisation:
    """Found an organisation without units but the first."""
    new = NewOrganisation(kind=kind, name=name, region="CN-SH", code=code, smallest_group=smallest_group)
    return service.found(session, new)


def add(session: Session, organisation_id: str, parent_id: str, name: str, *, for_children: bool = False) -> str:
    """Add a unit; gives its id."""
    return service.add_unit(
        session, organisation_id, NewUnit(parent_id=parent_id, name=name, for_children=for_children)
    ).unit_id


def enrol(session: Session, unit_id: str, consumer_id: str) -> Membership:
    """Let a child's guardian agree that he belongs to a unit."""
    code = service.invite(session, unit_id).code
    return service.join(session, guardian_of(consumer_id, now(session)), consumer_id, joining(code))


@dataclass
class School:
    """A school, its units by name, the pupils of each class, and the shop whose feeds tell what they did."""

    database: Database
    clock: StandingClock
    folder: Path
    organisation_id: str
    units: dict[str, str]
    pupils: dict[str, list[str]]
    shop: Shop
    _records: int = field(default=0)

    def card(self, name: str, number: int) -> str:
        """Give the card of a pupil of a class."""
        return f"CARD-{name}-{number}"

    def ride(self, name: str, numbers: Iterable[int], *, on: str = "2026-01-10", action: str = "metro_trip_km") -> None:
        """Let pupils of a class do something, each once."""
        rows = []
        for number in numbers:
            self._records += 1
            rows.append(
                did(
                    record_no=f"T{self._records}",
                    card_no=self.card(name, number),
                    action=action,
                    done_at=f"{on}T08:00:00",
                    quantity=str(4 + number % 3),
                )
            )
        path = activities_csv(self.folder / f"activities_{self._records}.csv", rows)
        jobs.import_file(self.database, self.shop.activities, path)

    def shop_for(self, name: str, numbers: Iterable[int], *, on: str = "2026-01-12") -> None:
        """Let pupils of a class buy carrots, each once."""
        rows = []
        for number in numbers:
            self._records += 1
            rows.append(
                bought(receipt_no=f"R{self._records}", card_no=self.card(name, number), sold_at=f"{on}T10:00:00")
            )
        path = receipt_csv(self.folder / f"receipts_{self._records}.csv", rows)
        jobs.import_file(self.database, self.shop.receipts, path)


def make_school(
    database: Database,
    clock: StandingClock,
    folder: Path,
    classes: Mapping[str, Mapping[str, int]],
    *,
    smallest_group: int = 10,
) -> School:
    """Found a school with grades, classes and so many pupils in each; all belong to it since the end of 2025."""
    with database.writing() as session:
        publish_factors(session)
    later, clock.at = clock.at, BEGINS
    with database.writing() as session:
        whole = make_organisation(session, smallest_group=smallest_group)
        units, pupils, cards = {"school": whole.units[0].unit_id}, {}, {}
        for grade, below in classes.items():
            units[grade] = add(session, whole.organisation_id, units["school"], grade, for_children=True)
            for name, count in below.items():
                units[name] = add(session, whole.organisation_id, units[grade], name)
                new = [NewConsumer(display_name=f"示例学生 {name}-{number}") for number in range(count)]
                pupils[name] = people.register_consumers(session, new)
                for number, pupil in enumerate(pupils[name]):
                    enrol(session, units[name], pupil)
                    cards[f"CARD-{name}-{number}"] = pupil
    clock.at = later
    with database.writing() as session:
        shop = make_shop(session, *RULES, consumers=cards)
    return School(database, clock, folder, whole.organisation_id, units, pupils, shop)
