"""Orders to try a scheme: on what was recorded, or on stated facts (试算与推演请求)."""

from typing import Annotated

from pydantic import Field

from greencredit.schemas.awards.trials import Fact
from greencredit.schemas.issuers import Scheme
from greencredit.schemas.values import Period, Record


class TryOrder(Record):
    """Run a rule set dry on a past period."""

    scheme: Scheme
    period: Period
    as_filed: bool = False
    """Rules hold only on the days that they themselves say; else from the first day of the period."""


class TrialOrder(Record):
    """Live a scheme over given dates with given facts."""

    scheme: Scheme
    period: Period
    facts: Annotated[tuple[Fact, ...], Field(max_length=10_000)]
