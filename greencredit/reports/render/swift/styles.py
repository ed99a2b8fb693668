"""Styles: elements in the same place among the same others get the same rules, and the same rules the same style.

Where an element stands is its tag and attributes, what stands above and before it, how many come after it if few do,
and whether it holds anything: all that the selectors of our sheets ask for. Drawings inside a page style themselves.
"""

from typing import Any, Final

from greencredit.reports.render.swift.swaps import Swaps

_MOST: Final = 3_000
_AFTER: Final = 8
"""Whether so many elements come after one, and how many if fewer: what `:nth-last-child` may ask for."""

_UNASKED: Final = frozenset(("alt", "content", "src"))
"""What these say is another in every report, and no selector asks for it; whether they are there may matter."""

_IN_DRAWING: Final = "{http://www.w3.org/2000/svg}"


def swap(swaps: Swaps) -> None:
    """Exchange the styles of a page."""
    from weasyprint import css

    swaps.function(css, "StyleFor", type("KeptStyles", (_Keeping, css.StyleFor), {"css": css, "kept": {}}))


class _Known:
    """What was found under one set of sheets; each style is kept alive, so that no other can come to have its name."""

    def __init__(self) -> None:
        self.places: dict[tuple[Any, ...], int] = {}
        self.found: dict[tuple[Any, ...], list[tuple[Any, Any]]] = {}
        self.styles: dict[tuple[Any, ...], Any] = {}

    def crowded(self) -> bool:
        """Say whether so much is kept that all should be forgotten."""
        return len(self.styles) > _MOST or len(self.places) > 10 * _MOST


_ABOVE: Any = object  # WeasyPrint's own class comes behind it, once WeasyPrint is there


class _Keeping(_ABOVE):  # type: ignore[misc] # a class without types
    """Computed styles of a page, most of them those of pages before; stands in front of WeasyPrint's own class."""

    css: Any
    kept: dict[tuple[Any, ...], _Known]

    def __init__(
        self,
        html: Any,  # noqa: ANN401 - as above
        sheets: Any,  # noqa: ANN401 - as above
        presentational_hints: Any,  # noqa: ANN401 - as above
        font_config: Any,  # noqa: ANN401 - as above
        target_collector: Any,  # noqa: ANN401 - as above
    ) -> None:
        sheets = [one for one in sheets if one[0].matcher.order or one[0].page_rules]
        if presentational_hints:
            super().__init__(html, sheets, presentational_hints, font_config, target_collector)
            return
        ground = (font_config, html.base_url, *(one for sheet in sheets for one in sheet))
        known = self.kept.setdefault(ground, _Known())
        if known.crowded():
            known = self.kept[ground] = _Known()
        self._known = known
        self._cascaded_styles: dict[Any, Any] = {}
        self._computed_styles: dict[Any, Any] = {}
        self.initial_page_sizes = {"box": None, "area": None}
        self._sheets, self.font_config = sheets, font_config
        self._html, self._targets = html, target_collector
        self._walk(html.wrapper_element, 0, 0, 0)
        self._cascaded_styles.clear()

    def _walk(self, wrapper: Any, above: int, before: int, left: int) -> int:  # noqa: ANN401 - as above
        """Style an element and all in it; give its place."""
        element, known = wrapper.etree_element, self._known
        said = tuple([one if one[0] not in _UNASKED else one[0] for one in element.attrib.items()])
        where = (above, before, element.tag, said, min(left, _AFTER), bool(len(element) or element.text))
        place = known.places.setdefault(where, len(known.places) + 1)
        parent = None if wrapper.parent is None else self._computed_styles[wrapper.parent.etree_element, None]
        question = (place, id(parent))
        found = known.found.get(question)
        if found is None:
            known.found[question] = self._style(wrapper, parent)
        else:
            for pseudo, style in found:
                self._computed_styles[element, pseudo] = style
                self._collect(style)
        if isinstance(element.tag, str) and element.tag.startswith(_IN_DRAWING):
            self._inside_drawing(element)
            return place
        beside, behind = 0, len(element)
        for child in wrapper.iter_children():
            behind -= 1
            beside = self._walk(child, place, beside, behind)
        return place

    def _inside_drawing(self, drawing: Any) -> None:  # noqa: ANN401 - as above
        """Give what a drawing holds the drawing's style: nobody asks, the drawing reads its attributes itself."""
        style = self._computed_styles[drawing, None]
        for inner in drawing.iter():
            self._computed_styles.setdefault((inner, None), style)

    def _collect(self, style: Any) -> None:  # noqa: ANN401 - as above
        if self._targets and style["anchor"]:
            self._targets.collect_anchor(style["anchor"])

    def _style(self, wrapper: Any, above: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - as above
        element, computed = wrapper.etree_element, self._computed_styles
        parent = wrapper.parent.etree_element if wrapper.parent else None
        own = list(self.css.find_style_attributes(_Alone(element), False, self._html.base_url))  # noqa: FBT003 - theirs
        matched: dict[Any, list[Any]] = {None: []}
        for sheet, origin, specificity in self._sheets:
            for one in sheet.matcher.match(wrapper):
                matched.setdefault(one[2], []).append((sheet, origin, specificity or one[0], one[3]))
        given = []
        for pseudo, rules in matched.items():
            over = above if pseudo is None else computed[element, None]
            mine = own if pseudo is None else []
            key = (id(over), pseudo, _said(mine), tuple([id(rule[3]) for rule in rules]))
            style = self._known.styles.get(key)
            if style is None:
                self._cascade(element, pseudo, rules, mine)
                self.set_computed_styles(
                    element,
                    root=self._html.etree_element,
                    parent=parent if pseudo is None else element,
                    pseudo_type=pseudo,
                    base_url=self._html.base_url,
                    target_collector=self._targets,
                )
                self._known.styles[key] = computed[element, pseudo]
            else:
                computed[element, pseudo] = style
                self._collect(style)
            given.append((pseudo, computed[element, pseudo]))
        return given

    def _cascade(self, element: Any, pseudo: Any, rules: list[Any], own: list[Any]) -> None:  # noqa: ANN401 - as above
        style = self._cascaded_styles.setdefault((element, pseudo), {})
        for specificity, _element, declarations, base_url in own:
            for name, values, importance in self.css.preprocess_declarations(base_url, declarations):
                _say(
                    style,
                    name,
                    values,
                    (self.css.declaration_precedence("author", importance), self.css.inf, specificity),
                )
        for sheet, origin, specificity, (declarations, layer) in rules:
            order = self.css.inf if layer is None else sheet.layers.index(layer)
            for name, values, importance in declarations:
                _say(style, name, values, (self.css.declaration_precedence(origin, importance), order, specificity))


class _Alone:
    """One element as a tree of its own, without what it holds."""

    def __init__(self, element: Any) -> None:  # noqa: ANN401 - a library without types
        self._element = element

    def iter(self) -> list[Any]:
        """Give the element."""
        return [self._element]


def _said(own: list[Any]) -> tuple[Any, ...]:
    """Give what an element says for itself, so that it can be compared with what others say."""
    return tuple(
        (specificity, tuple(one.serialize() for one in declarations)) for specificity, _, declarations, _ in own
    )


def _say(style: dict[str, Any], name: str, values: Any, weight: tuple[Any, ...]) -> None:  # noqa: ANN401 - as above
    before = style.get(name)
    if before is None or before[1] <= weight:
        style[name] = values, weight
