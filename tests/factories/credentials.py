"""Portable credentials for tests: signed by keys that are published, so that anybody can make them again."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa

from greencredit.proofs.rules.bitstring import list_encoded
from greencredit.proofs.rules.data_integrity import CredentialSigner
from greencredit.proofs.rules.multikey import base58_decoded, base64url_decoded
from greencredit.proofs.rules.token import TokenSigner
from greencredit.proofs.rules.verify_credential import OB_CONTEXT, VC_CONTEXT, identity_hash

VECTORS: Final = Path(__file__).parent.parent / "proofs" / "vectors"
W3C: Final[dict[str, Any]] = json.loads((VECTORS / "eddsa_jcs_2022.json").read_text("utf-8"))
RFC7515: Final[dict[str, Any]] = json.loads((VECTORS / "rfc7515_a2.json").read_text("utf-8"))

DID: Final = "did:web:credits.example"
METHOD: Final = f"{DID}#ed25519-1"
KID: Final = "https://credits.example/badges/keys/rs256-1"
LIST: Final = "https://credits.example/badges/status/1"
IDENTITY: Final = "con_示例"
SALT: Final = "00112233445566778899aabbccddeeff"
ISSUED: Final = "2026-03-02T04:00:00Z"
AT: Final = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


def make_signer() -> CredentialSigner:
    """Give the signer of the W3C's own vector."""
    return CredentialSigner(base58_decoded(W3C["privateKeyMultibase"])[2:], method=METHOD)


def make_token_signer(kid: str = KID) -> TokenSigner:
    """Give the signer of RFC 7515's own example."""
    n, e, p, q = (int.from_bytes(base64url_decoded(RFC7515[name]), "big") for name in "nepq")
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(e, n),
    )
    return TokenSigner(numbers.private_key(), kid=kid)


def make_document(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any member
    """Give a credential before it is signed."""
    document: dict[str, Any] = {
        "@context": [VC_CONTEXT, OB_CONTEXT],
        "id": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "环保行动证明",
        "issuer": {"id": DID, "type": ["Profile"], "name": "示例平台"},
        "validFrom": ISSUED,
        "credentialSubject": {
            "id": "urn:uuid:00000000-0000-4000-8000-000000000002",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": identity_hash(IDENTITY, SALT),
                    "identityType": "systemId",
                    "salt": SALT,
                }
            ],
            "achievement": {
                "id": "https://credits.example/badges/achievements/participation",
                "type": ["Achievement"],
                "name": "环保行动证明",
                "description": "示例",
                "criteria": {"narrative": "示例"},
                "resultDescription": [
                    {
                        "id": "https://credits.example/badges/achievements/participation#credits",
                        "type": ["ResultDescription"],
                        "name": "积分",
                        "resultType": "RawScore",
                    }
                ],
            },
            "result": [
                {
                    "type": ["Result"],
                    "resultDescription": "https://credits.example/badges/achievements/participation#credits",
                    "value": "416",
                }
            ],
        },
        "credentialStatus": {
            "id": f"{LIST}#7",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "7",
            "statusListCredential": LIST,
        },
    }
    return {**document, **changes}


def make_json(document: dict[str, Any] | None = None) -> bytes:
    """Give a credential with a Data Integrity proof, as a file."""
    return json.dumps(make_signer().signed(document or make_document(), created=ISSUED), ensure_ascii=False).encode()


def make_token(document: dict[str, Any] | None = None, **claims: Any) -> str:  # noqa: ANN401 - any claim
    """Give a credential as a token."""
    told = document or make_document()
    since = int(datetime.fromisoformat(told["validFrom"]).timestamp())
    named = {"iss": DID, "jti": told["id"], "sub": told["credentialSubject"]["id"], "nbf": since}
    return make_token_signer().signed({**told, **named, **claims})


def make_status(*revoked: int, until: str = "2026-03-04T04:00:00Z", **changes: Any) -> bytes:  # noqa: ANN401 - any member
    """Give a signed status list in which these entries are set."""
    document = {
        "@context": [VC_CONTEXT],
        "id": LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": DID,
        "validFrom": ISSUED,
        "validUntil": until,
        "credentialSubject": {
            "id": f"{LIST}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": list_encoded(revoked),
        },
    }
    return json.dumps(make_signer().signed({**document, **changes}, created=ISSUED)).encode()


def make_did_document() -> bytes:
    """Give the issuer's keys as a DID document."""
    token_key = f"{DID}#rs256-1"
    methods = [
        {"id": METHOD, "type": "Multikey", "controller": DID, "publicKeyMultibase": make_signer().multikey},
        {"id": token_key, "type": "JsonWebKey", "controller": DID, "publicKeyJwk": make_token_signer().jwk},
    ]
    document = {"id": DID, "verificationMethod": methods, "assertionMethod": [METHOD, token_key]}
    return json.dumps(document).encode()
