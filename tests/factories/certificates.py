"""Publishers of certificates with real keys, and the lists they sign; all of it obviously synthetic."""

import base64
import json
from datetime import date
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from greencredit.evidence.rules import list_bytes
from greencredit.schemas.certificates import Algorithm, NewSigner

PUBLISHER: Final = "示例认证信息平台"
ED25519: Final = Ed25519PrivateKey.from_private_bytes(b"e" * 32)
P256: Final = ec.derive_private_key(20_261_122, ec.SECP256R1())


def new_signer(
    key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey = ED25519,
    *,
    key_id: str = "list_key",
    publisher: str = PUBLISHER,
) -> NewSigner:
    """Give a key as an operator trusts it."""
    if isinstance(key, Ed25519PrivateKey):
        algorithm, public = Algorithm.ED25519, key.public_key().public_bytes_raw()
    else:
        algorithm = Algorithm.ECDSA_P256_SHA256
        public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return NewSigner(
        key_id=key_id, publisher=publisher, algorithm=algorithm, public_key=base64.b64encode(public).decode()
    )


def certificate(**changes: object) -> dict[str, object]:
    """Give a certificate of route 1 that held through 2025 and 2026."""
    facts: dict[str, object] = {
        "number": "CGP-示例-0001",
        "route": 1,
        "models": ["示例型号 A1", "示例型号 A2"],
        "product": "示例有机蔬菜",
        "enterprise": "示例农业有限公司",
        "body": "示例认证中心",
        "criteria": "示例评价标准",
        "valid_from": "2025-01-01",
        "valid_until": "2026-12-31",
    }
    return facts | changes


def label(**changes: object) -> dict[str, object]:
    """Give the filing of an energy label of grade 1."""
    facts = certificate(number="CEL-示例-0001", models=["示例型号 K1"], product="示例空调", grade=1)
    facts.pop("route")
    return facts | changes


def signed_list(
    *certificates: dict[str, object],
    kind: str = "green_product",
    number: int = 1,
    listed_on: date = date(2026, 3, 1),
    publisher: str = PUBLISHER,
    key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey = ED25519,
    key_id: str = "list_key",
) -> bytes:
    """Give the file of a list, signed."""
    found: dict[str, Any] = {
        "publisher": publisher,
        "kind": kind,
        "number": number,
        "listed_on": listed_on.isoformat(),
        "certificates": list(certificates) or [certificate() if kind == "green_product" else label()],
    }
    message = list_bytes(found)
    value = key.sign(message) if isinstance(key, Ed25519PrivateKey) else key.sign(message, ec.ECDSA(hashes.SHA256()))
    signature = {"key_id": key_id, "value": base64.b64encode(value).decode()}
    return json.dumps({"list": found, "signature": signature}, ensure_ascii=False).encode()
