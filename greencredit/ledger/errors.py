"""What the ledger refuses."""

from greencredit.kernel.errors import Conflict, NotFound, Refused


class NotEnoughCredits(Refused):
    """积分余额不足: a leaf can never go below zero."""

    code = "ledger.not_enough_credits"

    def __init__(self, *, event_id: int, wanted: int, found: int) -> None:
        super().__init__(
            f"the credits of award {event_id} are spent in part: {found} left, {wanted} wanted",
            event_id=event_id,
            wanted=wanted,
            found=found,
        )


class KeyReused(Conflict):
    """幂等键冲突: the same idempotency key came with another payload."""

    code = "ledger.key_reused"

    def __init__(self, *, event_id: int, key: str) -> None:
        super().__init__(
            f"the key {key} stands for event {event_id}, which says something else", event_id=event_id, key=key
        )


class NoSuchEvent(NotFound):
    """查无此笔: there is no event with this number."""

    code = "ledger.no_such_event"

    def __init__(self, event_id: int) -> None:
        super().__init__(f"there is no event {event_id}", event_id=event_id)


class NoSuchHolder(NotFound):
    """查无此持有人: nobody of this name holds credits."""

    code = "ledger.no_such_holder"

    def __init__(self, subject_id: str) -> None:
        super().__init__(f"{subject_id} holds no credits and never did", subject_id=subject_id)


class AlreadyReversed(Conflict):
    """已冲正: an award is taken back at most once in full."""

    code = "ledger.already_reversed"

    def __init__(self, *, event_id: int, wanted: int, left: int) -> None:
        super().__init__(
            f"of award {event_id} {left} credits are left to reverse, {wanted} wanted",
            event_id=event_id,
            wanted=wanted,
            left=left,
        )


class NotAnAward(Refused):
    """只有发放可以冲正: only an award can be reversed."""

    code = "ledger.not_an_award"

    def __init__(self, *, event_id: int, verb: str) -> None:
        super().__init__(f"event {event_id} is a {verb}, an earn was wanted", event_id=event_id, verb=verb)


class CapReached(Refused):
    """超出备案发行上限: the filed cap of a series leaves no room for the batch."""

    code = "ledger.cap_reached"

    def __init__(self, *, series_id: int, wanted: int, left: int) -> None:
        super().__init__(
            f"series {series_id} has room for {left} more credits, {wanted} wanted",
            series_id=series_id,
            wanted=wanted,
            left=left,
        )


class NotPositive(Refused):
    """积分须为正整数: an event moves at least one credit."""

    code = "ledger.not_positive"

    def __init__(self, *, found: int) -> None:
        super().__init__(f"an event moves a positive number of credits, found {found}", found=found)
