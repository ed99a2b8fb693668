"""Somebody who acts for a merchant earns there (关联交易)."""

from greencredit.evidence.catalogue.monitors import Behaviour, Monitor, Signal, Stir, Thresholds
from greencredit.schemas.values import Words

_FEN = 100


def look(behaviour: Behaviour, thresholds: Thresholds) -> Signal | None:
    """Name what was bought where the holder acts for the merchant, beyond what is ordinary for somebody of his kind."""
    suspect: set[int] = set()
    found_fen, wanted_fen = 0, 0
    for merchant, kind in behaviour.ties.items():
        bought = [one for one in behaviour.seen if one.merchant == merchant]
        spent, most = sum(one.spent_fen for one in bought), thresholds["most_fen"][kind]
        if bought and spent > most:
            suspect |= {one.evidence_id for one in bought}
            found_fen, wanted_fen = max((found_fen, wanted_fen), (spent, most))
    if not suspect:
        return None
    found, wanted = (f"¥{fen // _FEN:,}.{fen % _FEN:02d}" for fen in (found_fen, wanted_fen))
    return Signal(
        Words(zh=f"在所任职或经营的商户消费 {found}", en=f"{found} spent at a merchant he acts for"),
        Words(zh=f"至多 {wanted}", en=f"at most {wanted}"),
        frozenset(suspect),
    )


MONITOR = Monitor(
    name="self_dealing",
    title=Words(zh="关联交易", en="Self-dealing"),
    explains=Words(
        zh="持有人是商户的经营者或员工，三十天内在该商户的消费超过阈值，相应积分暂扣",
        en="The holder owns the merchant or works there and buys there beyond the threshold within thirty days",
    ),
    stirred_by=Stir.TIE,
    look=look,
)
