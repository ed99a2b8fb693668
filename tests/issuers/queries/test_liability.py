"""The roll-forward ties to the ledger to the unit, whatever happened and wherever the periods are cut."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from greencredit.issuers import queries
from greencredit.kernel.clock import civil_date
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.ledger import queries as ledger
from greencredit.ledger import service as posting
from greencredit.ledger.errors import NoSuchEvent
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import Accrual, Activation, Adjustment, Freeze
from greencredit.schemas.values import Credits, Period
from tests.factories.issuers import make_issuer
from tests.factories.ledger import because, earn, hold, holder_of, make_earning, make_terms, redeem, restore, reverse

BEGAN = date(2026, 3, 2)

_STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["earn", "accrue", "activate", "redeem", "restore", "reverse", "hold", "freeze", "adjust", "expire", "day"]
        ),
        st.integers(1, 40),
        st.integers(0, 9),
    ),
    max_size=35,
)


class Story:
    """A random life of two holders with one issuer; what is not possible is refused and left out."""

    def __init__(self, session: Session, issuer_id: str) -> None:
        self.session, self.issuer_id, self.number = session, issuer_id, 0
        self.known: dict[str, list[int]] = {"earn": [], "accrue": [], "redeem": []}
        clock = session.info["clock"]
        ends = clock.now() + timedelta(days=9)
        self.terms = [make_terms(issuer_id), make_terms(issuer_id, award_month=202602, expires_at=ends)]
        self.clock, self.caller = clock, posting.caller(session, "tests")

    def tell(self, step: str, amount: int, pick: int) -> None:
        """Try one step."""
        self.number += 1
        key, holder = f"{self.issuer_id}:{self.number}", f"con_{pick % 2}"
        try:
            with self.session.begin_nested():
                self._do(step, amount, pick, key, holder)
        except Refusal:
            pass

    def _do(self, step: str, amount: int, pick: int, key: str, holder: str) -> None:  # noqa: C901 - one branch a verb
        session, terms = self.session, self.terms[pick % 2]
        match step:
            case "earn":
                found = earn(session, make_earning(session, holder, credits_=amount, key=key, terms=terms))
                self.known[step].append(found[0].event_id)
            case "accrue":
                command = Accrual(holder_of(session, holder), posting.series(session, terms), amount, key_of(key))
                self.known[step].append(posting.post_one(session, self.caller, command).event_id)
            case "activate":
                posting.post_one(session, self.caller, Activation(self._one("accrue", pick), key_of(key)))
            case "redeem":
                self.known[step].append(redeem(session, amount, holder=holder, key=key).event_id)
            case "restore":
                restore(session, self._one("redeem", pick), amount, key=key)
            case "reverse":
                reverse(session, self._one("earn", pick), amount, key=key)
            case "hold":
                hold(session, amount, holder=holder, key=key)
            case "freeze":
                command_ = Freeze(holder_of(session, holder), amount, key_of(key), because())
                posting.post_one(session, self.caller, command_)
            case "adjust":
                series = posting.series(session, terms)
                change = Credits(amount if pick % 3 else -amount)
                adjusted = Adjustment(holder_of(session, holder), series, change, key_of(key), because())
                posting.post_one(session, self.caller, adjusted)
            case "expire":
                after: int | None = 0
                while after is not None:
                    after = posting.expire(session, self.caller, until=self.clock.now(), after=after).after
            case "day":
                self.clock.move(timedelta(days=1))

    def _one(self, kind: str, pick: int) -> int:
        known = self.known[kind]
        if not known:
            raise NoSuchEvent(0)
        return known[pick % len(known)]


@pytest.mark.proves("REP-4", "ISS-6")
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=_STEPS)
def test_the_roll_forward_ties_to_the_balances_for_any_history(
    database: Database, steps: list[tuple[str, int, int]]
) -> None:
    with database.writing() as session:
        undone = session.begin_nested()
        clock = session.info["clock"]
        began = clock.at
        issuer_id = make_issuer(session).issuer_id
        story = Story(session, issuer_id)
        for step in steps:
            story.tell(*step)

        today = civil_date(clock.now())
        whole = queries.roll_forward(session, issuer_id, Period(since=BEGAN, until=today + timedelta(days=1)))
        position = ledger.position_of(session, issuer_id)
        days = [BEGAN + timedelta(days=number) for number in range((today - BEGAN).days + 2)]
        parts = queries.roll_forwards(
            session, issuer_id, [Period(since=one, until=other) for one, other in pairwise(days)]
        )

        assert (whole.opening, whole.closing) == (0, position.outstanding)
        assert whole.opening + whole.granted - whole.redeemed - whole.expired + whole.adjusted == whole.closing
        assert whole.closing == sum(one.credits for one in ledger.outstanding(session) if one.issuer_id == issuer_id)
        assert [one.closing for one in parts[:-1]] == [one.opening for one in parts[1:]]
        assert sum(one.granted for one in parts) == whole.granted
        assert sum(one.redeemed for one in parts) == whole.redeemed
        assert sum(one.expired for one in parts) == whole.expired
        assert sum(one.adjusted for one in parts) == whole.adjusted
        assert parts[-1].closing == whole.closing
        clock.at = began
        undone.rollback()


@pytest.mark.proves("REP-4")
def test_each_line_of_the_roll_forward_has_its_own_meaning(session: Session) -> None:
    issuer_id = make_issuer(session).issuer_id
    terms = make_terms(issuer_id)
    award = earn(session, make_earning(session, credits_=100, terms=terms))[0]
    spent = redeem(session, 40)
    restore(session, spent.event_id, 15)
    reverse(session, award.event_id, 7)
    hold(session, 20)

    found = queries.roll_forward(session, issuer_id, Period(since=BEGAN, until=BEGAN + timedelta(days=1)))

    assert (found.opening, found.granted, found.redeemed, found.expired) == (0, 100, 40, 0)
    assert (found.restored, found.reversed, found.donated, found.corrected) == (15, 7, 0, 0)
    assert (found.adjusted, found.closing) == (8, 68)


def test_before_the_first_event_and_in_days_to_come_nothing_is_owed_or_changed(session: Session) -> None:
    issuer_id = make_issuer(session).issuer_id
    earn(session, make_earning(session, credits_=3, terms=make_terms(issuer_id)))

    before = queries.roll_forward(session, issuer_id, Period(since=date(2020, 1, 1), until=date(2021, 1, 1)))
    later = queries.roll_forward(session, issuer_id, Period(since=date(2030, 1, 1), until=date(2031, 1, 1)))

    assert (before.opening, before.closing, before.granted) == (0, 0, 0)
    assert (later.opening, later.closing, later.granted) == (3, 3, 0)
