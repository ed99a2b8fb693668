"""What the console's page of gifts is handed."""

from greencredit.schemas.awards import GiftLine, GiftsGiven
from greencredit.schemas.consoles import Form
from greencredit.schemas.values import Record


class GiftsPage(Record):
    """An issuer's gifts and the forms that give more (奖励积分)."""

    issuer_id: str
    issuer_name: str
    lines: tuple[GiftLine, ...]
    given: GiftsGiven | None
    """What became of those asked for a moment ago."""
    one: Form
    many: Form
