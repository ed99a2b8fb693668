"""Every kind of notice, as it stands in its file; a new file is tested the moment it is there."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from greencredit.notices import catalogue, rules
from greencredit.notices.errors import KindFileRefused, UnknownKind
from greencredit.schemas.notices import Form, Way

_EXAMPLES: Final[dict[Form, Any]] = {
    Form.CREDITS: 12,
    Form.DAYS: 7,
    Form.ISSUER: "iss_example",
    Form.ENDS: datetime(2026, 4, 30, 16, tzinfo=UTC).isoformat(),
    Form.TEXT: "示例原因",
}
_SMS_LONGEST: Final = 134
"""Two parts of a long text message hold so many characters: 2 × 67 in UCS-2, the signature in front included."""

_ADVERTISING: Final = (
    "快来",
    "抢",
    "优惠",
    "惊喜",
    "马上",
    "立即",
    "限时",
    "速",
    "hurry",
    "don't miss",
    "offer",
    "!",
    "！",
)


@pytest.mark.proves("UX-4")
def test_the_first_kinds_are_there() -> None:
    assert set(catalogue.load()) >= {
        "award_reversed",
        "credits_expired",
        "credits_expiring",
        "expired_on_refund",
        "freeze",
        "unfreeze",
    }


@pytest.mark.parametrize("name", sorted(catalogue.load()))
def test_a_kind_can_be_said_with_its_facts_in_both_languages(name: str) -> None:
    kind = catalogue.kind_named(name)
    facts = {fact: _EXAMPLES[form] for fact, form in kind.facts.items()}

    rules.require_facts(kind, facts)
    texts = rules.worded(kind, facts, {})

    for words in (texts.subject, texts.text, texts.sms):
        assert "{" not in words.zh + words.en
        assert not words.zh.isascii()
        assert "“" not in words.en
        assert not any(word in (words.zh + words.en).lower() for word in _ADVERTISING)
    assert len(f"【绿色消费积分】{texts.sms.zh}") <= _SMS_LONGEST
    assert "\n" not in texts.subject.zh + texts.subject.en


@pytest.mark.parametrize("name", sorted(catalogue.load()))
def test_what_happened_to_credits_goes_to_the_inbox_and_to_no_phone_unasked(name: str) -> None:
    kind = catalogue.kind_named(name)

    assert (kind.legal, Way.INBOX in kind.ways, Way.SMS in kind.ways) == (True, True, False)


def test_a_name_that_is_no_kind_is_refused() -> None:
    with pytest.raises(UnknownKind) as no:
        catalogue.kind_named("lottery")

    assert (no.value.code, no.value.facts) == ("notices.unknown_kind", {"kind": "lottery"})


def _content(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    words = {"zh": "示例 {credits}", "en": "Example {credits}"}
    return {
        "title": words,
        "place": 1,
        "legal": True,
        "ways": ["inbox"],
        "subject": words,
        "text": words,
        "sms": words,
        "facts": {"credits": "credits"},
        "leads_to": "/me",
        "leads_to_title": words,
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"facts": {"credits": "money"}}, "facts.credits 'money'"),
        ({"facts": {}}, "credits"),
        ({"leads_to": "/register/{issuer}"}, "issuer"),
        ({"further": [{"when": "shortage", "zh": "示例", "en": "x"}]}, "shortage"),
        ({"ways": ["mail"]}, "no inbox"),
        ({"ways": ["pigeon"]}, "ways.0 'pigeon'"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_place_named(changes: dict[str, Any], found: str) -> None:
    with pytest.raises(KindFileRefused) as no:
        catalogue.checked("planted", _content(**changes))

    assert (no.value.code, no.value.facts["name"], no.value.facts["found"]) == (
        "notices.kind_file_refused",
        "planted",
        found,
    )
