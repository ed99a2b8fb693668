"""Finds whose evidence it is: card number → consumer → pseudonym in the ledger, each looked up once per file."""

from sqlalchemy.orm import Session

from greencredit.evidence.errors import ErasedMeanwhile
from greencredit.ledger import service as ledger
from greencredit.people import queries as people

_NOBODY = 0
_MOST_KEPT = 500_000
"""A file of nothing but unknown cards must not fill the memory."""


class Cards:
    """The cards of one issuer or merchant met so far."""

    def __init__(self, owner_id: str) -> None:
        self._owner_id = owner_id
        self._holders: dict[str, int] = {}
        self._new: dict[str, int] = {}
        """Consumers whose numbers were made in the present transaction."""

    def holders(self, session: Session, card_numbers: list[str]) -> list[int]:
        """Give the holder of each card, 0 where the card belongs to nobody."""
        if len(self._holders) > _MOST_KEPT:
            self._holders.clear()
        met = self._holders
        if unmet := [card for card in dict.fromkeys(card_numbers) if card not in met]:
            consumers = people.consumers_by_card(session, self._owner_id, [card for card in unmet if card])
            # In the order of the file, so that the same file gives the same pseudonyms on every machine.
            in_order = dict.fromkeys(consumers[card] for card in unmet if card in consumers)
            pseudonyms = ledger.holders(session, list(in_order)) if in_order else {}
            made = ledger.made_here(session, pseudonyms.values())
            self._new |= {one: number for one, number in pseudonyms.items() if number in made}
            met.update({card: pseudonyms[consumers[card]] if card in consumers else _NOBODY for card in unmet})
        return [met[card] for card in card_numbers]

    def require_all_there(self, session: Session) -> None:
        """Refuse a chunk whose cards belonged to somebody who was erased before he had his number in the ledger.

        To be called last in a transaction: an erasure holds the ledger's head, and so does this from here on.
        """
        new, self._new = self._new, {}
        if new:
            ledger.lock_head(session)
            if len(people.consumers(session, new)) < len(new):
                self.forget()
                raise ErasedMeanwhile

    def forget(self) -> None:
        """Look every card up anew."""
        self._holders.clear()
        self._new.clear()
