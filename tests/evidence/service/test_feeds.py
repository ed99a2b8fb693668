"""A feed is opened once, and a file is known by its content."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.evidence import queries, service
from greencredit.evidence.errors import FeedDiffers, MerchantMissing, NoSuchFeed
from greencredit.kernel.clock import StandingClock
from greencredit.schemas.evidence import Batch, Feed, FeedKind, NewFeed
from greencredit.schemas.values import Words
from tests.conftest import NOON

NEW = NewFeed(
    name="grocer_pos",
    kind=FeedKind.RECEIPTS,
    issuer_id="iss_example",
    merchant_id="mer_example",
    region="CN-SH",
    synthetic=True,
    notice=Words(zh="合成数据", en="Synthetic data"),
)
DIGEST = "0" * 64


def test_a_feed_is_kept_as_it_was_opened(session: Session) -> None:
    feed = service.open_feed(session, NEW)

    assert feed == Feed(**NEW.model_dump(), feed_id=feed.feed_id, opened_at=NOON)
    assert queries.feed(session, "grocer_pos") == feed
    assert queries.feeds(session, "iss_example") == [feed]
    assert queries.feeds(session, "iss_other") == []


def test_opening_a_feed_again_gives_the_same_feed(session: Session, clock: StandingClock) -> None:
    feed = service.open_feed(session, NEW)
    clock.move(timedelta(days=1))

    assert service.open_feed(session, NEW) == feed


@pytest.mark.parametrize(
    ("field", "value", "found", "wanted"),
    [
        ("region", "CN-BJ", "CN-SH", "CN-BJ"),
        ("merchant_id", "mer_other", "mer_example", "mer_other"),
        ("synthetic", False, "True", "False"),
    ],
)
def test_a_feed_with_other_facts_is_refused(
    session: Session, field: str, value: object, found: str, wanted: str
) -> None:
    feed = service.open_feed(session, NEW)

    with pytest.raises(FeedDiffers) as refusal:
        service.open_feed(session, NEW.model_copy(update={field: value}))

    assert refusal.value.code == "evidence.feed_differs"
    assert refusal.value.facts == {"name": "grocer_pos", "field": field, "found": found, "wanted": wanted}
    assert queries.feed(session, "grocer_pos") == feed


def test_a_feed_nobody_opened_is_refused_by_name(session: Session) -> None:
    with pytest.raises(NoSuchFeed) as refusal:
        queries.feed(session, "nobody")

    assert (refusal.value.code, refusal.value.facts) == ("evidence.no_such_feed", {"name": "nobody"})


@pytest.mark.parametrize(("kind", "merchant_id"), [(FeedKind.RECEIPTS, None), (FeedKind.ACTIVITIES, "mer_example")])
def test_feeds_of_purchases_and_only_they_name_a_merchant(session: Session, kind: str, merchant_id: str | None) -> None:
    new = NewFeed(name="feed", kind=kind, issuer_id="iss_example", merchant_id=merchant_id, region="CN")

    with pytest.raises(MerchantMissing) as no:
        service.open_feed(session, new)

    assert (no.value.code, no.value.facts["found"]) == ("evidence.merchant_missing", merchant_id)
    assert queries.all_feeds(session) == []


def test_a_file_is_one_batch_however_often_it_is_opened(session: Session, clock: StandingClock) -> None:
    feed = service.open_feed(session, NEW)
    opened = service.open_batch(session, feed, file_name="a.csv", file_digest=DIGEST)
    clock.move(timedelta(hours=1))

    again = service.open_batch(session, feed, file_name="the same under another name.csv", file_digest=DIGEST)
    other = service.open_batch(session, feed, file_name="a.csv", file_digest="1" * 64)

    assert opened == Batch(
        batch_id=opened.batch_id,
        feed_id=feed.feed_id,
        file_name="a.csv",
        file_digest=DIGEST,
        lines=0,
        qualifying=0,
        duplicates=0,
        rejected=0,
        opened_at=NOON,
        closed_at=None,
    )
    assert again == opened
    assert queries.batches(session, "iss_example") == [opened, other]


def test_a_batch_is_closed_once(session: Session, clock: StandingClock) -> None:
    feed = service.open_feed(session, NEW)
    batch = service.open_batch(session, feed, file_name="a.csv", file_digest=DIGEST)
    clock.move(timedelta(hours=1))
    closed = service.close_batch(session, batch.batch_id)
    clock.move(timedelta(hours=1))

    assert closed.closed_at == NOON + timedelta(hours=1)
    assert service.close_batch(session, batch.batch_id) == closed
