"""Purchases that come back again and again (购买—退款循环)."""

from greencredit.evidence.catalogue.monitors import Behaviour, Monitor, Signal, Stir, Thresholds
from greencredit.schemas.values import Words

_PERCENT = 100


def look(behaviour: Behaviour, thresholds: Thresholds) -> Signal | None:
    """Name what is not yet refunded at a merchant where most of what was bought came back."""
    suspect: set[int] = set()
    worst, worst_percent = 0, 0
    for merchant in {one.merchant for one in behaviour.seen if one.spent_fen}:
        bought = [one for one in behaviour.seen if one.merchant == merchant and one.spent_fen]
        back = [one for one in bought if one.refunded_fen]
        percent = _PERCENT * sum(one.refunded_fen for one in back) // sum(one.spent_fen for one in bought)
        if len(back) >= thresholds["refunded_purchases"] and percent >= thresholds["refunded_percent"]:
            suspect |= {one.evidence_id for one in bought if one.refunded_fen < one.spent_fen}
            worst, worst_percent = max((worst, worst_percent), (len(back), percent))
    if not suspect:
        return None
    most, most_percent = thresholds["refunded_purchases"], thresholds["refunded_percent"]
    found = Words(
        zh=f"{worst} 笔被退款，占消费金额的 {worst_percent}%",
        en=f"{worst} purchases came back, {worst_percent} % of the money",
    )
    wanted = Words(
        zh=f"少于 {most} 笔，或不到消费金额的 {most_percent}%", en=f"fewer than {most}, or less than {most_percent} %"
    )
    return Signal(found, wanted, frozenset(suspect))


MONITOR = Monitor(
    name="refund_cycles",
    title=Words(zh="购买退款循环", en="Purchases that come back"),
    explains=Words(
        zh="三十天内在同一商户的多笔购买被退款且退款占比高，未退部分的积分暂扣",
        en="Within thirty days many purchases at one merchant came back; credits of the rest are kept back",
    ),
    stirred_by=Stir.REFUND,
    look=look,
)
