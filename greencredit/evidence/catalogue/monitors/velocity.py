"""More receipts or actions on one day than one household makes (发放频次异常)."""

from collections import defaultdict
from datetime import date

from greencredit.evidence.catalogue.monitors import Behaviour, Monitor, Signal, Stir, Thresholds
from greencredit.schemas.values import Words


def look(behaviour: Behaviour, thresholds: Thresholds) -> Signal | None:
    """Count receipts, and actions of one kind, by day; what goes beyond the threshold is named, oldest first kept."""
    acts: defaultdict[tuple[date, str], dict[str, list[int]]] = defaultdict(dict)
    for one in behaviour.seen:
        # Lines of one receipt are one act; so is every action by itself.
        kind, act = (
            ("receipts", f"{one.merchant}/{one.receipt}") if one.receipt else (one.subject, str(one.evidence_id))
        )
        acts[one.on, kind].setdefault(act, []).append(one.evidence_id)
    beyond: set[int] = set()
    most_found, most_wanted = 0, 0
    for (_, kind), found in acts.items():
        most = thresholds["receipts_per_day"] if kind == "receipts" else thresholds["actions_per_day"]
        if len(found) > most:
            beyond |= {number for numbers in list(found.values())[most:] for number in numbers}
            if len(found) > most_found:
                most_found, most_wanted = len(found), most
    if not beyond:
        return None
    told = Words(zh=f"同一天 {most_found} 次", en=f"{most_found} on one day")
    return Signal(told, Words(zh=f"至多 {most_wanted} 次", en=f"at most {most_wanted}"), frozenset(beyond))


MONITOR = Monitor(
    name="velocity",
    title=Words(zh="单日次数异常", en="Unusually many on one day"),
    explains=Words(
        zh="同一人同一天的小票或同类行动次数超过阈值，超出部分暂扣",
        en="Receipts or actions of one kind on one day go beyond the threshold; what goes beyond is kept back",
    ),
    stirred_by=Stir.BUSY_DAY,
    look=look,
)
