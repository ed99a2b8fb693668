"""Writing a file: how values become bytes, without asking each for its kind more than once."""

from typing import Any

from greencredit.reports.render.binding import number
from greencredit.reports.render.swift.swaps import Swaps


def swap(swaps: Swaps) -> None:  # noqa: C901 - four short functions
    """Exchange how values become bytes."""
    import pydyf

    thing_class = pydyf.Object

    def to_bytes(item: Any) -> Any:  # noqa: ANN401 - a library without types; asked 40,000 times a page
        kind = type(item)
        if kind is bytes:
            return item
        if kind is str:
            return item.encode("ascii")
        if kind is int:
            return b"%d" % item
        if kind is float:
            return number(item)
        if isinstance(item, thing_class):
            return item.data
        return slow(item)

    slow = pydyf._to_bytes  # noqa: SLF001 - there is no other door

    def of_dictionary(self: Any) -> bytes:  # noqa: ANN401 - as above
        return b"<<%s>>" % b"".join([b"/%s %s" % (to_bytes(key), to_bytes(value)) for key, value in self.items()])

    def of_array(self: Any) -> bytes:  # noqa: ANN401 - as above
        return b"[%s]" % b" ".join([to_bytes(child) for child in self])

    def page_references(self: Any) -> tuple[bytes, ...]:  # noqa: ANN401 - as above
        kids = self.pages["Kids"]
        known: tuple[bytes, ...] = self.__dict__.get("known_pages", ())
        if len(known) * 3 != len(kids):
            known = self.known_pages = tuple(b"%d 0 R" % kid for kid in kids[::3])
        return known

    swaps.function(pydyf, "_to_bytes", to_bytes)
    swaps.member(pydyf.PDF, "page_references", property(page_references))
    swaps.member(pydyf.Dictionary, "data", property(of_dictionary))
    swaps.member(pydyf.Array, "data", property(of_array))
