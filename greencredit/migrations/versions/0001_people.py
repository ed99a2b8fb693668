"""The first tables of people; consents and the audit log can only grow."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Bytes, FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    _create_accounts()
    _create_consumers()
    _create_grants()
    _create_credentials()
    _create_consents()
    _create_audit()
    append_only("people_consent")
    append_only("people_audit")


def _create_accounts() -> None:
    op.create_table(
        "people_account",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("registered_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people_account"),
        sa.UniqueConstraint("login", name="uq_people_account_login"),
        sa.CheckConstraint("state IN ('active', 'suspended')", name="ck_people_account_state"),
        sqlite_strict=True,
    )


def _create_consumers() -> None:
    op.create_table(
        "people_consumer",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=True),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("registered_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people_consumer"),
        sa.UniqueConstraint("account_id", name="uq_people_consumer_account_id"),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name="fk_people_consumer_account_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "people_membership_card",
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("card_digest", Bytes, nullable=False),
        sa.Column("consumer_id", sa.Text, nullable=False),
        sa.Column("linked_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "card_digest", name="pk_people_membership_card"),
        sa.ForeignKeyConstraint(["consumer_id"], ["people_consumer.id"], name="fk_people_membership_card_consumer_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_people_membership_card_consumer_id", "people_membership_card", ["consumer_id"])


def _create_grants() -> None:
    op.create_table(
        "people_grant",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("scope_kind", sa.Text, nullable=False),
        sa.Column("scope_id", sa.Text, nullable=False),
        sa.Column("since", InstantColumn, nullable=False),
        sa.Column("until", InstantColumn, nullable=True),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("granted_by", sa.Text, nullable=True),
        sa.Column("revoked_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_people_grant"),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name="fk_people_grant_account_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_people_grant_account_id", "people_grant", ["account_id"])


def _create_credentials() -> None:
    op.create_table(
        "people_session",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("token_digest", Bytes, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("opened_at", InstantColumn, nullable=False),
        sa.Column("expires_at", InstantColumn, nullable=False),
        sa.Column("revoked_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_people_session"),
        sa.UniqueConstraint("token_digest", name="uq_people_session_token_digest"),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name="fk_people_session_account_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_people_session_account_id", "people_session", ["account_id"])
    op.create_table(
        "people_attempt",
        sa.Column("login_digest", Bytes, nullable=False),
        sa.Column("failures", Whole, nullable=False),
        sa.Column("last_at", InstantColumn, nullable=False),
        sa.Column("locked_until", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("login_digest", name="pk_people_attempt"),
        sqlite_strict=True,
    )
    op.create_index("ix_people_attempt_last_at", "people_attempt", ["last_at"])
    op.create_table(
        "people_api_key",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("secret_digest", Bytes, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("made_at", InstantColumn, nullable=False),
        sa.Column("expires_at", InstantColumn, nullable=False),
        sa.Column("revoked_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_people_api_key"),
        sa.ForeignKeyConstraint(["account_id"], ["people_account.id"], name="fk_people_api_key_account_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_people_api_key_account_id", "people_api_key", ["account_id"])


def _create_consents() -> None:
    op.create_table(
        "people_consent",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("consumer_id", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("step", Whole, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("given", FlagColumn, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people_consent"),
        sa.UniqueConstraint("consumer_id", "purpose", "step", name="uq_people_consent_consumer_id_purpose_step"),
        sa.ForeignKeyConstraint(["consumer_id"], ["people_consumer.id"], name="fk_people_consent_consumer_id"),
        sa.CheckConstraint("given IN (0, 1)", name="ck_people_consent_given"),
        sqlite_strict=True,
    )


def _create_audit() -> None:
    op.create_table(
        "people_audit",
        sa.Column("id", Whole, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.Column("account_id", sa.Text, nullable=True),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("credential_id", sa.Text, nullable=True),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("object_id", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people_audit"),
        sqlite_strict=True,
    )
    op.create_index("ix_people_audit_object_id", "people_audit", ["object_id", "id"])
