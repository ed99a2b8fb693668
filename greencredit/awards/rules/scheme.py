"""A scheme made ready by itself, without being filed: for dry runs, worked cases and simulations."""

from datetime import date
from typing import Final

from greencredit.awards.rules.claims import Claim, Filed, UsageKey, windows
from greencredit.awards.rules.compiled import Compiled, compile_rules
from greencredit.awards.rules.decide import budget_key
from greencredit.awards.rules.filed import ended
from greencredit.awards.rules.occasions import keys_of
from greencredit.awards.rules.plan import counters_of, plan_of
from greencredit.schemas.awards import EarningRule
from greencredit.schemas.issuers import Scheme

_FIRST: Final = 1


def compile_scheme(scheme: Scheme, *, since: date | None = None) -> Compiled:
    """Make a scheme's rules ready as if nothing else had ever been filed.

    `since` lets every rule hold from that day at the latest: a draft is tried on a past that it will never see. Rules
    of one name are versions of each other, and caps run on from one to the next.
    """
    names = sorted({rule.name for rule in scheme.rules})
    lineages = {name: place for place, name in enumerate(names, start=_FIRST)}
    rules = [_since(rule, since) for rule in scheme.rules]
    filed = [Filed(place, lineages[rule.name], rule) for place, rule in enumerate(rules, start=_FIRST)]
    numbers = {name: -place for place, name in enumerate(counters_of(scheme), start=_FIRST)}
    return compile_rules(ended(filed, {}), plan_of(scheme, numbers))


def _since(rule: EarningRule, since: date | None) -> EarningRule:
    if since is None or rule.since <= since:
        return rule
    return rule.model_copy(update={"since": since})


def keys_for(compiled: Compiled, claim: Claim) -> tuple[set[UsageKey], set[UsageKey]]:
    """List what must be known before a claim is decided: counters of caps and budgets, and occasions."""
    usage, occasions = set[UsageKey](), set[UsageKey]()
    days = windows(claim.on)
    for group in compiled.by_subject.get((claim.ground, claim.subject), ()):
        for ready in group.rules:
            usage |= {limit.key(claim.holder, claim.household, days) for limit in ready.limits}
            usage |= {budget_key(payer.counter) for payer in ready.split if payer.budget is not None}
            occasions |= set(keys_of(ready.filed.lineage, claim.holder, ready.occasional, days))
    return usage, occasions
