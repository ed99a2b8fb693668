"""What is checked: one version of a scheme, its texts, and the version in force before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from greencredit.issuers.rules.changes import changes
from greencredit.issuers.rules.checks.texts import Text, texts_of
from greencredit.schemas.issuers import Change, IssuerKind, Scheme


@dataclass(frozen=True)
class Subject:
    """A scheme under check."""

    scheme: Scheme
    kind: IssuerKind
    before: Scheme | None
    """The version in force, if there is one."""

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Give every text of the scheme."""
        return texts_of(self.scheme)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Give what would change."""
        return changes(self.before, self.scheme) if self.before else ()

    def texts_in(self, fields: tuple[str, ...]) -> Iterator[Text]:
        """Give the texts of some fields, or of all where none is named."""
        return (text for text in self.texts if not fields or text.field in fields)
