"""What the platform refuses, in five families; only the door maps a family to an HTTP status."""

from typing import Any, ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """A request the platform understood and did not carry out; nothing was changed.

    `code` is stable and documented in `docs/errors.md`; `facts` say what was found and what was wanted.
    """

    code: ClassVar[str]

    def __init__(self, message: str, **facts: Any) -> None:  # noqa: ANN401 - facts are free-form JSON values
        super().__init__(message)
        self.message = message
        self.facts: dict[str, Any] = facts

    def __reduce__(self) -> tuple[Any, ...]:
        # Subclasses word their own message: a refusal that comes from another process is not worded again.
        return _revived, (type(self), self.message, self.facts)


def _revived(kind: type[Refusal], message: str, facts: dict[str, Any]) -> Refusal:
    refusal = kind.__new__(kind)
    Refusal.__init__(refusal, message, **facts)
    return refusal


class NotFound(Refusal):
    """The thing asked for does not exist, or is not visible to the asker."""

    code = "not_found"


class Denied(Refusal):
    """The asker may not do this."""

    code = "denied"


class Conflict(Refusal):
    """The state of things stands against it: another version, another payload, already done."""

    code = "conflict"


class Refused(Refusal):
    """A rule forbids it, or what was given is not what was wanted."""

    code = "refused"


class NotNow(Refusal):
    """It can't be done for the moment, whoever asks; nothing was written, and trying again later helps.

    The fact `retry_after_seconds`, where there is one, says when.
    """

    code = "not_now"


def every_refusal() -> list[type[Refusal]]:
    """List every refusal class defined so far, by code; families themselves are left out."""

    def below(parent: type[Refusal]) -> list[type[Refusal]]:
        return [found for child in parent.__subclasses__() for found in (child, *below(child))]

    families = {NotFound, Denied, Conflict, Refused, NotNow}
    return sorted((kind for kind in below(Refusal) if kind not in families), key=lambda kind: kind.code)
