"""A process of its own that posts to a ledger: `python -m tests.ledger.poster <database> <name> <times>`."""

import sys

from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from tests.factories.ledger import earn, make_earning, redeem


def main(url: str, name: str, times: int) -> None:
    """Award and spend in turns; says how many credits were acknowledged as awarded and as spent."""
    database = Database(url)
    earned = spent = 0
    for number in range(times):
        with database.writing() as session:
            earn(session, make_earning(session, f"con_{number % 3}", credits_=3, key=f"{name} {number}"))
        earned += 3
        try:
            with database.writing() as session:
                redeem(session, 5, holder=f"con_{number % 3}", key=f"{name} spends {number}")
            spent += 5
        except Refusal:
            pass
    database.close()
    sys.stdout.write(f"{earned} {spent}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
