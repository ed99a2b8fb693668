"""Shares of a whole by largest remainder: whole numbers that add up exactly, whoever comes first (最大余额法)."""

from collections.abc import Sequence


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Split a whole number by weights so that the parts add up to it exactly; ties go to whoever stands first.

    A part differs from its exact share by less than one; a negative amount is split as its positive is.
    """
    whole = sum(weights)
    assert whole > 0, "somebody has a share"
    assert min(weights) >= 0, "no share is negative"
    sign = -1 if amount < 0 else 1
    floors = [abs(amount) * weight // whole for weight in weights]
    rests = [abs(amount) * weight % whole for weight in weights]
    left = abs(amount) - sum(floors)
    for place in sorted(range(len(weights)), key=lambda place: (-rests[place], place))[:left]:
        floors[place] += 1
    return [sign * part for part in floors]
