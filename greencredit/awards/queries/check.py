"""Computes an award again from its record alone: no database, no network; the first part that fails is named."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from greencredit.actions import queries as actions
from greencredit.actions.rules import check as quantified
from greencredit.actions.rules import read_factor_file
from greencredit.actions.rules.check import Fault
from greencredit.awards import rules
from greencredit.awards.queries.record import seal_of
from greencredit.kernel.errors import Refusal
from greencredit.projects.rules import part_fault
from greencredit.proofs.rules.canonical import parse_plain
from greencredit.schemas.actions import AwardRecord, Factor, ProjectCopy, Quantification, RecordCheck, RecordStep
from greencredit.schemas.awards import AwardLine, EarningRule, Ground
from greencredit.schemas.values import Words

TITLES: Final = MappingProxyType(
    {
        "form": Words(zh="格式", en="form of the record"),
        "rule": Words(zh="备案规则原文", en="text of the filed rule"),
        "method": Words(zh="方法原文", en="text of the method"),
        "factors": Words(zh="排放因子", en="emission factors"),
        "inputs": Words(zh="活动数据", en="inputs"),
        "baseline": Words(zh="基准排放", en="baseline emissions"),
        "behaviour": Words(zh="行为排放", en="behaviour emissions"),
        "project": Words(zh="项目计量与分配", en="the project's measurement and its sharing out"),
        "reduction": Words(zh="减排量计算", en="reduction, step by step"),
        "grams": Words(zh="减排量取整", en="grams, rounded down"),
        "quality": Words(zh="数据等级与气体", en="tier and gases"),
        "rate": Words(zh="发放标准", en="rate of the rule"),
        "limits": Words(zh="封顶与预算", en="caps and budgets"),
        "credits": Words(zh="积分", en="credits"),
        "claim": Words(zh="其他机制", en="mark of another scheme"),
        "seal": Words(zh="封印", en="seal over the whole record"),
    }
)
"""What each part of the check is called, in the order in which they are checked."""

_BEFORE_LIMITS: Final = frozenset({"rate", "tier", "multiplier", "threshold", "cap_award", "issuer_award"})


def check_record(text: str | bytes) -> RecordCheck:
    """Compute an award's record again; everything that it takes stands in the record.

    What is published with this edition of the platform is only looked at in addition: a factor's version that stands in
    both must say the same in both.
    """
    try:
        record = AwardRecord.model_validate_json(text)
        line = AwardLine.model_validate(record.award | {"claim": record.claim})
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        return _told([("form", (f"{where}: {first['msg']}"[:300], "a record of an award"))])
    seal = _safely(lambda: _seal_fault(text))
    return _told([*_parts(record, line), ("seal", seal)])


def _told(parts: Sequence[tuple[str, Fault | None]]) -> RecordCheck:
    steps = []
    for name, fault in parts:
        found, wanted = fault or ("", "")
        steps.append(RecordStep(name=name, title=TITLES[name], ok=fault is None, found=found, wanted=wanted))
        if fault is not None:
            break
    failed = next((step.name for step in steps if not step.ok), None)
    return RecordCheck(holds=failed is None, failed=failed, steps=tuple(steps))


def _parts(record: AwardRecord, line: AwardLine) -> Iterator[tuple[str, Fault | None]]:
    yield "form", None
    yield "rule", _safely(lambda: _rule_fault(record, line))
    if record.quantification is None:
        yield "grams", None if line.grams is None else (f"{line.grams} g", "no grams, for nothing was quantified")
    else:
        yield from _quantified(record, record.quantification, line)
    rule = EarningRule.model_validate_json(record.rule.document)
    yield "rate", _safely(lambda: _rate_fault(rule, line))
    yield "limits", _limits_fault(line)
    last = line.trace[-1].credits if line.trace else 0
    yield "credits", None if line.credits == last else (f"{line.credits} credits", f"{last}, as the last step says")
    yield "claim", _claim_fault(record, line)


def _quantified(record: AwardRecord, found: Quantification, line: AwardLine) -> Iterator[tuple[str, Fault | None]]:
    copy = record.method
    if copy is None:
        yield "method", ("none", "the method by which it was quantified")
        return
    action = copy.action
    ours = (
        None
        if line.subject == action.name and line.occurred_on == found.on
        else (f"{line.subject} on {line.occurred_on}", f"{action.name} on {found.on}")
    )
    yield "method", ours or _safely(lambda: quantified.method_fault(copy, found))
    yield (
        "factors",
        _safely(lambda: quantified.factors_fault(action, found, record.factors) or _published_fault(record.factors)),
    )
    if found.share is not None:
        yield "project", _safely(lambda: _project_fault(record.project, found, line))
        yield "grams", None if line.grams == found.grams else (f"award {line.grams} g", f"{found.grams} g")
        yield "quality", quantified.quality_fault(action, found, award=line.tier)
        return
    yield "inputs", _safely(lambda: quantified.inputs_fault(action, found, quantity=line.quantity))
    fault = quantified.steps_fault(action, found)
    for stage in ("baseline", "behaviour", "reduction"):
        yield stage, fault[1] if fault is not None and fault[0] == stage else None
    yield "grams", _safely(lambda: quantified.grams_fault(found, award=line.grams))
    yield "quality", quantified.quality_fault(action, found, award=line.tier)


def _project_fault(copy: ProjectCopy | None, found: Quantification, line: AwardLine) -> Fault | None:
    """Work the project out again from its meter lines, and share it out again."""
    if copy is None:
        return "none", "the project's measurement, word for word"
    return part_fault(copy, found, quantity_milli=int(Decimal(line.quantity) * 1000))


def _safely(check: Callable[[], Fault | None]) -> Fault | None:
    """Run one part; a number that is none, and what the rules refuse, is a fault of that part."""
    try:
        return check()
    except (ValueError, ArithmeticError) as fault:
        return str(fault)[:300], "something that can be computed"
    except Refusal as refusal:
        return refusal.message[:300], "something that can be computed"


def _rule_fault(record: AwardRecord, line: AwardLine) -> Fault | None:
    digest = hashlib.sha256(record.rule.document.encode()).hexdigest()
    if digest != record.rule.digest:
        return digest, record.rule.digest
    rule = EarningRule.model_validate_json(record.rule.document)
    said = (line.rule_name, line.rule_version, record.rule.name, record.rule.version, line.ground)
    wanted = (rule.name, rule.version, rule.name, rule.version, rule.ground)
    if said != wanted:
        return str(said), str(wanted)
    if not rules.holds(rule, line.occurred_on):
        return f"{line.occurred_on}", f"a day from {rule.since} on, before {rule.until}"
    if line.subject not in rule.subjects:
        return line.subject, ", ".join(rule.subjects)
    return None


def _published_fault(factors: tuple[Factor, ...]) -> Fault | None:
    """Compare with the factor file of this edition, as far as it has the same versions."""
    ours = {
        (row.factor.id, row.factor.version): row.factor
        for row in read_factor_file(actions.shipped_factor_file(), actions.units())
    }
    for factor in factors:
        known = ours.get((factor.id, factor.version), factor)
        if known != factor:
            return f"{factor.id}@{factor.version} = {factor.value}", f"{known.value}, as published"
    return None


def _rate_fault(rule: EarningRule, line: AwardLine) -> Fault | None:
    """Work the rate out again: what goes in is the award's own, what comes out is rounded down once."""
    steps = [step for step in line.trace if step.step in _BEFORE_LIMITS]
    said = [(step.step, step.found, step.limit, int(step.credits)) for step in steps]
    by_name = {step.step: step for step in steps}
    threshold, issuers_most = by_name.get("threshold"), by_name.get("issuer_award")
    claim = rules.Claim(
        evidence_id=line.evidence_id,
        holder=0,
        on=line.occurred_on,
        ground=line.ground,
        subject=line.subject,
        spent_fen=line.spent_fen or 0,
        grams=line.grams or 0,
        times=1,
        bought={rule.products[0]: threshold.found} if threshold and line.ground is Ground.PURCHASE else {},
        thousandths=int(Decimal(line.quantity) * 1000),
    )
    given = steps[0].found if steps and not rules.counted(rule) else 0
    _, wanted = rules.before_limits(rule, claim, given, issuers_most.limit if issuers_most else None)
    told = [tuple(step[:4]) for step in wanted]
    if said == told:
        return None
    place = next((at for at, pair in enumerate(zip(said, told, strict=False)) if pair[0] != pair[1]), -1)
    shorter = min(len(said), len(told))
    at = place if place >= 0 else shorter
    return (str(said[at]) if at < len(said) else "no step"), (str(told[at]) if at < len(told) else "no step")


def _limits_fault(line: AwardLine) -> Fault | None:
    """Follow what the caps left: each cuts what the step before gave to what it still allowed."""
    before = None
    for step in line.trace:
        if step.step not in _BEFORE_LIMITS:
            cut = step.credits <= step.limit if step.step == "funder" else step.credits == step.limit
            if step.found != before or not cut or not 0 <= step.credits < step.found:
                found = f"{step.step}: {step.found} | {step.limit} → {step.credits}"
                return found, f"{before} cut to {step.limit}"
        before = int(step.credits)
    return None


def _seal_fault(text: str | bytes) -> Fault | None:
    told = parse_plain(text.encode() if isinstance(text, str) else text)
    seal = seal_of(told)
    return None if seal == told["seal"] else (str(told["seal"]), seal)


def _claim_fault(record: AwardRecord, line: AwardLine) -> Fault | None:
    claim = record.claim
    if claim is None or (claim.evidence_id, claim.grams) == (line.evidence_id, line.grams):
        return None
    return f"{claim.grams} g of evidence {claim.evidence_id}", f"{line.grams} g of evidence {line.evidence_id}"
