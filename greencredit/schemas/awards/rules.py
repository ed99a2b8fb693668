"""Earning rules as they are filed (积分获取规则)."""

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from greencredit.schemas.awards.caps import Caps, unsaid
from greencredit.schemas.awards.conditions import Condition
from greencredit.schemas.awards.grounds import ONCE, Ground, Slug
from greencredit.schemas.awards.rates import PerAction, PercentOfGiven, Rate
from greencredit.schemas.values import Credits, Fen, NonNegativeFen, PositiveCredits, Record, Words

BASE: Final = "base"
"""The group of every rule that names none."""


class RuleGroup(Record):
    """Rules that are weighed against each other (规则组); groups add to each other in the order of their filing.

    The group `base` stands first without being filed, and of its rules the best counts. Nothing here can be read in two
    ways: where two rules give the same, it is the one whose name comes first, and the member gets the same.
    """

    name: Slug
    title: Words
    choice: Literal["best", "all"] = "best"
    """`best`: of its rules only the one that gives most; `all`: each of them, in the order of their names."""

    @property
    def sentence(self) -> Words:
        """Say how its rules go together."""
        if self.choice == "all":
            return Words(
                zh=f"“{self.title.zh}”组内各规则可同时享受，并与其他组叠加",
                en=f'The rules of "{self.title.en}" all count, on top of the other groups',
            )
        return Words(
            zh=f"“{self.title.zh}”组内只取给分最多的一条，并与其他组叠加",
            en=f'Of the rules of "{self.title.en}" the one that gives most counts, on top of the other groups',
        )


class EarningRule(Record):
    """One rule by which credits are earned, exactly as it is filed.

    Credits are `rate × what qualifies × multiplier`, rounded down once, then cut by the caps of the rule (award,
    person, household, everybody; each from the shortest window to the longest), its budget, the caps of the issuer, and
    last by what the funders' budgets still hold.
    """

    name: Slug
    version: int = Field(ge=1)
    title: Words
    ground: Ground
    products: tuple[Slug, ...] = ()
    """Green kinds of product that qualify, for the ground `purchase`."""
    actions: tuple[Slug, ...] = ()
    """Green actions that qualify, for the ground `action`."""
    rate: Rate
    threshold_fen: NonNegativeFen = Fen(0)
    """What the lines of one receipt that qualify under this rule must come to at least (满额)."""
    multiplier_percent: int = Field(default=100, ge=1, le=1000)
    caps: Caps = Caps()
    budget_credits: PositiveCredits | None = None
    """After so many credits the rule stops (预算)."""
    since: date
    until: date | None = None
    """The first day on which the rule no longer holds; none: until a new version."""
    conditions: Annotated[tuple[Condition, ...], Field(max_length=50, exclude_if=unsaid(()))] = ()
    """All of them must hold."""
    group: Annotated[Slug, Field(exclude_if=unsaid(BASE))] = BASE
    funding: Annotated[Slug | None, Field(exclude_if=unsaid())] = None
    """The split by which it is paid for; none: that of the scheme."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """Give what qualifies: kinds of product, actions, or the gift's own name."""
        return (*self.products, *self.actions) or (self.ground.value,)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.ground.is_gift:
            self._require_gift()
        else:
            self._require_green()
        if self.until is not None and self.until <= self.since:
            message = f"a rule ends after it begins, found {self.since} to {self.until}"
            raise ValueError(message)
        if isinstance(self.rate, PercentOfGiven) and self.group == BASE:
            message = "what is given on top of other groups stands in a group of its own, found it in the first"
            raise ValueError(message)
        return self

    def _require_green(self) -> None:
        wanted, other = (
            (self.products, self.actions) if self.ground is Ground.PURCHASE else (self.actions, self.products)
        )
        if not wanted or other:
            message = f"a rule on the ground {self.ground} names what qualifies on that ground and nothing else"
            raise ValueError(message)
        counted = self.rate.of if self.rate.kind == "tiered" else self.rate.kind
        if self.ground is Ground.ACTION and counted in {"per_yuan", "fen"}:
            message = "an action earns per kilogram, per unit or per action, never per yuan"
            raise ValueError(message)
        if self.ground is Ground.PURCHASE and counted in {"per_kg_co2e", "grams"}:
            message = "a purchase earns per kilogram only as a quantified action"
            raise ValueError(message)
        if self.ground is Ground.ACTION and self.threshold_fen:
            message = "an action has no threshold, for nothing is paid"
            raise ValueError(message)

    def _require_gift(self) -> None:
        """A gift is fixed and capped, hangs on nobody's spending, and on no rating: no rule can see one."""
        if self.products or self.actions or self.threshold_fen or self.multiplier_percent != _WHOLE:
            message = f"a gift for {self.ground} names no goods, actions, thresholds or multipliers"
            raise ValueError(message)
        if not isinstance(self.rate, PerAction):
            message = f"a gift for {self.ground} is a fixed number of credits, found {self.rate.kind}"
            raise ValueError(message)  # noqa: TRY004 - pydantic reads ValueError
        if any(one.kind not in _OF_GIFTS for one in self.conditions):
            found = ", ".join(sorted({one.kind for one in self.conditions} - _OF_GIFTS))
            message = f"a gift for {self.ground} never hangs on what is spent, bought or rated, found {found}"
            raise ValueError(message)
        if self.ground not in ONCE and self.caps.per_person is None and self.caps.per_year is None:
            message = f"a gift for {self.ground} is capped for one person, by the year or in all"
            raise ValueError(message)
        if self.group != BASE:
            message = f"a gift for {self.ground} stands alone, found it in the group {self.group}"
            raise ValueError(message)

    def at_most(self) -> Credits | None:
        """Give the most that one award can come to, where the rule says so."""
        fixed = self.rate.credits * self.multiplier_percent // _WHOLE if isinstance(self.rate, PerAction) else None
        found = [most for most in (fixed, self.caps.per_award, self.caps.per_day) if most is not None]
        return Credits(min(found)) if found else None


_WHOLE: Final = 100
_OF_GIFTS: Final = frozenset(
    {"region", "channel", "weekday", "hours", "days", "lunar_days", "member", "merchant", "store"}
)
