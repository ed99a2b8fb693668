"""The trajectory: every line says when, by whom, why and on what document; pages never shift, and none scans."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.ledger import queries, service
from greencredit.ledger.rules import key_of
from greencredit.ledger.rules.serial import Serial
from greencredit.schemas.ledger import Capture, Following, Freeze, FreezeGround, Reason, Unfreeze, Verb
from greencredit.schemas.ledger.trajectory import GROUND_WORDS, PLACE_WORDS, VERB_WORDS
from greencredit.schemas.values import Words
from tests.conftest import NOON
from tests.factories.ledger import (
    because,
    earn,
    hold,
    holder_of,
    make_earning,
    make_terms,
    redeem,
    restore,
    reverse,
)
from tests.ledger.ground import post
from tests.ledger.queries.pages import numbers_of, walk


def _live(session: Session, clock: StandingClock) -> None:
    """Let two people, two issuers and a merchant do something on three days."""
    other = make_terms("iss_other")
    earn(session, make_earning(session, credits_=30, key="a"), make_earning(session, "con_wu", credits_=20, key="b"))
    earn(session, make_earning(session, credits_=7, key="c", terms=other))
    clock.move(timedelta(days=1))
    held = hold(session, 33)
    tea = holder_of(session, "mer_tea")
    service.post_one(session, service.caller(session, "shop"), Capture(held.event_id, 31, tea, key_of("s")))
    clock.move(timedelta(days=1))
    reverse(session, 2, 20, reason="误发")
    earn(session, make_earning(session, "con_wu", credits_=5, key="d"))


@pytest.mark.proves("LED-4")
def test_a_line_says_what_when_by_whom_why_on_what_document_and_with_whom(
    session: Session, clock: StandingClock
) -> None:
    _live(session, clock)
    li, series = holder_of(session, "con_li"), service.series(session, make_terms())

    page = queries.trajectory(session, Following.leaf(li, series))

    assert (page.following, page.as_of, page.next) == (f"leaf:{li}:{series}", 9, None)
    capture, held, earned = page.lines
    assert earned.model_dump() == {
        "event_id": 1,
        "group_id": 1,
        "posted_at": NOON,
        "verb": "earn",
        "title": {"zh": "发放", "en": "earned"},
        "credits": 30,
        "holder": str(li),
        "party": None,
        "series_id": series,
        "issuer_id": "iss_example",
        "terms_version": 1,
        "award_month": 202603,
        "expires_at": None,
        "caller": "tests",
        "actor_id": None,
        "reason": None,
        "document": None,
        "cause": None,
        "serial_first": str(Serial(series, 202603, 1)),
        "serial_last": str(Serial(series, 202603, 30)),
        "award": None,
        "award_credits": None,
    }
    assert (held.verb, held.credits, held.posted_at, held.serial_first) == ("hold", 30, NOON + timedelta(days=1), None)
    assert (capture.verb, capture.party, capture.cause, capture.caller) == ("capture", "mer_tea", 4, "shop")


@pytest.mark.proves("LED-4")
def test_a_reversal_names_its_actor_its_reason_and_its_document(session: Session, clock: StandingClock) -> None:
    _live(session, clock)

    (line,) = queries.trajectory(session, Following.of_issuer("iss_example"), verbs=[Verb.REVERSE]).lines

    assert (line.actor_id, line.reason, line.document, line.cause) == ("acc_operator", "误发", "a" * 64, 2)
    assert line.title == Words(zh="冲正", en="taken back")


@pytest.mark.proves("LED-4")
@pytest.mark.parametrize("upwards", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_of_every_kind_give_every_event_once_in_order(
    session: Session, clock: StandingClock, limit: int, upwards: bool
) -> None:
    _live(session, clock)
    li, wu, tea = (holder_of(session, name) for name in ("con_li", "con_wu", "mer_tea"))
    series = service.series(session, make_terms())
    wanted = {
        Following.of_holder(li): [1, 3, 4, 5, 6, 7],
        Following.of_holder(wu): [2, 8, 9],
        Following.of_holder(tea): [6, 7],
        Following.leaf(li, series): [1, 4, 6],
        Following.of_issuer("iss_example"): [1, 2, 4, 6, 8, 9],
        Following.of_issuer("iss_other"): [3, 5, 7],
        Following.of_issuer("iss_nobody"): [],
        Following.of_series(series): [1, 2, 4, 6, 8, 9],
        Following.of_award(1): [1, 4, 6],
        Following.of_award(2): [2, 8],
    }

    found = {following: walk(session, following, upwards=upwards, limit=limit) for following in wanted}

    assert found == {following: ids if upwards else ids[::-1] for following, ids in wanted.items()}


@pytest.mark.proves("LED-4")
def test_a_period_takes_its_first_instant_in_and_leaves_its_last_out(session: Session, clock: StandingClock) -> None:
    _live(session, clock)
    li, issuer = Following.of_holder(holder_of(session, "con_li")), Following.of_issuer("iss_example")
    second, third = NOON + timedelta(days=1), NOON + timedelta(days=2)
    moment = timedelta(microseconds=1)

    found = {
        "from the second day": numbers_of(queries.trajectory(session, li, since=second)),
        "a moment later": numbers_of(queries.trajectory(session, li, since=second + moment)),
        "before the second day": numbers_of(queries.trajectory(session, li, until=second)),
        "a moment more": numbers_of(queries.trajectory(session, li, until=second + moment)),
        "the second day": numbers_of(queries.trajectory(session, issuer, since=second, until=third)),
        "the third day, upwards": numbers_of(queries.trajectory(session, issuer, since=third, after=0)),
        "before everything": numbers_of(queries.trajectory(session, issuer, until=NOON)),
        "after everything": numbers_of(queries.trajectory(session, issuer, since=third + moment)),
    }

    assert found == {
        "from the second day": [7, 6, 5, 4],
        "a moment later": [],
        "before the second day": [3, 1],
        "a moment more": [7, 6, 5, 4, 3, 1],
        "the second day": [6, 4],
        "the third day, upwards": [8, 9],
        "before everything": [],
        "after everything": [],
    }


def test_a_clock_that_was_set_back_loses_no_event_of_a_period(session: Session, clock: StandingClock) -> None:
    earn(session, make_earning(session, key="a"))
    clock.at = NOON - timedelta(hours=4)
    earn(session, make_earning(session, key="b"))
    clock.at = NOON + timedelta(minutes=1)
    earn(session, make_earning(session, key="c"))
    issuer = Following.of_issuer("iss_example")

    assert numbers_of(queries.trajectory(session, issuer, since=NOON)) == [3, 2, 1]
    assert numbers_of(queries.trajectory(session, issuer, until=NOON)) == []
    assert numbers_of(queries.trajectory(session, issuer, since=NOON + timedelta(minutes=1))) == [3]


def test_what_comes_later_is_left_out_of_pages_that_name_what_they_began_with(session: Session) -> None:
    earn(session, *(make_earning(session, key=f"k{n}") for n in range(4)))
    issuer = Following.of_issuer("iss_example")
    first = queries.trajectory(session, issuer, after=0, limit=2)
    earn(session, make_earning(session, key="later"))

    second = queries.trajectory(session, issuer, after=first.next, as_of=first.as_of, limit=50)

    assert (numbers_of(first), numbers_of(second), second.as_of) == ([1, 2], [3, 4], 4)


def test_a_frozen_holders_lines_are_told_in_words(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    freeze = Freeze(holder_of(session, "con_li"), 12, key_of("f"), because("涉嫌套取，立案核查"))
    service.post_one(session, service.caller(session, "tests"), freeze)

    line = queries.trajectory(session, Following.of_issuer("iss_example"), limit=1).lines[0]

    assert (line.verb, line.title.zh, line.reason) == ("freeze", "处置冻结", "涉嫌套取，立案核查")


def test_every_verb_and_every_place_has_words_in_both_languages() -> None:
    assert set(VERB_WORDS) == set(Verb)
    for words in (*VERB_WORDS.values(), *PLACE_WORDS.values()):
        assert (bool(words.zh), words.en.isascii()) == (True, True)
    assert len({words.zh for words in VERB_WORDS.values()}) == len(Verb)


@pytest.mark.proves("LED-4")
@pytest.mark.parametrize("ground", [None, *FreezeGround])
def test_why_credits_were_kept_back_is_told_as_far_as_it_concerns_the_reader(
    session: Session, ground: FreezeGround | None
) -> None:
    earning = make_earning(session, credits_=30)
    earn(session, earning)
    redeem(session, 20)
    why = Reason("acc_one", "示例：举报人张某称……", "示例案卷 7", ground.value if ground else None, "regulator")
    frozen = post(session, Freeze(earning.holder, 10, key_of("f"), why)).event_id
    reverse(session, 1, 30)
    free = post(session, Unfreeze(frozen, 10, key_of("u"), why)).event_id

    def read(pseudonym: Callable[[int], str | None]) -> list[tuple[str, str | None, str | None, str | None]]:
        found = queries.trajectory(session, Following.of_issuer("iss_example"), pseudonym=pseudonym, after=0)
        kept_back = [one for one in found.lines if one.group_id in {frozen, free}]
        return [(one.verb, one.actor_id, one.reason, one.document) for one in kept_back]

    verbs = ("freeze", "unfreeze", "repay", "settle")
    words = None if ground is None else f"{GROUND_WORDS[ground].zh} · {GROUND_WORDS[ground].en}"
    assert read(queries.by_number) == [(verb, "acc_one", why.text, "示例案卷 7") for verb in verbs]
    assert read(queries.unnamed) == [(verb, "regulator", words, None) for verb in verbs]
    assert read(queries.for_issuer(session, "iss_example")) == [(verb, "regulator", None, None) for verb in verbs]
    moved = [one for one in queries.movements_of(session, "con_li") if one.verb in {Verb.FREEZE, Verb.UNFREEZE}]
    assert {(one.actor_id, one.reason, one.document) for one in moved} == {("regulator", words, None)}


@pytest.mark.proves("LED-4")
def test_an_issuer_knows_holders_by_names_that_are_of_no_use_beside_another_issuers(session: Session) -> None:
    _ = earn(session, make_earning(session, key="a"), make_earning(session, key="b", terms=make_terms("iss_other")))
    named = {issuer: queries.for_issuer(session, issuer) for issuer in ("iss_example", "iss_other")}

    (one,) = queries.trajectory(session, Following.of_issuer("iss_example"), pseudonym=named["iss_example"]).lines
    (other,) = queries.trajectory(session, Following.of_issuer("iss_other"), pseudonym=named["iss_other"]).lines

    assert re.fullmatch(r"p_[a-z2-7]{16}", str(one.holder))
    assert one.holder == queries.for_issuer(session, "iss_example")(holder_of(session, "con_li"))
    assert one.holder != other.holder


def test_events_of_a_refund_are_in_the_merchants_trajectory(session: Session) -> None:
    earn(session, make_earning(session, credits_=30))
    spent = redeem(session, 10)
    restore(session, spent.event_id, 4)

    page = queries.trajectory(session, Following.of_holder(holder_of(session, "mer_tea")))

    assert [(line.verb, line.credits) for line in page.lines] == [("restore", 4), ("redeem", 10)]
