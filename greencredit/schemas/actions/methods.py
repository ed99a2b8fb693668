"""Shapes of green actions: the catalogued method and the factor."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from greencredit.schemas.values import Grams, Record, RegionCode, Words

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
"""A name as it stands in a formula, a file name or an address."""

PROVINCE: Final = "province"
"""In a method: the factor of the province in which the action took place."""


class Family(StrEnum):
    """The seven families of citizens' green behaviour (T/ACEF 031-2022): 衣食住行用、办公、数字金融."""

    CLOTHING = "clothing"
    FOOD = "food"
    HOUSING = "housing"
    TRAVEL = "travel"
    GOODS = "goods"
    OFFICE = "office"
    DIGITAL_FINANCE = "digital_finance"

    @property
    def words(self) -> Words:
        """Give the family's name in both languages."""
        return _FAMILY_TITLES[self]


_FAMILY_TITLES: Final = {
    Family.CLOTHING: Words(zh="衣", en="Clothing"),
    Family.FOOD: Words(zh="食", en="Food"),
    Family.HOUSING: Words(zh="住", en="Housing"),
    Family.TRAVEL: Words(zh="行", en="Travel"),
    Family.GOODS: Words(zh="用", en="Goods"),
    Family.OFFICE: Words(zh="办公", en="Office"),
    Family.DIGITAL_FINANCE: Words(zh="数字金融", en="Digital finance"),
}


class Category(StrEnum):
    """What kind of action it is (行动类别); reports add up grams by it."""

    GREEN_TRAVEL = "green_travel"
    LOW_CARBON_PURCHASE = "low_carbon_purchase"
    LOW_CARBON_CONSUMPTION = "low_carbon_consumption"
    GREEN_PACKAGING = "green_packaging"
    RECYCLING = "recycling"
    ENERGY_SAVING = "energy_saving"
    ENERGY_PROJECT = "energy_project"

    @property
    def words(self) -> Words:
        """Give the category's name in both languages."""
        return _CATEGORY_TITLES[self]


_CATEGORY_TITLES: Final = {
    Category.GREEN_TRAVEL: Words(zh="绿色出行", en="Green travel"),
    Category.LOW_CARBON_PURCHASE: Words(zh="低碳购买", en="Low-carbon purchase"),
    Category.LOW_CARBON_CONSUMPTION: Words(zh="低碳消费", en="Low-carbon consumption"),
    Category.GREEN_PACKAGING: Words(zh="绿色包装", en="Green packaging"),
    Category.RECYCLING: Words(zh="资源回收", en="Recycling"),
    Category.ENERGY_SAVING: Words(zh="节能节水", en="Energy and water saving"),
    Category.ENERGY_PROJECT: Words(zh="节能项目", en="Energy-saving project"),
}


class Tier(StrEnum):
    """How good a source is (数据等级): A and B back an award, C backs an estimate, D backs none."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"

    @property
    def words(self) -> Words:
        """Say in both languages what the tier means."""
        return _TIER_TITLES[self]


_TIER_TITLES: Final = {
    Tier.A: Words(zh="A 级：已查阅官方原文", en="A: official document itself opened"),
    Tier.B: Words(zh="B 级：多处副本一致或因子库记录", en="B: several agreeing copies or a factor-library record"),
    Tier.C: Words(zh="C 级：单一副本或文献记录，结果为估算", en="C: one copy or literature record; an estimate"),
    Tier.D: Words(zh="D 级：未经证实，不得用于发放", en="D: unconfirmed; never backs an award"),
}


class Gas(StrEnum):
    """Which gases a number counts; CO2 alone and CO2e are never passed off as each other."""

    CO2 = "CO2"
    CO2E = "CO2e"
    MIXED = "CO2/CO2e"
    """CO2e, with CO2 where only CO2 is published; the method says why."""
    NONE = "n/a"


class Selection(StrEnum):
    """How the row of a series is chosen by date (取值规则)."""

    WINDOW = "window"
    """Only the row whose publication window holds the date (grid factors)."""
    LATEST = "latest"
    """The latest row that begins not after the date, else the earliest."""


class Factor(Record):
    """One version of one emission factor (排放因子), with its publisher, document, region, validity and tier.

    `series` is the name under which methods ask for it: rows of one series differ by region and validity only.
    """

    id: Name
    version: int = Field(ge=1)
    series: Name
    selection: Selection
    category: Name
    title: Words
    value: Decimal
    unit: str
    gas: Gas
    region: str
    valid_from: date | None
    valid_to: date | None
    tier: Tier
    verification: Literal["verified", "recalled"]
    publisher: str
    document: str
    source_url: str
    derivation: str | None = None
    notes: str

    @property
    def regions(self) -> tuple[str, ...]:
        """Give every region the factor stands for."""
        return tuple(self.region.split(";"))

    def holds(self, on: date) -> bool:
        """Tell whether the factor's window holds a date; an open end has no limit."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


class FactorPage(Record):
    """One page of factors; `next` is the cursor of the page after it, or nothing."""

    items: tuple[Factor, ...]
    next: str | None


class Published(Record):
    """What publishing a factor file changed (因子发布)."""

    digest: str
    """SHA-256 of the file, hexadecimal."""
    added: int
    unchanged: int


class ActionInput(Record):
    """A number that the evidence of an action must give (活动数据)."""

    name: Name
    title: Words
    unit: str
    required: bool = True
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    default: Decimal | None = None
    default_from: Name | None = None
    """The factor of the method that stands in when the input is not given."""
    may_be_set: bool = False
    """Whether it is a baseline that an issuer or a city may set with a document (基准设定)."""

    @model_validator(mode="after")
    def _required_or_default(self) -> Self:
        defaults = (self.default is not None) + (self.default_from is not None)
        if defaults != (0 if self.required else 1):
            message = f"input {self.name} is either required or has one default, found required={self.required}"
            raise ValueError(message)
        return self


class FactorNeed(Record):
    """A factor that a method names: which series, of which region, and what may stand in where there is none."""

    name: Name
    series: Name
    role: Literal["baseline", "behaviour", "both", "default"]
    region: str
    """`province` for the action's own, or a fixed region of which the method makes use."""
    fallback: dict[RegionCode, str] = Field(default_factory=dict)
    """Declared stand-ins: region without a factor → region whose factor is used, and marked."""


class Stages(Record):
    """The stages of a quantification: behaviour → baseline → baseline emissions → behaviour emissions → reduction.

    The two expressions give kilograms and their difference is the formula; they are absent where the source
    publishes the saving itself.
    """

    behaviour: Words
    baseline: Words
    baseline_emissions: str | None = None
    behaviour_emissions: str | None = None


class Caps(Record):
    """Upper limits that the method suggests (上限); awarding applies what the filed rule makes of them."""

    basis: Words
    quantity_per_day: Decimal | None = None
    quantity_per_month: Decimal | None = None
    quantity_per_year: Decimal | None = None
    quantity_per_kwp_year: Decimal | None = None
    events_per_day: int | None = None
    events_per_month: int | None = None
    events_per_year: int | None = None
    grams_per_event: Grams | None = None
    share_of_baseline: Decimal | None = None
    share_of_consumption: Decimal | None = None
    conditions: tuple[Words, ...] = ()


class WorkedExample(Record):
    """A calculation whose result is known; every test run repeats it."""

    inputs: dict[str, Decimal]
    region: RegionCode
    on: date
    factors: dict[str, str] = Field(default_factory=dict)
    """Factors by region and date that must be chosen: name in the formula → factor id."""
    expected_kg: Decimal
    """The result as printed, which may be rounded."""
    grams: Grams
    """The result exactly as the platform rounds it."""


class GreenAction(Record):
    """One green action (绿色行动): what it is, what proves it, and how the grams it avoids are computed."""

    name: Name
    version: int = Field(ge=1)
    title: Words
    family: Family | None = None
    category: Category
    unit: str
    unit_title: Words
    evidence: tuple[Words, ...] = Field(min_length=1)
    method: Stages
    formula: str
    inputs: tuple[ActionInput, ...] = Field(min_length=1)
    factors: tuple[FactorNeed, ...] = ()
    caps: Caps
    source: Words
    boundary: Words
    """What is inside the calculation and what is not (核算边界)."""
    conservativeness: Words
    """What keeps the result from being too high, and where nothing does (保守性)."""
    tier: Tier
    caveat: Words | None = None
    gas_note: Words | None = None
    """Why CO2 and CO2e stand in one formula; absent where they do not."""
    carbon_reduction_product: bool = False
    """Whether it is the purchase of a product with a verified lower footprint (碳减排产品)."""
    example: WorkedExample
