"""A refusal carries its code and its facts; the five families are all there is."""

import pickle
from typing import ClassVar

from greencredit.kernel.errors import Conflict, Denied, NotFound, NotNow, Refusal, Refused, every_refusal
from greencredit.ledger.errors import KeyReused


class TooManyApples(Refused):
    """苹果太多: a basket holds ten apples."""

    code: ClassVar[str] = "orchard.too_many_apples"


def test_a_refusal_says_what_was_found_and_keeps_the_facts() -> None:
    no = TooManyApples("12 apples found, at most 10 wanted", found=12, wanted=10)

    assert (str(no), no.message, no.code, no.facts) == (
        "12 apples found, at most 10 wanted",
        "12 apples found, at most 10 wanted",
        "orchard.too_many_apples",
        {"found": 12, "wanted": 10},
    )


def test_every_refusal_is_listed_by_code_and_families_are_not() -> None:
    listed = every_refusal()

    assert [kind.code for kind in listed] == sorted(kind.code for kind in listed)
    assert {Refusal, NotFound, Denied, Conflict, Refused, NotNow} & set(listed) == set()
    assert TooManyApples in listed


def test_every_refusal_belongs_to_one_of_five_families() -> None:
    families = (NotFound, Denied, Conflict, Refused, NotNow)

    assert [kind for kind in every_refusal() if sum(issubclass(kind, family) for family in families) != 1] == []


def test_a_refusal_comes_whole_from_another_process() -> None:
    refusal = KeyReused(event_id=7, key="a")

    revived = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - our own object

    assert (type(revived), revived.message, revived.facts) == (KeyReused, refusal.message, refusal.facts)
