# ruff: noqa: ANN401, D102, EM101 - a model: commands of any kind, named as what they are, refused by bare codes
"""A small ledger, written from the words of the rules: what every verb must answer, and what is left on whom.

It keeps sums only: no events, no leaves, no tables. Commands are the ledger's own; the number under which an award, a
hold or a redemption is known later is handed in. Refusals are raised by code.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from greencredit.schemas.ledger import Terms


class No(Exception):  # noqa: N818 - the model's answer
    """The model refuses, by this code."""


class Series(NamedTuple):
    """What a series promises; `ends` is none for life."""

    issuer: str
    month: int
    ends: datetime | None
    cap: int
    owed_most: int
    """The most that somebody can come to owe its issuer."""
    grace_days: int


PROMISED: Final = "issuer_id, award_month, expires_at, cap, clawback_cap, refund_grace_days"
"""The columns that say so, in the order of `Series`."""


def promised(terms: Terms) -> Series:
    """Give what terms promise."""
    ends, most = terms.expires_at, terms.clawback_cap
    return Series(terms.issuer_id, terms.award_month, ends, terms.cap, most, terms.refund_grace_days)


class Taken(NamedTuple):
    """What a hold, a freeze or a redemption took: whose, where it went, and how much of which series in order."""

    kind: str
    holder: int
    party: int
    parts: list[list[int]]


class Model:
    """Who has what, in which state."""

    def __init__(self, now: datetime, series: dict[int, Series], kinds: dict[int, str]) -> None:
        self.now, self.series, self.kinds = now, series, kinds
        self.has: Counter[tuple[str, int, int]] = Counter()  # (state, whose, series); whose is 0 for what expired
        self.owes: Counter[tuple[int, str]] = Counter()
        self.used: Counter[tuple[int, str]] = Counter()
        self.unused: Counter[tuple[int, int]] = Counter()
        self.given: Counter[int] = Counter()
        self.awards: dict[int, dict[str, Any]] = {}
        self.taken: dict[int, Taken] = {}
        self.answers: dict[tuple[int, bytes], tuple[Any, int, dict[str, int]]] = {}
        self.erased: set[int] = set()
        self.whose: dict[int, int] = {}
        """Every event there is, and its holder; told by whoever steps the model."""
        self.firsts: set[int] = set()
        self.owed_in: Counter[tuple[int, int]] = Counter()
        """(Holder, series) → what is owed there; the model itself keeps debts by issuer only."""

    def ask(self, caller: int, command: Any, number: int) -> tuple[int, bool, dict[str, int]]:
        """Answer a command: under which number it stands, whether it stood before, and its sums."""
        amount = getattr(command, "credits", 1)
        if amount <= 0 and not (type(command).__name__ == "Adjustment" and amount < 0):
            raise No("ledger.not_positive")
        said = (type(command).__name__, *(v for k, v in command._asdict().items() if k not in _NOT_ASKED))
        if (stood := self.answers.get((caller, command.key))) is not None:
            if stood[0] != said:
                raise No("ledger.key_reused")
            return stood[1], True, stood[2]
        for field in ("enterprise", "giver", "receiver", "holder"):
            self.require_known(getattr(command, field, None))
        if (number_named := getattr(command, "series", None)) is not None and number_named not in self.series:
            raise No("ledger.no_such_series")
        sums = getattr(self, type(command).__name__.lower())(command, number) or {}
        self.answers[caller, command.key] = (said, number, sums)
        return number, False, sums

    def require_known(self, holder: int | None) -> None:
        if holder in self.erased:
            raise No("ledger.holder_erased")
        if holder is not None and holder not in self.kinds:
            raise No("ledger.no_such_holder")

    def live(self, series: int) -> bool:
        ends = self.series[series].ends
        return ends is None or ends > self.now

    def draw(self, state: str, holder: int, wanted: int, issuer: str | None = None) -> list[list[int]]:
        """Soonest expiry, then award month, then series; what has expired can't be drawn."""
        late = datetime.max.replace(tzinfo=self.now.tzinfo)
        order = sorted(self.series, key=lambda s: (self.series[s].ends or late, self.series[s].month, s))
        parts: list[list[int]] = []
        for one in order:
            there = self.has[state, holder, one]
            if there and self.live(one) and issuer in (None, self.series[one].issuer):
                parts.append([one, min(there, wanted - sum(n for _, n in parts))])
        parts = [part for part in parts if part[1]]
        if sum(n for _, n in parts) < wanted:
            raise No("ledger.not_enough_credits")
        return parts

    def move(self, source: tuple[str, int], target: tuple[str, int] | None, parts: list[list[int]]) -> None:
        for one, credits_ in parts:
            self.has[(*source, one)] -= credits_
            if target is not None:
                self.has[(*target, one)] += credits_

    def give(self, state: str, holder: int, series: int, credits_: int) -> None:
        """New credits, each with its serial, under the filed cap."""
        if self.given[series] + credits_ > self.series[series].cap:
            raise No("ledger.cap_reached")
        self.given[series] += credits_
        self.has[state, holder, series] += credits_

    def repay(self, holder: int, parts: list[list[int]]) -> int:
        """What comes in repays what the holder owes the same issuer."""
        repaid = 0
        for one, credits_ in parts:
            part = min(credits_, self.owes[holder, self.series[one].issuer])
            self.owes[holder, self.series[one].issuer] -= part
            self.has["available", holder, one] -= part
            repaid += part
        return repaid

    def earning(self, c: Any, number: int) -> None:
        self.give("available", c.holder, c.series, c.credits)
        self.awards[number] = _award(c, "earn")
        self.repay(c.holder, [[c.series, c.credits]])

    def accrual(self, c: Any, number: int) -> None:
        self.give("pending", c.holder, c.series, c.credits)
        self.awards[number] = _award(c, "accrue") | {"waits": c.credits}

    def compensation(self, c: Any, number: int) -> None:
        self.give("available", c.holder, c.series, c.credits)
        self.awards[number] = _award(c, "compensate")

    def adjustment(self, c: Any, _number: int) -> None:
        if c.credits > 0:
            return self.give("available", c.holder, c.series, c.credits)
        if self.has["available", c.holder, c.series] < -c.credits:
            raise No("ledger.not_enough_credits")
        self.has["available", c.holder, c.series] += c.credits
        self.unused[c.holder, c.series] -= c.credits
        return None

    def award_named(self, number: int, *verbs: str, missing: str = "ledger.no_such_event") -> dict[str, Any]:
        award = self.awards.get(number)
        if award is None:
            self.require_known(self.whose.get(number))
            raise No("ledger.not_an_award" if number in self.whose else missing)
        self.require_known(award["holder"])
        if award["verb"] not in verbs:
            raise No("ledger.not_an_award")
        return award

    def activation(self, c: Any, _number: int) -> None:
        award = self.award_named(c.award, "accrue", missing="ledger.not_an_award")
        if not award["waits"]:
            raise No("ledger.nothing_left")
        parts = [[award["series"], award["waits"]]]
        self.move(("pending", award["holder"]), ("available", award["holder"]), parts)
        award["waits"] = 0
        self.repay(award["holder"], parts)

    def reversal(self, c: Any, _number: int) -> dict[str, int]:
        """First what waits, then what is there; what was used is owed under the terms, what nobody used is not."""
        award = self.award_named(c.award, "earn", "accrue", "compensate")
        holder, series = award["holder"], award["series"]
        if c.credits > award["left"]:
            raise No("ledger.already_reversed")
        waits = min(c.credits, award["waits"])
        there = min(c.credits - waits, self.has["available", holder, series])
        unused = min(c.credits - waits - there, self.unused[holder, series])
        used = c.credits - waits - there - unused
        debt = (holder, self.series[series].issuer)
        asked = max(0, min(used, self.series[series].owed_most - self.owes[debt]))
        award["left"] -= c.credits
        award["waits"] -= waits
        self.move(("pending", holder), None, [[series, waits]])
        self.move(("available", holder), None, [[series, there]])
        self.unused[holder, series] -= unused
        owed = min(asked, self.used[debt] - self.owes[debt])  # nobody owes more than he used
        self.owes[debt] += owed
        rest = min(asked - owed, self.spendable(holder, debt[1]))
        self.move(("available", holder), None, self.draw("available", holder, rest, debt[1]))
        return {"taken": waits + there + rest, "short": owed, "forgiven": used - owed - rest, "expired": unused}

    def spendable(self, holder: int, issuer: str) -> int:
        """Count what a holder could spend of an issuer's credits now."""
        mine = [one for one, terms in self.series.items() if terms.issuer == issuer and self.live(one)]
        return sum(self.has["available", holder, one] for one in mine)

    def use(self, holder: int, parts: list[list[int]], sign: int = 1) -> None:
        """Note what a holder has spent or set aside, by issuer."""
        for one, credits_ in parts:
            self.used[holder, self.series[one].issuer] += sign * credits_

    def hold(self, c: Any, number: int) -> None:
        parts = self.draw("available", c.holder, c.credits, c.issuer_id)
        self.move(("available", c.holder), ("held", c.holder), parts)
        self.use(c.holder, parts)
        self.taken[number] = Taken("hold", c.holder, 0, parts)

    def freeze(self, c: Any, number: int) -> None:
        if c.series is None:
            parts = self.draw("available", c.holder, c.credits)
        elif not self.live(c.series) or self.has["available", c.holder, c.series] < c.credits:
            raise No("ledger.not_enough_credits")
        else:
            parts = [[c.series, c.credits]]
        self.move(("available", c.holder), ("frozen", c.holder), parts)
        self.use(c.holder, parts)
        self.taken[number] = Taken("freeze", c.holder, 0, parts)

    def redemption(self, c: Any, number: int) -> None:
        self.require_merchant(c.party)
        parts = self.draw("available", c.holder, c.credits, c.issuer_id)
        self.use(c.holder, parts)
        self.spend("available", c, c.holder, number, parts)

    def capture(self, c: Any, number: int) -> None:
        hold = self.taken_by(c.hold, "hold", "ledger.no_such_hold", also=c.party)
        self.spend("held", c, hold.holder, number, _share(hold.parts, c.credits, last=False))

    def require_merchant(self, party: int) -> None:
        self.require_known(party)
        if self.kinds[party] == "con":
            raise No("ledger.not_a_merchant")

    def spend(self, state: str, c: Any, holder: int, number: int, parts: list[list[int]]) -> None:
        self.move((state, holder), ("donated" if c.donation else "redeemed", c.party), parts)
        self.taken[number] = Taken("donation" if c.donation else "redemption", holder, c.party, parts)

    def taken_by(self, number: int, kind: str, missing: str, *, also: int | None = None) -> Taken:
        taken = self.taken.get(number)
        if number in self.firsts:
            self.require_known(self.whose[number])
        if also is not None:
            self.require_merchant(also)
        if taken is None or taken.kind != kind:
            raise No(missing)
        return taken

    def release(self, c: Any, _number: int) -> None:
        self.back(self.taken_by(c.hold, "hold", "ledger.no_such_hold"), "held", c.credits)

    def unfreeze(self, c: Any, _number: int) -> None:
        self.back(self.taken_by(c.freeze, "freeze", "ledger.no_such_freeze"), "frozen", c.credits)

    def back(self, taken: Taken, state: str, credits_: int) -> None:
        parts = _share(taken.parts, credits_, last=True)
        self.move((state, taken.holder), ("available", taken.holder), parts)
        self.use(taken.holder, parts, -1)
        self.repay(taken.holder, parts)

    def restoration(self, c: Any, _number: int) -> dict[str, int]:
        """To the very leaves; what ended meanwhile expires, or lives on for the filed grace; a shortage goes first."""
        spent = self.taken_by(c.redemption, "redemption", "ledger.no_such_redemption")
        parts, sums, back = _share(spent.parts, c.credits, last=True), Counter(restored=c.credits), []
        self.move(("redeemed", spent.party), None, parts)
        self.use(spent.holder, parts, -1)
        for one, credits_ in parts:
            if self.live(one):
                self.has["available", spent.holder, one] += credits_
                back.append([one, credits_])
            elif not self.series[one].grace_days:
                self.has["expired", 0, one] += credits_
                self.unused[spent.holder, one] += credits_
                sums["expired"] += credits_
            else:
                later = self.later(one)
                self.has["available", spent.holder, later] += credits_
                back.append([later, credits_])
                sums["revived"] += credits_
        sums["repaid"] = self.repay(spent.holder, back)
        return {name: sums[name] for name in ("restored", "expired", "revived", "repaid")}

    def later(self, series: int) -> int:
        """The series of the same terms that ends with the last day of the grace, in China."""
        grace = timedelta(days=self.series[series].grace_days)
        day = (self.now + grace).astimezone(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)
        ends = day.replace(hour=0, minute=0, second=0, microsecond=0)
        wanted = self.series[series]._replace(ends=ends)
        found = [number for number, terms in self.series.items() if terms == wanted]
        number = found[0] if found else max(self.series) + 1
        self.series[number] = wanted
        return number

    def waiver(self, c: Any, _number: int) -> None:
        if c.credits > self.owed_in[c.holder, c.series]:
            raise No("ledger.not_enough_credits")
        self.owes[c.holder, self.series[c.series].issuer] -= c.credits

    def funding(self, c: Any, number: int) -> None:
        self.require_enterprise(c.enterprise)
        self.give("wallet", c.enterprise, c.series, c.credits)
        self.awards[number] = {"holder": c.enterprise, "series": c.series, "left": c.credits, "verb": "fund"}

    def allotment(self, c: Any, _number: int) -> None:
        self.require_enterprise(c.enterprise)
        if self.kinds[c.holder] != "con":
            raise No("ledger.not_a_person")
        self.move(
            ("wallet", c.enterprise), ("available", c.holder), self.draw("wallet", c.enterprise, c.credits, c.issuer_id)
        )

    def passing(self, c: Any, _number: int) -> None:
        self.require_enterprise(c.giver)
        self.require_enterprise(c.receiver)
        if c.giver == c.receiver:
            raise No("ledger.same_enterprise")
        self.move(("wallet", c.giver), ("wallet", c.receiver), self.draw("wallet", c.giver, c.credits, c.issuer_id))

    def withdrawal(self, c: Any, _number: int) -> None:
        funding = self.award_named(c.funding, "fund", missing="ledger.not_an_award")
        if c.credits > min(funding["left"], self.has["wallet", funding["holder"], funding["series"]]):
            raise No("ledger.nothing_left")
        funding["left"] -= c.credits
        self.move(("wallet", funding["holder"]), None, [[funding["series"], c.credits]])

    def require_enterprise(self, holder: int) -> None:
        if self.kinds[holder] != "ent":
            raise No("ledger.not_an_enterprise")

    def sweep(self) -> int:
        """Expire what is available of every series that has ended."""
        swept = 0
        for (state, holder, series), credits_ in list(self.has.items()):
            if state == "available" and credits_ and not self.live(series):
                self.has[state, holder, series] = 0
                self.has["expired", 0, series] += credits_
                self.unused[holder, series] += credits_
                swept += credits_
        return swept


_NOT_ASKED = frozenset({"key", "reason"})


def _award(c: Any, verb: str) -> dict[str, Any]:
    return {"holder": c.holder, "series": c.series, "left": c.credits, "waits": 0, "verb": verb}


def _share(parts: list[list[int]], wanted: int, *, last: bool) -> list[list[int]]:
    """Take from what is left of each part, in order or from the last back."""
    if wanted > sum(left for _, left in parts):
        raise No("ledger.nothing_left")
    shares = []
    for part in reversed(parts) if last else parts:
        share = min(wanted, part[1])
        part[1] -= share
        wanted -= share
        if share:
            shares.append([part[0], share])
    return shares
