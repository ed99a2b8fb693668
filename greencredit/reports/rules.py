"""Numbers with check digits, canonical facts and their digest, sums of award lines, axes of charts: all of it pure."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Final, TypeVar

from greencredit.kernel.clock import civil_date
from greencredit.reports.errors import MalformedNumber
from greencredit.schemas.reports import (
    AwardLine,
    AwardStatus,
    ContributionTotals,
    FamilyLine,
    FamilyTitle,
    Ground,
    KindLine,
    Lang,
    MonthLine,
    ParticipantMean,
    ReportFacts,
)
from greencredit.schemas.values import Credits, Fen, Grams, Period, Record

ROW_BUDGET: Final = 120
"""How many award lines the appendix prints; all of them are in the embedded files, and the page says so."""

KIND_BUDGET: Final = 12
"""How many kinds a summary table prints before the rest is named in one line."""

_FORMAT: Final = "greencredit.report/1"
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXYZ"  # no vowels: no words, and nothing that looks like 0 or 1
_SERIAL_LENGTH: Final = 14
_LENGTH: Final = 2 + 2 + _SERIAL_LENGTH + 2
_TICKS: Final = (1, 2, 5)
_MOST_STEPS: Final = 4

Key = TypeVar("Key", bound=tuple[str, ...])


def facts_json(kind: str, record: Record) -> bytes:
    """Write the facts of a report in the one canonical way: sorted keys, no blanks, UTF-8, no language."""
    facts = {"format": _FORMAT, "kind": kind, "facts": record.model_dump(mode="json")}
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

    @cached_property
    def facts(self) -> bytes:
        """Give the canonical facts, as they will be embedded."""
        return facts_json(self.kind, self.record)

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
    return sum(line.avoided_g_co2e is None for line in lines)


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
