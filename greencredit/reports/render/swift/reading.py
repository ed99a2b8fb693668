"""Reading a page: our own pages close every element they open, so that a short reader finds the tree a browser would.

Whatever the short reader is not sure of (an element or a nesting it does not list, a comment, an attribute without its
quotation marks) it leaves to the complete parser of HTML, whose tree it otherwise equals.
"""

import re
from html import unescape
from io import StringIO
from typing import Any, Final
from xml.etree.ElementTree import Element

from greencredit.reports.render.swift.swaps import Swaps

_SVG: Final = "{http://www.w3.org/2000/svg}"
_XMLNS: Final = "xmlns"
_IMPLIED: Final = "(tbody)"
_TOKEN: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z][-A-Za-z0-9.]*=\"[^\"]*\")*)\s*(/?)>")
_ATTRIBUTE: Final = re.compile(r"\s+([A-Za-z][-A-Za-z0-9.]*)=\"([^\"]*)\"")
_REFERENCE: Final = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#[0-9]{2,6}|#x[0-9a-fA-F]{2,6});")
_DOCTYPE: Final = "<!DOCTYPE html>"

_HEAD: Final = frozenset(("meta", "title", "style"))
_INLINE: Final = frozenset(
    ("span", "strong", "em", "small", "sub", "sup", "code", "a", "br", "img", "abbr", "bdi", "b", "i", "time")
)
_FLOW: Final = frozenset(
    ("div", "section", "article", "header", "footer", "main", "aside", "figure", "figcaption", "blockquote", "table")
) | frozenset(("ul", "ol", "dl", "p", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "address"))
_VOID: Final = frozenset(("meta", "br", "img", "hr", "col"))
_HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_DRAWN: Final = frozenset(
    ("svg", "g", "path", "rect", "line", "polyline", "polygon", "circle", "ellipse", "text", "tspan", "defs", "stop")
) | frozenset(("linearGradient", "clipPath", "title", "desc", "use", "pattern"))
_ONLY: Final = {
    "html": frozenset(("head", "body")),
    "head": _HEAD,
    "table": frozenset(("caption", "colgroup", "thead", "tbody", "tfoot")),
    "colgroup": frozenset(("col",)),
    "thead": frozenset(("tr",)),
    "tbody": frozenset(("tr",)),
    "(tbody)": frozenset(("tr",)),
    "tfoot": frozenset(("tr",)),
    "tr": frozenset(("th", "td")),
    "ul": frozenset(("li",)),
    "ol": frozenset(("li",)),
    "dl": frozenset(("dt", "dd")),
    "title": frozenset(),
    "style": frozenset(),
}
"""What may stand in these, and, but for lists, no text that is more than blanks."""

_NO_TEXT: Final = frozenset(("html", "head", "table", "colgroup", "thead", "tbody", "(tbody)", "tfoot", "tr"))
_CAPITALS: Final = frozenset(
    (
        "viewBox",
        "preserveAspectRatio",
        "textLength",
        "gradientUnits",
        "clipPathUnits",
        "patternUnits",
        "patternTransform",
    )
)
_PHRASING: Final = _INLINE | {"svg"}
_ANYTHING: Final = _PHRASING | _FLOW


class Unsure(Exception):  # noqa: N818 - it is no error, it is a way out
    """Something the short reader leaves to the parser of HTML."""


def swap(swaps: Swaps) -> None:
    """Exchange the parser."""
    import tinyhtml5

    theirs = tinyhtml5.parse

    def parse(document: Any, namespace_html_elements: bool = True, **known: Any) -> Any:  # noqa: ANN401, FBT001, FBT002 - their signature
        if namespace_html_elements or known or not isinstance(document, StringIO):
            return theirs(document, namespace_html_elements, **known)
        page = document.read()
        try:
            return read(page)
        except Unsure:
            return theirs(StringIO(page), namespace_html_elements)

    swaps.function(tinyhtml5, "parse", parse)


def read(page: str) -> Element:
    """Give the tree of a page."""
    if not page.startswith(_DOCTYPE) or "\r" in page or "\0" in page:
        raise Unsure
    root = Element("html")
    reader = _Reader(root)
    at = len(_DOCTYPE)
    for found in _TOKEN.finditer(page, at):
        text = page[at : found.start()]
        if text:
            reader.text(text)
        at = found.end()
        closing, name, said, self_closed = found.groups()
        if closing:
            if said or self_closed:
                raise Unsure
            reader.close(name)
        else:
            reader.open(name, said, closed=bool(self_closed))
    if page[at:]:
        reader.text(page[at:])
    if not reader.done:
        raise Unsure
    return root


class _Reader:
    """Where the reading stands: the elements that are open, and whether a paragraph is among them."""

    def __init__(self, root: Element) -> None:
        self.done = False
        self._root = root
        self._open: list[tuple[str, Element]] = []
        self._last: Element | None = None  # whose tail the next text is; none right after an opening
        self._seen: list[str] = []

    def text(self, text: str) -> None:
        """Take what stands between two elements."""
        if "<" in text:
            raise Unsure
        text = _decoded(text)
        if not self._open:
            if text.strip("\n "):
                raise Unsure
            if self._seen[-1:] == ["body"]:  # what follows the end belongs to the body
                body = self._root[-1]
                _append(body, body[-1] if len(body) else None, text)
            return
        name, element = self._open[-1]
        blank = not text.strip("\n ")
        if name in _NO_TEXT and not blank:
            raise Unsure
        if name == "html":
            if self._seen == []:
                return  # before the head
            if self._seen == ["head", "body"]:
                body = self._root[-1]
                _append(body, body[-1] if len(body) else None, text)
                return
        _append(element, self._last, text)

    def open(self, name: str, said: str, *, closed: bool) -> None:
        """Take an element that begins."""
        if not self._open:
            if name != "html" or self._seen or self.done or closed:
                raise Unsure
            self._root.attrib.update(_attributes(said, drawn=False))
            self._open.append(("html", self._root))
            return
        if name == "tr" and self._open[-1][0] == "table":
            self._imply_body()
        above, parent = self._open[-1]
        drawn = parent.tag.startswith(_SVG) or name == "svg"
        if drawn:
            if name not in _DRAWN or above in {"title", "desc"} or (name == "svg" and parent.tag.startswith(_SVG)):
                raise Unsure
            if name == "svg" and name not in _ONLY.get(above, _PHRASING):
                raise Unsure
        else:
            self._require_place(name, above)
            if closed and name not in _VOID:
                raise Unsure
        element = Element(_SVG + name if drawn else name, _attributes(said, drawn=drawn))
        parent.append(element)
        if closed or (name in _VOID and not drawn):
            self._last = element
            return
        self._open.append((name, element))
        self._last = None

    def _imply_body(self) -> None:
        """Open the body that a table has even where nobody wrote it."""
        body = Element("tbody")
        self._open[-1][1].append(body)
        self._open.append((_IMPLIED, body))
        self._last = None

    def _require_place(self, name: str, above: str) -> None:
        allowed = _ONLY.get(above)
        if allowed is not None:
            if name not in allowed or (above == "html" and self._seen != ([] if name == "head" else ["head"])):
                raise Unsure
            return
        if name not in _ANYTHING:
            raise Unsure
        names = [open_name for open_name, _ in self._open]
        if name in _FLOW and "p" in names:
            raise Unsure
        if name in _HEADINGS and above in _HEADINGS:
            raise Unsure
        if name == "a" and "a" in names:
            raise Unsure

    def close(self, name: str) -> None:
        """Take the end of the element that was opened last."""
        if name == "table" and self._open and self._open[-1][0] == _IMPLIED:
            self._open.pop()
        if not self._open or self._open[-1][0] != name:
            raise Unsure
        _, element = self._open.pop()
        self._last = element
        if name in {"head", "body"}:
            self._seen.append(name)
        if name == "html":
            if self._seen != ["head", "body"]:
                raise Unsure
            self.done = True
            self._open.clear()


def _append(parent: Element, after: Element | None, text: str) -> None:
    if after is None:
        parent.text = (parent.text or "") + text
    else:
        after.tail = (after.tail or "") + text


def _decoded(text: str) -> str:
    if "&" not in text:
        return text
    if text.count("&") != len(_REFERENCE.findall(text)):
        raise Unsure
    return unescape(text)


def _attributes(said: str, *, drawn: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(said):
        if not name.islower() and not (drawn and name in _CAPITALS):
            raise Unsure
        if name in found:
            raise Unsure
        found["{http://www.w3.org/2000/xmlns/}xmlns" if drawn and name == _XMLNS else name] = _decoded(value)
    return found
