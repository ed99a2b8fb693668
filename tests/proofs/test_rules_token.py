"""Tokens: the examples of RFC 7515 and RFC 7638 come out as published; other algorithms and spellings are refused."""

from typing import Any

import pytest

from greencredit.proofs.errors import CredentialMalformed, CredentialSignatureWrong, MultikeyMalformed, SuiteUnusable
from greencredit.proofs.rules.canonical import canonical
from greencredit.proofs.rules.multikey import base64url_decoded, base64url_encoded
from greencredit.proofs.rules.token import Token, require_signature, thumbprint_of, token_of
from tests.factories.credentials import KID, RFC7515, make_token_signer

KEY = {"kty": "RSA", "n": RFC7515["n"], "e": RFC7515["e"]}


@pytest.mark.proves("REP-11")
def test_the_token_of_rfc_7515_verifies() -> None:
    head, payload, signature = RFC7515["token"].split(".")
    token = Token("", {}, f"{head}.{payload}".encode(), base64url_decoded(signature))

    require_signature(token, KEY)


@pytest.mark.proves("REP-11")
def test_the_thumbprint_of_rfc_7638_comes_out() -> None:
    assert thumbprint_of(RFC7515["thumbprint_key"]) == RFC7515["thumbprint"]


def test_a_token_of_ours_says_its_key_and_is_the_same_each_time() -> None:
    signer = make_token_signer()
    told = signer.signed({"iss": "示例", "nbf": 5})

    token = token_of(told)

    assert told == signer.signed({"nbf": 5, "iss": "示例"})
    assert (token.kid, token.payload) == (KID, {"iss": "示例", "nbf": 5})
    assert signer.jwk == {**KEY, "kid": KID, "use": "sig", "alg": "RS256"}
    require_signature(token, signer.jwk)


@pytest.mark.proves("REP-11")
@pytest.mark.parametrize("part", [0, 1, 2])
def test_one_letter_of_any_part_is_found(part: int) -> None:
    parts = make_token_signer().signed({"iss": "a" * 60}).split(".")
    middle = len(parts[part]) // 2
    letter = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + letter + parts[part][middle + 1 :]

    with pytest.raises((CredentialSignatureWrong, CredentialMalformed, SuiteUnusable)):
        require_signature(token_of(".".join(parts)), KEY)


def _told(header: dict[str, Any], payload: Any = None) -> str:  # noqa: ANN401 - anything
    return f"{base64url_encoded(canonical(header))}.{base64url_encoded(canonical(payload or {}))}.AAAA"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (_told({"alg": "none", "kid": KID}), SuiteUnusable),
        (_told({"alg": "HS256", "kid": KID}), SuiteUnusable),
        (_told({"alg": "RS256", "kid": KID, "crit": ["x"]}), CredentialMalformed),
        (_told({"alg": "RS256", "kid": KID, "jwk": {}}), CredentialMalformed),
        (_told({"alg": "RS256"}), CredentialMalformed),
        (_told({"alg": "RS256", "kid": KID, "typ": "at+jwt"}), CredentialMalformed),
        (_told({"alg": "RS256", "kid": KID}, ["list"]), CredentialMalformed),
        (_told({"alg": "RS256", "kid": KID}).replace(".AAAA", ".AAAA="), CredentialMalformed),
        (_told({"alg": "RS256", "kid": KID}).replace(".AAAA", ".AAB"), CredentialMalformed),
        ("a.b", CredentialMalformed),
        ("..", CredentialMalformed),
    ],
)
def test_other_algorithms_headers_and_spellings_are_refused(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        token_of(text)


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "EC"},
        {**KEY, "alg": "RS512"},
        {**KEY, "d": "AQAB"},
        {**KEY, "n": "AQAB"},
        {**KEY, "e": "Ag"},
        {"kty": "RSA"},
    ],
)
def test_keys_that_are_unfit_are_refused(key: dict[str, str]) -> None:
    token = token_of(make_token_signer().signed({}))

    with pytest.raises(MultikeyMalformed):
        require_signature(token, key)
