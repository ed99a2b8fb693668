"""Checks that weigh figures and choices of a scheme instead of looking for words."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from greencredit.issuers.rules.checks.subject import Subject
from greencredit.issuers.rules.checks.words import find_words
from greencredit.issuers.rules.particulars import FINANCIAL, PARTICULARS
from greencredit.schemas.awards import ISSUER, EarningRule, Ground
from greencredit.schemas.issuers import (
    CardOccasion,
    Check,
    Effect,
    ExistingCredits,
    Finding,
    Promotion,
)

Method = Callable[[Check, Subject], list[Finding]]

_PERCENT: Final = 100
_FIGURE: Final = re.compile(
    r"\d+(?:kg|g|吨|千克|公斤|克|%|度|千瓦时|kwh|倍|毫克|升|立方米|公里|km)|百分之|编号\w{4,}|批准号\w{4,}|第\d+号"
)
"""What makes a green claim more than a word: a figure with its unit, or the number of a certificate."""


def _at(path: str, found: object) -> Finding:
    return Finding(path=path, found=str(found))


def notice_long_enough(check: Check, subject: Subject) -> list[Finding]:
    """Find a notice before a change of terms that is shorter than the least."""
    days = subject.scheme.notices.change_days
    return [_at("notices.change_days", days)] if days < _limit(check) else []


def closing_long_enough(check: Check, subject: Subject) -> list[Finding]:
    """Find a notice before the end that is shorter than the least."""
    days = subject.scheme.notices.closing_days
    return [_at("notices.closing_days", days)] if days < _limit(check) else []


def answered_in_time(check: Check, subject: Subject) -> list[Finding]:
    """Find complaints that are answered later than the most."""
    days = subject.scheme.complaints.answer_days
    return [_at("complaints.answer_days", days)] if days > _limit(check) else []


def one_level_of_referral(check: Check, subject: Subject) -> list[Finding]:
    """Find referrals paid over more than one level, for spending, in money, or against a fee to join."""
    referral = subject.scheme.referral
    if referral is None:
        return []
    found = [_at("referral.levels", referral.levels)] if referral.levels > _limit(check) else []
    found += [_at("referral.tied_to_spending", "true")] if referral.tied_to_spending else []
    found += [_at("referral.in_money", "true")] if referral.in_money else []
    return found + ([_at("referral.entry_fee_fen", referral.entry_fee_fen)] if referral.entry_fee_fen else [])


def referral_is_capped(_: Check, subject: Subject) -> list[Finding]:
    """Find a referral without a most for one person."""
    referral = subject.scheme.referral
    return [_at("referral.most_credits", "null")] if referral and referral.most_credits is None else []


def referral_is_what_rules_give(_: Check, subject: Subject) -> list[Finding]:
    """Find rules for referrals that give another sum, or more in all, than what the scheme says of referrals."""
    referral = subject.scheme.referral
    paid = [(place, one) for place, one in enumerate(subject.scheme.rules) if one.ground is Ground.REFERRAL]
    found: list[Finding] = []
    for place, rule in paid:
        each, most = getattr(rule.rate, "credits", None), rule.caps.per_person
        if referral is None:
            found.append(_at(f"rules[{place}].ground", rule.ground.value))
            continue
        if each is None or each * rule.multiplier_percent != referral.credits_each * _PERCENT:
            found.append(_at(f"rules[{place}].rate", each))
        if most is None or (referral.most_credits is not None and most > referral.most_credits):
            found.append(_at(f"rules[{place}].caps.per_person", most))
    return found


def settled_spending_only(_: Check, subject: Subject) -> list[Finding]:
    """Find credits of a card issuer for anything but settled spending."""
    found = [
        _at(f"card_offers[{place}].occasion", one.occasion.value)
        for place, one in enumerate(subject.scheme.card_offers)
        if one.occasion is not CardOccasion.SETTLED_SPENDING
    ]
    if subject.kind not in FINANCIAL:
        return found
    found += [_at(f"promotions[{place}]", one.name) for place, one in enumerate(subject.scheme.promotions)]
    gifts = ((place, one) for place, one in enumerate(subject.scheme.rules) if one.ground.is_gift)
    return found + [_at(f"rules[{place}].ground", one.ground.value) for place, one in gifts]


def funding_is_filed(_: Check, subject: Subject) -> list[Finding]:
    """Find a split by which credits are to be paid for and that says nowhere who pays."""
    scheme = subject.scheme
    filed = {ISSUER, *(one.name for one in scheme.fundings)}
    wanted = [("funding", scheme.funding)]
    wanted += [(f"rules[{place}].funding", one.funding) for place, one in enumerate(scheme.rules) if one.funding]
    return [_at(path, name) for path, name in wanted if name not in filed]


def draws_stake_nothing(_: Check, subject: Subject) -> list[Finding]:
    """Find draws in which money is staked, or credits to win credits."""
    return [
        _at(f"draws[{place}].stake_fen" if one.stake_fen else f"draws[{place}].stake_credits", one.name)
        for place, one in enumerate(subject.scheme.draws)
        if one.stake_fen or (one.stake_credits and one.prizes_are_credits)
    ]


def draws_within_cap(check: Check, subject: Subject) -> list[Finding]:
    """Find a top prize beyond the cap."""
    return [
        _at(f"draws[{place}].top_prize_fen", one.top_prize_fen)
        for place, one in enumerate(subject.scheme.draws)
        if one.top_prize_fen > _limit(check)
    ]


def existing_not_worse(_: Check, subject: Subject) -> list[Finding]:
    """Find new terms laid upon credits earned before although some of them are worse."""
    if subject.scheme.existing_credits is not ExistingCredits.TAKE_NEW_TERMS:
        return []
    worse = [one for one in subject.changes if one.effect is Effect.WORSE]
    named = ", ".join(one.path for one in worse) or ExistingCredits.TAKE_NEW_TERMS.value
    return [_at("existing_credits", named)]


def rules_apart(_: Check, subject: Subject) -> list[Finding]:
    """Find versions of a rule or promotion that would hold at the same time."""
    return [
        *_overlapping("rules", subject.scheme.rules),
        *_overlapping("promotions", subject.scheme.promotions),
    ]


def _overlapping(field: str, listed: Iterable[EarningRule | Promotion]) -> list[Finding]:
    by_name: dict[str, list[tuple[date, int, date | None, int]]] = {}
    for place, one in enumerate(listed):
        version = one.version if isinstance(one, EarningRule) else 1
        by_name.setdefault(one.name, []).append((one.since, version, one.until, place))
    found: list[Finding] = []
    for name, versions in by_name.items():
        for (begun, version, until, _place), (since, next_version, _until, place) in pairwise(sorted(versions)):
            # A version without an end is ended by the next one; that is no overlap.
            follows = next_version > version and (until is None or until <= since)
            if not follows or since == begun:
                found.append(_at(f"{field}[{place}].since", f"{name} {since}"))
    return found


def nothing_left_blank(_: Check, subject: Subject) -> list[Finding]:
    """Find texts that were left empty."""
    return [_at(text.path, '""') for text in subject.texts if not text.lines]


def particulars_stated(_: Check, subject: Subject) -> list[Finding]:
    """Find what this kind of issuer must state and does not."""
    stated = {one.name for one in subject.scheme.particulars}
    return [_at("particulars", one) for one in PARTICULARS.get(subject.kind, ()) if one not in stated]


def sharing_is_voluntary(_: Check, subject: Subject) -> list[Finding]:
    """Find personal data that must be shared to take part."""
    return [] if subject.scheme.data.sharing_is_voluntary else [_at("data.sharing_is_voluntary", "false")]


def green_claims_have_figures(check: Check, subject: Subject) -> list[Finding]:
    """Find green words that stand without a figure, unit or certificate in the whole text."""
    found = find_words(check, subject)
    figured = {text.path for text in subject.texts_in(check.fields) if _FIGURE.search(text.lines)}
    return [one for one in found if one.path not in figured]


def guarantee_is_evidenced(_: Check, subject: Subject) -> list[Finding]:
    """Find a guarantee without its document."""
    return [_at("guarantee.document", "null")] if subject.scheme.guarantee.document is None else []


def guarantee_covers_all(check: Check, subject: Subject) -> list[Finding]:
    """Find a promised coverage below the whole face value."""
    kept = subject.scheme.guarantee.coverage_basis_points
    return [_at("guarantee.coverage_basis_points", kept)] if kept < _limit(check) else []


def failures_are_compensated(_: Check, subject: Subject) -> list[Finding]:
    """Find a scheme that names no compensation."""
    return [] if subject.scheme.compensations else [_at("compensations", "[]")]


def rights_grow(_: Check, subject: Subject) -> list[Finding]:
    """Find a scheme that promises no growth of rights."""
    return [] if subject.scheme.upgrade_promise else [_at("upgrade_promise", "null")]


def valid_long_enough(check: Check, subject: Subject) -> list[Finding]:
    """Find a validity shorter than the least."""
    months = subject.scheme.validity.months
    return [_at("validity.months", months)] if months is not None and months < _limit(check) else []


def numbers_are_evidenced(_: Check, subject: Subject) -> list[Finding]:
    """Find a standard's number that is called verified and names no place where it can be read."""
    return [
        _at(f"standards[{place}].number", one.number)
        for place, one in enumerate(subject.scheme.standards)
        if one.verified and (one.number is None or one.evidence_url is None)
    ]


def _limit(check: Check) -> int:
    assert check.limit is not None, f"{check.name} names its limit"
    return check.limit


METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "words": find_words,
        **{
            one.__name__: one
            for one in (
                notice_long_enough,
                closing_long_enough,
                answered_in_time,
                one_level_of_referral,
                referral_is_capped,
                referral_is_what_rules_give,
                settled_spending_only,
                funding_is_filed,
                draws_stake_nothing,
                draws_within_cap,
                existing_not_worse,
                rules_apart,
                nothing_left_blank,
                particulars_stated,
                sharing_is_voluntary,
                green_claims_have_figures,
                guarantee_is_evidenced,
                guarantee_covers_all,
                failures_are_compensated,
                rights_grow,
                valid_long_enough,
                numbers_are_evidenced,
            )
        },
    }
)
"""Every way of checking by the name that a check gives it."""
