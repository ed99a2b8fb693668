"""The trajectory of a rule: its awards one after the other, each with every event that moved some of its credits."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards.errors import NoSuchRule
from greencredit.awards.tables import AwardsAward, AwardsRule
from greencredit.kernel.access import Actor, Role, serving
from greencredit.ledger import queries as ledger
from greencredit.ledger.queries.export import Open
from greencredit.ledger.queries.trajectory import STRETCHES_A_PAGE, Window
from greencredit.schemas.ledger import ExportFacts, Line, TrajectoryPage, TrajectoryQuery, Verb

_AWARDS_A_WINDOW: Final = 500
_OVERSEERS: Final = frozenset({Role.REGULATOR, Role.AUDITOR})


def named_for(actor: Actor, session: Session, issuer_id: str) -> ledger.Pseudonym:
    """Give the names under which whoever asks knows holders: an issuer's own, or for overseers their numbers."""
    roles = {grant.role for grant in serving(actor, "trajectory.read")}
    return ledger.by_number if roles & _OVERSEERS else ledger.for_issuer(session, issuer_id)


def following_rule(session: Session, issuer_id: str, rule: str) -> str:
    """Name what is followed, as exports and pages say it.

    Raises:
        NoSuchRule: the issuer has none of this name on file.
    """
    rule_versions(session, issuer_id, rule)
    return f"rule:{issuer_id}/{rule}"


def rule_trajectory(
    session: Session, issuer_id: str, rule: str, asked: TrajectoryQuery, pseudonym: ledger.Pseudonym = ledger.by_number
) -> TrajectoryPage:
    """Give a page of the awards of all versions of a rule; cursor and limit count awards, a period is theirs.

    Raises:
        NoSuchRule: the issuer has none of this name on file.
    """
    as_of = ledger.newest(session) if asked.as_of is None else min(asked.as_of, ledger.newest(session))
    verbs = {Verb[name.upper()] for name in asked.verbs}
    window = ledger.window_of(
        session, as_of=as_of, since=asked.since, until=asked.until, after=asked.after, before=asked.before
    )
    awards, cursor = _awards(session, issuer_id, rule, window, asked.limit)
    lines = _lines(session, awards, as_of, verbs, pseudonym)
    return TrajectoryPage(
        following=following_rule(session, issuer_id, rule),
        as_of=as_of,
        lines=tuple(ledger.in_words(line) for line in lines),
        next=cursor,
    )


def rule_windows(
    reading: Open, issuer_id: str, rule: str, facts: ExportFacts, named: Callable[[Session], ledger.Pseudonym]
) -> Iterator[list[Line]]:
    """Give the lines of an export of a rule, its oldest award first, so many awards at a time."""
    verbs = {Verb[name.upper()] for name in facts.verbs}
    after: int | None = 0
    while after is not None:
        with reading() as session:
            window = ledger.window_of(session, as_of=facts.as_of, since=facts.since, until=facts.until, after=after)
            awards, after = _awards(session, issuer_id, rule, window, _AWARDS_A_WINDOW)
            lines = _lines(session, awards, facts.as_of, verbs, named(session))
        if lines:
            yield lines


def _awards(session: Session, issuer_id: str, rule: str, window: Window, limit: int) -> tuple[list[int], int | None]:
    """Find awards of a rule in the stretches that its issuer touched; and where to go on."""
    versions = rule_versions(session, issuer_id, rule)
    found: list[int] = []
    way = AwardsAward.event_id.asc() if window.upwards else AwardsAward.event_id.desc()
    series = ledger.series_of(session, issuer_id)
    for looked, (above, below) in enumerate(ledger.stretches(session, series, window) if series else ()):
        if looked == STRETCHES_A_PAGE:
            return _in_time(session, found, window), above if window.upwards else below
        asked = (
            select(AwardsAward.event_id)
            .where(AwardsAward.event_id > above, AwardsAward.event_id < below, AwardsAward.rule_id.in_(versions))
            .order_by(way)
            .limit(limit + 1 - len(found))
        )
        found += session.scalars(asked)
        if len(found) > limit:
            return _in_time(session, found[:limit], window), found[limit - 1]
    return _in_time(session, found, window), None


def _in_time(session: Session, awards: Sequence[int], window: Window) -> list[int]:
    if window.since is None and window.until is None:
        return list(awards)
    at = ledger.posted_at(session, list(awards))
    since, until = window.since, window.until
    return [one for one in awards if (since is None or at[one] >= since) and (until is None or at[one] < until)]


def _lines(
    session: Session, awards: Sequence[int], as_of: int, verbs: set[Verb], pseudonym: ledger.Pseudonym
) -> list[Line]:
    return [
        line
        for line in ledger.lines_of_awards(session, awards, pseudonym)
        if line.event_id <= as_of and (not verbs or line.verb in verbs)
    ]


def rule_versions(session: Session, issuer_id: str, rule: str) -> list[int]:
    """List the numbers under which the versions of a rule are kept.

    Raises:
        NoSuchRule: the issuer has none of this name on file.
    """
    asked = select(AwardsRule.id).where(AwardsRule.issuer_id == issuer_id, AwardsRule.name == rule)
    found = list(session.scalars(asked.order_by(AwardsRule.id)))
    if not found:
        raise NoSuchRule(issuer_id, rule)
    return found
