"""Says an award step by step in both languages, from its record alone: numbers, factors, versions and sources."""

from collections.abc import Iterator
from typing import Final

from greencredit.actions import queries as actions
from greencredit.awards.catalogue.sentences import sentence
from greencredit.awards.queries.told.steps import steps_told
from greencredit.schemas.actions import (
    AwardRecord,
    ExplainedStep,
    FactorUse,
    GreenAction,
    InputUse,
    ProjectShare,
    Quantification,
    Step,
)
from greencredit.schemas.awards import AwardLine, EarningRule
from greencredit.schemas.values import Words

_NOTHING: Final = Words(zh="方法没有单列这一项。", en="The method states none apart.")


def explained(record: AwardRecord) -> tuple[ExplainedStep, ...]:
    """Explain an award from its record: what was done, compared with what, how many grams, how many credits."""
    line = AwardLine.model_validate(record.award | {"claim": record.claim})
    found, copy = record.quantification, record.method
    steps: list[ExplainedStep] = []
    if found is not None and copy is not None:
        steps += stages_of(copy.action, found)
        steps.append(_sources(copy.action, copy.digest, found))
    else:
        title = Words(zh="减排量", en="CO2e avoided")
        said = Words(zh="未量化：没有适用的方法，不是零。", en="Not quantified: no method fits; that is not zero.")
        if line.ground.is_gift:
            said = sentence("gifts", line.ground.value)
        steps.append(ExplainedStep(stage="reduction", title=title, sentences=(said,)))
    steps.append(_credits(line, EarningRule.model_validate_json(record.rule.document), record.rule.digest))
    if record.claim is not None:
        steps.append(_claim(record))
    return tuple(steps)


def stages_of(action: GreenAction, found: Quantification) -> tuple[ExplainedStep, ...]:
    """Give the five stages of a calculation: behaviour, baseline, their emissions, reduction."""
    return tuple(_five_stages(action, found))


def _five_stages(action: GreenAction, found: Quantification) -> Iterator[ExplainedStep]:
    of: dict[str, list[Step]] = {"baseline": [], "behaviour": [], "reduction": []}
    for step in found.steps:
        of[step.stage].append(step)
    yield _stage("behaviour", "行为", "Behaviour", action.method.behaviour, *(_input(one) for one in found.inputs))
    yield _stage("baseline", "基准情景", "Baseline", action.method.baseline)
    emissions = [_computed(step) for step in of["baseline"]] or [_NOTHING]
    yield _stage("baseline_emissions", "基准排放", "Baseline emissions", *emissions)
    emissions = [_computed(step) for step in of["behaviour"]] or [_NOTHING]
    yield _stage("behaviour_emissions", "行为排放", "Behaviour emissions", *emissions)
    grams = Words(
        zh=f"减排量 {found.grams_exact} 克，向下取整为 {found.grams:,} 克 {found.gas}；数据等级 {found.tier.value}"
        f"{'（估算）' if found.is_estimate else ''}。",
        en=f"{found.grams_exact} g, rounded down to {found.grams:,} g {found.gas}; tier {found.tier.value}"
        f"{' (an estimate)' if found.is_estimate else ''}.",
    )
    formula = Words(zh=f"公式：{found.formula}", en=f"Formula: {found.formula}")
    taken = [_computed(step) for step in of["reduction"]]
    if found.share is not None:
        taken += _shared(found.share)
    yield _stage("reduction", "减排量", "Reduction", formula, *taken, grams, *found.notes)


def _shared(share: ProjectShare) -> Iterator[Words]:
    """Say how a participant's part comes out of the project's whole."""
    yield Words(
        zh=f"项目 {share.project_id} 第 {share.measurement_number} 次计量（摘要 {share.measurement_digest[:16]}…）"
        f"经核证计入 {share.whole_grams:,} 克。",
        en=f"Of project {share.project_id}, measurement {share.measurement_number} (digest "
        f"{share.measurement_digest[:16]}…), {share.whole_grams:,} g count as signed off.",
    )
    rest = Words(zh="，另得余数 1 克", en=", and one gram of the remainder") if share.rest else Words(zh="", en="")
    yield Words(
        zh=f"本人份额 {share.weight} ÷ {share.weights}，按最大余额法{rest.zh}。",
        en=f"This participant's part is {share.weight} ÷ {share.weights}, by largest remainder{rest.en}.",
    )


def _stage(stage: str, zh: str, en: str, *sentences: Words) -> ExplainedStep:
    return ExplainedStep(stage=stage, title=Words(zh=zh, en=en), sentences=sentences)


def _computed(step: Step) -> Words:
    return Words(zh=f"{step.expression} = {step.value}", en=f"{step.expression} = {step.value}")


def _input(use: InputUse) -> Words:
    unit = actions.units().get(use.unit, Words(zh=use.unit, en=use.unit))
    kind = Words(zh="缺省值", en="default") if use.is_default else Words(zh="凭证数值", en="from the evidence")
    if use.override is not None:
        kind = Words(zh="经复核的设定", en="set by an approved document")
    return Words(
        zh=f"{use.name} = {use.value} {unit.zh}（{kind.zh}）", en=f"{use.name} = {use.value} {unit.en} ({kind.en})"
    )


def _sources(action: GreenAction, digest: str, found: Quantification) -> ExplainedStep:
    method = Words(
        zh=f"方法 {action.name} 第 {action.version} 版，来源：{action.source.zh}（摘要 {digest[:16]}…）",
        en=f"Method {action.name}, version {action.version}, source: {action.source.en} (digest {digest[:16]}…)",
    )
    boundary = Words(zh=f"边界：{action.boundary.zh}", en=f"Boundary: {action.boundary.en}")
    careful = Words(zh=f"保守性：{action.conservativeness.zh}", en=f"Conservativeness: {action.conservativeness.en}")
    factors = [_factor(use) for use in found.factors]
    uses: list[InputUse | FactorUse] = [*found.inputs, *found.factors]
    set_ = [_override(use) for use in uses if use.override is not None]
    return _stage(
        "sources", "方法、因子与来源", "Method, factors and sources", method, boundary, careful, *factors, *set_
    )


def _factor(use: FactorUse) -> Words:
    unit = "" if use.unit == "1" else f" {use.unit}"
    window = f"{use.valid_from or '…'} – {use.valid_to or '…'}"
    return Words(
        zh=f"{use.name} = {use.value}{unit}：{use.id} 第 {use.version} 版，{use.region}，有效期 {window}，"
        f"{use.publisher}《{use.document}》，{use.tier.value} 级",
        en=f"{use.name} = {use.value}{unit}: {use.id} version {use.version}, {use.region}, valid {window}, "
        f"{use.publisher}, {use.document}, tier {use.tier.value}",
    )


def _override(use: InputUse | FactorUse) -> Words:
    one = use.override
    assert one is not None, "only what was set is told as set"
    until = "…" if one.until is None else one.until.isoformat()
    return Words(
        zh=f"{use.name} 由 {one.place} 凭文件设定（{one.id} 第 {one.version} 版，"
        f"自 {one.since} 至 {until}，经另一人复核）：{one.publisher}《{one.document}》{one.page}，"
        f"文件摘要 {one.document_digest}",
        en=f"{use.name} was set for {one.place} by a document ({one.id}, version {one.version}, from {one.since} "
        f"until {until}, approved by another person): {one.publisher}, {one.document}, {one.page}, digest "
        f"{one.document_digest}",
    )


def _credits(line: AwardLine, rule: EarningRule, digest: str) -> ExplainedStep:
    filed = Words(
        zh=f"备案规则“{rule.title.zh}” {rule.name} 第 {rule.version} 版（摘要 {digest[:16]}…）",
        en=f'Filed rule "{rule.title.en}", {rule.name}, version {rule.version} (digest {digest[:16]}…)',
    )
    got = Words(zh=f"发放 {line.credits:,} 积分。", en=f"{line.credits:,} credits were given.")
    return _stage("credits", "积分", "Credits", filed, *steps_told(line.trace, rule), got)


def _claim(record: AwardRecord) -> ExplainedStep:
    claim = record.claim
    assert claim is not None, "asked only where there is a mark"
    where = "" if claim.place is None else f" {claim.place}"
    told = Words(
        zh=f"这项减排量已计入{claim.scheme.words.zh}{where}，编号 {claim.reference}：一吨只计一次，"
        f"{claim.grams:,} 克不在本平台的合计之内，积分不变。",
        en=f"Counted in {claim.scheme.words.en}{where}, number {claim.reference}: a tonne counts once, so "
        f"{claim.grams:,} g stand in no total here; the credits stay.",
    )
    return _stage("claim", "已转出", "Counted elsewhere", told)
