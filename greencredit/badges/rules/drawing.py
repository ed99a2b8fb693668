"""How the badge is drawn (徽章): a few shapes and lines of text on a square, the same for every kind of picture."""

from math import cos, radians, sin
from typing import Final, Literal, NamedTuple

from greencredit.reports.rules.written import mass
from greencredit.schemas.badges import PortableProof
from greencredit.schemas.reports import Lang
from greencredit.schemas.values import Words

SIDE: Final = 640
"""The width and height of the square everything is placed on."""

Face = Literal["serif-600", "sans-400", "sans-500"]
"""A font file of the reports."""

_DEEP: Final = "#0f4c3a"
_RIM: Final = "#0b3a2c"
_MID: Final = "#3c9a68"
_MINT: Final = "#8fc7a5"
_GOLD: Final = "#c59b45"
_GOLD_LIGHT: Final = "#e3c581"
_WHITE: Final = "#ffffff"
_SOFT: Final = "#b9d6c8"
_MIDDLE: Final = SIDE / 2
_UNITS: Final = {"g": "克", "kg": "千克"}
_LEAVES: Final = 11
_WREATH_RADIUS: Final = 268


class Curve(NamedTuple):
    """A closed outline: where it begins, then quadratic curves, each by its control point and its end."""

    start: tuple[float, float]
    turns: tuple[tuple[float, float, float, float], ...]
    fill: str


class Ring(NamedTuple):
    """A circle, filled, or drawn as a line of some width."""

    radius: float
    fill: str | None
    line: str | None = None
    width: float = 0


class Text(NamedTuple):
    """A line of text, centred; `y` is its baseline."""

    y: float
    size: float
    face: Face
    fill: str
    text: str


class Scene(NamedTuple):
    """Everything that is drawn, back to front, and what it says to whoever can't see it."""

    title: str
    description: str
    lang: Lang
    shapes: tuple[Ring | Curve, ...]
    texts: tuple[Text, ...]


def badge(proof: PortableProof) -> Scene:
    """Draw the badge of one proof: what it is, for which days, what was avoided against which measure, how often."""
    lang = proof.lang
    days = Words(
        zh=f"{proof.period.since} 至 {proof.period.last_day}", en=f"{proof.period.since} to {proof.period.last_day}"
    )
    count = Words(
        zh=f"{proof.awards:,} 笔有凭证的消费与行动",
        en=f"{proof.awards:,} purchases and actions on record",
    )
    figures = _figures(proof)
    texts = (
        *_title(lang),
        Text(300, 23, "sans-400", _SOFT, days.in_(lang)),
        *figures,
        Text(492 if figures else 400, 21 if lang == "zh" else 18, "sans-400", _WHITE, count.in_(lang)),
        Text(526, 15, "sans-400", _MINT, proof.number),
    )
    described = "; ".join(one.text for one in texts[len(_title(lang)) :])
    return Scene(" ".join(one.text for one in _title(lang)), described, lang, _medal(), texts)


def emblem(lang: Lang) -> Scene:
    """Draw the badge without anybody's figures: the picture of the achievement itself."""
    texts = _title(lang)
    return Scene(" ".join(one.text for one in texts), "", lang, _medal(), texts)


def _title(lang: Lang) -> tuple[Text, ...]:
    if lang == "zh":
        return (Text(256, 66, "serif-600", _WHITE, "环保行动证明"),)
    return (
        Text(204, 42, "serif-600", _WHITE, "Proof of"),
        Text(256, 50, "serif-600", _WHITE, "Participation"),
    )


def avoided_words(proof: PortableProof) -> Words | None:
    """Write what was avoided, as the badge does; none where nothing was, or nothing of it is quantified."""
    if proof.avoided_g_co2e is None or proof.avoided_g_co2e <= 0:
        return None
    number, letters = mass(proof.avoided_g_co2e)
    return Words(zh=f"{number} {_UNITS[letters]} CO₂e", en=f"{number} {letters} CO₂e")


def _figures(proof: PortableProof) -> tuple[Text, ...]:
    written = avoided_words(proof)
    if written is None:
        return ()
    number, _, unit = written.in_(proof.lang).partition(" ")
    against = Words(zh="与核算方法的基准相比避免的排放", en="avoided against the methods' baselines")
    return (
        Text(390, 76, "serif-600", _GOLD_LIGHT, number),
        Text(422, 22, "sans-500", _GOLD_LIGHT, unit),
        Text(450, 18, "sans-400", _SOFT, against.in_(proof.lang)),
    )


def _medal() -> tuple[Ring | Curve, ...]:
    return (
        Ring(312, _RIM),
        Ring(306, _DEEP),
        Ring(298, None, _GOLD, 2.5),
        Ring(238, None, _MID, 1.2),
        *(_leaf(side, place, lean) for side in (-1, 1) for place in range(_LEAVES) for lean in (-1, 1)),
        *_sprout(),
    )


def _leaf(side: int, place: int, lean: int) -> Curve:
    """Give one leaf of the wreath: it rises from the foot on both sides, a pair at each place, smaller to the top."""
    angle = 90 + side * (9 + 12.6 * place + (4 if lean > 0 else 0))
    x, y = _place(_WREATH_RADIUS + lean * 9, angle)
    length = 38 - 1.2 * place
    # Growth follows the circle upwards; leaves open away from it, to the rim and to the middle.
    heading = radians(angle + side * (90 - lean * 32))
    fill = _MINT if lean > 0 else _MID
    return _blade(x, y, (cos(heading), sin(heading)), length, 8.2 - 0.25 * place, fill)


def _place(radius: float, angle: float) -> tuple[float, float]:
    return _MIDDLE + radius * cos(radians(angle)), _MIDDLE + radius * sin(radians(angle))


def _blade(x: float, y: float, heading: tuple[float, float], length: float, half: float, fill: str) -> Curve:
    """Give a pointed leaf around a point, in the direction of a unit vector."""
    dx, dy = heading
    root, tip = (x - dx * length / 2, y - dy * length / 2), (x + dx * length / 2, y + dy * length / 2)
    left, right = (x - dy * half * 1.6, y + dx * half * 1.6), (x + dy * half * 1.6, y - dx * half * 1.6)
    return Curve(root, ((*left, *tip), (*right, *root)), fill)


def _sprout() -> tuple[Curve, ...]:
    """Give the two leaves and the stem above the title."""
    return (
        Curve((318.5, 164), ((319, 140, 318.5, 118), (320, 117, 321.5, 118), (322, 140, 321.5, 164)), _GOLD_LIGHT),
        Curve((320, 140), ((288, 142, 268, 92), (318, 88, 320, 140)), _MID),
        Curve((320, 128), ((322, 80, 372, 74), (360, 130, 320, 128)), _MINT),
    )
