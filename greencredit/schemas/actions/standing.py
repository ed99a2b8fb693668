"""Shapes of what stands beside the catalogue: overrides, marks of other schemes, certificates, negative results."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, PlainSerializer, model_validator

from greencredit.schemas.actions.methods import Gas, Name, Tier
from greencredit.schemas.values import Grams, Instant, Record, RegionCode, Words

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, hexadecimal."""
_Line = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f]+$")]
_Number = Annotated[str, Field(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,12})?$")]


class NewOverride(Record):
    """A baseline or factor that an issuer or a city sets with a document, as it is proposed (基准替代).

    It holds for one issuer or for one region, never for both.
    """

    action: Name
    name: Name
    """The factor or the input of the action's formula that it sets."""
    issuer_id: str | None = None
    region: RegionCode | None = None
    value: _Number
    unit: str
    tier: Tier
    publisher: _Line
    document: _Line
    document_digest: Digest
    page: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
    """Page, table or clause in the document."""
    since: date
    until: date | None = None
    """The first day on which it no longer holds; none: until a later version."""
    reason: _Line

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.issuer_id is None) == (self.region is None):
            message = "an override is of one issuer or of one region"
            raise ValueError(message)
        if self.until is not None and self.until <= self.since:
            message = f"an override ends after it begins, found {self.since} to {self.until}"
            raise ValueError(message)
        if self.tier is Tier.D:
            message = "a value of tier D backs no award"
            raise ValueError(message)
        return self

    @property
    def place(self) -> str:
        """Give the issuer or the region for which it holds."""
        return self.issuer_id or self.region or ""


class Override(NewOverride):
    """An override on file, with who proposed it and what another person decided."""

    id: str
    version: int = Field(ge=1)
    proposed_by: str
    proposed_at: Instant
    approved: bool | None = None
    """None: nobody has decided yet."""
    decided_by: str | None = None
    decided_at: Instant | None = None
    note: str | None = None

    @property
    def shown(self) -> "Override":
        """Give it as everybody may see it: that two people stand behind it, not who they are."""
        return self.model_copy(update={"proposed_by": "", "decided_by": ""})


class OverrideDecision(Record):
    """What another person than the proposer decides (复核)."""

    approved: bool
    note: _Line


class ClaimScheme(StrEnum):
    """Where else an action's reduction can be counted (其他减排机制)."""

    NATIONAL_ETS = "national_ets"
    LOCAL_ETS = "local_ets"
    CCER = "ccer"
    CARBON_INCLUSION = "carbon_inclusion"
    GREEN_CERTIFICATE = "green_certificate"
    OTHER = "other"

    @property
    def words(self) -> Words:
        """Give the scheme's name in both languages."""
        return _SCHEME_TITLES[self]


_SCHEME_TITLES: Final = {
    ClaimScheme.NATIONAL_ETS: Words(zh="全国碳排放权交易市场", en="National emissions trading"),
    ClaimScheme.LOCAL_ETS: Words(zh="地方碳排放权交易市场", en="Local emissions trading"),
    ClaimScheme.CCER: Words(zh="全国温室气体自愿减排交易市场（CCER）", en="National voluntary reductions (CCER)"),
    ClaimScheme.CARBON_INCLUSION: Words(zh="地方碳普惠", en="Local carbon inclusion scheme"),
    ClaimScheme.GREEN_CERTIFICATE: Words(zh="绿色电力证书", en="Green-electricity certificate"),
    ClaimScheme.OTHER: Words(zh="其他机制", en="Another scheme"),
}


class NewClaim(Record):
    """A mark that an action's reduction is counted elsewhere (已转出): which scheme, under which number."""

    scheme: ClaimScheme
    place: RegionCode | None = None
    """The province or city of a local scheme."""
    reference: _Line
    """Serial, registration or batch number in that scheme."""

    @model_validator(mode="after")
    def _local_schemes_have_their_place(self) -> Self:
        local = self.scheme in {ClaimScheme.LOCAL_ETS, ClaimScheme.CARBON_INCLUSION}
        if local != (self.place is not None):
            message = f"a local scheme names its region, and no other does; found {self.place}"
            raise ValueError(message)
        return self


class ClaimMark(NewClaim):
    """A mark as everybody may see it; its grams are in no total of ours from then on."""

    evidence_id: Annotated[int, PlainSerializer(str, when_used="json")]
    """Text in JSON, for it may be wider than numbers are safe there."""
    grams: Grams
    marked_at: Instant


class Claim(ClaimMark):
    """A mark on file, with who made it."""

    marked_by: str


class MarkTakenBack(Record):
    """Why a mark is taken back."""

    reason: str = Field(min_length=1, max_length=400, pattern=r"\S")


class ReductionProduct(Record):
    """One kind of carbon-reduction product (碳减排产品): what it is, what proves it, on what law it rests."""

    name: Name
    version: int = Field(ge=1)
    title: Words
    what: Words
    evidence: tuple[Words, ...] = Field(min_length=1)
    attributes: dict[Name, Words]
    """What a rule may look at: name → what it says."""
    serial: Words
    """What the serial that is used once for ever is."""
    registries: dict[Name, Words]
    """Who issues such serials: name → title."""
    action: Name | None = None
    """The action of the catalogue that quantifies it; none: nothing is quantified."""
    adds_co2e: bool
    """Whether its grams may stand in totals; a retired credit is counted in its own market."""
    why: Words
    """Why it adds CO2e, or adds none."""
    source: Words
    source_note: Words
    """What of the source was read, and what it leaves open."""

    def grams_counted(self, grams: Grams | None) -> Grams | None:
        """Give the grams that may stand beside an award for it: none where it adds no CO2e."""
        return grams if self.adds_co2e else None


class NewCertificateUse(Record):
    """One serial that backs an award (证书使用)."""

    product: Name
    registry: Name
    serial: Annotated[str, Field(min_length=1, max_length=100)]
    issuer_id: str
    reference: Annotated[str, Field(min_length=1, max_length=100)]
    """What it is used for, such as the number of the evidence; the same again is the same use."""


class CertificateUse(Record):
    """A serial that was used; the serial itself is not kept, only its keyed digest."""

    fingerprint: Digest
    product: Name
    registry: Name
    used_at: Instant
    repeated: bool = False


class NegativeResult(Record):
    """An action that emitted more than its baseline: kept, shown to the regulator, never awarded (负减排)."""

    evidence_id: int
    issuer_id: str
    action: Name
    action_version: int
    title: Words
    occurred_on: date
    region: RegionCode
    grams: Grams
    gas: Gas
    tier: Tier
    formula: str
    steps: tuple[str, ...]


class NegativeResults(Record):
    """A page of negative results, oldest first, with what all of them come to."""

    items: tuple[NegativeResult, ...]
    total: int
    grams: Grams
    next: int | None
