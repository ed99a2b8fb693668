"""What a batch of claims earns: at once where no cap or budget can bite, in turn, and exactly, where one can.

A claim is decided at once if every counter that its rules look at stays within its limit even when everything that
could be given in the batch is given. The others go through `decide`, one after the other. The two can't disagree: a
counter that holds everything cuts nothing, whatever the order.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, Final, NamedTuple

import numpy as np

from greencredit.awards.rules.amounts import PERCENT, before_limits, counted, per_unit, tiers_of
from greencredit.awards.rules.claims import Grant, State, UsageKey, windows
from greencredit.awards.rules.columns import Columns, Flags, Whole
from greencredit.awards.rules.compiled import Compiled, Ready
from greencredit.awards.rules.decide import budget_key, decide
from greencredit.awards.rules.limits import Limit
from greencredit.awards.rules.masks import mask
from greencredit.awards.rules.occasions import keys_of
from greencredit.awards.rules.plan import parts_of
from greencredit.schemas.awards import Tiered

_EXACT: Final = 2**53
"""Sums below this are exact however they are added up."""
_FEW: Final = 24
"""So many claims are judged one by one sooner than they are put into arrays."""


class _Candidates(NamedTuple):
    """The claims for which a rule could give something, and what it would come to if no limit bit."""

    ready: Ready
    rows: Whole
    credits: Whole
    given: Whole | None
    """What the groups before would give, for a rule on top of them."""


class AtOnce(NamedTuple):
    """What one rule gives to claims that were decided at once."""

    ready: Ready
    rows: Whole
    credits: Whole
    given: Whole | None


class Moved(NamedTuple):
    """How far counters of one lineage moved."""

    lineage: int
    whose: Whole
    window: Whole
    credits: Whole


class Decisions(NamedTuple):
    """What a batch earned."""

    at_once: list[AtOnce]
    in_turn: list[tuple[int, Grant]]
    """Place of the claim, and what it earned."""
    moved_in_turn: dict[UsageKey, int]
    """How far counters moved by what was decided in turn, and budgets of funders by all."""
    moved_at_once: list[Moved]
    """How far counters moved by what was decided at once; each counter stands here once."""
    occasions: dict[UsageKey, int]
    """What is known now of occasions, where that changed."""

    @property
    def credits(self) -> int:
        """Give all that was earned."""
        return sum(int(one.credits.sum()) for one in self.at_once) + sum(one.credits for _, one in self.in_turn)

    @property
    def claims(self) -> int:
        """Count the claims that earned something."""
        rows = [one.rows for one in self.at_once]
        return len(np.unique(np.concatenate([*rows, np.array([row for row, _ in self.in_turn], dtype=np.int64)])))

    def usage(self) -> list[tuple[int, int, int, int]]:
        """List how far each counter moved: lineage, whose, window, credits; each once."""
        both = Counter(self.moved_in_turn)
        rows: list[tuple[int, int, int, int]] = []
        lineages = {lineage for lineage, _, _ in both}
        for lineage, *arrays in self.moved_at_once:
            found = zip(repeat(lineage), *map(np.ndarray.tolist, arrays))
            if lineage in lineages:
                both.update({(of, whose, window): credits_ for of, whose, window, credits_ in found})
            else:
                rows += found
        return rows + [(*key, credits_) for key, credits_ in both.items() if credits_]

    def grants(self, columns: Columns) -> list[tuple[int, Grant]]:
        """List every grant with its claim's place: by claim, and for one claim in the order of decision."""
        found = [(row, place, grant) for place, (row, grant) in enumerate(self.in_turn)]
        for one in self.at_once:
            givens = [0] * len(one.rows) if one.given is None else one.given.tolist()
            issuers_most = one.ready.issuers_most
            for row, credits_, given in zip(one.rows.tolist(), one.credits.tolist(), givens, strict=True):
                worked, steps = before_limits(one.ready.filed.rule, columns.claim(row), given, issuers_most)
                assert worked == credits_, "both ways of reckoning come to the same"
                parts = parts_of(credits_, one.ready.split)
                found.append((row, one.ready.place, Grant(one.ready.filed, credits_, tuple(steps), parts)))
        return [(row, grant) for row, _, grant in sorted(found, key=lambda each: each[:2])]


def evaluate(rules: Compiled, columns: Columns, state: State) -> Decisions:
    """Decide a batch as if its claims came one after the other; `state` is left as it is."""
    if len(columns) <= _FEW:
        return _in_turn(rules, columns, state, range(len(columns)))
    candidates = _candidates(rules, columns)
    if sum(int(one.credits.sum()) for one in candidates) >= _EXACT:
        return _in_turn(rules, columns, state, range(len(columns)))
    picked = _picked(rules, columns, candidates)
    slow = _slow(rules, columns, state, candidates, picked)
    decided = _in_turn(rules, columns, state, np.flatnonzero(slow).tolist())
    for one, is_picked in zip(candidates, picked, strict=True):
        chosen = is_picked & ~slow[one.rows]
        if chosen.any():
            given = None if one.given is None else one.given[chosen]
            decided.at_once.append(AtOnce(one.ready, one.rows[chosen], one.credits[chosen], given))
    _count(columns, decided)
    return decided


def wanted_usage(rules: Compiled, columns: Columns) -> dict[int, tuple[list[int], list[int]]]:
    """Give the counters to be known before a batch is decided: by lineage, whose and which windows."""
    found: dict[int, tuple[set[int], set[int]]] = {}
    for one in _concerned(rules, columns):
        for limit in one.limits:
            whose, windows_ = found.setdefault(limit.lineage, (set(), set()))
            holders, numbers = columns.counters(limit.whose, limit.window).all_named()
            whose.update(holders)
            windows_.update(numbers)
        found |= {payer.counter: ({0}, {0}) for payer in one.split}
    return {lineage: (sorted(whose), sorted(windows_)) for lineage, (whose, windows_) in found.items()}


def wanted_occasions(rules: Compiled, columns: Columns) -> list[UsageKey]:
    """List what must be known of occasions before a batch is decided."""
    found: set[UsageKey] = set()
    people = sorted(set(zip(columns.holder.tolist(), columns.day.tolist(), strict=True)))
    for one in _concerned(rules, columns):
        if one.occasional:
            for holder, day in people:
                found.update(keys_of(one.filed.lineage, holder, one.occasional, windows(columns.days[day])))
    return sorted(found)


def _concerned(rules: Compiled, columns: Columns) -> Iterable[Ready]:
    subjects = set(columns.subjects)
    for one in rules.rules:
        ground = one.filed.rule.ground
        if any((ground, subject) in subjects for subject in one.filed.rule.subjects):
            yield one


def _in_turn(rules: Compiled, columns: Columns, state: State, rows: Sequence[int]) -> Decisions:
    """Decide claims one after the other."""
    if not rows:
        return Decisions([], [], {}, [], {})
    now = State(dict(state.usage), dict(state.occasions))
    granted = [(row, grant) for row in rows for grant in decide(rules, columns.claim(row), now)]
    return Decisions(
        [],
        granted,
        {key: used - before for key, used in now.usage.items() if used != (before := state.usage.get(key, 0))},
        [],
        {key: number for key, number in now.occasions.items() if number != state.occasions.get(key, 0)},
    )


# ---- What each rule could give --------------------------------------------------------------------------------------


def _candidates(rules: Compiled, columns: Columns) -> list[_Candidates]:
    """Work out rule by rule what could be given; groups come in order, so that one can build on those before."""
    by_subject = _rows_by_subject(columns)
    ordinals = np.array([day.toordinal() for day in columns.days], dtype=np.int64)
    found: list[_Candidates] = []
    given = np.zeros(len(columns), dtype=np.int64)
    here = np.zeros(len(columns), dtype=np.int64)
    group = 0
    for one in rules.rules:
        if one.group != group:
            given += here
            here = np.zeros(len(columns), dtype=np.int64)
            group = one.group
        rows = _rows_of(one, columns, by_subject, ordinals)
        if len(rows):
            before = given[rows] if one.of_given else None
            candidate = _Candidates(one, rows, _credits(one, columns, rows, before), before)
            found.append(candidate)
            if rules.all_count[group]:
                here[rows] += candidate.credits
            else:
                here[rows] = np.maximum(here[rows], candidate.credits)
    return found


def _rows_by_subject(columns: Columns) -> dict[object, Whole]:
    order = np.argsort(columns.subject.astype(np.int16 if len(columns.subjects) < 2**15 else np.int64), kind="stable")
    ends = np.cumsum(np.bincount(columns.subject, minlength=len(columns.subjects)))
    parts = np.split(order, ends[:-1])
    avoided = {row.item() for row in np.flatnonzero(columns.grams < 0)}
    if avoided:  # what emitted more than its baseline earns nothing
        parts = [part[columns.grams[part] >= 0] for part in parts]
    return dict(zip(columns.subjects, parts, strict=True))


def _rows_of(one: Ready, columns: Columns, by_subject: dict[object, Whole], ordinals: Whole) -> Whole:
    """List the claims that meet everything a rule asks, in order."""
    rule = one.filed.rule
    parts = [part for subject in rule.subjects if (part := by_subject.get((rule.ground, subject))) is not None]
    if not parts:
        return np.zeros(0, dtype=np.int64)
    rows = parts[0] if len(parts) == 1 else np.sort(np.concatenate(parts))
    in_force = (one.since <= ordinals) & (ordinals < one.until)
    if not in_force.all():
        rows = rows[in_force[columns.day[rows]]]
    for condition, _ in one.tests:
        if not len(rows):
            break
        rows = rows[mask(condition, rule, columns, rows)]
    return rows


def _credits(one: Ready, columns: Columns, rows: Whole, given: Whole | None) -> Whole:
    """Work out rate, multiplier, threshold and the caps on one award."""
    rule = one.filed.rule
    found = given if given is not None else getattr(columns, counted(rule))[rows]
    most = int(found.max())
    if isinstance(rule.rate, Tiered):
        tiers, unit = tiers_of(rule.rate)
        numerator = _exact(np.zeros_like(found), sum(per for _, _, per, _ in tiers) * most * rule.multiplier_percent)
        for above, end, per, _ in tiers:
            numerator = numerator + np.clip(found - above, 0, end - above) * per
    else:
        per, unit = per_unit(rule)
        numerator = _exact(found, most * per * rule.multiplier_percent) * per
    credits_: Whole = numerator * rule.multiplier_percent // (unit * PERCENT)
    if credits_.dtype == np.object_:
        credits_ = np.minimum(credits_, _EXACT).astype(np.int64)  # beyond it nothing is decided at once
    if rule.threshold_fen:
        credits_ = np.where(columns.receipt_fen(rule.products, rows) >= rule.threshold_fen, credits_, 0)
    for cap in (rule.caps.per_award, one.issuers_most):
        if cap is not None:
            credits_ = np.minimum(credits_, cap)
    return credits_


def _exact(values: Whole, peak: int) -> Whole:
    """Reckon with numbers of any size where 64 bits might not do."""
    return values if peak < 2**62 else values.astype(np.object_)


def _picked(rules: Compiled, columns: Columns, candidates: Sequence[_Candidates]) -> list[Flags]:
    """Tell for each candidate whether it would be given if no limit bit: the best of its group, or each of them."""
    best = {place: np.zeros(len(columns), dtype=np.int64) for place in range(len(rules.all_count))}
    who = {place: np.full(len(columns), -1, dtype=np.int32) for place in best}
    for one in candidates:
        if not rules.all_count[one.ready.group]:
            more = one.credits > best[one.ready.group][one.rows]
            rows = one.rows[more]
            best[one.ready.group][rows] = one.credits[more]
            who[one.ready.group][rows] = one.ready.place
    return [
        one.credits > 0 if rules.all_count[one.ready.group] else who[one.ready.group][one.rows] == one.ready.place
        for one in candidates
    ]


# ---- Where a limit can bite ------------------------------------------------------------------------------------------


def _slow(
    rules: Compiled, columns: Columns, state: State, candidates: Sequence[_Candidates], picked: Sequence[Flags]
) -> Flags:
    """Mark the claims that must be judged in turn.

    Those are the ones whose occasion counts, and those with a counter that could overflow. What is judged in turn may
    be given by another rule than thought: all its rules count then, and it is looked again, until nothing changes.
    """
    slow = np.zeros(len(columns), dtype=np.bool_)
    for one in candidates:
        if one.ready.occasional:
            slow[one.rows] = True
    used = _by_lineage(state)
    while True:
        weights = [
            np.where(slow[one.rows] | chosen, one.credits, 0) for one, chosen in zip(candidates, picked, strict=True)
        ]
        found = slow.copy()
        _mark_caps(rules, columns, used, candidates, weights, found)
        _mark_budgets(state, candidates, weights, found)
        if (found == slow).all():
            return slow
        slow = found


_Used = dict[int, tuple[Whole, Whole, Whole]]
"""Lineage → whose, window, credits."""


def _by_lineage(state: State) -> _Used:
    listed: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for (lineage, whose, window), credits_ in state.usage.items():
        listed[lineage].append((whose, window, credits_))
    return {lineage: tuple(np.array(rows, dtype=np.int64).T) for lineage, rows in listed.items()}


def _mark_caps(
    rules: Compiled,
    columns: Columns,
    used: _Used,
    candidates: Sequence[_Candidates],
    weights: Sequence[Whole],
    found: Flags,
) -> None:
    of_all = np.zeros(len(columns), dtype=np.int64)
    any_rule = np.zeros(len(columns), dtype=np.bool_)
    issuers: list[Limit] = []
    for one, weight in zip(candidates, weights, strict=True):
        for limit in one.ready.limits:
            if limit.lineage != rules.plan.counter:
                over = _over(columns, used, limit, one.rows, weight)
                if over is not None:
                    found[one.rows] |= over[columns.counters(limit.whose, limit.window).of[one.rows]]
        if rules.plan.counter:
            issuers = [limit for limit in one.ready.limits if limit.lineage == rules.plan.counter]
            of_all[one.rows] += weight
            any_rule[one.rows] = True
    rows = np.flatnonzero(any_rule)
    for limit in issuers:
        over = _over(columns, used, limit, rows, of_all[rows])
        if over is not None:
            found[rows] |= over[columns.counters(limit.whose, limit.window).of[rows]]


def _over(columns: Columns, used: _Used, limit: Limit, rows: Whole, weight: Whole) -> Flags | None:
    """Mark the counters that could overflow; none of them: nothing."""
    counters = columns.counters(limit.whose, limit.window)
    sums = np.bincount(counters.of[rows], weights=weight, minlength=counters.count)
    if limit.lineage in used:
        sums += counters.used(*used[limit.lineage])
    over: Flags = sums > limit.most
    return over if over.any() else None


def _mark_budgets(state: State, candidates: Sequence[_Candidates], weights: Sequence[Whole], found: Flags) -> None:
    """Mark everything that a funder pays whose budget could run out; a share is at most its part rounded up."""
    pays: defaultdict[int, int] = defaultdict(int)
    budgets: dict[int, int] = {}
    for one, weight in zip(candidates, weights, strict=True):
        whole = sum(payer.parts for payer in one.ready.split)
        for payer in one.ready.split:
            if payer.budget is not None:
                budgets[payer.counter] = payer.budget
                pays[payer.counter] += int((-(-weight * payer.parts // whole)).sum())
    short = {
        counter
        for counter, budget in budgets.items()
        if state.usage.get(budget_key(counter), 0) + pays[counter] > budget
    }
    if short:
        for one in candidates:
            if any(payer.counter in short for payer in one.ready.split):
                found[one.rows] = True


# ---- What was given at once ------------------------------------------------------------------------------------------


def _count(columns: Columns, decided: Decisions) -> None:
    """Add up how far counters moved by what was given at once."""
    sums: dict[tuple[int, int, int], Any] = {}
    for one in decided.at_once:
        for limit in one.ready.limits:
            counters = columns.counters(limit.whose, limit.window)
            found = np.bincount(counters.of[one.rows], weights=one.credits, minlength=counters.count)
            of = (limit.lineage, limit.whose, limit.window)
            sums[of] = sums.get(of, 0.0) + found
        if one.ready.split:
            for credits_, times in zip(
                *map(np.ndarray.tolist, np.unique(one.credits, return_counts=True)), strict=True
            ):
                for part in parts_of(credits_, one.ready.split):
                    if part.credits:
                        key = budget_key(part.counter)
                        decided.moved_in_turn[key] = decided.moved_in_turn.get(key, 0) + part.credits * times
    for (lineage, whose, window), moved in sums.items():
        places = np.flatnonzero(moved > 0)
        holders, windows_ = columns.counters(whose, window).named(places)
        decided.moved_at_once.append(Moved(lineage, holders, windows_, moved[places].astype(np.int64)))
