"""What we issue is an Open Badge 3.0: every property that the specification demands, and the published schemas."""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from greencredit.badges.rules import content
from greencredit.proofs.rules.token import token_of
from greencredit.schemas.badges import IssuerSaid, MethodSaid, Said
from greencredit.schemas.reports import Tier
from greencredit.schemas.values import Credits, Grams, Period, Words
from tests.factories.badges import PUBLIC_URL
from tests.factories.credentials import make_signer, make_token_signer

AT: Final = "2026-03-02T04:00:00Z"
SCHEMAS: Final = os.environ.get("OPEN_BADGES_SCHEMAS", "")
"""A folder with the two published schemas, which their licence lets only registered users of 1EdTech distribute."""

# Open Badges 3.0, final release, appendix B.1: class → what it must have; a star marks a list.
REQUIRED: Final[dict[str, dict[str, str]]] = {
    "AchievementCredential": {
        "@context": "text*",
        "id": "text",
        "type": "text*",
        "issuer": "Profile",
        "validFrom": "instant",
        "credentialSubject": "AchievementSubject",
    },
    "AchievementSubject": {"type": "text*", "achievement": "Achievement"},
    "Achievement": {"id": "text", "type": "text*", "criteria": "Criteria", "description": "text", "name": "text"},
    "Criteria": {},
    "Profile": {"id": "text", "type": "text*"},
    "IdentityObject": {"type": "text", "hashed": "truth", "identityHash": "text", "identityType": "text"},
    "Image": {"id": "text", "type": "text"},
    "Result": {"type": "text*"},
    "ResultDescription": {"id": "text", "type": "text*", "name": "text", "resultType": "text"},
    "Evidence": {"type": "text*"},
    "CredentialStatus": {"type": "text"},
    "CredentialSchema": {"id": "text", "type": "text"},
}
# Where what may be there is of a class of its own.
OPTIONAL: Final[dict[str, dict[str, str]]] = {
    "AchievementCredential": {
        "evidence": "Evidence*",
        "credentialStatus": "CredentialStatus",
        "credentialSchema": "CredentialSchema*",
        "awardedDate": "instant",
        "name": "text",
    },
    "AchievementSubject": {
        "id": "text",
        "identifier": "IdentityObject*",
        "result": "Result*",
        "activityStartDate": "instant",
        "activityEndDate": "instant",
        "narrative": "text",
    },
    "Achievement": {
        "image": "Image",
        "resultDescription": "ResultDescription*",
        "achievementType": "text",
        "inLanguage": "text",
    },
    "Profile": {"name": "text", "url": "text", "description": "text"},
    "Criteria": {"narrative": "text"},
    "IdentityObject": {"salt": "text"},
    "Result": {"resultDescription": "text", "value": "text"},
    "Evidence": {"id": "text", "name": "text", "description": "text", "narrative": "text", "genre": "text"},
    "CredentialStatus": {
        "id": "text",
        "statusPurpose": "text",
        "statusListIndex": "text",
        "statusListCredential": "text",
    },
}
_IDENTIFIER_TYPES: Final = {"systemId", "identifier", "accountId"}
_RESULT_TYPES: Final = {"RawScore", "Result"}
_ACHIEVEMENT_TYPES: Final = {"Achievement", "Award", "Badge"}


def faults(of_class: str, found: Any, place: str = "") -> list[str]:  # noqa: ANN401 - JSON
    """List what is missing, of another kind, or unknown."""
    if of_class.endswith("*"):
        if not isinstance(found, list) or not found:
            return [f"{place}: no list"]
        return [fault for one in found for fault in faults(of_class[:-1], one, place)]
    if of_class not in REQUIRED:
        return [] if _is(of_class, found) else [f"{place}: {found!r} is no {of_class}"]
    needed, known = REQUIRED[of_class], {**REQUIRED[of_class], **OPTIONAL.get(of_class, {})}
    told = [f"{place}.{name}: missing" for name in needed if name not in found]
    told += [f"{place}.{name}: unknown" for name in found if name not in known]
    for name, kind in known.items():
        if name in found:
            told += faults(kind, found[name], f"{place}.{name}")
    return told


def _is(kind: str, found: Any) -> bool:  # noqa: ANN401 - JSON
    if kind == "truth":
        return isinstance(found, bool)
    if not isinstance(found, str) or not found:
        return False
    return kind == "text" or datetime.fromisoformat(found).tzinfo is not None


def make_credential(lang: Any = "zh", *, quantified: int = 3) -> dict[str, Any]:  # noqa: ANN401 - a language
    """Give a credential with everything in it."""
    said = Said(
        lang=lang,
        report_number="GC-26-BCDFGHJ-KLMNPQR-42",
        facts_sha256="0" * 64,
        period=Period(since=date(2025, 1, 1), until=date(2026, 1, 1)),
        awards=5,
        purchases=2,
        actions=3,
        quantified_awards=quantified,
        credits=Credits(40),
        avoided_g_co2e=Grams(1500),
        methods=(
            MethodSaid(
                title=Words(zh="地铁出行", en="Metro ride"),
                version="2",
                tier=Tier.A,
                baseline=Words(zh="小汽车。", en="A car."),
            ),
        ),
        issuers=(
            IssuerSaid(
                name=Words(zh="示例主体", en="Example issuer"),
                filing_number=None,
                state=Words(zh="正常发行", en="active"),
            ),
        ),
    )
    return content.credential(
        said,
        public_url=PUBLIC_URL,
        ids=("urn:uuid:00000000-0000-4000-8000-000000000001", "urn:uuid:00000000-0000-4000-8000-000000000002"),
        bearer=("con_示例", "c2FsdA"),
        place=(1, 7),
        at=AT,
    )


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize("quantified", [0, 3])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_credential_has_what_the_specification_demands_and_nothing_unknown(lang: str, quantified: int) -> None:
    document = make_credential(lang, quantified=quantified)
    subject = document["credentialSubject"]

    assert faults("AchievementCredential", document) == []
    assert document["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert set(document["type"]) == {"VerifiableCredential", "OpenBadgeCredential"}
    assert {one["identityType"] for one in subject["identifier"]} <= _IDENTIFIER_TYPES
    assert {one["resultType"] for one in subject["achievement"]["resultDescription"]} <= _RESULT_TYPES
    assert subject["achievement"]["achievementType"] in _ACHIEVEMENT_TYPES
    described = {one["id"] for one in subject["achievement"]["resultDescription"]}
    assert {one["resultDescription"] for one in subject["result"]} <= described
    assert len(subject["result"]) == (3 if quantified else 2)


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize("name", REQUIRED["AchievementCredential"])
def test_the_check_of_the_specification_finds_what_is_missing(name: str) -> None:
    document = {member: value for member, value in make_credential().items() if member != name}

    assert faults("AchievementCredential", document) == [f".{name}: missing"]


@pytest.mark.proves("REP-11")
def test_a_token_says_beside_its_credential_what_the_specification_demands() -> None:
    document = make_credential()
    nbf = int(datetime(2026, 3, 2, 4, tzinfo=UTC).timestamp())

    token = token_of(make_token_signer().signed(content.claims(document, nbf=nbf)))

    registered = {name: token.payload[name] for name in ("iss", "jti", "sub", "nbf")}
    assert registered == {
        "iss": document["issuer"]["id"],
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": nbf,
    }
    assert {name: value for name, value in token.payload.items() if name not in registered} == document


@pytest.mark.proves("REP-11")
def test_no_vague_claim_is_made() -> None:
    for lang, words in (("zh", ("基准", "不能用于抵销", "不是碳排放清单")), ("en", ("baseline", "not an offset"))):
        narrative = make_credential(lang)["credentialSubject"]["narrative"]

        assert [word for word in words if word not in narrative] == []
        assert [word for word in ("绿色", "环保", "green", "eco") if word in narrative.lower()] == []


@pytest.mark.proves("REP-11")
@pytest.mark.skipif(not SCHEMAS, reason="OPEN_BADGES_SCHEMAS names no folder with the published schemas")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_we_issue_validates_against_the_published_schemas(lang: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validators = {
        name: jsonschema.Draft201909Validator(
            json.loads((Path(SCHEMAS) / f"ob_v3p0_{name}_schema.json").read_text("utf-8")),
            format_checker=jsonschema.Draft201909Validator.FORMAT_CHECKER,
        )
        for name in ("achievementcredential", "profile")
    }
    document = make_credential(lang)
    forms = (document, make_signer().signed(document, created=AT), content.claims(document, nbf=1))

    found = [error.message for form in forms for error in validators["achievementcredential"].iter_errors(form)]
    found += [error.message for error in validators["profile"].iter_errors(content.profile(PUBLIC_URL, "zh"))]

    assert found == []
    assert list(validators["achievementcredential"].iter_errors({**document, "validFrom": 5})) != []
