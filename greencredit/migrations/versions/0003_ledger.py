"""The ledger: events, balances, series, blocks, batches; what must never change is guarded by triggers."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Bytes, FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0003"
down_revision = "0002"

# Serials of a series follow each other without a gap and stay under the filed cap: two ranges can't overlap.
_NEXT_SERIAL = (
    "COALESCE((SELECT last FROM ledger_block WHERE series_id = NEW.series_id ORDER BY first DESC LIMIT 1), 0) + 1"
)
_CAP = "(SELECT cap FROM ledger_series WHERE id = NEW.series_id)"

# Words about somebody go when he is erased; who said them, what they moved and their digest stay.
_WORDLESS = "NEW.reason IS NULL AND NEW.document IS NULL"
_NOTE_FORGOTTEN = (
    f"{_WORDLESS} AND NEW.event_id = OLD.event_id AND NEW.actor_id = OLD.actor_id AND NEW.digest = OLD.digest "
    "AND COALESCE(NEW.ground, '') = COALESCE(OLD.ground, '') AND COALESCE(NEW.office, '') = COALESCE(OLD.office, '') "
    "AND EXISTS (SELECT 1 FROM ledger_event e JOIN ledger_holder h ON h.id = e.holder "
    "WHERE e.id = OLD.event_id AND h.secret IS NULL)"
)
_PROPOSAL_FORGOTTEN = (
    f"{_WORDLESS} AND NEW.id = OLD.id AND NEW.holder = OLD.holder AND NEW.series_id = OLD.series_id "
    "AND NEW.credits = OLD.credits AND NEW.proposed_by = OLD.proposed_by AND NEW.proposed_at = OLD.proposed_at "
    "AND COALESCE(NEW.key = OLD.key, OLD.key IS NULL AND NEW.key IS NULL) "
    "AND EXISTS (SELECT 1 FROM ledger_holder h WHERE h.id = OLD.holder AND h.secret IS NULL)"
)

_SMALL = sa.BigInteger().with_variant(sa.Integer(), "sqlite").with_variant(sa.SmallInteger(), "postgresql")
_MEDIUM = sa.BigInteger().with_variant(sa.Integer(), "sqlite").with_variant(sa.Integer(), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    _create_names()
    _create_balances()
    _create_events()
    _create_batches()
    _create_corrections()
    _create_touches()
    op.execute(
        "INSERT INTO ledger_head (id, next_event, next_batch, log_size, epoch, erasures, latest) "
        "VALUES (1, 1, 1, 0, 0, 0, 0)"
    )
    append_only("ledger_series")
    append_only("ledger_event")
    append_only("ledger_block", key=("series_id", "first"))
    append_only("ledger_batch")
    append_only("ledger_note", key=("event_id",), unless=_NOTE_FORGOTTEN)
    append_only("ledger_frozen", key=("event_id",))
    append_only("ledger_touch", key=("series_id", "stretch"))
    append_only("ledger_proposal", unless=_PROPOSAL_FORGOTTEN)
    append_only("ledger_decision", key=("proposal_id",))
    _guard_blocks()
    _guard_holders()


def _create_names() -> None:
    op.create_table(
        "ledger_head",
        sa.Column("id", Whole, nullable=False, autoincrement=False),
        sa.Column("next_event", Whole, nullable=False),
        sa.Column("next_batch", Whole, nullable=False),
        sa.Column("log_size", Whole, nullable=False),
        sa.Column("epoch", Whole, nullable=False),
        sa.Column("erasures", Whole, nullable=False),
        sa.Column("latest", Whole, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_head"),
        sa.CheckConstraint("id = 1", name="ck_ledger_head_one_row"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_holder",
        sa.Column("id", Whole, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=True),
        sa.Column("secret", Bytes, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_holder"),
        sa.UniqueConstraint("subject_id", name="uq_ledger_holder_subject_id"),
        sa.CheckConstraint("(subject_id IS NULL) = (secret IS NULL)", name="ck_ledger_holder_erased_whole"),
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
        sa.Column("clawback_cap", Whole, nullable=False),
        sa.Column("refund_grace_days", Whole, nullable=False),
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
        sa.CheckConstraint("clawback_cap >= 0 AND refund_grace_days >= 0", name="ck_ledger_series_terms_not_negative"),
        sqlite_strict=True,
    )


def _create_balances() -> None:
    op.create_table(
        "ledger_balance",
        sa.Column("leaf_id", Whole, nullable=False, autoincrement=False),
        sa.Column("posted", Whole, nullable=False),
        sa.PrimaryKeyConstraint("leaf_id", name="pk_ledger_balance"),
        sa.CheckConstraint(
            "CASE WHEN leaf_id & 15 IN (0, 6) THEN posted <= 0 ELSE posted >= 0 END",
            name="ck_ledger_balance_never_crossed",
        ),
        sqlite_strict=True,
    )
    owed = sa.text("leaf_id & 15 = 6")  # not the balance: every change of it would have to touch every index
    op.create_index("ix_ledger_balance_owed", "ledger_balance", ["leaf_id"], sqlite_where=owed, postgresql_where=owed)


def _create_events() -> None:
    op.create_table(
        "ledger_event",
        sa.Column("id", Whole, nullable=False, autoincrement=False),
        # Wide numbers first: PostgreSQL pads every narrow one before a wide one.
        sa.Column("amount", Whole, nullable=False),
        sa.Column("serial", Whole, nullable=True),
        sa.Column("grp", Whole, nullable=True),
        sa.Column("cause", Whole, nullable=True),
        sa.Column("series", _MEDIUM, nullable=False),
        sa.Column("holder", _MEDIUM, nullable=False),
        sa.Column("party", _MEDIUM, nullable=True),
        sa.Column("kind", _SMALL, nullable=False),
        sa.Column("caller", _SMALL, nullable=False),
        sa.Column("key", Bytes, nullable=True),
        sa.Column("fingerprint", Bytes, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_event"),
        sa.CheckConstraint("amount > 0", name="ck_ledger_event_amount_positive"),
        sa.CheckConstraint("kind BETWEEN 1 AND 28", name="ck_ledger_event_known_verb"),
        sa.CheckConstraint("length(key) = 16", name="ck_ledger_event_key_whole"),
        sqlite_strict=True,
    )
    _partial_index("uq_ledger_event_caller_key", ["caller", "key"], unless_null="key", unique=True)
    op.create_index("ix_ledger_event_holder_id", "ledger_event", ["holder", "id"])
    _partial_index("ix_ledger_event_cause", ["cause"], unless_null="cause", unique=False)
    _partial_index("ix_ledger_event_party_id", ["party", "id"], unless_null="party", unique=False)


def _create_batches() -> None:
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
        sa.Column("entry", Whole, nullable=False),
        sa.Column("hashes", Bytes, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_batch"),
        sa.UniqueConstraint("first", name="uq_ledger_batch_first"),
        sa.CheckConstraint("last >= first", name="ck_ledger_batch_in_order"),
        sqlite_strict=True,
    )
    op.create_index("ix_ledger_batch_at", "ledger_batch", ["at"])
    op.create_table(
        "ledger_note",
        sa.Column("event_id", Whole, nullable=False, autoincrement=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("document", sa.Text, nullable=True),
        sa.Column("ground", sa.Text, nullable=True),
        sa.Column("office", sa.Text, nullable=True),
        sa.Column("digest", Bytes, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_ledger_note"),
        sa.ForeignKeyConstraint(["event_id"], ["ledger_event.id"], name="fk_ledger_note_event_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_frozen",
        sa.Column("event_id", Whole, nullable=False, autoincrement=False),
        sa.Column("hash", Bytes, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_ledger_frozen"),
        sqlite_strict=True,
    )


def _create_corrections() -> None:
    op.create_table(
        "ledger_proposal",
        sa.Column("id", Whole, nullable=False),
        sa.Column("holder", Whole, nullable=False),
        sa.Column("series_id", Whole, nullable=False),
        sa.Column("credits", Whole, nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("document", sa.Text, nullable=True),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at", InstantColumn, nullable=False),
        sa.Column("key", Bytes, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_proposal"),
        sa.UniqueConstraint("id", "proposed_by", name="uq_ledger_proposal_id_proposed_by"),
        sa.UniqueConstraint("proposed_by", "key", name="uq_ledger_proposal_proposed_by_key"),
        sa.ForeignKeyConstraint(["series_id"], ["ledger_series.id"], name="fk_ledger_proposal_series_id"),
        sa.CheckConstraint("credits <> 0", name="ck_ledger_proposal_not_zero"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_decision",
        sa.Column("proposal_id", Whole, nullable=False, autoincrement=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("approved", FlagColumn, nullable=False),
        sa.Column("event_id", Whole, nullable=True),
        sa.Column("decided_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_ledger_decision"),
        sa.ForeignKeyConstraint(
            ["proposal_id", "proposed_by"],
            ["ledger_proposal.id", "ledger_proposal.proposed_by"],
            name="fk_ledger_decision_proposal_id_proposed_by",
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name="ck_ledger_decision_second_person"),
        sa.CheckConstraint("(event_id IS NOT NULL) = (approved = 1)", name="ck_ledger_decision_approved_is_posted"),
        sqlite_strict=True,
    )


def _create_touches() -> None:
    op.create_table(
        "ledger_touch",
        sa.Column("series_id", Whole, nullable=False, autoincrement=False),
        sa.Column("stretch", Whole, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("series_id", "stretch", name="pk_ledger_touch"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
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


def _guard_holders() -> None:
    """A number stands for one subject for ever, or for nobody once that one is forgotten."""
    forgotten = "NEW.id = OLD.id AND NEW.subject_id IS NULL AND NEW.secret IS NULL"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER ledger_holder_stays BEFORE UPDATE ON ledger_holder WHEN NOT ({forgotten}) "
            "BEGIN SELECT RAISE(ABORT, 'ledger_holder can only be forgotten'); END"
        )
        op.execute(
            "CREATE TRIGGER ledger_holder_no_delete BEFORE DELETE ON ledger_holder "
            "BEGIN SELECT RAISE(ABORT, 'ledger_holder can only be forgotten'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION ledger_holder_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF {forgotten} THEN RETURN NEW; END IF; END IF; "
        "RAISE EXCEPTION 'ledger_holder can only be forgotten'; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_holder_stays BEFORE UPDATE OR DELETE ON ledger_holder "
        "FOR EACH ROW EXECUTE FUNCTION ledger_holder_check()"
    )
