"""The first tables of merchants: registers, which may be corrected."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import DayColumn, InstantColumn

revision = "0005"
down_revision = "0004"

_GREEN = sa.text("green_kind IS NOT NULL")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "merchants_merchant",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("english_name", sa.Text, nullable=True),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=True),
        sa.Column("joined_at", InstantColumn, nullable=False),
        sa.Column("left_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_merchants_merchant"),
        sqlite_strict=True,
    )
    op.create_table(
        "merchants_store",
        sa.Column("merchant_id", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("opened_on", DayColumn, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "code", name="pk_merchants_store"),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants_merchant.id"], name="fk_merchants_store_merchant_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "merchants_green_kind",
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("why_zh", sa.Text, nullable=False),
        sa.Column("why_en", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_merchants_green_kind"),
        sqlite_strict=True,
    )
    op.create_table(
        "merchants_product",
        sa.Column("merchant_id", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=True),
        sa.Column("type", sa.Text, nullable=True),
        sa.Column("manufacturer", sa.Text, nullable=True),
        sa.Column("brand", sa.Text, nullable=True),
        sa.Column("package_size", sa.Text, nullable=True),
        sa.Column("green_kind", sa.Text, nullable=True),
        sa.Column("green_reason_zh", sa.Text, nullable=True),
        sa.Column("green_reason_en", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("merchant_id", "code", name="pk_merchants_product"),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants_merchant.id"], name="fk_merchants_product_merchant_id"),
        sa.ForeignKeyConstraint(["green_kind"], ["merchants_green_kind.slug"], name="fk_merchants_product_green_kind"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_merchants_product_green",
        "merchants_product",
        ["merchant_id", "green_kind"],
        sqlite_where=_GREEN,
        postgresql_where=_GREEN,
    )
