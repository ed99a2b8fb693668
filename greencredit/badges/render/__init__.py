"""Draws a badge as SVG, with text as outlines, and as PNG, from one and the same scene."""

from greencredit.badges.render.png import png
from greencredit.badges.render.svg import svg

__all__ = ["png", "svg"]
