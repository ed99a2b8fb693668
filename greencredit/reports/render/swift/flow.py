"""Lengths and places of boxes: the same style in the same room gives the same used lengths."""

from operator import itemgetter
from typing import Any, Final

from greencredit.reports.render.swift.swaps import Kept, Swaps

_SIDES: Final = ("top", "right", "bottom", "left")
_READ: Final = (
    "border_collapse",
    "box_sizing",
    *(f"margin_{side}" for side in _SIDES),
    *(f"padding_{side}" for side in _SIDES),
    *(f"border_{side}_width" for side in _SIDES),
    *(f"{bound}{axis}" for axis in ("width", "height") for bound in ("", "min_", "max_")),
)
_WRITTEN: Final = _READ[2:]
_lengths: Final = Kept(4_000)


def swap(swaps: Swaps) -> None:
    """Exchange what is asked of every box."""
    from weasyprint.formatting_structure import boxes
    from weasyprint.layout import percent

    theirs, box_class, page_class = percent.resolve_percentages, boxes.Box, boxes.PageBox
    read, written = itemgetter(*_READ), itemgetter(*_WRITTEN)

    def resolve_percentages(box: Any, containing_block: Any) -> None:  # noqa: ANN401 - a library without types
        if isinstance(containing_block, box_class):
            room = (containing_block.width, containing_block.height)
        else:
            room = tuple(containing_block)
        said = read(box.style)
        if said[0] == "collapse":  # widths of borders may have been settled between cells
            theirs(box, containing_block)
            return
        question = (said, room, isinstance(box, page_class))
        try:
            found = _lengths.get(question)
        except TypeError:
            theirs(box, containing_block)
            return
        if found is None:
            theirs(box, containing_block)
            _lengths.keep(question, dict(zip(_WRITTEN, written(box.__dict__), strict=True)))
        else:
            box.__dict__.update(found)

    def is_in_normal_flow(self: Any) -> bool:  # noqa: ANN401 - as above
        style = self.style
        placed = style["position"]
        return not (style["float"] in _FLOATS or placed in _TAKEN_OUT or placed[0] in _RUNNING)

    swaps.function(percent, "resolve_percentages", resolve_percentages)
    swaps.member(box_class, "is_in_normal_flow", is_in_normal_flow)


_FLOATS: Final = frozenset(("left", "right", "inline-start", "inline-end", "footnote"))
_TAKEN_OUT: Final = frozenset(("absolute", "fixed"))
_RUNNING: Final = frozenset(("running()", "note()"))
