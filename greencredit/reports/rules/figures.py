"""Numbers with check digits, canonical facts and their digest, sums of award lines, axes of charts: all of it pure."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Final, Protocol, TypeVar

from greencredit.kernel.clock import civil_date
from greencredit.reports.errors import MalformedNumber
from greencredit.schemas.actions import FactorUse, GreenAction, Quantification
from greencredit.schemas.awards import ISSUER, Caps, EarningRule
from greencredit.schemas.issuers import Scheme
from greencredit.schemas.reports import (
    AwardLine,
    AwardStatus,
    ContributionTotals,
    FactorNote,
    FamilyLine,
    FamilyTitle,
    Ground,
    KindLine,
    Lang,
    MethodNote,
    MonthLine,
    ParticipantMean,
    ReportFacts,
    Tier,
)
from greencredit.schemas.values import Credits, Fen, Grams, Period, Record, Words

ROW_BUDGET: Final = 120
"""How many award lines the appendix prints; all of them are in the embedded files, and the page says so."""

MOVEMENT_BUDGET: Final = 240
"""How many movements of one issuer a statement prints."""

KIND_BUDGET: Final = 12
"""How many kinds a summary table prints before the rest is named in one line."""

FORMAT: Final = "greencredit.report/1"
"""The format of `report.json`; a file that an older reader could not read gets another number."""

_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXYZ"  # no vowels: no words, and nothing that looks like 0 or 1
_SERIAL_LENGTH: Final = 14
_LENGTH: Final = 2 + 2 + _SERIAL_LENGTH + 2
_TICKS: Final = (1, 2, 5)
_MOST_STEPS: Final = 4

Key = TypeVar("Key", bound=tuple[str, ...])


def facts_json(kind: str, record: Record) -> bytes:
    """Write the facts of a report in the one canonical way: sorted keys, no blanks, UTF-8, no language."""
    facts = {"format": FORMAT, "kind": kind, "facts": record.model_dump(mode="json")}
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(content: bytes) -> str:
    """Give the SHA-256 of a file, as `sha256sum` prints it."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class Imprint:
    """What follows from the kind, facts and language of a report: canonical facts, digest, number."""

    kind: str
    record: ReportFacts
    lang: Lang
    kept: bytes | None = None
    """The canonical facts of an issued report, word for word."""

    @cached_property
    def facts(self) -> bytes:
        """Give the canonical facts, as they will be embedded."""
        return self.kept or facts_json(self.kind, self.record)

    @cached_property
    def digest(self) -> str:
        """Give the SHA-256 of the facts."""
        return digest_of(self.facts)

    @cached_property
    def number(self) -> str:
        """Give the number of the report."""
        return number_of(self.digest, self.lang, civil_date(self.record.as_of).year)


def number_of(facts_sha256: str, lang: Lang, year: int) -> str:
    """Make the number of a report out of its facts' digest and its language.

    Not a sequence: workers need no common counter, a batch that is run again or elsewhere gives the same numbers and
    so the same bytes, numbers tell nobody how many reports there are, and they cannot be guessed one after another.
    """
    rest = int.from_bytes(hashlib.sha256(f"{facts_sha256}:{lang}".encode()).digest(), "big")
    serial = ""
    for _place in range(_SERIAL_LENGTH):
        rest, letter = divmod(rest, len(_LETTERS))
        serial += _LETTERS[letter]
    body = f"GC{year % 100:02d}{serial}"
    return _grouped(f"{body}{98 - _mod_97(f'{body}00'):02d}")


def require_number(written: str) -> str:
    """Give a number in its proper form, however it was typed; refuse it if the check digits do not agree."""
    plain = "".join(character for character in written.upper() if character.isalnum())
    right = (
        len(plain) == _LENGTH
        and plain.startswith("GC")
        and plain.isascii()
        and plain[2:4].isdigit()
        and plain[-2:].isdigit()
        and all(character in _LETTERS for character in plain[4:-2])
    )
    if not right or _mod_97(plain) != 1:
        raise MalformedNumber(written)
    return _grouped(plain)


def _mod_97(text: str) -> int:
    """Take letters as two digits (A = 10) and give the remainder by 97 (ISO/IEC 7064, MOD 97-10).

    Every place of a number holds either a letter or a digit, never both, so that each wrong character and each
    exchange of neighbours shows; with digits and letters mixed a few would not.
    """
    return int("".join(str(int(character, 36)) for character in text)) % 97


def _grouped(plain: str) -> str:
    return f"{plain[:2]}-{plain[2:4]}-{plain[4:11]}-{plain[11:18]}-{plain[18:]}"


def granted(awards: Iterable[AwardLine]) -> list[AwardLine]:
    """Leave reversed awards out."""
    return [line for line in awards if line.status is AwardStatus.GRANTED]


def totals_of(awards: Iterable[AwardLine]) -> ContributionTotals:
    """Sum award lines up, reversed ones apart."""
    every = list(awards)
    kept = granted(every)
    return ContributionTotals(
        awards=len(kept),
        purchases=sum(line.ground is Ground.PURCHASE for line in kept),
        actions=sum(line.ground is Ground.ACTION for line in kept),
        unquantified_awards=_unquantified(kept),
        reversed_awards=len(every) - len(kept),
        spent_fen=_spent(kept),
        credits=_credits(kept),
        avoided_g_co2e=_grams(kept),
    )


def months_of(awards: Iterable[AwardLine], period: Period, means: Iterable[ParticipantMean]) -> tuple[MonthLine, ...]:
    """Give every calendar month that the period touches, also the empty ones, beside the participants' mean."""
    mean_of = {mean.month: mean for mean in means}
    of_month: dict[date, list[AwardLine]] = {month: [] for month in months_in(period)}
    for line in granted(awards):
        of_month[line.on.replace(day=1)].append(line)
    return tuple(
        MonthLine(
            month=month,
            awards=len(lines),
            unquantified_awards=_unquantified(lines),
            spent_fen=_spent(lines),
            credits=_credits(lines),
            avoided_g_co2e=_grams(lines),
            mean_credits_tenths=mean_of[month].credits_tenths if month in mean_of else 0,
            mean_avoided_g_co2e=mean_of[month].avoided_g_co2e if month in mean_of else Grams(0),
        )
        for month, lines in of_month.items()
    )


def months_in(period: Period) -> list[date]:
    """List the first days of the calendar months that a period touches."""
    first, last = period.since.replace(day=1), period.last_day
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count)]


def families_of(awards: Iterable[AwardLine], titles: Iterable[FamilyTitle]) -> tuple[FamilyLine, ...]:
    """Sum award lines by family of kinds and ground, most credits first."""
    title_of = {title.family: title.title for title in titles}

    def key(line: AwardLine) -> tuple[str, str]:
        return line.family, line.ground.value

    lines = [
        FamilyLine(
            family=family,
            title=title_of[family],
            ground=Ground(ground),
            awards=len(group),
            unquantified_awards=_unquantified(group),
            spent_fen=_spent(group),
            credits=_credits(group),
            avoided_g_co2e=_grams(group),
        )
        for (family, ground), group in _by(key, granted(awards))
    ]
    return tuple(sorted(lines, key=lambda line: (-line.credits, line.family, line.ground)))


def kinds_of(awards: Iterable[AwardLine]) -> tuple[KindLine, ...]:
    """Sum award lines by kind of product or action, most credits first."""

    def key(line: AwardLine) -> tuple[str, str, str]:
        return line.subject, line.family, line.ground.value

    lines = [
        KindLine(
            subject=subject,
            title=group[0].title,
            family=family,
            ground=Ground(ground),
            awards=len(group),
            unquantified_awards=_unquantified(group),
            spent_fen=_spent(group),
            credits=_credits(group),
            avoided_g_co2e=_grams(group),
        )
        for (subject, family, ground), group in _by(key, granted(awards))
    ]
    return tuple(sorted(lines, key=lambda line: (-line.credits, -line.avoided_g_co2e, line.subject)))


def _by(key: Callable[[AwardLine], Key], lines: Iterable[AwardLine]) -> list[tuple[Key, list[AwardLine]]]:
    ordered = sorted(lines, key=lambda line: (key(line), line.on, line.award_id))
    return [(found, list(group)) for found, group in groupby(ordered, key=key)]


def _unquantified(lines: Iterable[AwardLine]) -> int:
    """Count what no method covers; a gift claims to avoid nothing and is not counted."""
    green = (Ground.PURCHASE, Ground.ACTION)
    return sum(line.avoided_g_co2e is None and line.ground in green for line in lines)


def _spent(lines: Iterable[AwardLine]) -> Fen:
    return Fen(sum(line.spent_fen or 0 for line in lines))


def _credits(lines: Iterable[AwardLine]) -> Credits:
    return Credits(sum(line.kept_credits for line in lines))


def _grams(lines: Iterable[AwardLine]) -> Grams:
    return Grams(sum(line.avoided_g_co2e or 0 for line in lines))


def axis_of(values: Iterable[int]) -> tuple[int, ...]:
    """Give the ticks of an axis from nought to past the highest value: round, equal steps, at most four."""
    highest = max([0, *values])
    if highest == 0:
        return (0, 1)
    step = next(
        tick * 10**power
        for power in range(len(str(highest)) + 1)
        for tick in _TICKS
        if tick * 10**power * _MOST_STEPS >= highest
    )
    return tuple(range(0, highest + step, step))


def method_note(action: GreenAction, used: Iterable[Quantification] | None = None) -> MethodNote:
    """Say how an action is quantified; with its uses, say also how often, with which factors and how surely."""
    uses = None if used is None else list(used)
    tiers = [action.tier.value, *(use.tier.value for use in uses or ())]
    return MethodNote(
        method_id=action.name,
        title=action.title,
        version=str(action.version),
        formula=action.formula,
        baseline=action.method.baseline,
        behaviour=action.method.behaviour,
        gas_note=action.gas_note,
        caveat=action.caveat,
        tier=Tier(max(tiers)),
        factor_ids=tuple(sorted({factor.id for use in uses or () for factor in use.factors})),
        source=action.source,
        awards=None if uses is None else len(uses),
        avoided_g_co2e=None if uses is None else Grams(sum(use.grams for use in uses)),
    )


class Factored(Protocol):
    """Whatever names the factors that it came of."""

    @property
    def factors(self) -> tuple[FactorUse, ...]:
        """Give the factors as they were used."""
        ...


def factor_notes(used: Iterable[Factored], titles: Mapping[tuple[str, int], Words]) -> tuple[FactorNote, ...]:
    """List every version of every factor that entered a calculation, once, by id; say which have been replaced."""
    newest: dict[str, int] = {}
    for factor_id, version in titles:
        newest[factor_id] = max(version, newest.get(factor_id, version))
    found: dict[tuple[str, int, str, str], FactorUse] = {
        # a value that an approved document set stands beside the published one that it replaces
        (factor.id, factor.version, factor.fallback_for or "", factor.override.id if factor.override else ""): factor
        for use in used
        for factor in use.factors
    }
    return tuple(
        FactorNote(
            factor_id=use.id,
            title=titles[use.id, use.version],
            value=Decimal(use.value),
            unit=use.unit,
            region=use.region,
            valid_from=use.valid_from,
            valid_to=use.valid_to,
            publisher=use.publisher,
            document=use.document,
            tier=Tier(use.tier.value),
            fallback_for=use.fallback_for,
            is_proxy=use.is_proxy,
            version=use.version,
            replaced_by=newest[use.id] if newest[use.id] > use.version else None,
        )
        for _key, use in sorted(found.items())
    )


def name_words(name: str, english_name: str | None) -> Words:
    """Give the name under which somebody is filed; where no English one is filed, the name stands in both languages."""
    return Words(zh=name, en=english_name or name)


def rate_words(rule: EarningRule) -> Words:
    """Say in words and numbers what a filed rule gives."""
    more, rate = rule.multiplier_percent, rule.rate.sentence
    times = Words(zh="", en="") if more == 100 else Words(zh=f"，再乘以 {more}%", en=f", times {more}%")  # noqa: PLR2004
    zh, en = rate.zh, rate.en
    return Words(zh=f"{zh}{times.zh}；不足一分的舍去。", en=f"{en}{times.en}; fractions are dropped.")


def condition_words(rule: EarningRule) -> tuple[Words, ...]:
    """Say what must hold before a filed rule gives anything."""
    kinds = len(rule.products) or len(rule.actions)
    ground = rule.ground.words
    what = Words(zh=f"奖励事由：{ground.zh}。", en=f"A gift: {ground.en}.")
    if rule.products:
        what = Words(
            zh=f"适用于备案清单所列的 {kinds} 种绿色商品。",
            en=f"For the {kinds} kinds of green product that were filed.",
        )
    elif rule.actions:
        what = Words(
            zh=f"适用于备案清单所列的 {kinds} 种绿色行动。", en=f"For the {kinds} green actions that were filed."
        )
    more = tuple(Words(zh=f"{one.sentence.zh}。", en=f"{one.sentence.en}.") for one in rule.conditions)
    if not rule.threshold_fen:
        return (what, *more)
    least = f"{rule.threshold_fen // 100}.{rule.threshold_fen % 100:02d}"
    reached = Words(
        zh=f"同一小票中符合条件的消费满 {least} 元。", en=f"The qualifying lines of a receipt come to CNY {least}."
    )
    return (what, reached, *more)


def cap_words(caps: Caps) -> tuple[Words, ...]:
    """Say the limits of a filed rule, in the order in which they cut."""
    return tuple(Words(zh=f"{one.zh}。", en=f"{one.en}.") for one in caps.sentences)


def funding_words(scheme: Scheme, rule: EarningRule) -> Words:
    """Say who pays for what a rule gives, and in which parts."""
    name = scheme.funding_of(rule)
    if name == ISSUER:
        return Words(zh="发行主体", en="the issuer")
    split = scheme.split(name)
    whole = sum(one.parts for one in split.shares)
    payers = [(scheme.funder(one.funder).title, one.parts) for one in split.shares]
    zh = "、".join(f"{title.zh} {parts}/{whole}" for title, parts in payers)
    en = ", ".join(f"{title.en} {parts}/{whole}" for title, parts in payers)
    return Words(zh=f"{split.title.zh}（{zh}）", en=f"{split.title.en} ({en})")
