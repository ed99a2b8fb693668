"""Following the ledger: whoever lost, regained or could not use credits is told, once, from a position that is kept."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.kernel.messages import cursors
from greencredit.ledger import queries as ledger
from greencredit.ledger.queries import Happening
from greencredit.notices import rules
from greencredit.notices.service.telling import tell_many
from greencredit.schemas.ledger import Verb
from greencredit.schemas.notices import Telling

CURSOR: Final = "notices.follow_the_ledger"
"""The name of the position up to which the ledger's events were told."""

_TAKEN: Final = frozenset({Verb.REVERSE, Verb.REVERSE_PENDING})
_TOLD: Final = _TAKEN | {Verb.FALL_SHORT, Verb.FREEZE, Verb.UNFREEZE, Verb.EXPIRE, Verb.RESTORE}
_NO_REASON: Final = "未注明 · none was given"
_LONGEST_REASON: Final = 400


class Followed(NamedTuple):
    """What one step of following came to."""

    told: int
    done: bool
    """Nothing is left that happened before this step began."""


def follow(session: Session) -> Followed:
    """Tell people of the next events of the ledger; in the same transaction the position moves past them."""
    since = cursors.position(session, CURSOR)
    happened, last = ledger.happened(session, _TOLD, after=since)
    if last == since:
        return Followed(0, done=True)
    told = tell_many(session, tellings_of(happened))
    cursors.advance(session, CURSOR, since=since, to=last)
    return Followed(told, done=False)


def tellings_of(happened: Iterable[Happening]) -> list[Telling]:
    """Put together what one command did to one person with one issuer: one notice of each kind."""
    commands: dict[tuple[int, str, str], list[Happening]] = {}
    swept: dict[tuple[str, str, date], list[Happening]] = {}
    for one in happened:
        commands.setdefault((one.group_id, one.subject_id, one.issuer_id), []).append(one)
    found: list[Telling] = []
    for (group_id, consumer_id, issuer_id), events in commands.items():
        if {event.verb for event in events} == {Verb.EXPIRE}:
            for event in events:
                assert event.expires_at is not None, "what expired had an end"
                swept.setdefault((consumer_id, issuer_id, rules.last_day(event.expires_at)), []).append(event)
        else:
            found += _of_command(str(group_id), consumer_id, issuer_id, events)
    # A sweep writes an event for each series; what ended on one day is one notice, named by its first event.
    found += [_of_sweep(consumer_id, issuer_id, events) for (consumer_id, issuer_id, _), events in swept.items()]
    return found


def _of_sweep(consumer_id: str, issuer_id: str, events: Sequence[Happening]) -> Telling:
    ends = min(event.expires_at for event in events if event.expires_at is not None)
    facts = {"issuer": issuer_id, "credits": _sum(events, Verb.EXPIRE), "ends": ends.isoformat()}
    return Telling(consumer_id, "credits_expired", str(events[0].event_id), facts)


def _of_command(subject_key: str, consumer_id: str, issuer_id: str, events: Sequence[Happening]) -> Iterable[Telling]:
    reason = next((event.reason for event in events if event.reason), _NO_REASON)[:_LONGEST_REASON]
    taken, short = _sum(events, *_TAKEN), _sum(events, Verb.FALL_SHORT)
    if taken or short:
        facts = {"issuer": issuer_id, "credits": taken, "shortage": short, "reason": reason}
        yield Telling(consumer_id, "award_reversed", subject_key, facts)
    for verb, kind in ((Verb.FREEZE, "freeze"), (Verb.UNFREEZE, "unfreeze")):
        if moved := _sum(events, verb):
            facts = {"issuer": issuer_id, "credits": moved, "reason": reason}
            yield Telling(consumer_id, kind, subject_key, facts)
    restored, expired = _sum(events, Verb.RESTORE), _sum(events, Verb.EXPIRE)
    if restored and expired:
        facts = {"issuer": issuer_id, "restored": restored - expired, "expired": expired}
        yield Telling(consumer_id, "expired_on_refund", subject_key, facts)


def _sum(events: Iterable[Happening], *verbs: Verb) -> int:
    return sum(event.credits for event in events if event.verb in verbs)
