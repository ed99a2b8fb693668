"""Tables of organisations: who they are, their units, who belongs to them, and the figures that were published."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table, Whole

STRICT = {"sqlite_strict": True}

_ORGANISATION = "organisations_organisation.id"


class OrganisationRow(Table):
    """A school, district, community or enterprise."""

    __tablename__ = "organisations_organisation"
    __table_args__ = (CheckConstraint("smallest_group >= 10", name="smallest_group"), STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    region: Mapped[str]
    smallest_group: Mapped[int]
    enterprise_id: Mapped[str | None] = mapped_column(Text, unique=True)
    founded_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class UnitRow(Table):
    """A unit of an organisation; the one without a parent is the whole."""

    __tablename__ = "organisations_unit"
    __table_args__ = (
        CheckConstraint("for_children IN (0, 1)", name="for_children"),
        Index("ix_organisations_unit_organisation_id", "organisation_id"),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Text, ForeignKey(_ORGANISATION))
    parent_id: Mapped[str | None] = mapped_column(Text, ForeignKey("organisations_unit.id"))
    level: Mapped[str]
    name: Mapped[str]
    for_children: Mapped[bool]
    join_digest: Mapped[bytes | None] = mapped_column(unique=True)
    """A keyed digest of the code it hands out; none: it hands out none."""
    added_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class MembershipRow(Table):
    """That a person belongs to a unit, and who agreed; deleted when the person is erased."""

    __tablename__ = "organisations_membership"
    __table_args__ = (
        # One unit of an organisation at a time, whoever asks at once.
        Index(
            "ix_organisations_membership_present",
            "organisation_id",
            "consumer_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_organisations_membership_consumer_id", "consumer_id"),
        CheckConstraint("by_guardian IN (0, 1)", name="by_guardian"),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Text, ForeignKey(_ORGANISATION))
    unit_id: Mapped[str] = mapped_column(Text, ForeignKey("organisations_unit.id"), index=True)
    consumer_id: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    age: Mapped[str]
    by_guardian: Mapped[bool]
    agreed_by: Mapped[str]
    notice_version: Mapped[str]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class PublicationRow(Table):
    """The figures of an organisation for a period, word for word; known for ever, so kept for ever."""

    __tablename__ = "organisations_publication"
    __table_args__ = (UniqueConstraint("organisation_id", "since", "until"), STRICT)

    number: Mapped[int] = mapped_column(Whole, primary_key=True)
    id: Mapped[str] = mapped_column(Text, unique=True)
    organisation_id: Mapped[str] = mapped_column(Text, ForeignKey(_ORGANISATION))
    since: Mapped[date]
    until: Mapped[date]
    published_at: Mapped[datetime]
    document: Mapped[str]
    """What was shown: canonical JSON."""
    told_apart: Mapped[str]
    """Which units told which families apart: canonical JSON."""


class MonthRow(Table):
    """What a month of an organisation came to, unit by unit, as it was when a publication first touched it.

    Longer periods add months up, so that they differ from them by nobody's late record. Shown to nobody.
    """

    __tablename__ = "organisations_month"
    __table_args__ = STRICT

    organisation_id: Mapped[str] = mapped_column(Text, ForeignKey(_ORGANISATION), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    as_of_event: Mapped[int] = mapped_column(Whole)
    document: Mapped[str]
    """Unit → family → actions, credits, grams, actions that are not quantified: canonical JSON."""
