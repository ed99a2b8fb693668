"""The families of the ledger's measurements, by name."""

from typing import Final

from benchmarks import Family
from benchmarks.ledger import expiry, growth, hot, http, postgres, proofs, redeem, sqlite

FAMILIES: Final[dict[str, Family]] = {
    "sqlite": sqlite.measure,
    "postgres": postgres.measure,
    "hot": hot.measure,
    "http": http.measure,
    "growth": growth.measure,
    "redeem": redeem.measure,
    "expiry": expiry.measure,
    "proofs": proofs.measure,
}
