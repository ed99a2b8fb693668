"""Settled card transactions (银行卡清算交易): token and last four digits alone, and what comes back goes back."""

from collections.abc import Mapping
from typing import Final

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Around, Column, Draft, Fault, FeedForm, Form, Ground, Record, Refund
from greencredit.schemas.attributes import Attributes
from greencredit.schemas.evidence import QualityTier, RejectCode
from greencredit.schemas.values import Words

_SPENDING: Final = "purchase"
_BACK: Final = ("refund", "chargeback")
_BONUS: Final = "sign_up_bonus"
_NO_SPENDING: Final = ("cash_advance", "fee", "transfer", "top_up")
_SETTLED: Final = "settled"


def read(record: Record, around: Around) -> Draft | Refund | Fault:
    """Take settled spending at a merchant of the platform; a bonus for signing up is no spending and earns nothing."""
    texts = record.texts
    if (fault := _no_spending(texts)) is not None:
        return fault
    # A reference is given once by the network that cleared it: no day is needed, and two issuers name it alike.
    scope = f"card:{rules.plain_name(texts['network'])}"
    if texts["kind"] in _BACK:
        return _coming_back(record, scope, texts["kind"])
    green = texts.get("green_kind", "")
    if texts["merchant"] not in around.merchants:
        return Fault("merchant", RejectCode.UNKNOWN_MERCHANT, "a merchant of the platform")
    if green and green not in around.green_kinds:
        return Fault("green_kind", RejectCode.NOT_LISTED, "a green kind on file")
    return Draft(
        scope=scope,
        same=(texts["transaction_no"],),
        subject=green,
        spent_fen=record.numbers["amount_yuan"],
        receipt=f"{texts['network']}/{texts['transaction_no']}",
        attributes=Attributes(merchant=texts["merchant"], channel="card"),
        dated=False,
    )


def _no_spending(texts: Mapping[str, str]) -> Fault | None:
    """Say why a line is no settled movement of somebody's card."""
    kind = texts["kind"]
    checks = (
        (rules.is_last_four(texts["last_four"]), "last_four", RejectCode.NOT_LISTED, "four digits", "not four digits"),
        (kind != _BONUS, "kind", RejectCode.SIGN_UP_BONUS, _SPENDING, None),
        (kind not in _NO_SPENDING, "kind", RejectCode.NOT_SPENDING, _SPENDING, None),
        (texts["state"] == _SETTLED, "state", RejectCode.NOT_SETTLED, _SETTLED, None),
    )
    return next((Fault(field, code, wanted, found) for ok, field, code, wanted, found in checks if not ok), None)


def _coming_back(record: Record, scope: str, kind: str) -> Refund | Fault:
    original = record.texts.get("original_no", "")
    if not original:
        return Fault("original_no", RejectCode.MISSING, "the reference of the original transaction", "")
    return Refund(
        scope=scope,
        same=(record.texts["transaction_no"],),
        original_scope=scope,
        original=(original,),
        original_day=None,
        kind=kind,
        amount_fen=record.numbers["amount_yuan"],
    )


FORM = FeedForm(
    kind="card_transactions",
    title=Words(zh="银行卡清算交易", en="Settled card transactions"),
    explains=Words(
        zh="只收已清算的消费交易，只收卡令牌和末四位；交易号若为 13 至 19 位纯数字且通过校验位，会被当作卡号拒收。"
        "退款和拒付按原交易号收回积分，可部分收回；开卡奖励一律拒收",
        en="Settled spending alone, with a token and the last four digits; a reference of 13 to 19 digits whose check "
        "digit fits is taken for a card number and refused. Refunds and chargebacks take awards back by reference, in "
        "part too; bonuses for signing up are refused",
    ),
    columns=(
        Column("network", Form.TEXT, Words(zh="清算网络", en="Network that cleared it")),
        Column("transaction_no", Form.TEXT, Words(zh="交易号", en="Reference of the transaction")),
        Column("card_token", Form.CARD, Words(zh="卡令牌", en="Token of the card")),
        Column("last_four", Form.TEXT, Words(zh="卡号末四位", en="Last four digits")),
        Column(
            "kind",
            Form.TEXT,
            Words(zh="交易种类", en="Kind of transaction"),
            one_of=(_SPENDING, *_BACK, _BONUS, *_NO_SPENDING),
        ),
        Column("state", Form.TEXT, Words(zh="状态", en="State")),
        Column("settled_at", Form.TIME, Words(zh="清算时间", en="Time of settlement")),
        Column("merchant", Form.TEXT, Words(zh="商户编号", en="Merchant")),
        Column("amount_yuan", Form.MONEY, Words(zh="金额（元）", en="Amount, in yuan")),
        Column("green_kind", Form.TEXT, Words(zh="绿色品类", en="Green kind"), required=False),
        Column("original_no", Form.TEXT, Words(zh="原交易号", en="Reference of the original"), required=False),
    ),
    ground=Ground.PURCHASE,
    tier=QualityTier.PLATFORM_RECORD,
    example={
        "network": "示例清算",
        "transaction_no": "TX-0001",
        "card_token": "CARD-0001",
        "last_four": "0001",
        "kind": "purchase",
        "state": "settled",
        "settled_at": "2026-01-05T23:00:00",
        "merchant": "mer_示例",
        "amount_yuan": "36.50",
        "green_kind": "organic_produce",
    },
    read=read,
    no_card_numbers=True,
)
