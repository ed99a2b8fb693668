"""Which credits an event moved: the replay by runs says what a model says that moves credits one by one."""

import time
from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.ledger.rules import Place, Slice, Step, Whereabouts, allocate
from greencredit.schemas.ledger import Verb

Unit = tuple[int, int]
"""One credit: its award and its place within, counted from 0."""


class Model:
    """The same laws, credit by credit, with lists and nothing clever."""

    def __init__(self) -> None:
        self.available: list[Unit] = []
        self.pending: dict[int, list[Unit]] = {}
        self.at: dict[int, list[Unit]] = {}
        self.moved: dict[int, list[Unit]] = {}
        self.place: dict[Unit, tuple[Place, int]] = {}

    def take(self, step: Step) -> None:
        """Carry one step out."""
        number, wanted = step.event_id, step.credits
        match step.verb:
            case Verb.EARN | Verb.COMPENSATE | Verb.ADJUST_UP | Verb.REVIVE_IN:
                self._in(number, [(number, place) for place in range(wanted)])
            case Verb.ACCRUE:
                self.pending[number] = [(number, place) for place in range(wanted)]
                self.moved[number] = list(self.pending[number])
                self.place |= dict.fromkeys(self.pending[number], (Place.PENDING, number))
            case Verb.ACTIVATE:
                assert step.cause is not None
                self._in(number, [self.pending[step.cause].pop(0) for _ in range(wanted)])
            case Verb.REVERSE_PENDING:
                assert step.cause is not None
                self._out(number, Place.REVERSED, [self.pending[step.cause].pop() for _ in range(wanted)])
            case Verb.HOLD | Verb.REDEEM | Verb.FREEZE:
                place = {Verb.HOLD: Place.HELD, Verb.REDEEM: Place.REDEEMED, Verb.FREEZE: Place.FROZEN}[step.verb]
                self._out(number, place, [self.available.pop(0) for _ in range(wanted)])
            case Verb.CAPTURE:
                assert step.cause is not None
                self._out(number, Place.REDEEMED, [self.at[step.cause].pop(0) for _ in range(wanted)])
            case Verb.RELEASE | Verb.RESTORE | Verb.UNFREEZE:
                assert step.cause is not None
                self._in(number, [self.at[step.cause].pop() for _ in range(wanted)])
            case Verb.REVERSE | Verb.ADJUST_DOWN:
                own = [unit for unit in self.available if unit[0] == step.cause][::-1]
                others = [unit for unit in self.available if unit[0] != step.cause][::-1]
                taken = [*own, *others][:wanted]
                self.available = [unit for unit in self.available if unit not in taken]
                self._out(number, Place.REVERSED, taken)
            case Verb.EXPIRE:
                taken = self.available[:wanted] if step.cause is None else self.moved[step.cause][:wanted]
                self.available = [unit for unit in self.available if unit not in taken]
                self._out(number, Place.EXPIRED, taken)
            case _:
                raise AssertionError(step.verb)

    def _in(self, number: int, units: list[Unit]) -> None:
        self.moved[number] = units
        self.available = sorted(self.available + units)
        self.place |= {unit: (Place.AVAILABLE, unit[0]) for unit in units}

    def _out(self, number: int, place: Place, units: list[Unit]) -> None:
        self.moved[number] = list(units)
        self.at[number] = list(units)
        self.place |= dict.fromkeys(units, (place, number))


def _units(pieces: tuple[Slice, ...], *, upwards: bool = True) -> list[Unit]:
    units: list[Unit] = []
    for award, start, credits_ in pieces:
        units += [(award, place) for place in range(start, start + credits_)][:: 1 if upwards else -1]
    return units


_COMES_DOWN = frozenset(
    {Verb.RELEASE, Verb.RESTORE, Verb.UNFREEZE, Verb.REVERSE, Verb.ADJUST_DOWN, Verb.REVERSE_PENDING}
)


class Wish(NamedTuple):
    """What a test would like to happen next; what can't is left out."""

    verb: Verb
    credits: int
    which: int


_wishes = st.lists(
    st.builds(
        Wish,
        verb=st.sampled_from(
            [
                Verb.EARN,
                Verb.ACCRUE,
                Verb.ACTIVATE,
                Verb.REVERSE_PENDING,
                Verb.HOLD,
                Verb.CAPTURE,
                Verb.RELEASE,
                Verb.REDEEM,
                Verb.RESTORE,
                Verb.FREEZE,
                Verb.UNFREEZE,
                Verb.REVERSE,
                Verb.ADJUST_DOWN,
                Verb.EXPIRE,
            ]
        ),
        credits=st.integers(min_value=1, max_value=6),
        which=st.integers(min_value=0, max_value=9),
    ),
    max_size=40,
)
_GIVES_BACK = {Verb.CAPTURE: Verb.HOLD, Verb.RELEASE: Verb.HOLD, Verb.UNFREEZE: Verb.FREEZE}


def _lived(wishes: list[Wish]) -> tuple[list[Step], Model]:
    """Turn wishes into a valid sequence: whatever finds too little takes what there is, or does not happen."""
    steps: list[Step] = []
    model = Model()
    for number, wish in enumerate(wishes, 1):
        cause, there = _cause(steps, model, wish)
        amount = min(wish.credits, there)
        if wish.verb is Verb.ACTIVATE:
            amount = there
        if not amount:
            continue
        step = Step(number, number, wish.verb, amount, cause)
        model.take(step)
        steps.append(step)
        if wish.verb is Verb.RESTORE and wish.which % 3 == 0:  # given back after the series has ended
            expiry = Step(1_000 + number, number, Verb.EXPIRE, amount, number)
            model.take(expiry)
            steps.append(expiry)
    return steps, model


def _cause(steps: list[Step], model: Model, wish: Wish) -> tuple[int | None, int]:
    """Give what a wish refers to, and how many credits it would find."""

    def chosen(numbers: list[int]) -> int | None:
        return numbers[wish.which % len(numbers)] if numbers else None

    match wish.verb:
        case Verb.EARN | Verb.ACCRUE:
            return None, wish.credits
        case Verb.ACTIVATE | Verb.REVERSE_PENDING:
            award = chosen(list(model.pending))
            return award, len(model.pending.get(award or 0, ()))
        case Verb.CAPTURE | Verb.RELEASE | Verb.UNFREEZE | Verb.RESTORE:
            sources = {Verb.CAPTURE, Verb.REDEEM} if wish.verb is Verb.RESTORE else {_GIVES_BACK[wish.verb]}
            cause = chosen([step.event_id for step in steps if step.verb in sources])
            return cause, len(model.at.get(cause or 0, ()))
        case Verb.REVERSE:
            award = chosen([step.event_id for step in steps if step.verb in {Verb.EARN, Verb.ACCRUE}])
            return award, 0 if award is None else len(model.available)
        case _:
            return None, len(model.available)


@pytest.mark.proves("LED-4")
@given(_wishes)
def test_runs_say_what_single_credits_say(wishes: list[Wish]) -> None:
    steps, model = _lived(wishes)

    found = allocate(steps)

    verbs = {step.event_id: step.verb for step in steps}
    down = {step.event_id for step in steps if step.verb in _COMES_DOWN}
    down |= {step.event_id for step in steps if step.cause in down and step.verb is Verb.EXPIRE}
    moved = {event: _units(pieces, upwards=event not in down) for event, pieces in found.moved.items()}
    assert moved == model.moved
    places = {unit: (one.place, one.event_id) for one in found.whereabouts for unit in _units((one.slice,))}
    assert places == model.place
    assert {step.event_id: sum(piece.credits for piece in found.moved_by(step.event_id)) for step in steps} == {
        step.event_id: step.credits for step in steps
    }, verbs


@pytest.mark.proves("LED-4")
@given(_wishes)
def test_every_credit_of_every_award_is_in_exactly_one_place(wishes: list[Wish]) -> None:
    steps, _ = _lived(wishes)

    found = allocate(steps)

    units = Counter(unit for one in found.whereabouts for unit in _units((one.slice,)))
    awards = {step.event_id: step.credits for step in steps if step.verb in {Verb.EARN, Verb.ACCRUE}}
    assert found.awards == awards
    assert units == Counter({(award, place): 1 for award, size in awards.items() for place in range(size)})


@given(_wishes)
def test_what_stands_at_a_place_of_an_event_is_found_both_ways(wishes: list[Wish]) -> None:
    steps, _ = _lived(wishes)
    found = allocate(steps)

    for event, pieces in found.moved.items():
        places: dict[Unit, int] = {}
        for award, size in found.awards.items():
            for start, piece in found.places_in(event, Slice(award, 0, size)):
                assert tuple(found.at_places(event, start, piece.credits)) == (piece,)
                places |= {(award, unit): start for unit in range(piece.start, piece.start + piece.credits)}
        assert sorted(places) == sorted(_units(pieces))


def test_consumption_follows_awards_first_in_first_out_and_a_refund_gives_the_last_back_first() -> None:
    found = allocate(
        [
            Step(1, 1, Verb.EARN, 10),
            Step(2, 2, Verb.EARN, 10),
            Step(3, 3, Verb.REDEEM, 15),
            Step(4, 4, Verb.RESTORE, 7, cause=3),
        ]
    )

    assert found.moved == {
        1: (Slice(1, 0, 10),),
        2: (Slice(2, 0, 10),),
        3: (Slice(1, 0, 10), Slice(2, 0, 5)),
        4: (Slice(2, 0, 5), Slice(1, 8, 2)),
    }
    assert found.whereabouts == (
        Whereabouts(Slice(1, 0, 8), Place.REDEEMED, 3),
        Whereabouts(Slice(1, 8, 2), Place.AVAILABLE, 1),
        Whereabouts(Slice(2, 0, 10), Place.AVAILABLE, 2),
    )


def test_a_repayment_takes_what_the_same_group_brought_in_not_what_came_last() -> None:
    found = allocate(
        [
            Step(1, 1, Verb.ACCRUE, 10),
            Step(2, 2, Verb.EARN, 10),
            Step(3, 3, Verb.ACTIVATE, 10, cause=1),
            Step(4, 3, Verb.REPAY, 4),
        ]
    )

    assert found.moved_by(4) == (Slice(1, 6, 4),)


def test_an_enterprise_gives_from_its_wallet_and_not_from_what_it_earned_itself() -> None:
    found = allocate(
        [
            Step(1, 1, Verb.EARN, 10),
            Step(2, 2, Verb.FUND, 10),
            Step(3, 3, Verb.ALLOT, 4, outgoing=True),
            Step(4, 4, Verb.EXPIRE, 10),
        ]
    )

    assert found.whereabouts == (
        Whereabouts(Slice(1, 0, 10), Place.EXPIRED, 4),
        Whereabouts(Slice(2, 0, 4), Place.PASSED_ON, 3),
        Whereabouts(Slice(2, 4, 6), Place.AVAILABLE, 2),
    )


def test_what_was_never_there_is_not_moved() -> None:
    with pytest.raises(AssertionError, match="more credits were wanted"):
        allocate([Step(1, 1, Verb.EARN, 10), Step(2, 2, Verb.REDEEM, 11)])


def _many_small_redemptions() -> list[Step]:
    awards = [Step(number, number, Verb.EARN, 10) for number in range(1, 50_001)]
    return awards + [Step(number, number, Verb.REDEEM, 9) for number in range(50_001, 100_001)]


def _all_held_and_released() -> list[Step]:
    steps = [Step(number, number, Verb.EARN, 10) for number in range(1, 33_335)]
    for number in range(33_335, 99_999, 2):
        steps.append(Step(number, number, Verb.HOLD, 333_340))
        steps.append(Step(number + 1, number + 1, Verb.RELEASE, 333_340, cause=number))
    return steps


def _every_other_hold_released() -> list[Step]:
    steps = [Step(1, 1, Verb.EARN, 100_000)]
    steps += [Step(number, number, Verb.HOLD, 1) for number in range(2, 50_002)]
    steps += [
        Step(48_000 + number, 48_000 + number, Verb.RELEASE, 1, cause=number) for number in range(2_002, 50_002, 2)
    ]
    return steps + [Step(number, number, Verb.ADJUST_DOWN, 1) for number in range(98_003, 124_003)]


def _awards_reversed_one_by_one() -> list[Step]:
    awards = [Step(number, number, Verb.EARN, 10) for number in range(1, 50_001)]
    return awards + [
        Step(number + 50_000, number + 50_000, Verb.REVERSE, 10, cause=number) for number in range(1, 50_001)
    ]


@pytest.mark.slow
@pytest.mark.proves("LED-4")
@pytest.mark.parametrize(
    "lived", [_many_small_redemptions, _all_held_and_released, _every_other_hold_released, _awards_reversed_one_by_one]
)
def test_a_leaf_of_a_hundred_thousand_events_is_replayed_in_a_moment(lived: object) -> None:
    assert callable(lived)
    steps = lived()
    taken = []
    for _ in range(3):  # whatever else the machine does only ever adds
        began = time.process_time()
        found = allocate(steps)
        taken.append(time.process_time() - began)

    assert min(taken) < 3.0  # half a second; a sort at each step: minutes
    last = steps[-1].event_id
    assert sum(piece.credits for piece in found.moved_by(last)) == steps[-1].credits
