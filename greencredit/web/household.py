"""Gathers what a household sees of itself: balances, awards and their reasons, CO2e, months, who is liable."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards import queries as awards
from greencredit.awards.queries.explained import explain_line, unearned
from greencredit.issuers import queries as issuers
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.messages.tables import State
from greencredit.ledger import queries as ledger
from greencredit.notices import queries as notices
from greencredit.people import queries as people
from greencredit.schemas.actions import Category
from greencredit.schemas.awards import AwardLine, ConsumerTotals, MonthTotal
from greencredit.schemas.awards.explained import AwardExplained
from greencredit.schemas.ledger import SeriesBalance, Verb
from greencredit.schemas.values import Credits, Fen, Grams, Period, Words
from greencredit.schemas.web import Bar, Column, ConsumerPage, Explanation, Liable, MovementLine, OwedLine, YearLink
from greencredit.web import own_reports, wording
from greencredit.web.register import NONE, face_value

PAGE_LINES: Final = 8
_REVERSALS_LOOKED_AT: Final = 200
_MONTHS: Final = range(1, 13)
_SHADES: Final = 5
_STAGE_FLOOR: Final = 128
_TALLEST: Final = 108
_COLUMN_FIRST: Final = 6
_COLUMN_EVERY: Final = 30
_WHOLE_PERMILLE: Final = 1000
_WHOLE_PERCENT: Final = 100
_FAMILIES: Final = {awards.SHOPPING: Words(zh="绿色消费", en="Green shopping")} | {
    category.value: category.words for category in Category
}


def page_of(session: Session, consumer_id: str, *, year: int | None = None, before: int | None = None) -> ConsumerPage:
    """Give one household's page: a year's figures and one page of its awards, newest first."""
    years = _years(awards.totals_of(session, consumer_id))
    chosen = year or (years[0] if years else civil_date(now(session)).year)
    period = Period(since=date(chosen, 1, 1), until=date(chosen + 1, 1, 1))
    within = awards.totals_of(session, consumer_id, period)
    lines = awards.awards_of(session, consumer_id, period, before=before, limit=PAGE_LINES + 1)
    balances = ledger.balances_of(session, consumer_id)
    liable = _liable(session, balances)
    columns = columns_of(within.by_month)
    month = _month(chosen, within, civil_date(now(session)))
    return ConsumerPage(
        name=people.consumer(session, consumer_id).display_name,
        unread=notices.unread_count(session, consumer_id),
        as_of=now(session),
        balance=Credits(sum(one.outstanding for one in balances)),
        held=Credits(sum(one.held + one.frozen for one in balances)),
        worth_fen=Fen(sum(one.worth_fen or 0 for one in liable)),
        year=chosen,
        years=tuple(YearLink(year=one, chosen=one == chosen) for one in years),
        month_label=wording.month(chosen, month),
        earned_month=columns[month - 1].credits,
        earned_year=within.credits,
        count_year=within.count,
        grams_year=within.grams,
        unquantified_count=within.unquantified_count,
        movements=_movements(session, consumer_id, lines[:PAGE_LINES]),
        unearned=unearned(session, consumer_id, period, limit=PAGE_LINES) if before is None else (),
        older=lines[PAGE_LINES - 1].award_id if len(lines) > PAGE_LINES else None,
        is_first_page=before is None,
        is_empty=not years,
        bars=bars_of(within),
        columns=columns,
        highest_label=_highest(columns),
        liable=liable,
        owed=_owed(session, consumer_id),
        validity=_common(one.validity for one in liable),
        report_title=own_reports.title(),
        report_kinds=own_reports.kinds(),
        report_spans=own_reports.spans(),
        reports=own_reports.finished(session, consumer_id),
        report_waiting=own_reports.asked_for(session, consumer_id, State.WAITING, State.RUNNING),
        report_failed=own_reports.asked_for(session, consumer_id, State.DEAD),
    )


def _years(ever: ConsumerTotals) -> list[int]:
    return sorted({int(one.month[:4]) for one in ever.by_month}, reverse=True)


def _month(year: int, totals: ConsumerTotals, today: date) -> int:
    """Give this month in this year, else the last month of the year in which something was earned."""
    if year == today.year:
        return today.month
    return max((int(one.month[5:]) for one in totals.by_month), default=12)


def _movements(session: Session, consumer_id: str, lines: Sequence[AwardLine]) -> tuple[MovementLine, ...]:
    issuer_ids = {line.issuer_id for line in lines}
    names = {one: issuers.issuer(session, one).name for one in issuer_ids}
    reasons = _reversal_reasons(session, consumer_id) if any(line.reversed_credits for line in lines) else {}
    return tuple(
        _movement(
            line,
            issuer_name=names[line.issuer_id],
            why=explain_line(session, line),
            reason=reasons.get(line.award_id),
        )
        for line in lines
    )


def _reversal_reasons(session: Session, consumer_id: str) -> dict[int, str]:
    """Give why awards were taken back, as far as that is among the latest movements."""
    found = ledger.movements_of(session, consumer_id, limit=_REVERSALS_LOOKED_AT)
    return {one.cause: one.reason for one in found if one.verb is Verb.REVERSE and one.cause is not None and one.reason}


def _movement(line: AwardLine, *, issuer_name: str, why: AwardExplained, reason: str | None) -> MovementLine:
    return MovementLine(
        event_id=line.award_id,
        occurred_on=line.occurred_on,
        posted_at=line.posted_at,
        what=line.title,
        amount=_amount(line),
        issuer_name=issuer_name,
        credits=line.credits,
        is_gift=line.ground.is_gift,
        reversed_credits=line.reversed_credits,
        reason=reason,
        grams=line.grams,
        tier=line.tier,
        why=Explanation(rule_title=why.rule_title, rule_version=why.rule_version, sentences=why.sentences),
    )


def _amount(line: AwardLine) -> Words:
    if line.spent_fen is not None:
        return Words(zh=wording.yuan(line.spent_fen), en=wording.yuan(line.spent_fen))
    unit = actions.units().get(line.unit, Words(zh=line.unit, en=line.unit))
    return Words(zh=f"{line.quantity} {unit.zh}", en=f"{line.quantity} {unit.en}")


def bars_of(totals: ConsumerTotals) -> tuple[Bar, ...]:
    """Add up grams by category, largest first; what is not quantified has no bar."""
    sums: dict[str, list[int]] = {}
    for one in totals.by_subject:
        if one.grams is not None:
            kept = sums.setdefault(one.family, [0, 0, 0])
            kept[:] = kept[0] + one.grams, kept[1] + one.credits, kept[2] + one.count
    ranked = sorted(sums.items(), key=lambda found: -found[1][0])
    highest = max((grams for _, (grams, _, _) in ranked), default=0)
    shares = _shares([grams for _, (grams, _, _) in ranked], totals.grams)
    return tuple(
        Bar(
            label=_FAMILIES.get(family, Words(zh=family, en=family)),
            note=_times_and_credits(count, credits_),
            grams=Grams(grams),
            length_permille=max(grams, 0) * _WHOLE_PERMILLE // highest if highest > 0 else 0,
            share_percent=shares[rank],
            shade=min(rank, _SHADES - 1),
        )
        for rank, (family, (grams, credits_, count)) in enumerate(ranked)
    )


def _shares(parts: Sequence[int], whole: int) -> list[int | None]:
    """Give each part in per cent; what rounding down leaves goes to the largest remainders, so the sum is right."""
    if whole <= 0:
        return [None] * len(parts)
    kept = {place: divmod(part * _WHOLE_PERCENT, whole) for place, part in enumerate(parts) if part >= 0}
    left = sum(part for part in parts if part >= 0) * _WHOLE_PERCENT
    missing = round(left / whole) - sum(floor for floor, _ in kept.values())
    first = set(sorted(kept, key=lambda place: -kept[place][1])[:missing])
    return [kept[place][0] + (place in first) if place in kept else None for place in range(len(parts))]


def _times_and_credits(count: int, credits_: int) -> Words:
    earned = wording.credits_(credits_)
    times = "once" if count == 1 else f"{wording.number(count)} times"
    return Words(zh=f"{wording.number(count)} 次 · {earned.zh}", en=f"{times} · {earned.en}")


def columns_of(months: Iterable[MonthTotal]) -> tuple[Column, ...]:
    """Draw twelve months on one scale; the highest touches the top and is marked once."""
    earned = {int(one.month[5:]): one.credits for one in months}
    most = max(earned.values(), default=Credits(0))
    highest = next((month for month in _MONTHS if most and earned.get(month) == most), None)
    return tuple(
        Column(
            month=month,
            label=wording.short_month(month),
            credits=(credits_ := earned.get(month, Credits(0))),
            x=_COLUMN_FIRST + _COLUMN_EVERY * (month - 1),
            y=_STAGE_FLOOR - (height := -(-credits_ * _TALLEST // most) if most else 0),
            height=height,
            highest=month == highest,
        )
        for month in _MONTHS
    )


def _highest(columns: Iterable[Column]) -> Words | None:
    for one in columns:
        if one.highest:
            earned = wording.credits_(one.credits)
            return Words(zh=f"{one.label.zh}，{earned.zh}", en=f"{one.label.en}, {earned.en}")
    return None


def _liable(session: Session, balances: Sequence[SeriesBalance]) -> tuple[Liable, ...]:
    """Say who owes these credits; each is worth what was filed when it was issued."""
    return tuple(
        _one_liable(session, issuer_id, [one for one in balances if one.terms.issuer_id == issuer_id])
        for issuer_id in dict.fromkeys(one.terms.issuer_id for one in balances)
    )


def _owed(session: Session, consumer_id: str) -> tuple[OwedLine, ...]:
    """Say to whom something is owed after a reversal of spent credits, issuer by issuer."""
    credits_of: dict[str, int] = {}
    for one in ledger.owed_by(session, consumer_id):
        credits_of[one.issuer_id] = credits_of.get(one.issuer_id, 0) + one.credits
    return tuple(
        OwedLine(
            issuer_id=issuer_id, issuer_name=issuers.issuer(session, issuer_id).name, credits=Credits(owed_credits)
        )
        for issuer_id, owed_credits in credits_of.items()
    )


def _common(said: Iterable[Words]) -> Words | None:
    """Give what all of them say; none where they differ or nobody says anything."""
    different = set(said)
    return different.pop() if len(different) == 1 else None


def _one_liable(session: Session, issuer_id: str, balances: Sequence[SeriesBalance]) -> Liable:
    public = issuers.public_issuer(session, issuer_id)
    schemes = {one.version: one.scheme for one in issuers.filings(session, issuer_id)}
    by_version: dict[int, int] = {}
    for one in balances:
        version = one.terms.terms_version
        by_version[version] = by_version.get(version, 0) + one.outstanding
    expiries = [one.terms.expires_at for one in balances if one.outstanding and one.terms.expires_at is not None]
    return Liable(
        issuer_id=issuer_id,
        name=public.name,
        filing_number=public.filing_number,
        state_title=public.state_title,
        balance=Credits(sum(by_version.values())),
        worth_fen=Fen(sum(schemes[version].worth_fen(credits_) for version, credits_ in by_version.items())),
        face_value=face_value(public.face_value_fen_per_100_credits),
        validity=public.validity or NONE,
        complaints=public.complaints.phone if public.complaints else None,
        expires_at=min(expiries, default=None),
    )
