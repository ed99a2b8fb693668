"""Turns the stored trace of an award into sentences: the figures that were found, the rule that was filed."""

from collections.abc import Iterable
from typing import Final

from greencredit.schemas.awards import AwardLine, EarningRule, TraceStep
from greencredit.schemas.values import Words
from greencredit.schemas.web import Explanation
from greencredit.web import wording

_CAPS: Final = {
    "cap_day": Words(zh="每人每日封顶", en="The cap for one person and day"),
    "cap_month": Words(zh="每人每月封顶", en="The cap for one person and month"),
    "cap_year": Words(zh="每人每年封顶", en="The cap for one person and year"),
    "cap_person": Words(zh="每人累计封顶", en="The cap for one person in all"),
    "budget": Words(zh="规则总预算", en="The rule's budget"),
}
_RATE_UNKNOWN: Final = Words(zh="按规则载明的比例", en="at the rate of the rule")


def explained(line: AwardLine, rule: EarningRule | None) -> Explanation:
    """Say in order how the credits of an award were reckoned; `rule` is the one filed, where it can still be read."""
    return Explanation(
        rule_title=line.rule_title,
        rule_version=line.rule_version,
        sentences=(*(_sentence(step, rule) for step in line.trace), *_afterwards(line)),
    )


def _sentence(step: TraceStep, rule: EarningRule | None) -> Words:
    came_out = wording.credits_(step.credits)
    if step.step == "rate":
        found, rate = _found(step, rule), _rate(step, rule)
        return Words(zh=f"{found.zh}，{rate.zh}，得 {came_out.zh}。", en=f"{found.en}, {rate.en}: {came_out.en}.")
    if step.step == "multiplier":
        return Words(
            zh=f"倍数 {step.limit}%，不足 1 分的舍去，得 {came_out.zh}。",
            en=f"Times {step.limit}%, rounded down: {came_out.en}.",
        )
    if step.step == "threshold":
        found_yuan, wanted = wording.yuan(step.found), wording.yuan(step.limit)
        reached = step.found >= step.limit
        return Words(
            zh=f"同一张小票的合格金额 {found_yuan}，"
            f"{'已' if reached else '未'}达到 {wanted} 的门槛，得 {came_out.zh}。",
            en=f"Qualifying goods on the receipt came to {found_yuan}, "
            f"{'reaching' if reached else 'below'} {wanted}: {came_out.en}.",
        )
    cap, left = _CAPS[step.step], wording.number(step.limit)
    return Words(
        zh=f"{cap.zh}只余 {left} 分，从 {wording.number(step.found)} 分减为 {came_out.zh}。",
        en=f"{cap.en} still allowed {left}: cut from {wording.number(step.found)} to {came_out.en}.",
    )


def _found(step: TraceStep, rule: EarningRule | None) -> Words:
    kind = rule.rate.kind if rule else None
    if kind == "per_yuan":
        return Words(zh=f"绿色商品金额 {wording.yuan(step.found)}", en=f"Green goods for {wording.yuan(step.found)}")
    if kind == "per_kg_co2e":
        kilograms = wording.kilograms(step.found)
        return Words(zh=f"减排量 {kilograms} 千克", en=f"{kilograms} kg CO2e avoided")
    if kind == "per_action":
        return Words(zh=f"完成 {wording.number(step.found)} 次", en=f"Done, times: {wording.number(step.found)}")
    return Words(zh="按登记的凭证", en="By the evidence on record")


def _rate(step: TraceStep, rule: EarningRule | None) -> Words:
    if rule is None:
        return _RATE_UNKNOWN
    given = wording.credits_(step.limit)
    if rule.rate.kind == "per_yuan":
        spent = wording.number(rule.rate.per_yuan)
        return Words(zh=f"每 {spent} 元 {given.zh}，不足 1 分的舍去", en=f"{given.en} for each ¥{spent}, rounded down")
    if rule.rate.kind == "per_kg_co2e":
        return Words(zh=f"每千克 {given.zh}，不足 1 分的舍去", en=f"{given.en} for each kilogram, rounded down")
    return Words(zh=f"每次 {given.zh}", en=f"{given.en} each time")


def _afterwards(line: AwardLine) -> Iterable[Words]:
    if line.grams is None:
        yield Words(
            zh="这类商品没有适用的核算方法，减排量写作“未量化”，不影响得分。",
            en='No method fits this kind of product: its CO2e is "not quantified"; the credits are not affected.',
        )
    else:
        kilograms = wording.kilograms(line.grams)
        yield Words(
            zh=f"减排量 {kilograms} 千克 CO2e，数据等级 {line.tier}；方法和排放因子列在个人报告里。",
            en=f"{kilograms} kg CO2e avoided, quality {line.tier}; method and factors stand in the personal report.",
        )
    if line.reversed_credits:
        taken = wording.credits_(line.reversed_credits)
        yield Words(zh=f"其后冲正 {taken.zh}。", en=f"Taken back later: {taken.en}.")
