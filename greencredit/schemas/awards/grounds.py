"""Why credits are earned: green purchases, green actions, and gifts that never count as green (获取事由)."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from greencredit.schemas.values import Words

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")]

Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]
"""One line of text that says something."""


class Ground(StrEnum):
    """Why credits are earned; only purchase and action count as green."""

    PURCHASE = "purchase"
    ACTION = "action"
    SHARING = "sharing"
    """分享: something green was shown to others."""
    REFERRAL = "referral"
    """推荐: somebody joined on this member's word. Depth one: whom the newcomer brings is nobody's but his."""
    REVIEW = "review"
    """评价: a review was written. How many stars it gives is not known to any rule."""
    REGISTRATION = "registration"
    """注册: a member joined."""
    FIRST_PURCHASE = "first_purchase"
    """首购: a member's first green purchase."""

    @property
    def is_gift(self) -> bool:
        """Tell whether it is a gift: fixed, capped, and never green."""
        return self in GIFTS

    @property
    def words(self) -> Words:
        """Give the ground in words."""
        return _TITLES[self]


GIFTS: Final = frozenset({Ground.SHARING, Ground.REFERRAL, Ground.REVIEW, Ground.REGISTRATION, Ground.FIRST_PURCHASE})
"""Grounds on which a fixed number of credits is given, once or up to a cap; none of them avoids any CO2e."""

ONCE: Final = frozenset({Ground.REGISTRATION, Ground.FIRST_PURCHASE})
"""Gifts that one person gets once from one issuer, whatever else is filed."""

_TITLES: Final = {
    Ground.PURCHASE: Words(zh="绿色消费", en="Green purchase"),
    Ground.ACTION: Words(zh="绿色行为", en="Green action"),
    Ground.SHARING: Words(zh="分享", en="Sharing"),
    Ground.REFERRAL: Words(zh="推荐新成员", en="Referral of a newcomer"),
    Ground.REVIEW: Words(zh="评价", en="Review"),
    Ground.REGISTRATION: Words(zh="注册", en="Registration"),
    Ground.FIRST_PURCHASE: Words(zh="首次绿色消费", en="First green purchase"),
}
