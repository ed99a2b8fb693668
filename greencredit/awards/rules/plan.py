"""What stands above single rules: groups, the issuer's caps, and who pays (largest remainder, budgets)."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from greencredit.awards.rules.claims import Part
from greencredit.schemas.awards import ISSUER, Caps, RuleGroup
from greencredit.schemas.issuers import Scheme

CounterName = tuple[str, str]
"""Kind of counter (`issuer` or `funder`) and the name it bears."""

ISSUER_COUNTER: Final[CounterName] = ("issuer", "")


class Payer(NamedTuple):
    """A funder in a split."""

    counter: int
    name: str
    parts: int
    budget: int | None


Split = tuple[Payer, ...]
"""Who pays; empty: the issuer the whole, without a budget of its own."""


class Plan(NamedTuple):
    """What a scheme says beside its rules."""

    groups: tuple[RuleGroup, ...] = ()
    caps: Caps = Caps()
    counter: int = 0
    """The number under which the issuer's caps are counted."""
    funding: str = ISSUER
    splits: Mapping[str, Split] = MappingProxyType({})

    def split(self, name: str | None) -> Split:
        """Give who pays under a split."""
        return self.splits.get(name or self.funding, ())


NO_PLAN: Final = Plan()


def counters_of(scheme: Scheme) -> list[CounterName]:
    """List the counters that a scheme needs beside those of its rules."""
    found = [("funder", one.name) for one in scheme.funders]
    return [ISSUER_COUNTER, *found] if scheme.caps != Caps() else found


def is_counted(scheme: Scheme, numbers: Mapping[CounterName, int]) -> bool:
    """Tell whether every counter that a scheme needs has its number: before, nothing was awarded under it."""
    return all(name in numbers for name in counters_of(scheme))


def plan_of(scheme: Scheme, numbers: Mapping[CounterName, int]) -> Plan:
    """Read what a scheme says beside its rules; `numbers` gives each of `counters_of` its number."""
    budgets = {one.name: one.budget_credits for one in scheme.funders}
    splits = {
        one.name: tuple(
            Payer(numbers["funder", share.funder], share.funder, share.parts, budgets[share.funder])
            for share in one.shares
        )
        for one in scheme.fundings
    }
    return Plan(scheme.groups, scheme.caps, numbers.get(ISSUER_COUNTER, 0), scheme.funding, splits)


def shares_of(credits_: int, parts: Sequence[int]) -> list[int]:
    """Share credits out exactly: what does not divide goes to the largest remainders, ties to whoever stands first."""
    whole = sum(parts)
    shares, remainders = [], []
    for place, part in enumerate(parts):
        share, rest = divmod(credits_ * part, whole)
        shares.append(share)
        remainders.append((-rest, place))
    for _, place in sorted(remainders)[: credits_ - sum(shares)]:
        shares[place] += 1
    return shares


def parts_of(credits_: int, split: Split) -> tuple[Part, ...]:
    """Say what each funder of a split pays."""
    if not split:
        return ()
    shares = shares_of(credits_, [one.parts for one in split])
    return tuple(Part(payer.counter, payer.name, share) for payer, share in zip(split, shares, strict=True))


def most_paid(wanted: int, split: Split, left: Sequence[int | None]) -> tuple[int, int]:
    """Give the most credits, up to those wanted, of which every funder can pay his share; and who could not pay more.

    `left` is what each budget still holds, none for no budget; the second answer is his place, or -1 if all is paid.
    A budget that is used up stops everything, even an award so small that its funder's share would round to nothing.
    """
    for place, most in enumerate(left):
        if most == 0:
            return 0, place
    parts = [one.parts for one in split]
    if (short := _short(wanted, parts, left)) < 0:
        return wanted, -1
    whole = sum(parts)
    # A share is at least the floor of its part: beyond this nothing can be paid, and just below it something is.
    most = min(
        [
            wanted,
            *(((most + 1) * whole - 1) // part for part, most in zip(parts, left, strict=True) if most is not None),
        ]
    )
    while _short(most, parts, left) >= 0:
        most -= 1
    return most, short


def _short(credits_: int, parts: Sequence[int], left: Iterable[int | None]) -> int:
    for place, (share, most) in enumerate(zip(shares_of(credits_, parts), left, strict=True)):
        if most is not None and share > most:
            return place
    return -1
