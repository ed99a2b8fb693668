"""Tries a scheme on stated facts: worked cases that are stored with it, and simulations over dates of one's choice.

Neither looks at a clock or a database. The dates are those of the facts: a scheme's whole life is lived in a second.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from greencredit.awards import rules
from greencredit.awards.catalogue.sentences import sentence
from greencredit.awards.queries.told.rules import Told, rules_told
from greencredit.awards.queries.told.steps import funded_told
from greencredit.awards.rules import Claim, Compiled, Grant, State
from greencredit.awards.rules.facts import claims_of
from greencredit.awards.rules.scheme import compile_scheme, keys_for
from greencredit.issuers.rules import digest_of, document_of
from greencredit.schemas.awards.explained import RuleTold
from greencredit.schemas.awards.trials import (
    CapHit,
    CaseResult,
    Expected,
    Fact,
    GoldenCase,
    SimulatedAward,
    SimulatedDay,
    Simulation,
)
from greencredit.schemas.issuers import Scheme
from greencredit.schemas.values import Credits, Fen, Period, Words

_STEPS_OF_NO_CAP: Final = frozenset({"rate", "tier", "multiplier", "threshold"})
_PER: Final = 100


class Tried(NamedTuple):
    """What one claim came to when it was tried."""

    grants: list[Grant]
    told: tuple[RuleTold, ...]
    paid: tuple[Words, ...]
    """Who pays for it, where that is not the issuer alone."""


class Cuts:
    """Counts how often each cap and budget cut, and by how much."""

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()

    def count(self, steps: Sequence[Sequence[Any]]) -> None:
        """Count the cuts of one rule for one claim."""
        for step, found, _, credits_, *_ in steps:
            if step not in _STEPS_OF_NO_CAP and credits_ < found:
                self.times[step] += 1
                self.cut[step] += found - credits_

    def told(self) -> tuple[CapHit, ...]:
        """Give them, the one that kept back most first."""
        order = sorted(self.times, key=lambda step: (-self.cut[step], step))
        return tuple(
            CapHit(step=step, title=sentence("caps", step), times=self.times[step], cut=Credits(self.cut[step]))
            for step in order
        )


def try_claim(compiled: Compiled, claim: Claim, state: State, scheme: Scheme) -> Tried:
    """Judge a claim, count it in `state`, and say of every rule what became of it."""
    usage, occasions = keys_for(compiled, claim)
    before = State(
        {key: state.usage[key] for key in usage if key in state.usage},
        {key: state.occasions[key] for key in occasions if key in state.occasions},
    )
    told = rules_told(Told(claim, before, scheme), rules.consider(compiled, claim, before))
    grants = rules.decide(compiled, claim, state)
    paid = tuple(
        one
        for grant in grants
        for one in funded_told(((part.name, part.credits) for part in grant.parts), grant.filed.rule, scheme)
    )
    return Tried(grants, told, paid)


def scheme_digest(scheme: Scheme) -> str:
    """Give the digest of a scheme's canonical text."""
    return digest_of(document_of(scheme.model_dump(mode="json")))


def simulate(scheme: Scheme, facts: Sequence[Fact], period: Period) -> Simulation:
    """Live a scheme over given dates with given facts, in the order in which they are given.

    Facts outside the period are left out. Rules hold on the days that they themselves say.
    """
    compiled, state, cuts = compile_scheme(scheme), rules.nothing_before(), Cuts()
    awards: list[SimulatedAward] = []
    days: defaultdict[Any, list[int]] = defaultdict(list)
    for place, (fact, claim) in enumerate(zip(facts, claims_of(facts), strict=True)):
        if fact.on not in period:
            continue
        tried = try_claim(compiled, claim, state, scheme)
        for one in tried.told:
            cuts.count([(step.step, step.found, step.limit, step.credits) for step in one.steps])
        credits_ = sum(grant.credits for grant in tried.grants)
        days[fact.on].append(credits_)
        awards.append(
            SimulatedAward(
                place=place, fact=fact, credits=Credits(credits_), given=_given(tried.grants), rules=tried.told
            )
        )
    total = Credits(sum(one.credits for one in awards))
    return Simulation(
        period=period,
        scheme_digest=scheme_digest(scheme),
        facts=len(awards),
        credits=total,
        cost_fen=cost_fen(scheme, total),
        days=tuple(
            SimulatedDay(on=on, facts=len(of), earning=sum(one > 0 for one in of), credits=Credits(sum(of)))
            for on, of in sorted(days.items())
        ),
        awards=tuple(awards),
        caps=cuts.told(),
    )


def cost_fen(scheme: Scheme, credits_: int) -> Fen:
    """Give what credits are worth at face value, rounded up: what they cost is never told too low."""
    return Fen(-(-credits_ * scheme.face_value_fen_per_100_credits // _PER))


def _given(grants: Sequence[Grant]) -> dict[str, Credits]:
    return {one.filed.rule.name: Credits(one.credits) for one in grants}


# ---- Worked cases ----------------------------------------------------------------------------------------------------


def replay_case(scheme: Scheme, case: GoldenCase) -> CaseResult:
    """Replay a worked case and hold what came out against what it expects."""
    facts = [*case.before, case.fact]
    compiled, state = compile_scheme(scheme), rules.nothing_before()
    *before, claim = claims_of(facts)
    for one in before:
        rules.decide(compiled, one, state)
    tried = try_claim(compiled, claim, state, scheme)
    found = Expected(
        credits=Credits(sum(one.credits for one in tried.grants)),
        given=_given(tried.grants),
        outcomes={one.name: one.outcome for one in tried.told},
        sentences=case_sentences(claim, tried),
    )
    faults = tuple(_faults(case.expected, found))
    return CaseResult(name=case.name, title=case.title, passed=not faults, found=found, faults=faults)


def case_sentences(claim: Claim, tried: Tried) -> tuple[Words, ...]:
    """Give everything that is said of a claim that was tried, in order."""
    said: list[Words] = []
    if claim.grams < 0:
        said = [sentence("outcomes", "negative", over=-claim.grams), sentence("needed", "negative")]
    elif not tried.told:
        said = [sentence("outcomes", "no_rule", title=claim.subject)]
    for one in tried.told:
        said += [*one.sentences, *one.needed]
    return (*said, *tried.paid)


def _faults(expected: Expected, found: Expected) -> list[Words]:
    faults: list[Words] = []
    if expected.credits != found.credits:
        faults.append(sentence("cases", "credits", wanted=expected.credits, found=found.credits))
    if expected.given is not None and expected.given != found.given:
        faults.append(sentence("cases", "given", wanted=_listed(expected.given), found=_listed(found.given or {})))
    for name, wanted in (expected.outcomes or {}).items():
        outcome = (found.outcomes or {}).get(name)
        if outcome != wanted:
            faults.append(sentence("cases", "outcome", rule=name, wanted=wanted, found=outcome or "-"))
    missing = _missing(expected.sentences, found.sentences)
    if missing is not None:
        faults.append(sentence("cases", "sentence", wanted=missing))
    return faults


def _missing(wanted: Sequence[Words], found: Sequence[Words]) -> Words | None:
    """Give the first wanted sentence that is not said after the one before it."""
    place = 0
    for one in wanted:
        while place < len(found) and found[place] != one:
            place += 1
        if place == len(found):
            return one
        place += 1
    return None


def _listed(given: dict[str, Credits]) -> str:
    return ", ".join(f"{name} {credits_}" for name, credits_ in sorted(given.items())) or "-"
