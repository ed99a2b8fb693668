"""The verifier of credentials: what holds holds in every form, one changed byte fails where it must."""

import json
from datetime import timedelta
from typing import Any

import pytest

from greencredit.kernel.errors import Refusal
from greencredit.proofs.errors import CredentialMalformed
from greencredit.proofs.rules.baked import bake_png, bake_svg
from greencredit.proofs.rules.facts import fact_entry
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.steps import failed_step
from greencredit.proofs.rules.token import thumbprint_of
from greencredit.proofs.rules.verify_credential import (
    LEFT_OUT,
    Handed,
    LogEvidence,
    keys_of,
    said_by,
    secured_of,
    verify_credential,
)
from tests.factories.credentials import (
    AT,
    DID,
    IDENTITY,
    KID,
    METHOD,
    make_did_document,
    make_document,
    make_json,
    make_signer,
    make_status,
    make_token,
    make_token_signer,
)
from tests.factories.paper_log import PaperLog
from tests.proofs.test_rules_baked import PLAIN, SVG

FORMS = {
    "json": make_json(),
    "jwt": make_token().encode(),
    "png": bake_png(PLAIN, make_token()),
    "svg": bake_svg(SVG, make_token()).encode(),
}
OTHER_DID = "did:web:elsewhere.example"


def handed(**changes: Any) -> Handed:  # noqa: ANN401 - anything that is handed in
    """Give everything a verifier can hand in but the log."""
    found: dict[str, Any] = {
        "keys": keys_of(make_did_document()),
        "at": AT,
        "status": make_status(6, 8),
        "identity": IDENTITY,
    }
    return Handed(**{**found, **changes})


def _failed(data: bytes, given: Handed | None = None) -> tuple[str, str] | None:
    failed = failed_step(verify_credential(data, given or handed()))
    return None if failed is None else (failed.name, failed.code)


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize("form", FORMS)
def test_a_credential_holds_in_every_form(form: str) -> None:
    steps = verify_credential(FORMS[form], handed())

    claims = [] if form == "json" else ["credential_claims"]
    names = ["credential_form", "credential_context", "credential_key", "credential_signature", *claims]
    names += ["credential_dates", "credential_status", "credential_bearer"]
    assert ([one.name for one in steps if one.checked], failed_step(steps)) == (names, None)
    (status,) = (one for one in steps if one.name == "credential_status")
    assert status.found == "entry 7 is not set; list of 2026-03-02T04:00:00Z, 60 minutes old"
    assert said_by(secured_of(FORMS[form]).document) == [("积分", "416")]


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize("form", FORMS)
def test_what_nothing_was_handed_in_for_is_not_checked_and_said(form: str) -> None:
    bare = handed(status=None, identity=None)

    steps = verify_credential(FORMS[form], bare)

    picture = ["credential_picture"] if form in {"png", "svg"} else []
    left = ["key_in_log", "credential_status", "credential_bearer", *picture]
    assert [(one.name, one.ok, one.found.partition(" · ")[0]) for one in steps if not one.checked] == [
        (name, True, LEFT_OUT[name].zh) for name in left
    ]


def _with(path: tuple[str, ...], value: object) -> bytes:
    """Change one value of a signed credential, and nothing else."""
    document = json.loads(FORMS["json"])
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return json.dumps(document, ensure_ascii=False).encode()


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize(
    ("path", "value", "step"),
    [
        (("id",), "urn:uuid:00000000-0000-4000-8000-000000000009", "signature"),
        (("name",), "环保行动证眀", "signature"),
        (("validFrom",), "2026-03-02T04:00:01Z", "signature"),
        (("issuer", "name"), "示例平合", "signature"),
        (("issuer", "id"), OTHER_DID, "key"),
        (("credentialSubject", "id"), "urn:uuid:00000000-0000-4000-8000-000000000003", "signature"),
        (("credentialSubject", "result"), [], "signature"),
        (("credentialStatus", "statusListIndex"), "8", "signature"),
        (("@context",), ["https://www.w3.org/ns/credentials/v2"], "context"),
        (("type",), ["VerifiableCredential"], "context"),
        (("proof", "created"), "2026-03-02T04:00:01Z", "signature"),
        (("proof", "proofValue"), "z63t83Y53KfzJ5ZosfKTnqfMcKB2dmTrfjSaQjeNNjAD5srBowQfmWqeRb8rRjmeE", "signature"),
        (("proof", "verificationMethod"), f"{DID}#ed25519-2", "key"),
        (("proof", "cryptosuite"), "eddsa-rdfc-2022", "form"),
        (("credentialSubject", "achievement", "criteria"), {"narrative": "示列"}, "signature"),
    ],
)
def test_one_changed_value_fails_at_its_step(path: tuple[str, ...], value: object, step: str) -> None:
    failed = _failed(_with(path, value))

    assert failed is not None
    assert failed[0] == f"credential_{step}"


@pytest.mark.slow
@pytest.mark.proves("REP-11")
@pytest.mark.parametrize("form", FORMS)
def test_no_flipped_bit_of_a_file_passes(form: str) -> None:
    data = FORMS[form]
    # What surrounds the credential in an SVG is a drawing; its signature covers what the picture carries.
    places = range(len(data)) if form != "svg" else range(data.index(b"verify=") + 8, data.index(b"></openbadges"))

    passed = []
    for at in places[:: max(1, len(places) // 60)]:
        altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        if _failed(altered) is None and altered.split() != data.split():
            passed.append(at)

    assert passed == []


@pytest.mark.proves("REP-11")
def test_a_revoked_credential_fails_at_its_status() -> None:
    assert _failed(FORMS["json"], handed(status=make_status(7))) == ("credential_status", "proofs.credential_revoked")
    assert _failed(FORMS["png"], handed(status=make_status(7))) == ("credential_status", "proofs.credential_revoked")


def _altered_list() -> bytes:
    told = json.loads(make_status(7))
    told["credentialSubject"]["encodedList"] = json.loads(make_status())["credentialSubject"]["encodedList"]
    return json.dumps(told).encode()


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (make_status(until="2026-03-02T04:30:00Z"), "proofs.status_list_stale"),
        (make_status(validFrom="2026-03-02T06:00:00Z"), "proofs.status_list_stale"),
        (make_status(id="https://credits.example/badges/status/2"), "proofs.status_list_wrong"),
        (make_status(issuer=OTHER_DID), "proofs.status_list_wrong"),
        (make_status(type=["VerifiableCredential"]), "proofs.status_list_wrong"),
        (_altered_list(), "proofs.credential_signature_wrong"),
        (make_status().replace(METHOD.encode(), METHOD[:-1].encode() + b"9"), "proofs.credential_key_unknown"),
        (b"{}", "proofs.status_list_wrong"),
        (b"no JSON", "proofs.credential_malformed"),
    ],
)
def test_a_status_list_that_is_not_to_be_believed_fails(status: bytes, code: str) -> None:
    assert _failed(FORMS["json"], handed(status=status)) == ("credential_status", code)


@pytest.mark.proves("REP-11", "SEC-1")
def test_another_bearer_fails_and_the_credential_names_nobody() -> None:
    assert _failed(FORMS["json"], handed(identity="con_另一人")) == ("credential_bearer", "proofs.bearer_differs")
    assert IDENTITY.encode() not in FORMS["json"]


@pytest.mark.parametrize(
    ("changes", "at", "code"),
    [
        ({}, AT - timedelta(hours=2), "proofs.not_yet_valid"),
        ({"validUntil": "2026-03-02T04:59:59Z"}, AT, "proofs.no_longer_valid"),
        ({"validFrom": "2026-03-02 04:00"}, AT, "proofs.credential_malformed"),
        ({"validFrom": "0001-01-01T00:00:00+14:00"}, AT, "proofs.credential_malformed"),
        ({"validFrom": "2026-02-30T00:00:00Z"}, AT, "proofs.credential_malformed"),
    ],
)
def test_dates_are_kept(changes: dict[str, str], at: Any, code: str) -> None:  # noqa: ANN401 - an instant
    data = make_json(make_document(**changes))

    assert _failed(data, handed(at=at, status=None)) == ("credential_dates", code)


@pytest.mark.parametrize("claim", ["iss", "sub", "jti", "nbf"])
def test_a_claim_that_the_credential_does_not_make_fails(claim: str) -> None:
    data = make_token(None, **{claim: 1}).encode()

    assert _failed(data) == ("credential_claims", "proofs.claims_differ")


@pytest.mark.parametrize("name", ["id", "issuer", "validFrom", "credentialSubject"])
def test_a_credential_without_what_it_must_have_fails_at_its_form(name: str) -> None:
    document = {member: value for member, value in json.loads(FORMS["json"]).items() if member != name}

    assert _failed(json.dumps(document).encode()) == ("credential_form", "proofs.credential_malformed")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"a.b.c", b"\xff", b"{}" + b" " * (9 << 20), b"<a/>"])
def test_whatever_is_no_credential_fails_at_its_form(data: bytes) -> None:
    failed = _failed(data)

    assert failed is not None
    assert failed[0] == "credential_form"


def test_a_key_set_alone_serves_for_tokens() -> None:
    keys = keys_of(json.dumps({"keys": [make_token_signer().jwk]}).encode())

    assert _failed(FORMS["jwt"], handed(keys=keys, status=None)) is None
    assert _failed(FORMS["json"], handed(keys=keys, status=None)) == (
        "credential_key",
        "proofs.credential_key_unknown",
    )


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"id":"a","verificationMethod":5,"assertionMethod":[]}'])
def test_what_is_neither_a_did_document_nor_a_key_set_is_refused(data: bytes) -> None:
    with pytest.raises(CredentialMalformed):
        keys_of(data)


def test_a_key_that_may_not_assert_is_no_key() -> None:
    document = json.loads(make_did_document())
    document["assertionMethod"] = [f"{DID}#rs256-1"]

    keys = keys_of(json.dumps(document).encode())

    assert (dict(keys.multikeys), list(keys.tokens)) == ({}, [KID])


@pytest.mark.parametrize(
    "data",
    [
        b'{"keys":[5,{},{"kid":5}]}',
        b'{"id":"a","verificationMethod":[5,{},{"id":"b","controller":"a","type":"JsonWebKey"}],"assertionMethod":["b"]}',
    ],
)
def test_keys_without_what_a_key_needs_are_left_out(data: bytes) -> None:
    keys = keys_of(data)

    assert (dict(keys.multikeys), dict(keys.tokens)) == ({}, {})


def _log(key: str) -> LogEvidence:
    log = PaperLog()
    log.entries.append(fact_entry("credential_key", {"suite": "any", "number": 1, "key": key}, at_micros=5))
    return LogEvidence(log.proof_of(0).text.encode(), Policy.parse(log.policy_text().encode()))


@pytest.mark.proves("REP-11", "LED-5")
def test_a_key_is_found_in_the_log() -> None:
    in_log = verify_credential(FORMS["json"], handed(log=_log(make_signer().multikey)))
    token_in_log = verify_credential(FORMS["jwt"], handed(log=_log(thumbprint_of(make_token_signer().jwk))))

    assert (failed_step(in_log), failed_step(token_in_log)) == (None, None)
    assert [one.name for one in in_log if one.checked][4:7] == ["checkpoint_signature", "witnesses", "key_in_log"]
    assert _failed(FORMS["json"], handed(log=_log("z6MkOther"))) == ("key_in_log", "proofs.about_another")


def test_every_refusal_of_a_credential_says_what_was_found_and_wanted() -> None:
    failed = failed_step(verify_credential(b"{}", handed()))

    assert failed is not None
    assert failed.found
    assert failed.wanted
    assert issubclass(CredentialMalformed, Refusal)
