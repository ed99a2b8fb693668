"""Tables of people; secrets and card numbers are kept as keyed digests only."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table, Whole

STRICT = {"sqlite_strict": True}

_ACCOUNT = "people_account.id"
_CONSUMER = "people_consumer.id"


class PeopleAccount(Table):
    """Somebody who signs in."""

    __tablename__ = "people_account"
    __table_args__ = (CheckConstraint("state IN ('active', 'suspended')", name="state"), STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    login: Mapped[str] = mapped_column(Text, unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str | None]
    state: Mapped[str]
    registered_at: Mapped[datetime]


class PeopleConsumer(Table):
    """Somebody who earns credits, with or without an account of his own."""

    __tablename__ = "people_consumer"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str | None] = mapped_column(Text, ForeignKey(_ACCOUNT), unique=True)
    display_name: Mapped[str]
    registered_at: Mapped[datetime]


class PeopleEnterprise(Table):
    """An enterprise that may hold credits; who it is, never changed."""

    __tablename__ = "people_enterprise"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str]
    code: Mapped[str] = mapped_column(Text, unique=True)
    registered_at: Mapped[datetime]


class PeopleMembershipCard(Table):
    """A card by which an issuer or merchant knows a consumer."""

    __tablename__ = "people_membership_card"

    owner_id: Mapped[str] = mapped_column(Text, primary_key=True)
    """The issuer or merchant whose card it is."""
    card_digest: Mapped[bytes] = mapped_column(primary_key=True)
    consumer_id: Mapped[str] = mapped_column(Text, ForeignKey(_CONSUMER), index=True)
    linked_at: Mapped[datetime]


class PeopleGrant(Table):
    """A role held in a place; ended by a date or a revocation, never deleted."""

    __tablename__ = "people_grant"
    __table_args__ = (Index("ix_people_grant_scope_id", "scope_id"), STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str] = mapped_column(Text, ForeignKey(_ACCOUNT), index=True)
    role: Mapped[str]
    scope_kind: Mapped[str]
    scope_id: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    because: Mapped[str]
    granted_by: Mapped[str | None]
    revoked_at: Mapped[datetime | None]


class PeopleSession(Table):
    """A sign-in; the token itself is never stored."""

    __tablename__ = "people_session"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(Text, ForeignKey(_ACCOUNT), index=True)
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class PeopleAttempt(Table):
    """Failed sign-ins with one login, whether or not an account has it."""

    __tablename__ = "people_attempt"

    login_digest: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]


class PeopleApiKey(Table):
    """A key for programs; scopes are canonical JSON."""

    __tablename__ = "people_api_key"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str] = mapped_column(Text, ForeignKey(_ACCOUNT), index=True)
    name: Mapped[str]
    secret_digest: Mapped[bytes]
    scopes: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class PeopleConsent(Table):
    """Consent given or withdrawn: one row per step, append-only."""

    __tablename__ = "people_consent"
    __table_args__ = (
        UniqueConstraint("consumer_id", "purpose", "step"),
        CheckConstraint("given IN (0, 1)", name="given"),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    consumer_id: Mapped[str] = mapped_column(Text, ForeignKey(_CONSUMER))
    purpose: Mapped[str]
    step: Mapped[int]
    """Counts the steps of one person and purpose from 1, so that two at once can't both be the next."""
    version: Mapped[str]
    given: Mapped[bool]
    at: Mapped[datetime]


class PeopleAudit(Table):
    """Who did what to which object; append-only, facts are canonical JSON without personal data."""

    __tablename__ = "people_audit"
    __table_args__ = (Index("ix_people_audit_object_id", "object_id", "id"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[str | None]
    via: Mapped[str]
    credential_id: Mapped[str | None]
    action: Mapped[str]
    object_id: Mapped[str]
    outcome: Mapped[str]
    facts: Mapped[str]
    request_id: Mapped[str]
