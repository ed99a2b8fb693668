"""Formulas: parsed, walked against a whitelist and computed in exact fractions; nothing is ever executed."""

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

from greencredit.actions.errors import DividedByZero, FormulaRefused, NameWithoutValue

_LONGEST: Final = 500  # characters; the longest formula of the catalogue has 203
_NUMBER: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,12})?")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")

_SIGNS: Final[dict[type[ast.operator], tuple[str, Callable[[Fraction, Fraction], Fraction]]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
}

_BINDING: Final = {"+": 1, "-": 1, "*": 2, "/": 2}
_TIGHTEST: Final = 3


@dataclass(frozen=True, slots=True)
class Number:
    """A number written in a formula."""

    text: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Named:
    """A name of a formula: an input or a factor."""

    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """Two parts of a formula joined by one of the four signs."""

    text: str
    sign: str
    apply: Callable[[Fraction, Fraction], Fraction]
    left: "Part"
    right: "Part"


Part = Number | Named | Operation


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked formula; it can be computed and it can show its steps."""

    text: str
    root: Part
    names: frozenset[str]

    def value(self, values: Mapping[str, Fraction]) -> Fraction:
        """Compute the formula exactly."""
        return self._compute(self.root, values, None)

    def steps(self, values: Mapping[str, Fraction]) -> list[tuple[str, Fraction]]:
        """Compute the formula exactly and give every operation with its result, innermost first."""
        taken: list[tuple[str, Fraction]] = []
        whole = self._compute(self.root, values, taken)
        return taken or [(self.text, whole)]

    def _compute(
        self, part: Part, values: Mapping[str, Fraction], taken: list[tuple[str, Fraction]] | None
    ) -> Fraction:
        if isinstance(part, Number):
            return part.value
        if isinstance(part, Named):
            try:
                return values[part.text]
            except KeyError:
                raise NameWithoutValue(part.text, formula=self.text, known=values) from None
        left = self._compute(part.left, values, taken)
        right = self._compute(part.right, values, taken)
        if part.sign == "/" and not right:
            raise DividedByZero(part.text, formula=self.text)
        result = part.apply(left, right)
        if taken is not None:
            taken.append((part.text, result))
        return result


@lru_cache(maxsize=1024)
def parse(formula: str) -> Expression:
    """Check a formula against the whitelist: numbers, names, + - * / and parentheses; all else is refused by name."""
    if len(formula) > _LONGEST:
        raise FormulaRefused(formula[:40] + "…", found=f"{len(formula)} characters (at most {_LONGEST})")
    if not formula.isascii():
        strange = next(character for character in formula if not character.isascii())
        raise FormulaRefused(formula, found=f"the character {strange!r}")
    try:
        tree = ast.parse(formula.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        found = fault.msg if isinstance(fault, SyntaxError) else str(fault)
        raise FormulaRefused(formula, found=f"no expression ({found})") from None
    root = _part(tree.body, formula)
    return Expression(text=formula, root=root, names=frozenset(_names(root)))


def _part(node: ast.expr, formula: str) -> Part:
    """Turn one node of the syntax tree into a part; what the whitelist does not name is refused."""
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        sign, apply = _SIGNS[type(node.op)]
        left, right = _part(node.left, formula), _part(node.right, formula)
        return Operation(_written(sign, left, right), sign, apply, left, right)
    if isinstance(node, ast.Name) and _NAME.fullmatch(node.id):
        return Named(node.id)
    if isinstance(node, ast.Constant):
        # The text as written, so that 0.1 is a tenth and not its nearest binary neighbour.
        text = ast.get_source_segment(formula.strip(), node) or ""
        if _NUMBER.fullmatch(text):
            return Number(text, Fraction(text))
        raise FormulaRefused(formula, found=f"the constant {text[:40]}")
    raise FormulaRefused(formula, found=_kind(node, formula))


def _written(sign: str, left: Part, right: Part) -> str:
    """Write an operation with no more parentheses than it needs."""
    before = f"({left.text})" if _binding(left) < _BINDING[sign] else left.text
    behind = f"({right.text})" if _binding(right) <= _BINDING[sign] else right.text
    return f"{before} {sign} {behind}"


def _binding(part: Part) -> int:
    return _BINDING[part.sign] if isinstance(part, Operation) else _TIGHTEST


def _kind(node: ast.expr, formula: str) -> str:
    """Say what a refused node is, in the words of Python's grammar and with its text as written."""
    kind = type(node.op).__name__ if isinstance(node, (ast.BinOp, ast.UnaryOp)) else type(node).__name__
    text = ast.get_source_segment(formula.strip(), node) or ""
    return f"{kind} ({text[:40]})"


def _names(part: Part) -> Iterator[str]:
    if isinstance(part, Named):
        yield part.text
    elif isinstance(part, Operation):
        yield from _names(part.left)
        yield from _names(part.right)


def exact_text(value: Fraction) -> str:
    """Write a number exactly: as a decimal if it ends, else as a fraction `n/d`."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (digits if places == 0 else f"{digits[:-places]}.{digits[-places:]}")
