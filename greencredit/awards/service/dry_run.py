"""Runs a rule set on what was recorded in a past period: who would have earned what (试算). It writes nothing.

Both the tried rules and those in force are run, from the same beginning, over the same evidence in the order in which
it was taken in, and after it over the occasions for gifts, claim by claim by the very rules that award. Whatever grows
with holders or lines lies on disk.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards import rules
from greencredit.awards.catalogue.sentences import sentence
from greencredit.awards.queries.measured import grams_of
from greencredit.awards.queries.trials import Cuts, cost_fen, scheme_digest
from greencredit.awards.rules import Claim, Compiled, Grant, State
from greencredit.awards.rules.households import Households
from greencredit.awards.rules.scheme import compile_scheme, keys_for
from greencredit.awards.service.decided import Members, columns_of, members_of
from greencredit.awards.service.gift import gift_item
from greencredit.awards.service.scratch import HolderTotal, Scratch
from greencredit.awards.tables import AwardsGift
from greencredit.evidence import queries as evidence
from greencredit.evidence import rules as evidence_rules
from greencredit.issuers import queries as issuers
from greencredit.kernel.clock import civil_date, now
from greencredit.ledger import queries as ledger
from greencredit.schemas.awards import EarningRule, Ground
from greencredit.schemas.awards.trials import DryRun, FunderTrial, HolderBand, HolderTrial, RuleTrial, TrialLine
from greencredit.schemas.evidence import Item
from greencredit.schemas.issuers import Scheme
from greencredit.schemas.values import Credits, Period

_PAGE: Final = 1000
_LARGEST: Final = 100
_BANDS: Final = ((0, 0), (1, 99), (100, 999), (1_000, 9_999), (10_000, None))
_TRIED: Final = 0
_IN_FORCE: Final = 1

Told = Callable[[TrialLine], None]
"""Told each award that would have been given."""


@dataclass
class _Side:
    """One of the two rule sets that are run."""

    number: int
    scheme: Scheme | None
    compiled: Compiled | None
    cuts: Cuts = field(default_factory=Cuts)
    counts: Counter[str] = field(default_factory=Counter)
    credits: Counter[str] = field(default_factory=Counter)
    funders: Counter[str] = field(default_factory=Counter)
    earning: int = 0
    households: Households = field(default_factory=Households)

    def judge(self, claim: Claim, scratch: Scratch) -> list[Grant]:
        """Judge a claim and count it."""
        if self.compiled is None:
            return []
        usage, occasions = keys_for(self.compiled, claim)
        own = {key: self.households.own_keys(key) for key in usage}
        state = scratch.state(self.number, usage.union(*own.values()), occasions)
        # What members earned by themselves counts in their household's caps, and is not theirs a second time.
        alone = {key: sum(state.usage.get(one, 0) for one in keys) for key, keys in own.items() if keys}
        for key, more in alone.items():
            state.usage[key] = state.usage.get(key, 0) + more
        before = State(dict(state.usage), dict(state.occasions))
        grants = rules.decide(self.compiled, claim, state)
        if state != before:
            kept = {key: number - alone.get(key, 0) for key, number in state.usage.items()}
            scratch.keep(self.number, State(kept, state.occasions))
        cut = grants or rules.consider(self.compiled, claim, before)  # what left nothing is in no grant
        for one in cut:
            self.cuts.count(one.steps)
        for grant in grants:
            self.counts[grant.filed.rule.name] += 1
            self.credits[grant.filed.rule.name] += grant.credits
            for part in grant.parts:
                self.funders[part.name] += part.credits
        self.earning += bool(grants)
        return grants


def dry_run(
    session: Session,
    issuer_id: str,
    scheme: Scheme,
    period: Period,
    *,
    as_filed: bool = False,
    told: Told = lambda _: None,
    progress: Callable[[int], None] = lambda _: None,
) -> DryRun:
    """Say what a rule set would have done to an issuer's evidence of a period, beside the version in force.

    Rules that hold only later are tried as if they held from the first day, unless `as_filed`.

    Raises:
        UnknownIssuer (issuers): there is no such issuer.
    """
    issuers.issuer(session, issuer_id)
    filing = issuers.filing_in_force(session, issuer_id, civil_date(now(session)))
    since = None if as_filed else period.since
    in_force = None if filing is None else filing.scheme
    tried = _Side(_TRIED, scheme, compile_scheme(scheme, since=since))
    today = _Side(_IN_FORCE, in_force, None if in_force is None else compile_scheme(in_force, since=since))
    named = ledger.for_issuer(session, issuer_id)
    with Scratch() as scratch:
        _add_receipts(session, issuer_id, period, scratch)
        judged = 0
        recorded = _pages(session, issuer_id, period, (tried, today), scratch)
        for claims in chain(recorded, _gifts(session, issuer_id, period, (tried, today))):
            totals = []
            for claim in claims:
                grants, others = tried.judge(claim, scratch), today.judge(claim, scratch)
                for grant in grants:
                    told(_line(claim, grant, named(claim.holder)))
                given, in_force_given = (sum(one.credits for one in found) for found in (grants, others))
                totals.append(HolderTotal(claim.holder, int(bool(grants)), given, in_force_given))
            scratch.add_to_holders(totals)
            judged += len(claims)
            progress(len(claims))
        return _outcome(
            issuer_id,
            period,
            (tried, today),
            scratch,
            named,
            judged,
            None if filing is None else filing.version,
            as_filed=as_filed,
        )


def _line(claim: Claim, grant: Grant, holder: str | None) -> TrialLine:
    return TrialLine(
        holder=holder or "",
        evidence_id=claim.evidence_id,
        occurred_on=claim.on,
        rule=grant.filed.rule.name,
        version=grant.filed.rule.version,
        credits=Credits(grant.credits),
    )


# ---- What was recorded ----------------------------------------------------------------------------------------------


def _recorded(session: Session, issuer_id: str, period: Period) -> Iterable[Sequence[evidence.Recorded]]:
    after = 0
    while page := evidence.recorded(session, issuer_id, period, after=after, limit=_PAGE):
        yield page
        after = page[-1].item.evidence_id


def _add_receipts(session: Session, issuer_id: str, period: Period, scratch: Scratch) -> None:
    """Add up what every receipt comes to before the first line of it is judged."""
    for page in _recorded(session, issuer_id, period):
        scratch.add_to_receipts(
            (*_receipt_of(one.item), one.item.subject, one.item.spent_fen or 0) for one in page if not one.is_action
        )


def _receipt_of(item: Item) -> tuple[int, int, str, str]:
    return evidence_rules.place_of(item.evidence_id)[0], item.holder, item.receipt, item.on.isoformat()


def _pages(
    session: Session, issuer_id: str, period: Period, sides: Sequence[_Side], scratch: Scratch
) -> Iterable[list[Claim]]:
    """Give the claims of what was recorded, in the order in which it was taken in, page by page."""
    rule_sets = [side.compiled for side in sides if side.compiled is not None]
    for page in _recorded(session, issuer_id, period):
        members = members_of(session, issuer_id, rule_sets, [one.item for one in page])
        for side in sides:
            side.households = members.households
        grams = grams_of(session, [one.item.evidence_id for one in page if one.is_action])
        claims: list[Claim] = []
        for ground in (Ground.PURCHASE, Ground.ACTION):
            items = [one.item for one in page if one.is_action is (ground is Ground.ACTION)]
            claims += _claims(ground, items, members, grams, scratch)
        yield sorted(claims, key=lambda claim: claim.evidence_id)


def _gifts(session: Session, issuer_id: str, period: Period, sides: Sequence[_Side]) -> Iterable[list[Claim]]:
    """Give the claims of occasions for gifts, in the order in which they were told, page by page."""
    rule_sets = [side.compiled for side in sides if side.compiled is not None]
    after = 0
    while page := session.scalars(
        select(AwardsGift)
        .where(
            AwardsGift.id > after,
            AwardsGift.issuer_id == issuer_id,
            AwardsGift.happened_on >= period.since,
            AwardsGift.happened_on < period.until,
        )
        .order_by(AwardsGift.id)
        .limit(_PAGE)
    ).all():
        after = page[-1].id
        items = {row.id: gift_item(row) for row in page}
        members = members_of(session, issuer_id, rule_sets, list(items.values()))
        for side in sides:
            side.households = members.households
        claims: list[Claim] = []
        for ground in sorted({row.ground for row in page}):
            some = [items[row.id] for row in page if row.ground == ground]
            columns = columns_of(Ground(ground), some, {}, members)
            claims += [columns.claim(row) for row in range(len(some))]
        yield sorted(claims, key=lambda claim: -claim.evidence_id)


def _claims(
    ground: Ground, items: Sequence[Item], members: Members, grams: dict[int, int], scratch: Scratch
) -> Iterable[Claim]:
    if not items:
        return
    columns = columns_of(ground, items, {}, members)
    for row, item in enumerate(items):
        claim = columns.claim(row)
        if ground is Ground.ACTION:
            yield claim._replace(grams=grams.get(item.evidence_id, 0))
        else:
            yield claim._replace(bought=scratch.receipt(*_receipt_of(item)))


# ---- What it came to ------------------------------------------------------------------------------------------------


def _outcome(
    issuer_id: str,
    period: Period,
    sides: tuple[_Side, _Side],
    scratch: Scratch,
    named: ledger.Pseudonym,
    judged: int,
    version: int | None,
    *,
    as_filed: bool,
) -> DryRun:
    tried, today = sides
    assert tried.scheme is not None, "what is tried is a scheme"
    credits_, in_force = tried.credits.total(), today.credits.total()
    notes = ("nothing_booked", "from_nothing", "as_filed" if as_filed else "as_if", "gifts_last", "face_value")
    return DryRun(
        issuer_id=issuer_id,
        period=period,
        scheme_digest=scheme_digest(tried.scheme),
        version_in_force=version,
        evidence=judged,
        earning=tried.earning,
        holders=sum(one.tried > 0 for one in scratch.holders()),
        credits=Credits(credits_),
        credits_in_force=Credits(in_force),
        cost_fen=cost_fen(tried.scheme, credits_),
        cost_in_force_fen=cost_fen(today.scheme or tried.scheme, in_force),
        caps=tried.cuts.told(),
        rules=_rules(tried, today),
        bands=_bands(scratch.holders()),
        funders=_funders(tried),
        largest=tuple(
            HolderTrial(
                holder=named(one.holder) or "",
                count=one.earning,
                credits=Credits(one.tried),
                credits_in_force=Credits(one.in_force),
            )
            for one in scratch.holders(largest=_LARGEST)
            if one.tried
        ),
        notes=tuple(sentence("trials", name) for name in notes),
    )


def _rules(tried: _Side, today: _Side) -> tuple[RuleTrial, ...]:
    new, old = _newest(tried.scheme), _newest(today.scheme)
    return tuple(
        RuleTrial(
            name=name,
            version=new[name].version if name in new else None,
            version_in_force=old[name].version if name in old else None,
            title=(new.get(name) or old[name]).title,
            count=tried.counts[name],
            credits=Credits(tried.credits[name]),
            count_in_force=today.counts[name],
            credits_in_force=Credits(today.credits[name]),
        )
        for name in sorted(new.keys() | old.keys())
    )


def _newest(scheme: Scheme | None) -> dict[str, EarningRule]:
    listed = () if scheme is None else scheme.rules
    return {one.name: one for one in sorted(listed, key=lambda rule: rule.version)}


def _funders(tried: _Side) -> tuple[FunderTrial, ...]:
    scheme = tried.scheme
    assert scheme is not None, "what is tried is a scheme"
    paid = dict(tried.funders)
    if rest := tried.credits.total() - sum(paid.values()):  # what no split shares out is the issuer's alone
        own = scheme.funder("issuer").name
        paid[own] = paid.get(own, 0) + rest
    return tuple(
        FunderTrial(
            name=name,
            kind=scheme.funder(name).kind,
            title=scheme.funder(name).title,
            credits=Credits(credits_),
            cost_fen=cost_fen(scheme, credits_),
        )
        for name, credits_ in sorted(paid.items())
    )


def _bands(holders: Iterable[HolderTotal]) -> tuple[HolderBand, ...]:
    """Group holders by what they get by the version in force."""
    sums = [Counter[str]() for _ in _BANDS]
    for one in holders:
        place = next(at for at, (_, most) in enumerate(_BANDS) if most is None or one.in_force <= most)
        change = "same" if one.tried == one.in_force else "more" if one.tried > one.in_force else "less"
        sums[place].update({"holders": 1, "tried": one.tried, "in_force": one.in_force, change: 1})
    return tuple(
        HolderBand(
            least=least,
            most=most,
            holders=found["holders"],
            credits=Credits(found["tried"]),
            credits_in_force=Credits(found["in_force"]),
            more=found["more"],
            less=found["less"],
            same=found["same"],
        )
        for (least, most), found in zip(_BANDS, sums, strict=True)
    )
