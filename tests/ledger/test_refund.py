"""Refund arithmetic: buying, spending and undoing both, in any order and any split, loses nothing without saying so."""

from collections import Counter
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from greencredit.ledger import service
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import (
    Earning,
    Hold,
    Reason,
    Redemption,
    Release,
    Restoration,
    Reversal,
)
from tests.conftest import NOON
from tests.factories.ledger import make_terms
from tests.ledger.worlds import World, ask, broken, standing

LI, TEA = 1, 2
TERMS: Final = [
    make_terms(award_month=202603),
    make_terms(award_month=202604),
    make_terms(award_month=202604, expires_at=NOON + timedelta(days=3)),
    make_terms(award_month=202605, expires_at=NOON + timedelta(days=5)),
]
HIGH: Final = 10**6
REASON: Final = Reason("acc_operator", "退货")

steps = st.lists(
    st.tuples(
        st.sampled_from(["buy", "buy", "spend", "spend", "refund", "refund", "give back", "hold", "release", "wait"]),
        st.integers(min_value=1, max_value=40),
        st.integers(min_value=0, max_value=7),
    ),
    min_size=6,
    max_size=30,
)


class Customer:
    """One person who buys, spends, and takes back both; everything that was told him is added up."""

    def __init__(self, world: World, clawback_cap: int, grace_days: int, series: int) -> None:
        self.world, self.clawback_cap, self.series = world, clawback_cap, series
        filed = {"clawback_cap": clawback_cap, "refund_grace_days": grace_days}
        world.found(["con_li", "mer_tea"], [one.model_copy(update=filed) for one in TERMS], ["tests"])
        self.bought: Counter[int] = Counter()
        self.spent: Counter[int] = Counter()
        self.held: Counter[int] = Counter()
        self.told: Counter[str] = Counter()
        self.asked = 0

    def do(self, what: str, amount: int, pick: int) -> None:
        """Take a step, or what can be taken of it."""
        self.asked += 1
        key = key_of(f"{self.asked}")
        if what == "buy":
            self.bought[self.ask(Earning(LI, 1 + pick % self.series, amount, key))[0]] = amount
        elif what == "spend" and (there := min(amount, self.spendable())):
            self.spent[self.ask(Redemption(LI, there, TEA, key))[0]] = there
        elif what == "hold" and (there := min(amount, self.spendable())):
            self.held[self.ask(Hold(LI, there, key))[0]] = there
        elif what == "refund" and (one := self.one_of(self.bought, pick)):
            self.take(self.bought, one, Reversal(one, min(amount, self.bought[one]), key, REASON))
        elif what == "give back" and (one := self.one_of(self.spent, pick)):
            self.take(self.spent, one, Restoration(one, min(amount, self.spent[one]), key))
        elif what == "release" and (one := self.one_of(self.held, pick)):
            self.take(self.held, one, Release(one, min(amount, self.held[one]), key))
        elif what == "wait":
            self.wait(timedelta(hours=4 * pick))

    def ask(self, command: Any) -> Any:  # noqa: ANN401
        """Ask for it; nothing here is ever refused."""
        answer = self.world.do(ask(1, command))
        assert isinstance(answer, tuple), answer
        return answer

    def take(self, where: Counter[int], one: int, command: Any) -> None:  # noqa: ANN401
        """Undo a part, and keep what was said about it."""
        where[one] -= command.credits
        answer = self.ask(command)
        if len(answer) > 2:
            kind = "lost" if isinstance(command, Restoration) else "pardoned"
            self.told[kind] += answer[2]["expired"]
            self.told["forgiven"] += answer[2].get("forgiven", 0)

    def wait(self, time: timedelta) -> None:
        """Let time pass, and the sweep run."""
        self.world.clock.move(time)

        def sweep(session: Session) -> int:
            return service.expire(session, 1, until=self.world.clock.now()).credits

        self.told["lost"] += self.world.do(sweep)

    @staticmethod
    def one_of(where: Counter[int], pick: int) -> int | None:
        """Choose one of which something is left."""
        left = [number for number, credits_ in where.items() if credits_]
        return left[pick % len(left)] if left else None

    def spendable(self) -> int:
        """Give what is available and has not ended; the sweep has always run."""
        return self.sums()["available"]

    def sums(self) -> Counter[str]:
        """Add up the leaves by state."""
        has, owed = self.world.see(standing)
        sums: Counter[str] = Counter(owed=sum(owed.values()))
        for (state, _, _), credits_ in has.items():
            sums[state] += credits_
        return sums

    def require_exact(self) -> None:
        """Less what one owes, one has what one bought and kept, less what one spent and kept, less what was told."""
        sums = self.sums()
        bought, spent, told = sum(self.bought.values()), sum(self.spent.values()), self.told
        lost = told["lost"] - told["pardoned"] - told["forgiven"]
        assert sums["available"] + sums["held"] - sums["owed"] == bought - spent - lost
        assert sums["redeemed"] == spent
        assert sums["held"] == sum(self.held.values())
        assert sums["expired"] == told["lost"]
        assert sums["owed"] <= spent + sums["held"]  # nobody owes what he did not use
        if not self.clawback_cap:
            assert sums["owed"] == 0
        else:
            assert told["forgiven"] == 0

    def undo_everything(self, order: list[int]) -> None:
        """Give back, release and refund whatever is left, in some order."""
        ways = [("give back", self.spent), ("release", self.held), ("refund", self.bought)]
        for pick in order:
            what, where = ways[pick % 3]
            if one := self.one_of(where, pick):
                self.do(what, 1 + where[one] * (pick % 5) // 4, pick)
        for what, where in ways:
            while any(where.values()):
                self.do(what, 10**6, 0)


@pytest.mark.proves("LED-1", "LED-2", "LED-3")
@pytest.mark.parametrize("clawback_cap", [HIGH, 0])
@pytest.mark.parametrize("time", ["stands still", "passes"])
@settings(
    max_examples=12,
    phases=set(Phase) - {Phase.explain},
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    story=steps,
    order=st.lists(st.integers(min_value=0, max_value=30), max_size=8),
    grace_days=st.sampled_from([0, 2]),
)
def test_buying_and_refunding_in_any_order_and_split_leaves_what_the_terms_say(
    connection: Connection,
    clawback_cap: int,
    time: str,
    story: list[tuple[str, int, int]],
    order: list[int],
    grace_days: int,
) -> None:
    world = World(connection)
    try:
        customer = Customer(world, clawback_cap, grace_days, series=4 if time == "passes" else 2)
        for what, amount, pick in story:
            if what != "wait" or time == "passes":
                customer.do(what, amount, pick)
                customer.require_exact()

        customer.undo_everything(order)

        customer.require_exact()
        sums = customer.sums()
        if clawback_cap:
            assert sums["available"] == sums["owed"]  # whatever is left over is owed as well: nothing was won or lost
        assert (sums["redeemed"], sums["held"]) == (0, 0)
        assert world.see(broken) == []
    finally:
        world.close()
