"""Members as earning rules see them: the household whose cap they share, the level that an issuer gave them."""

from datetime import date
from typing import Annotated

from pydantic import Field

from greencredit.schemas.values import Credits, Instant, Record, Words

Level = Annotated[str, Field(max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""As rules name it; empty: none."""


class NewHousehold(Record):
    """What a household is founded with: the word of an adult."""

    is_adult: bool
    """Whoever founds a household states that he is of age (已满 18 周岁)."""


class HouseholdJoining(Record):
    """What somebody joins a household with: the code that its head gave him, and his own word, or his guardian's."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    is_adult: bool


class HouseholdCode(Record):
    """A code to be handed to one person who is to join; shown once, used once."""

    code: str
    expires_at: Instant


class Household(Record):
    """A household as one of its members sees it: of the others it tells no more than how many they are (家庭)."""

    household_id: int
    since: date
    """From when this member counts with it."""
    members: int
    is_head: bool
    """Whether he may invite: the adult who has been there longest."""


class HouseholdMember(Record):
    """Somebody in a household as the others see him: no name, and nothing of what he earned (家庭成员)."""

    since: date
    is_adult: bool
    by_guardian: bool
    """Whether a guardian joined for him."""
    is_head: bool
    is_self: bool


class HouseholdCap(Record):
    """A cap that the members of a household fill together, and how far it is used in its running window (家庭封顶)."""

    issuer_id: str
    rule_title: Words | None
    """None: the issuer's cap over all its rules."""
    cap: Words
    """What it is called: for a household and day, month, year, or in all."""
    most: Credits
    used: Credits


class HouseholdCut(Record):
    """An award of one's own that a household's cap cut (家庭封顶扣减)."""

    award_id: int
    occurred_on: date
    what: Words
    cap: Words
    before: Credits
    credits: Credits
    """What the cap left of it."""


class LevelSet(Record):
    """A member's level as an issuer sets it (会员等级)."""

    card: Annotated[str, Field(min_length=1, max_length=200)]
    """The number by which the issuer knows him."""
    level: Level
    since: date


class LevelsSet(Record):
    """What became of many levels."""

    set: int
    unknown: tuple[int, ...]
    """Places of cards that belong to nobody."""


class LevelLine(Record):
    """A level on file."""

    level: Level
    since: date
    set_at: Instant


class IssuersLevel(LevelLine):
    """A level as the member himself reads it, beside the issuer that set it."""

    issuer_id: str
