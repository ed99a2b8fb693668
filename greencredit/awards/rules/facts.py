"""Claims of facts that somebody states: for worked cases and simulations, where nothing is on file."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from greencredit.awards.rules.claims import Claim
from greencredit.schemas.attributes import Attributes
from greencredit.schemas.awards import Ground
from greencredit.schemas.awards.trials import Fact


def claims_of(facts: Sequence[Fact]) -> list[Claim]:
    """Make claims of facts in their order; holders and households are numbered by their first appearance."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = lambda: len(numbers) + 1
    receipts = _receipts(facts)
    found: list[Claim] = []
    for place, fact in enumerate(facts):
        found.append(
            Claim(
                evidence_id=place + 1,
                holder=numbers[fact.holder],
                on=fact.on,
                ground=fact.ground,
                subject=fact.subject,
                spent_fen=fact.spent_fen,
                grams=fact.grams,
                times=fact.times,
                bought=receipts[_receipt_of(place, fact)],
                thousandths=fact.thousandths,
                hour=fact.hour,
                attributes=_attributes(fact),
                household=numbers[fact.household] if fact.household else 0,
                member_days=fact.member_days,
                level=fact.level,
            )
        )
    return found


def _receipts(facts: Iterable[Fact]) -> dict[tuple[str, str, date], Counter[str]]:
    """Add up what each receipt comes to, by kind of product."""
    found: defaultdict[tuple[str, str, date], Counter[str]] = defaultdict(Counter)
    for place, fact in enumerate(facts):
        key = _receipt_of(place, fact)
        if fact.ground is Ground.PURCHASE:
            found[key][fact.subject] += fact.spent_fen
        else:
            found[key] = Counter()
    return found


def _receipt_of(place: int, fact: Fact) -> tuple[str, str, date]:
    """Name a fact's receipt; one that names none stands alone on its own."""
    return fact.receipt or f"\0{place}", fact.holder, fact.on


def _attributes(fact: Fact) -> Attributes:
    return Attributes(
        merchant=fact.merchant,
        store=fact.store,
        region=fact.region,
        channel=fact.channel,
        product=fact.product,
        brand=fact.brand,
        certificates=tuple(sorted(fact.certificates)),
        energy_grade=fact.energy_grade,
        more=tuple(sorted(fact.attributes.items())),
    )
