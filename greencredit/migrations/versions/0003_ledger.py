"""The ledger: events, leaves, balances, series, blocks; what must never change is guarded by triggers."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Bytes, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0003"
down_revision = "0002"

# Serials of a series follow each other without a gap and stay under the filed cap: two ranges can't overlap.
_NEXT_SERIAL = "(SELECT COALESCE(MAX(last), 0) + 1 FROM ledger_block WHERE series_id = NEW.series_id)"
_CAP = "(SELECT cap FROM ledger_series WHERE id = NEW.series_id)"


def upgrade() -> None:
    """Create the tables."""
    _create_names()
    _create_accounts()
    _create_events()
    op.execute("INSERT INTO ledger_head (id, next_event, next_batch, log_size, epoch) VALUES (1, 1, 1, 0, 0)")
    append_only("ledger_series")
    append_only("ledger_event")
    append_only("ledger_block", key=("series_id", "first"))
    append_only("ledger_batch")
    append_only("ledger_note", key=("event_id",))
    _guard_blocks()


def _create_names() -> None:
    op.create_table(
        "ledger_head",
        sa.Column("id", Whole, nullable=False, autoincrement=False),
        sa.Column("next_event", Whole, nullable=False),
        sa.Column("next_batch", Whole, nullable=False),
        sa.Column("log_size", Whole, nullable=False),
        sa.Column("epoch", Whole, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_head"),
        sa.CheckConstraint("id = 1", name="ck_ledger_head_one_row"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_holder",
        sa.Column("id", Whole, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_holder"),
        sa.UniqueConstraint("subject_id", name="uq_ledger_holder_subject_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_caller",
        sa.Column("id", Whole, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_caller"),
        sa.UniqueConstraint("name", name="uq_ledger_caller_name"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_series",
        sa.Column("id", Whole, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("terms_version", Whole, nullable=False),
        sa.Column("funding", sa.Text, nullable=False),
        sa.Column("award_month", Whole, nullable=False),
        sa.Column("expires_at", Whole, nullable=False),
        sa.Column("cap", Whole, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_series"),
        sa.UniqueConstraint(
            "issuer_id",
            "terms_version",
            "funding",
            "award_month",
            "expires_at",
            name="uq_ledger_series_terms",  # the convention's name is longer than PostgreSQL allows
        ),
        sa.CheckConstraint("cap > 0", name="ck_ledger_series_cap_positive"),
        sqlite_strict=True,
    )


def _create_accounts() -> None:
    op.create_table(
        "ledger_leaf",
        sa.Column("id", Whole, nullable=False),
        sa.Column("series_id", Whole, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("holder_id", Whole, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_leaf"),
        sa.UniqueConstraint("series_id", "kind", "holder_id", name="uq_ledger_leaf_series_id_kind_holder_id"),
        sa.ForeignKeyConstraint(["series_id"], ["ledger_series.id"], name="fk_ledger_leaf_series_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_ledger_leaf_holder_id", "ledger_leaf", ["holder_id"])
    op.create_table(
        "ledger_balance",
        sa.Column("leaf_id", Whole, nullable=False, autoincrement=False),
        sa.Column("sign", Whole, nullable=False),
        sa.Column("posted", Whole, nullable=False),
        sa.Column("held", Whole, nullable=False),
        sa.PrimaryKeyConstraint("leaf_id", name="pk_ledger_balance"),
        sa.ForeignKeyConstraint(["leaf_id"], ["ledger_leaf.id"], name="fk_ledger_balance_leaf_id"),
        sa.CheckConstraint("sign = 1 OR sign = -1", name="ck_ledger_balance_sign"),
        sa.CheckConstraint("held >= 0 AND posted * sign >= held", name="ck_ledger_balance_never_overdrawn"),
        sqlite_strict=True,
    )


def _create_events() -> None:
    op.create_table(
        "ledger_event",
        sa.Column("id", Whole, nullable=False, autoincrement=False),
        sa.Column("grp", Whole, nullable=False),
        sa.Column("kind", Whole, nullable=False),
        sa.Column("debit", Whole, nullable=False),
        sa.Column("credit", Whole, nullable=False),
        sa.Column("amount", Whole, nullable=False),
        sa.Column("holder", Whole, nullable=False),
        sa.Column("caller", Whole, nullable=False),
        sa.Column("day", Whole, nullable=False),
        sa.Column("key", Bytes, nullable=True),
        sa.Column("fingerprint", Bytes, nullable=True),
        sa.Column("cause", Whole, nullable=True),
        sa.Column("at", InstantColumn, nullable=False),
        sa.Column("serial", Whole, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_event"),
        sa.CheckConstraint("amount > 0", name="ck_ledger_event_amount_positive"),
        sa.CheckConstraint("debit <> credit", name="ck_ledger_event_two_leaves"),
        sqlite_strict=True,
    )
    _partial_index("uq_ledger_event_caller_day_key", ["caller", "day", "key"], unless_null="key", unique=True)
    op.create_index("ix_ledger_event_holder_id", "ledger_event", ["holder", "id"])
    _partial_index("ix_ledger_event_cause", ["cause"], unless_null="cause", unique=False)
    op.create_table(
        "ledger_block",
        sa.Column("series_id", Whole, nullable=False),
        sa.Column("first", Whole, nullable=False, autoincrement=False),
        sa.Column("last", Whole, nullable=False),
        sa.Column("batch_id", Whole, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "first", name="pk_ledger_block"),
        sa.ForeignKeyConstraint(["series_id"], ["ledger_series.id"], name="fk_ledger_block_series_id"),
        sa.CheckConstraint("last >= first", name="ck_ledger_block_in_order"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_batch",
        sa.Column("id", Whole, nullable=False, autoincrement=False),
        sa.Column("first", Whole, nullable=False),
        sa.Column("last", Whole, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_batch"),
        sa.CheckConstraint("last >= first", name="ck_ledger_batch_in_order"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_note",
        sa.Column("event_id", Whole, nullable=False, autoincrement=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("event_id", name="pk_ledger_note"),
        sa.ForeignKeyConstraint(["event_id"], ["ledger_event.id"], name="fk_ledger_note_event_id"),
        sqlite_strict=True,
    )


def _partial_index(name: str, columns: list[str], *, unless_null: str, unique: bool) -> None:
    present = sa.text(f"{unless_null} IS NOT NULL")
    op.create_index(name, "ledger_event", columns, unique=unique, sqlite_where=present, postgresql_where=present)


def _guard_blocks() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER ledger_block_follows BEFORE INSERT ON ledger_block WHEN NEW.first <> {_NEXT_SERIAL} "
            "BEGIN SELECT RAISE(ABORT, 'ledger_block does not follow the last one'); END"
        )
        op.execute(
            f"CREATE TRIGGER ledger_block_capped BEFORE INSERT ON ledger_block WHEN NEW.last > {_CAP} "
            "BEGIN SELECT RAISE(ABORT, 'ledger_block is beyond the filed cap'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION ledger_block_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.first <> {_NEXT_SERIAL} THEN RAISE EXCEPTION 'ledger_block does not follow the last one'; END IF; "
        f"IF NEW.last > {_CAP} THEN RAISE EXCEPTION 'ledger_block is beyond the filed cap'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_block_follows BEFORE INSERT ON ledger_block "
        "FOR EACH ROW EXECUTE FUNCTION ledger_block_check()"
    )
