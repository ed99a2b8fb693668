"""A process that writes stories into a ledger until it is killed, and says what it was told, line by line.

A story is an award, a redemption, a refund and a reversal, each with a key of its own; whoever begins a story again
asks with the same keys and is told the same numbers. Started with: address, folder of the log, first story of each
caller, and after how many stories a caller stops (0: never).
"""

import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database
from greencredit.kernel.errors import NotNow
from greencredit.kernel.keys import Keys
from greencredit.kernel.logs import set_up_logs
from greencredit.kernel.writer import OutcomeUnknown, Writer
from greencredit.ledger import service
from greencredit.ledger.rules import key_of
from greencredit.proofs import service as log
from greencredit.schemas.ledger import Earning, Posted, Reason, Redemption, Restoration, Reversal
from tests.factories.ledger import make_terms

CALLERS: Final = 6
ORIGIN: Final = "stories.example/log"
KEYS: Final = Keys(bytes(32))
_TELLING: Final = threading.Lock()
REASON: Final = Reason("acc_operator", "退货", "a" * 64)


def carry(session: Session, items: Any) -> Any:  # noqa: ANN401 - a batch verb
    """Carry commands out, each for itself."""
    return service.post(session, 1, list(items), atomic=False)


def book(session: Session, items: Any) -> Any:  # noqa: ANN401 - a batch verb
    """Book awards."""
    return service.earn_each(session, 1, list(items))


def found(database: Database) -> None:
    """Make the names that the stories need."""
    with database.writing() as session:
        service.caller(session, "stories")
        service.holders(session, ["mer_tea"])
        for caller in range(CALLERS):
            service.holders(session, [f"con_{caller}"])
        service.series(session, make_terms(cap=10_000_000))


class Teller:
    """One caller."""

    def __init__(self, writer: Writer, holder: int, shop: int, first: int, many: int) -> None:
        self.writer, self.holder, self.shop = writer, holder, shop
        self.story, self.many = first, many

    def tell(self) -> None:
        """Live through stories, one after the other."""
        told = 0
        while not self.many or told < self.many:
            name = f"{self.holder}.{self.story}"
            award = self.ask(book, Earning(self.holder, 1, 10, key_of(f"{name}.earn")))
            spent = self.ask(carry, Redemption(self.holder, 6, self.shop, key_of(f"{name}.spend")))
            self.ask(carry, Restoration(spent, 6, key_of(f"{name}.restore")))
            self.ask(carry, Reversal(award, 4, key_of(f"{name}.reverse"), REASON))
            self.story += 1
            told += 1

    def ask(self, verb: Any, command: Any) -> int:  # noqa: ANN401 - any of them
        """Ask until there is an answer; say it in a line of its own."""
        while True:
            try:
                posted: Posted = self.writer.submit(verb, command).result(60)
            except (NotNow, OutcomeUnknown):
                time.sleep(0.02)
                continue
            with _TELLING:  # a line at a time: several threads tell
                sys.stdout.write(f"{self.holder} {self.story} {command.key.hex()} {posted.event_id}.\n")
                sys.stdout.flush()
            return posted.event_id


def publish(database: Database, folder: Path) -> None:
    """Publish the log again and again."""
    while True:
        try:
            log.publish(database, folder, origin=ORIGIN)
        except Exception:  # noqa: BLE001 - another's lease, or the database is away
            time.sleep(0.02)


def main(url: str, folder: str, firsts: str, many: str) -> None:
    """Tell stories; what is logged goes where the errors go, so that only stories are heard."""
    set_up_logs("plain")
    database = Database(url, keys=KEYS)
    writer = Writer(database)
    with database.reading() as session:
        rows = session.execute(text("SELECT subject_id, id FROM ledger_holder"))
        holders: dict[str, int] = {row[0]: row[1] for row in rows}
    tellers = [
        Teller(writer, holders[f"con_{caller}"], holders["mer_tea"], int(first), int(many))
        for caller, first in enumerate(firsts.split(","))
    ]
    threads = [threading.Thread(target=teller.tell, daemon=True) for teller in tellers]
    threading.Thread(target=publish, args=(database, Path(folder)), daemon=True).start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)


if __name__ == "__main__":
    main(*sys.argv[1:])
