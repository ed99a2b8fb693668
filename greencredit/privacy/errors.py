"""What stands against forgetting a person."""

from greencredit.kernel.errors import Conflict


class CreditsDiffer(Conflict):
    """积分数已变: whoever is erased gives up what he has, and was told another number than there is now."""

    code = "privacy.credits_differ"

    def __init__(self, *, told: int, found: int) -> None:
        super().__init__(f"{told} credits were to be given up, {found} are there", told=told, found=found)


class StillUnderWay(Conflict):
    """尚有未了事项: credits are set aside for an order or frozen by a decision; that comes to its end first."""

    code = "privacy.still_under_way"

    def __init__(self, *, held: int, frozen: int) -> None:
        super().__init__(
            f"{held} credits are held for orders and {frozen} are frozen, none of either was wanted",
            held=held,
            frozen=frozen,
        )
