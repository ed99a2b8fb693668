"""What simulated callers ask for: every verb of the ledger, mostly something sensible, drawn from one seed."""

from datetime import timedelta
from random import Random
from typing import Any, Final

from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import (
    Accrual,
    Activation,
    Allotment,
    Capture,
    Compensation,
    Earning,
    Freeze,
    Funding,
    Hold,
    Passing,
    Reason,
    Redemption,
    Release,
    Restoration,
    Reversal,
    Unfreeze,
    Waiver,
    Withdrawal,
)
from tests.conftest import NOON
from tests.factories.ledger import make_terms
from tests.ledger.model import Model
from tests.simulation import verbs
from tests.simulation.verbs import Decision, Request

SUBJECTS: Final = ["con_li", "con_wu", "mer_tea", "prj_trees", "ent_mill", "ent_shop", "con_zhou"]
NEWCOMERS: Final = [f"con_new_{number}" for number in range(12)]
TERMS: Final = [
    make_terms("iss_a", cap=100_000, clawback_cap=10_000),
    make_terms("iss_a", cap=900, clawback_cap=10_000, refund_grace_days=1, expires_at=NOON + timedelta(days=2)),
    make_terms("iss_a", cap=900, clawback_cap=0, expires_at=NOON + timedelta(days=6), award_month=202604),
    make_terms("iss_b", cap=900, clawback_cap=10),
    make_terms("iss_b", cap=900, clawback_cap=10_000, refund_grace_days=30, expires_at=NOON + timedelta(days=4)),
]
CORRECTIONS: Final = [(1, 1, -5), (1, 2, 7), (2, 1, -3), (2, 4, 4), (1, 4, -900), (7, 1, 2)]
"""Holder, series and credits of the corrections that are proposed before everything begins."""
REASON: Final = Reason("acc_operator", "退货", "a" * 64)
_CORRECTIONS: Final = 3
"""The caller under whose name corrections are posted."""
_NOBODY: Final = 99
_NOWHERE: Final = 1_000_000
WEIGHTS: Final = {
    "earning": 10,
    "accrual": 2,
    "activation": 2,
    "hold": 4,
    "capture": 3,
    "release": 3,
    "redemption": 6,
    "restoration": 5,
    "reversal": 6,
    "waiver": 2,
    "freeze": 2,
    "unfreeze": 2,
    "compensation": 1,
    "decision": 2,
    "funding": 2,
    "allotment": 2,
    "passing": 1,
    "withdrawal": 1,
}


class Wishes:
    """Draws requests; what they name is looked up in the model as it is known when they are drawn."""

    def __init__(self, rng: Random, model: Model) -> None:
        self.rng, self.model = rng, model

    def request(self, number: int, verb: str | None = None) -> Request:
        """Draw one request with a key of its own."""
        verb = verb or self.rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        command = getattr(self, verb)(key_of(f"{number}") if number % 3 else key_of(f"2026-03-02.{number}"))
        if isinstance(command, Decision):
            return Request(number, _CORRECTIONS, verbs.decide, command)
        if isinstance(command, Reversal | Restoration) and self.rng.random() < 0.8:
            return Request(number, self.caller(), verbs.settle, command)
        if isinstance(command, Earning) and self.rng.random() < 0.7:
            return Request(number, self.caller(), verbs.book, command)
        return Request(number, self.caller(), verbs.carry, command)

    def caller(self) -> int:
        return self.rng.choice((1, 1, 1, 2))

    def person(self) -> int:
        return self.seldom(self.rng.choice((1, 1, 1, 2, 7)), 3, _NOBODY)

    def anybody(self) -> Any:  # noqa: ANN401 - a number, or the name of somebody new
        return self.rng.choice(NEWCOMERS) if self.rng.random() < 0.3 else self.person()

    def party(self) -> int:
        return self.seldom(self.rng.choice((3, 3, 4)), 2, _NOBODY)

    def enterprise(self) -> int:
        return self.seldom(self.rng.choice((5, 5, 6)), 1, _NOBODY)

    def series(self) -> int:
        return self.seldom(self.rng.choice((1, 2, 3, 4, 5)), _NOBODY)

    def issuer(self) -> str | None:
        return self.rng.choice((None, None, "iss_a", "iss_b"))

    def few(self) -> int:
        return self.seldom(self.rng.randint(1, 30), 0, -3)

    def seldom(self, usual: int, *wrong: int) -> int:
        return self.rng.choice(wrong) if self.rng.random() < 0.02 else usual

    def within(self, left: int) -> int:
        """Ask for no more than there is, mostly."""
        if left <= 0 or self.rng.random() < 0.1:
            return self.few()
        return self.rng.randint(1, min(left, 60))

    def one_of(self, found: dict[int, int]) -> tuple[int, int]:
        """Choose something that is there, rather a late one, mostly with something left; give its number and that."""
        there = [number for number, left in found.items() if left] or list(found)
        if not there or self.rng.random() < 0.03:
            return self.rng.choice((_NOWHERE, 1, 2, 3)), 0
        number = there[-1 - int(len(there) * self.rng.random() ** 3)]
        return number, found[number]

    def award_of(self, *kinds: str) -> tuple[int, int]:
        return self.one_of({n: one["left"] for n, one in self.model.awards.items() if one["verb"] in kinds})

    def taken(self, kind: str) -> tuple[int, int]:
        taken = {number: one for number, one in self.model.taken.items() if one.kind == kind}
        return self.one_of({number: sum(left for _, left in one.parts) for number, one in taken.items()})

    def there(self, state: str, whose: int) -> int:
        return sum(n for (kind, holder, _), n in self.model.has.items() if (kind, holder) == (state, whose))

    def earning(self, key: bytes) -> Earning:
        return Earning(self.anybody(), self.series(), self.few(), key)

    def accrual(self, key: bytes) -> Accrual:
        return Accrual(self.anybody(), self.series(), self.few(), key)

    def activation(self, key: bytes) -> Activation:
        return Activation(self.award_of("accrue")[0], key)

    def hold(self, key: bytes) -> Hold:
        holder = self.person()
        return Hold(holder, self.within(self.there("available", holder)), key, self.issuer())

    def capture(self, key: bytes) -> Capture:
        hold, left = self.taken("hold")
        return Capture(hold, self.within(left), self.party(), key, self.rng.random() < 0.3)

    def release(self, key: bytes) -> Release:
        hold, left = self.taken("hold")
        return Release(hold, self.within(left), key)

    def redemption(self, key: bytes) -> Redemption:
        holder = self.person()
        wanted = self.within(self.there("available", holder))
        return Redemption(holder, wanted, self.party(), key, self.issuer(), self.rng.random() < 0.2)

    def restoration(self, key: bytes) -> Restoration:
        spent, left = self.taken("redemption")
        return Restoration(spent, self.within(left), key)

    def reversal(self, key: bytes) -> Reversal:
        award, left = self.award_of("earn", "accrue", "compensate")
        return Reversal(award, self.within(left), key, REASON)

    def waiver(self, key: bytes) -> Waiver:
        owed = [debt for debt, credits_ in self.model.owed_in.items() if credits_]
        holder, series = self.rng.choice(owed) if owed else (1, 1)
        return Waiver(holder, series, self.within(self.model.owed_in[holder, series]), key, REASON)

    def freeze(self, key: bytes) -> Freeze:
        series = self.rng.choice((None, None, 1, 2))
        holder = self.person()
        return Freeze(holder, self.within(self.there("available", holder)), key, REASON, series)

    def unfreeze(self, key: bytes) -> Unfreeze:
        freeze, left = self.taken("freeze")
        return Unfreeze(freeze, self.within(left), key, REASON)

    def compensation(self, key: bytes) -> Compensation:
        return Compensation(self.person(), self.series(), self.few(), key, REASON)

    def decision(self, _key: bytes) -> Decision:
        proposal = self.rng.randint(1, len(CORRECTIONS))
        return Decision(proposal, key_of(f"adjustment:{proposal}"))

    def funding(self, key: bytes) -> Funding:
        return Funding(self.enterprise(), self.series(), self.few(), key, REASON)

    def allotment(self, key: bytes) -> Allotment:
        giver = self.enterprise()
        return Allotment(giver, self.person(), self.within(self.there("wallet", giver)), key, REASON, self.issuer())

    def passing(self, key: bytes) -> Passing:
        giver = self.enterprise()
        return Passing(giver, self.enterprise(), self.within(self.there("wallet", giver)), key, REASON, self.issuer())

    def withdrawal(self, key: bytes) -> Withdrawal:
        funding, left = self.award_of("fund")
        return Withdrawal(funding, self.within(left), key, REASON)
