"""What a source of evidence is: one file here is one kind of source, found by its name (`docs/connectors.md`).

A file holds `FORM`: the columns, what is never taken in, and how a record becomes a piece of evidence. Nothing else is
told of it: the command line, the API, the description of the API and the tests find it by its name.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple, Protocol

from greencredit.evidence.errors import NoSuchKind
from greencredit.kernel.catalogue import modules
from greencredit.schemas.attributes import UNKNOWN, Attributes
from greencredit.schemas.certificates import FoundCertificate, ListKind
from greencredit.schemas.evidence import Feed, QualityTier, RejectCode
from greencredit.schemas.merchants import Product
from greencredit.schemas.values import Words


class Form(StrEnum):
    """How a value is written."""

    TEXT = "text"
    MONEY = "money"
    """Yuan with up to two decimals."""
    WHOLE = "whole"
    DECIMAL = "decimal"
    LEVEL = "level"
    """What a meter shows: zero or more."""
    TIME = "time"
    """ISO 8601; without an offset it is civil time in China."""
    INPUTS = "inputs"
    """A JSON object of names and decimal texts."""
    CARD = "card"
    """The number or token by which the issuer or merchant knows a consumer."""
    ACTION = "action"
    """An action of the catalogue of green actions."""
    PRODUCT = "product"
    """A product of the merchant's register."""

    @property
    def wanted(self) -> str:
        """Say what is wanted, for the line that is sent back."""
        return _WANTED[self]


_WANTED: Final = {
    Form.TEXT: "a text",
    Form.MONEY: "yuan with up to two decimals, such as 12.80",
    Form.WHOLE: "a whole number",
    Form.DECIMAL: "a decimal number above zero",
    Form.LEVEL: "a decimal number, zero or more",
    Form.TIME: "a time such as 2025-03-14T09:26:53+08:00",
    Form.INPUTS: 'a JSON object such as {"hours_per_day": "4"}',
    Form.CARD: "a card linked to a consumer",
    Form.ACTION: "an action of the catalogue",
    Form.PRODUCT: "a product of the merchant's register",
}


class Column(NamedTuple):
    """One column of a source's records."""

    name: str
    form: Form
    title: Words
    required: bool = True
    one_of: tuple[str, ...] = ()
    """The only texts that are taken."""


class Ground(StrEnum):
    """What the records of a source are about."""

    PURCHASE = "purchase"
    ACTION = "action"
    REFUND = "refund"
    """Nothing that earns: what is taken back."""


class Record(NamedTuple):
    """One record, its cells read as their columns say; what was left out is an empty text, zero or nothing."""

    texts: Mapping[str, str]
    """TEXT as it is; DECIMAL and LEVEL as plain decimal text."""
    numbers: Mapping[str, int]
    """MONEY in fen, WHOLE as it is, TIME in microseconds since 1970."""
    inputs: Mapping[str, dict[str, str]]
    holder: int
    day: int
    """The civil day in China, counted from 1970."""


class Draft(NamedTuple):
    """A piece of evidence as a source reads it."""

    scope: str
    """In whose books `same` stands for one thing: whoever else names it so, names the same thing."""
    same: tuple[object, ...]
    """What makes it the same piece of evidence, beside its day."""
    subject: str = ""
    """The green kind or the action; none: it is in order and not green, and leaves its mark alone."""
    quantity: str = "1"
    unit: str = "件"
    spent_fen: int | None = None
    receipt: str = ""
    inputs: Mapping[str, str] = {}
    attributes: Attributes = UNKNOWN
    dated: bool = True
    """Whether another day makes it another thing; a reference that is given once does not need its day."""
    tier: QualityTier | None = None
    """Where it differs from that of the source."""


class Refund(NamedTuple):
    """Money that came back: the award of the original goes back in proportion."""

    scope: str
    same: tuple[object, ...]
    original_scope: str
    original: tuple[object, ...]
    original_day: int | None
    """None: the original is known without its day."""
    kind: str
    amount_fen: int | None
    """None: all of it."""


class Fault(NamedTuple):
    """Why a record is sent back."""

    field: str
    code: RejectCode
    wanted: str
    found: str | None = None
    """Else the cell as it was written."""


class Certificates(Protocol):
    """Looks certificates up; today in the newest imported list, tomorrow perhaps where they are issued."""

    def find(self, kind: ListKind, number: str, route: int | None) -> FoundCertificate | None:
        """Give what is known of a certificate."""
        ...

    def fault(self, kind: ListKind) -> tuple[str, str] | None:
        """Say why nothing can be looked up at present, as found and wanted; nothing: it can be."""
        ...


class Around(NamedTuple):
    """What a source may look at beside the record."""

    feed: Feed
    units: Mapping[str, str]
    """Action → unit."""
    products: Mapping[str, Product]
    """Code → product of the feed's merchant."""
    green_kinds: frozenset[str]
    merchants: frozenset[str]
    certificates: Certificates


Read = Callable[[Record, Around], Draft | Refund | Fault]


class FeedForm(NamedTuple):
    """One kind of source."""

    kind: str
    title: Words
    explains: Words
    columns: tuple[Column, ...]
    ground: Ground
    tier: QualityTier
    example: Mapping[str, str]
    """A record in order, with what a fresh installation has; the tests read it."""
    read: Read | None = None
    """How a record is read; none: receipts have a reader of their own, a whole chunk at a time."""
    names_merchant: bool = False
    """Whether a feed of it names its merchant, whose cards and products its records speak of."""
    together: tuple[str, ...] = ()
    """Records equal in these columns follow each other and are seen together."""
    no_places: bool = False
    """Whether a file with a column that would hold a place or a track is refused whole."""
    no_card_numbers: bool = False
    """Whether full card numbers are looked for in every cell."""
    is_own: bool = False
    """Whether the platform itself fills it: no door takes records of it."""

    @property
    def times(self) -> str:
        """Give the column that says when it happened."""
        return next(column.name for column in self.columns if column.form is Form.TIME and column.required)


# ---- Lines of receipts: several kinds of source tell of them, and the same line is the same evidence ----------------

RECEIPT_LINE: Final = (
    Column("receipt_no", Form.TEXT, Words(zh="小票号", en="Receipt number")),
    Column("line_no", Form.WHOLE, Words(zh="行号", en="Line of the receipt")),
    Column("card_no", Form.CARD, Words(zh="会员号", en="Card number")),
    Column("store_code", Form.TEXT, Words(zh="门店代码", en="Store code")),
    Column("sold_at", Form.TIME, Words(zh="交易时间", en="Time of sale")),
    Column("product_code", Form.PRODUCT, Words(zh="商品代码", en="Product code")),
    Column("quantity", Form.WHOLE, Words(zh="数量", en="Quantity")),
    Column("amount_yuan", Form.MONEY, Words(zh="实付金额（元）", en="Paid, in yuan")),
)
CHANNEL: Final = Column("channel", Form.TEXT, Words(zh="渠道", en="Channel"), required=False)
RECEIPT_EXAMPLE: Final = {
    "receipt_no": "R1",
    "line_no": "1",
    "card_no": "CARD-0001",
    "store_code": "406",
    "sold_at": "2026-01-05T10:00:00",
    "product_code": "carrots",
    "quantity": "1",
    "amount_yuan": "36.50",
}


def receipt_line(
    record: Record,
    around: Around,
    *,
    certificates: tuple[str, ...],
    energy_grade: int = 0,
    more: tuple[tuple[str, str], ...] = (),
) -> Draft:
    """Give the line of a receipt with what is known of its goods: the very line that the till may tell of, too."""
    texts, numbers, merchant = record.texts, record.numbers, around.feed.merchant_id
    assert merchant is not None, "a feed of purchases names its merchant"
    product = around.products[texts["product_code"]]
    return Draft(
        scope=merchant,
        same=(texts["store_code"], texts["receipt_no"], numbers["line_no"]),
        subject=product.green_kind or "",
        quantity=str(numbers["quantity"]),
        spent_fen=numbers["amount_yuan"],
        receipt=f"{texts['store_code']}/{texts['receipt_no']}",
        attributes=Attributes(
            merchant=merchant,
            store=texts["store_code"],
            channel=texts.get("channel", ""),
            product=product.code,
            brand=product.brand or "",
            certificates=certificates,
            energy_grade=energy_grade,
            more=more,
        ),
    )


@cache
def forms() -> Mapping[str, FeedForm]:
    """Give every kind of source by its name."""
    return {name: module.FORM for name, module in modules(__name__) if hasattr(module, "FORM")}


@cache
def own_forms() -> Mapping[str, FeedForm]:
    """Give the sources that the platform itself fills, by name (`catalogue/own`)."""
    return {name: module.FORM for name, module in modules(f"{__name__}.own")}


def form_of(kind: str) -> FeedForm:
    """Give the form of a kind of source, the platform's own among them.

    Raises:
        NoSuchKind: no file of the catalogue has this name.
    """
    found = forms().get(kind) or own_forms().get(kind)
    if found is None:
        raise NoSuchKind(kind, wanted=sorted(forms()))
    return found
