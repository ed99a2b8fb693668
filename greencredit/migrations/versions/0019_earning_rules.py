"""What earning rules keep beside an award: who pays, occasions, counters; one piece of evidence may earn by two rules.

SQLite can't drop a constraint: the table of awards is written anew there, with its triggers and its index, row by row
as it was. PostgreSQL changes it in place.
"""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import DayColumn, FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0019"
down_revision = "0018"

_BEFORE = (
    "event_id, rule_id, evidence_id, holder, subject, occurred_on, quantity, unit, spent_fen, credits, grams, tier, "
    "trace"
)
_AWARD = """
CREATE TABLE awards_award (
    event_id INTEGER NOT NULL,
    rule_id INTEGER NOT NULL,
    evidence_id INTEGER NOT NULL,
    holder INTEGER NOT NULL,
    subject TEXT NOT NULL,
    occurred_on TEXT NOT NULL,
    quantity TEXT NOT NULL,
    unit TEXT NOT NULL,
    spent_fen INTEGER,
    credits INTEGER NOT NULL,
    grams INTEGER,
    tier TEXT,
    trace TEXT NOT NULL,
    stacked INTEGER NOT NULL,
    terms_version INTEGER,
    household INTEGER,
    CONSTRAINT pk_awards_award PRIMARY KEY (event_id),
    CONSTRAINT uq_awards_award_evidence_id_rule_id UNIQUE (evidence_id, rule_id)
) STRICT
"""


def upgrade() -> None:
    """Create the tables."""
    if op.get_bind().dialect.name == "sqlite":
        _write_anew()
    else:
        op.add_column("awards_award", sa.Column("stacked", FlagColumn, nullable=False, server_default=sa.text("0")))
        op.alter_column("awards_award", "stacked", server_default=None)
        op.add_column("awards_award", sa.Column("terms_version", Whole, nullable=True))
        op.add_column("awards_award", sa.Column("household", Whole, nullable=True))
        op.drop_constraint("uq_awards_award_evidence_id", "awards_award")
        op.create_unique_constraint("uq_awards_award_evidence_id_rule_id", "awards_award", ["evidence_id", "rule_id"])
    _create_counters()
    append_only("awards_counter")
    append_only("awards_part", key=("event_id", "counter"))
    append_only("awards_gift")


def _write_anew() -> None:
    """Copy the awards into a table of another form, and guard it as the old one was."""
    op.execute("ALTER TABLE awards_award RENAME TO awards_award_before")
    op.execute("DROP INDEX ix_awards_award_holder_occurred_on")
    for verb in ("update", "delete", "replace"):
        op.execute(f"DROP TRIGGER awards_award_no_{verb}")
    op.execute(_AWARD)
    op.execute(f"INSERT INTO awards_award ({_BEFORE}, stacked) SELECT {_BEFORE}, 0 FROM awards_award_before")
    op.execute("DROP TABLE awards_award_before")
    op.create_index("ix_awards_award_holder_occurred_on", "awards_award", ["holder", "occurred_on"])
    append_only("awards_award", key=("event_id",))


def _create_counters() -> None:
    op.create_table(
        "awards_counter",
        sa.Column("id", Whole, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_awards_counter"),
        sa.UniqueConstraint("issuer_id", "kind", "name", name="uq_awards_counter_issuer_id_kind_name"),
        sqlite_strict=True,
    )
    op.create_table(
        "awards_gift",
        sa.Column("id", Whole, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("holder", Whole, nullable=False),
        sa.Column("happened_on", DayColumn, nullable=False),
        sa.Column("taken_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_awards_gift"),
        sa.UniqueConstraint("issuer_id", "mark", name="uq_awards_gift_issuer_id_mark"),
        sqlite_strict=True,
    )
    op.create_table(
        "awards_part",
        sa.Column("event_id", Whole, nullable=False, autoincrement=False),
        sa.Column("counter", Whole, nullable=False, autoincrement=False),
        sa.Column("credits", Whole, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "counter", name="pk_awards_part"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "awards_occasion",
        sa.Column("lineage", Whole, nullable=False, autoincrement=False),
        sa.Column("holder", Whole, nullable=False, autoincrement=False),
        sa.Column("window", Whole, nullable=False, autoincrement=False),
        sa.Column("number", Whole, nullable=False),
        sa.PrimaryKeyConstraint("lineage", "holder", "window", name="pk_awards_occasion"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
