"""Reading: what was opened is read once and for all; pages of an inbox; other people's notices."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.notices import queries, service
from greencredit.notices.errors import UnknownNotice
from tests.conftest import NOON
from tests.factories.notices import make_notice, make_reader


@pytest.mark.proves("UX-4")
def test_a_notice_is_read_once_and_keeps_the_first_time(session: Session, clock: StandingClock) -> None:
    consumer_id = make_reader(session)
    notice_id = make_notice(session, consumer_id)
    clock.move(timedelta(minutes=5))

    first = service.mark_read(session, consumer_id, notice_id)
    clock.move(timedelta(days=1))
    again = service.mark_read(session, consumer_id, notice_id)

    assert first.read_at == again.read_at == NOON + timedelta(minutes=5)
    assert queries.unread_count(session, consumer_id) == 0


def test_marking_everything_read_counts_what_was_not(session: Session) -> None:
    consumer_id, other = make_reader(session), make_reader(session)
    first = make_notice(session, consumer_id, subject="1")
    make_notice(session, consumer_id, subject="2")
    make_notice(session, other)
    service.mark_read(session, consumer_id, first)

    assert (service.mark_all_read(session, consumer_id), service.mark_all_read(session, consumer_id)) == (1, 0)
    assert [queries.unread_count(session, who) for who in (consumer_id, other)] == [0, 1]


@pytest.mark.proves("UX-4")
def test_pages_hold_everything_once_newest_first(session: Session, clock: StandingClock) -> None:
    consumer_id = make_reader(session)
    written = []
    for number in range(7):
        written.append(make_notice(session, consumer_id, subject=str(number)))
        clock.move(timedelta(seconds=1))
    service.mark_read(session, consumer_id, written[3])

    seen, before = [], None
    while True:
        page = queries.inbox(session, consumer_id, before=before, limit=3)
        seen.append([one.notice_id for one in page.notices])
        if (before := page.next_before) is None:
            break
    unread = queries.inbox(session, consumer_id, unread_only=True)

    assert seen == [written[:3:-1], written[3:0:-1], written[:1]]
    assert [one.notice_id for one in unread.notices] == [one for one in written[::-1] if one != written[3]]
    assert unread.unread == 6


def test_somebody_elses_notice_is_as_unknown_as_none(session: Session) -> None:
    consumer_id, other = make_reader(session), make_reader(session)
    notice_id = make_notice(session, other)

    for asked in (notice_id, "ntc_none"):
        for read in (queries.notice, queries.deliveries, service.mark_read):
            with pytest.raises(UnknownNotice) as no:
                read(session, consumer_id, asked)
            assert (no.value.code, no.value.facts) == ("notices.unknown_notice", {"notice_id": asked})

    assert queries.unread_count(session, other) == 1
