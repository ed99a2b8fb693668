"""A source at work: everything that reading its records takes, looked up once for a file."""

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.evidence import queries
from greencredit.evidence.catalogue import Around, FeedForm, Ground, form_of
from greencredit.evidence.service.files import Chunk
from greencredit.evidence.service.holders import Cards
from greencredit.evidence.service.keep import Kept, Reading, keep
from greencredit.evidence.service.pairing import Purchase, is_paired, keep_purchases, paired
from greencredit.evidence.service.receipts import Register, read_receipts
from greencredit.evidence.service.records import read_records
from greencredit.evidence.service.refunds import Resolved, Returned, keep_refunds, resolve
from greencredit.merchants import queries as merchants
from greencredit.schemas.evidence import Feed
from greencredit.schemas.merchants import Product


class Source:
    """A feed that is being read, with its form, its products and the cards met so far."""

    def __init__(self, session: Session, feed: Feed, *, products: dict[str, Product] | None = None) -> None:
        self.feed = feed
        self.form: FeedForm = form_of(feed.kind)
        self.cards = Cards(feed.issuer_id if feed.merchant_id is None else feed.merchant_id)
        if products is None:
            products = {} if feed.merchant_id is None else merchants.product_book(session, feed.merchant_id)
        self._register = Register.of(products)
        self.is_paired = self.form.ground is Ground.PURCHASE and is_paired(session, feed)
        """Whether the issuer is sent receipts and card transactions: a purchase is counted once."""
        self._purchases: list[Purchase] = []
        self._around = Around(
            feed=feed,
            units={action.name: action.unit for action in actions.actions()},
            products=products,
            green_kinds=frozenset(merchants.green_kinds(session)),
            merchants=frozenset(one.merchant_id for one in merchants.merchants(session)),
            certificates=queries.ImportedCertificates(session),
        )

    def pair(self, session: Session, reading: Reading) -> Reading:
        """Take out what counts already as the other kind of evidence of the same purchase."""
        if not self.is_paired:
            return reading
        reading, self._purchases = paired(session, self.feed, reading)
        return reading

    @property
    def is_action(self) -> bool:
        """Tell whether what it brings is quantified."""
        return self.form.ground is Ground.ACTION

    def read(self, session: Session, batch_id: int, chunk: Chunk) -> Reading:
        """Read a chunk in the present transaction."""
        if self.form.read is None:
            return read_receipts(
                session, batch_id, self.feed, chunk, self._register, self.cards, with_totals=self.is_paired
            )
        around = self._around._replace(certificates=queries.ImportedCertificates(session))
        return read_records(session, batch_id, self.form, chunk, around, self.cards)

    def resolve(self, session: Session, batch_id: int, reading: Reading) -> Resolved:
        """Find what refunds are refunds of."""
        return resolve(session, batch_id, self.feed, reading)

    def keep(
        self, session: Session, batch_id: int, resolved: Resolved, *, after: int
    ) -> tuple[Kept, tuple[Returned, ...]]:
        """Keep what is new of a chunk; what came back is told apart, for the awards to take it back."""
        kept = keep(session, batch_id, resolved.reading, after=after)
        keep_refunds(session, batch_id, resolved.returned)
        if self.is_paired:
            keep_purchases(session, self.feed, self._purchases, kept.items)
        return kept, resolved.returned
