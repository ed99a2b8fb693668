"""What stands against a portable proof: nothing to prove, figures that moved, somebody else's, keys that are lost."""

from typing import Any

from greencredit.kernel.errors import Conflict, NotFound, Refused


class NothingToProve(Refused):
    """没有可证明的记录: a proof of nothing is not issued."""

    code = "badges.nothing_to_prove"

    def __init__(self, since: Any, until: Any) -> None:  # noqa: ANN401 - days
        super().__init__(f"no award stands from {since} to {until}", since=str(since), until=str(until))


class FiguresMoved(Conflict):
    """数据已变: awards below the report were taken back or added up anew since; have a new report made."""

    code = "badges.figures_moved"

    def __init__(self, number: str, *, found: object, wanted: object) -> None:
        super().__init__(
            f"{number} says {wanted}, the awards say {found} now", number=number, found=str(found), wanted=str(wanted)
        )


class UnknownProof(NotFound):
    """没有这份便携证明: it was never issued, or is not this holder's."""

    code = "badges.unknown_proof"

    def __init__(self, number: str) -> None:
        super().__init__(f"no portable proof {number} of this holder", number=number)


class UnknownKey(NotFound):
    """没有这把公钥: portable proofs were never signed by a key of this name."""

    code = "badges.unknown_key"

    def __init__(self, name: str) -> None:
        super().__init__(f"no key {name}", name=name)


class UnknownStatusList(NotFound):
    """没有这份状态列表: no portable proof stands in a list of this number."""

    code = "badges.unknown_status_list"

    def __init__(self, number: int) -> None:
        super().__init__(f"no status list {number}", number=number)


class SigningKeyLost(Conflict):
    """凭证密钥丢失: this installation's root secret is not the one that the listed key was made under."""

    code = "badges.signing_key_lost"

    def __init__(self, suite: str, number: int) -> None:
        super().__init__(
            f"key {number} of {suite} can't be made from the root secret of this installation",
            suite=suite,
            number=number,
        )
