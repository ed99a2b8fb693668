"""Who stands behind the numbers of a batch: known, not erased, and of the kind that a command asks for."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.ledger.errors import (
    HolderErased,
    NoSuchHolder,
    NoSuchSeries,
    NotAMerchant,
    NotAnEnterprise,
    NotAPerson,
)
from greencredit.ledger.rules.book import Book
from greencredit.ledger.service.posting import Head, in_batches, remember, remembered
from greencredit.ledger.service.state import Asked, holders_in, named
from greencredit.schemas.ledger import Allotment, Capture, Command, Funding, Passing, Redemption

PERSON: Final = "con_"
"""How the ids of persons begin."""

ENTERPRISE: Final = "ent_"
"""How the ids of enterprises begin; only they hold wallets."""


class People(NamedTuple):
    """What is known of the holders and parties of a batch."""

    subjects: dict[int, str]
    secrets: Mapping[int, bytes]
    """Of everybody whom this process remembers."""
    erased: frozenset[int]

    def require(self, book: Book, command: Command) -> None:
        """Refuse what names somebody or a series that is not there, or somebody of the wrong kind."""
        if type(command) is Redemption:  # what is asked most, looked at straight
            self._require_known(command.holder)
            self._require_merchant(command.party)
            return
        for holder in holders_in(command):
            self._require_known(holder)
        for fact in _causes(book, command):
            self._require_known(fact)
        series = getattr(command, "series", None)
        if series is not None and series not in book.series:
            raise NoSuchSeries(series)
        for wallet in _wallets(command):
            if not self.subjects[wallet].startswith(ENTERPRISE):
                raise NotAnEnterprise(wallet)
        if isinstance(command, Allotment) and not self.subjects[command.holder].startswith(PERSON):
            raise NotAPerson(command.holder)
        if isinstance(command, Capture):
            self._require_merchant(command.party)

    def _require_merchant(self, party: int) -> None:
        self._require_known(party)
        if self.subjects[party].startswith(PERSON):
            raise NotAMerchant(party)

    def _require_known(self, holder: int) -> None:
        if holder in self.erased:
            raise HolderErased(holder)
        if holder not in self.secrets:
            raise NoSuchHolder(str(holder))


def people_of(session: Session, head: Head, book: Book, asked: Asked) -> People:
    """Read who stands behind the numbers; whose secret is remembered is there, and only names are read of him."""
    spoken_of = named(asked, "enterprise", "giver", "receiver")
    spoken_of.update(one.party for kind in (Capture, Redemption) for one in asked.get(kind, ()))
    spoken_of.update(one.holder for one in asked.get(Allotment, ()))
    wanted = {fact.holder for fact in book.facts.values()} | named(asked, "holder")
    unknown = spoken_of.union(wanted.difference(remembered(session, head)))
    rows = in_batches(session, "SELECT id, secret, subject_id FROM ledger_holder WHERE id", sorted(unknown))
    return People(
        {number: subject for number, _, subject in rows if subject is not None},
        remember(session, head, (row[:2] for row in rows)),
        frozenset(number for number, secret, _ in rows if secret is None),
    )


def _wallets(command: Command) -> tuple[int, ...]:
    match command:
        case Funding() | Allotment():
            return (command.enterprise,)
        case Passing():
            return command.giver, command.receiver
        case _:
            return ()


def _causes(book: Book, command: Command) -> set[int]:
    """Name the holders of the events that a command refers to."""
    named = [getattr(command, name, None) for name in ("award", "hold", "redemption", "freeze", "funding")]
    facts = [book.facts[number] for number in named if number in book.facts]
    return {fact.holder for fact in facts}
