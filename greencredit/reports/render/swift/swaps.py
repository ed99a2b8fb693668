"""Putting our function in the place of WeasyPrint's, wherever its name was taken; and putting it back."""

import sys
from typing import Any, Final

_LIBRARIES: Final = ("weasyprint", "pydyf", "tinyhtml5")


class Swaps:
    """What was exchanged for what."""

    def __init__(self) -> None:
        self.applied = False
        self._known: list[tuple[Any, str, Any, Any]] = []

    def function(self, home: Any, name: str, ours: Any) -> None:  # noqa: ANN401 - a library without types
        """Exchange a function in every module that knows it."""
        theirs = getattr(home, name)
        for module_name, module in sorted(sys.modules.items()):
            if module_name.split(".")[0] in _LIBRARIES and getattr(module, name, None) is theirs:
                self._known.append((module, name, ours, theirs))

    def member(self, owner: Any, name: str, ours: Any) -> None:  # noqa: ANN401 - as above
        """Exchange a method or another member of a class."""
        self._known.append((owner, name, ours, owner.__dict__[name]))

    def apply(self) -> None:
        """Put ours in."""
        if not self.applied:
            for owner, name, ours, _theirs in self._known:
                setattr(owner, name, ours)
            self.applied = True

    def withdraw(self) -> None:
        """Put theirs back."""
        if self.applied:
            for owner, name, _ours, theirs in self._known:
                setattr(owner, name, theirs)
            self.applied = False


class Kept:
    """Answers found before: the younger half and the older; when the younger is full, what is old is forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._young: dict[Any, Any] = {}
        self._old: dict[Any, Any] = {}

    def get(self, question: object) -> Any:  # noqa: ANN401 - whatever was kept
        """Give the answer, or nothing; what is asked for stays young."""
        found = self._young.get(question)
        if found is None:
            found = self._old.get(question)
            if found is not None:
                self.keep(question, found)
        return found

    def keep(self, question: object, answer: object) -> None:
        """Keep one more."""
        if len(self._young) >= self._most:
            self._old, self._young = self._young, {}
        self._young[question] = answer
