"""Certificates of products as publishers list them: signed lists, their keys, and what a look-up answers."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from greencredit.schemas.awards import Slug
from greencredit.schemas.values import Instant, Record

_Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]

SIGNED_AS: Final = b"greencredit certificate list v1\n"
"""What stands before the list where it is signed, so that no other signature of the key can be taken for this one."""


class ListKind(StrEnum):
    """What a list certifies."""

    GREEN_PRODUCT = "green_product"
    """绿色产品认证: certificates of green products, by route."""
    ENERGY_LABEL = "energy_label"
    """能效标识备案: filings of energy labels, with their grade."""


class Algorithm(StrEnum):
    """How a list is signed."""

    ED25519 = "ed25519"
    ECDSA_P256_SHA256 = "ecdsa-p256-sha256"


class NewSigner(Record):
    """The public key of whoever publishes lists, as an operator trusts it (名录签发密钥)."""

    key_id: Slug
    publisher: _Text
    algorithm: Algorithm
    public_key: Annotated[str, Field(min_length=40, max_length=400)]
    """Base 64: of Ed25519 the 32 bytes, of P-256 the uncompressed point."""


class Signer(NewSigner):
    """A key on file."""

    trusted_at: Instant
    ended_at: Instant | None


class Certificate(Record):
    """One certificate of a list, for the models it covers (证书)."""

    number: _Text
    route: Annotated[int, Field(ge=1, le=3)] | None = None
    """绿色产品标识 route: 1 national catalogue, 2 jointly promoted, 3 other conformity; none for energy labels."""
    models: tuple[_Text, ...] = Field(min_length=1)
    product: _Text
    enterprise: _Text
    body: _Text
    """The certification body, or where a label is filed."""
    criteria: str = ""
    grade: Annotated[int, Field(ge=1, le=5)] | None = None
    valid_from: date
    valid_until: date
    """The last day on which it is valid."""
    withdrawn_on: date | None = None


class CertificateList(Record):
    """A list as its publisher signs it (证书名录)."""

    publisher: _Text
    kind: ListKind
    number: Annotated[int, Field(ge=1)]
    """Rises with every list."""
    listed_on: date
    certificates: tuple[Certificate, ...] = Field(min_length=1, max_length=500_000)


class ListSignature(Record):
    """Who signed a list, and the signature."""

    key_id: Slug
    value: str


class SignedList(Record):
    """A list with its signature, as a file holds them."""

    list: CertificateList
    signature: ListSignature


class ImportedList(Record):
    """A list on file: whose, which, how old it is, and whether it may still be used."""

    publisher: str
    kind: ListKind
    number: int
    listed_on: date
    age_days: int
    stale_after_days: int
    stale: bool
    digest: str
    key_id: str
    certificates: int
    imported_at: Instant
    repeated: bool = False


class FoundCertificate(Record):
    """What a look-up answers: the certificate, and how old the answer is."""

    certificate: Certificate
    publisher: str
    listed_on: date
